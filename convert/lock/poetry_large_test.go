package lock_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"wain/convert/lock"
)

// fileList is a list of n files of a project, and as many hashes.
func fileList(name string, n int) string {
	var b strings.Builder
	b.WriteString("files = [\n")
	for i := range n {
		fmt.Fprintf(&b, "    {file = \"%s-1.%d-cp3%d-cp3%d-manylinux_2_17_x86_64.whl\", hash = %q},\n", name, i, i, i, hashA)
	}
	return b.String() + "]\n"
}

// largePoetry is a lock of n packages with some files each; an old one has each
// need the next five, some by extra and marker.
func largePoetry(n, files int, old bool) string {
	var b strings.Builder
	for i := range n {
		name := fmt.Sprintf("p%d", i)
		fmt.Fprintf(&b, "[[package]]\nname = %q\nversion = \"1.%d\"\ndescription = \"one of many\"\noptional = false\npython-versions = \">=3.8,<4\"\n", name, i)
		if !old {
			fmt.Fprintf(&b, "groups = [\"main\", \"dev\"]\nmarkers = {dev = \"python_version >= '3.%d' or sys_platform == 'win32'\"}\n", i%15)
		}
		b.WriteString(fileList(name, files))
		b.WriteString("\n[package.dependencies]\n")
		for j := i + 1; j < min(n, i+6); j++ {
			fmt.Fprintf(&b, "p%d = {version = \">=1.0,<%d || ^3\", extras = [\"x\"], markers = \"python_full_version >= '3.%d' or sys_platform == 'win32'\"}\n", j, j+3, (j-i)%9)
		}
		fmt.Fprintf(&b, "q%d = {version = \"*\", optional = true, markers = \"extra == 'y'\"}\n\n[package.extras]\nx = [\"p%d (>=1)\"]\ny = [\"q%d\"]\n\n", i, (i+7)%n, i)
	}
	version := "2.1"
	if old {
		version = "2.0"
	}
	return b.String() + "[metadata]\nlock-version = \"" + version + "\"\npython-versions = \"^3.8\"\ncontent-hash = \"\"\n"
}

// largePDM is a lock of n packages with some files each.
func largePDM(n, files int) string {
	var b strings.Builder
	for i := range n {
		name := fmt.Sprintf("p%d", i)
		fmt.Fprintf(&b, "[[package]]\nname = %q\nversion = \"1.%d\"\nsummary = \"one of many\"\nrequires_python = \">=3.8,<4\"\ngroups = [\"default\", \"dev\"]\n", name, i)
		fmt.Fprintf(&b, "marker = \"python_version >= '3.%d' or sys_platform == 'linux'\"\ndependencies = [\"p%d>=1; python_version >= '3.8'\"]\n%s\n", i%15, i+1, fileList(name, files))
	}
	return pdmLock(b.String())
}

// projectOfAll asks for p0.
const projectOfAll = "[tool.poetry]\nname = 'app'\n[tool.poetry.dependencies]\npython = '^3.8'\np0 = {version = '*', extras = ['x']}\n"

// selectAll reads a lock of a folder and asks it for its default set.
func selectAll(dir, name string) (int, error) {
	l, err := lock.Read(filepath.Join(dir, name), lock.Options{})
	if err != nil {
		return 0, err
	}
	pins, err := l.Select(bookworm, lock.Want{})
	return len(pins), err
}

// TestPoetryPDMSpeed reads and selects from locks of 1,000 packages.
func TestPoetryPDMSpeed(t *testing.T) {
	dir := write(t, map[string]string{"pdm.lock": largePDM(1000, 15), "flat/poetry.lock": largePoetry(1000, 15, false), "old/poetry.lock": largePoetry(1000, 15, true), "old/pyproject.toml": projectOfAll})
	for _, name := range []string{"pdm.lock", "flat/poetry.lock", "old/poetry.lock"} {
		best := time.Hour
		for range 5 {
			start := time.Now()
			if n, err := selectAll(dir, name); err != nil || n != 1000 {
				t.Fatal(name, n, err)
			}
			best = min(best, time.Since(start))
		}
		t.Logf("%s: %v", name, best)
		if best > time.Second { // 0.2 s on a machine with nothing else to do
			t.Errorf("%s took %v", name, best)
		}
	}
}

func BenchmarkPoetryPDM(b *testing.B) {
	for name, text := range map[string]string{"pdm.lock": largePDM(1000, 15), "poetry.lock": largePoetry(1000, 15, false)} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := selectAll(dir, name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestPoetryPDMLarge has documents that nobody writes by hand: success or an
// error, in bounded memory and time.
func TestPoetryPDMLarge(t *testing.T) {
	long := strings.Repeat("sys_platform == 'linux' or ", 40_000) + "os_name == 'nt'"
	quoted := func(text string) string { return fmt.Sprintf("markers = %q", text) }
	const old = "[tool.poetry]\nname = 'app'\n[tool.poetry.dependencies]\n"
	var versions, chain, diamond, features strings.Builder
	for i := range 3000 {
		versions.WriteString(locked("x", fmt.Sprint(i)))
		fmt.Fprintf(&chain, "g%d = [{include-group = 'g%d'}]\n", i, i+1)
		fmt.Fprintf(&features, "'f%d',", i)
	}
	for i := range 60 { // 2^60 ways from the first to the last
		fmt.Fprintf(&diamond, "g%d = [{include-group = 'g%d'}, {include-group = 'g%d'}]\n", i, i+1, i+1)
	}
	var against strings.Builder
	for i := range 500 {
		against.WriteString(locked(fmt.Sprintf("a%d", i), "1", "[package.dependencies]", fmt.Sprintf("x = '<%d'", 2900-i)))
	}
	asks := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "a%d = '*'\n", i)
		}
		return old + b.String()
	}
	tests := map[string]struct {
		name, text, project string
		want                string // rule, "" for success
	}{
		"50 MB of Poetry":              {"poetry.lock", largePoetry(20_000, 16, false), "", ""},
		"50 MB of old Poetry":          {"poetry.lock", largePoetry(20_000, 14, true), projectOfAll, ""},
		"50 MB of PDM":                 {"pdm.lock", largePDM(22_000, 16), "", ""},
		"more than is read":            {"poetry.lock", poetryLock("#" + strings.Repeat("x", 65<<20)), "", lock.RuleSize},
		"a marker of a megabyte":       {"poetry.lock", poetryLock(locked("a", "1", quoted(long))), "", lock.RuleMarker},
		"a marker of a megabyte, PDM":  {"pdm.lock", pdmLock(pdmPackage("a", "1", indexed("a"), strings.Replace(quoted(long), "markers", "marker", 1))), "", lock.RuleMarker},
		"a marker of many brackets":    {"poetry.lock", poetryLock(locked("a", "1", quoted(strings.Repeat("(", 1_000_000)))), "", lock.RuleMarker},
		"a marker of many quotes":      {"poetry.lock", poetryLock(locked("a", "1", quoted(strings.Repeat("'extra == ", 30_000)))), "", lock.RuleMarker},
		"nested arrays":                {"pdm.lock", pdmLock("x = " + strings.Repeat("[", 1_000_000)), "", lock.RuleSize},
		"nested tables":                {"poetry.lock", oldLock(locked("a", "1", "dependencies = "+strings.Repeat("{a=", 1_000_000))), "", lock.RuleSize},
		"a nested project":             {"poetry.lock", oldLock(locked("a", "1")), old + "a = " + strings.Repeat("[", 1_000_000), lock.RuleSize},
		"a constraint of a megabyte":   {"poetry.lock", oldLock(locked("a", "1")), old + "a = '" + strings.Repeat("1||", 300_000) + "1'", lock.RuleField},
		"many clauses":                 {"poetry.lock", oldLock(locked("a", "1")), old + "a = '" + strings.Repeat("!=1,", 4000) + "!=2'", lock.RuleField},
		"a number of a megabyte":       {"poetry.lock", oldLock(locked("a", "1")), old + "a = '^" + strings.Repeat("9", 400) + "'", lock.RuleField},
		"a long chain of groups":       {"poetry.lock", oldLock(locked("a", "1")), "[dependency-groups]\n" + chain.String() + "g3000 = []\n", lock.RuleSize},
		"many ways between groups":     {"poetry.lock", oldLock(locked("a", "1")), "[dependency-groups]\n" + diamond.String() + "g60 = []\n", ""},
		"many versions of one project": {"poetry.lock", oldLock(versions.String() + against.String()), asks(500), lock.RuleConflict},
		"many extras of one project":   {"poetry.lock", oldLock(locked("a", "1") + locked("b", "1", "[package.dependencies]", "a = {version = '*', extras = ["+features.String()+"]}")), old + "b = '*'\n", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{test.name: test.text}
			if test.project != "" {
				files["pyproject.toml"] = test.project
			}
			dir := write(t, files)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, err := selectAll(dir, test.name)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			t.Logf("%d MB, %v, %d MB allocated", len(test.text)>>20, took, (after.TotalAlloc-before.TotalAlloc)>>20)
			var e *lock.Error
			switch {
			case test.want == "" && err != nil:
				t.Errorf("%.300s", err)
			case test.want != "" && (!errors.As(err, &e) || !slices.Contains(rules(err), test.want)):
				t.Errorf("%.300v", err)
			case err != nil && len(err.Error()) > 100_000:
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
			if took > time.Minute || (after.TotalAlloc-before.TotalAlloc)>>20 > 2000 {
				t.Errorf("took too much: %v", took)
			}
		})
	}
}

// FuzzPoetry reads any bytes, with any project beside them: a lock or a clear
// error, and a lock answers.
func FuzzPoetry(f *testing.F) {
	f.Add(poetryLock(locked("a", "1", `markers = "extra == 'x' and python_version < '3.12'"`), "[extras]\nx = ['a']"), "[tool.poetry]\nname = 'app'")
	f.Add(poetryLock(locked("a", "1", "markers = {main = \"os_name == 'posix'\"}", "source = {type = 'url', url = 'https://files.example.org/a-1-py3-none-any.whl'}")), "")
	f.Add(oldLock(locked("a", "1", "[package.dependencies]", "b = [{version = '^1', markers = \"extra == 'x'\", optional = true}, '*']", "[package.extras]", "x = ['b (>=1)']")+locked("b", "1")),
		"[tool.poetry]\nname = 'app'\n[tool.poetry.dependencies]\na = {version = '>=1,<2 || ~3.1', python = '^3.9', platform = 'linux', extras = ['x']}\n[tool.poetry.group.g.dependencies]\nb = '*'\n")
	f.Add(oldLock(locked("a", "1", "source = {type = 'git', url = 'https://git.example.org/a', resolved_reference = 'x'}")), "[project]\ndependencies = ['a[x] @ git+https://git.example.org/a ; os_name == \"posix\"']\n[dependency-groups]\ng = [{include-group = 'h'}]\nh = ['a']\n")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text, project string) {
		for name, content := range map[string]string{"poetry.lock": text, "pyproject.toml": project} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		fuzzLock(t, filepath.Join(dir, "poetry.lock"), "poetry.lock")
	})
}

// FuzzPDM does the same for pdm.lock.
func FuzzPDM(f *testing.F) {
	f.Add(pdmLock(pdmPackage("a", "1", indexed("a"), "marker = \"python_version < '3.12'\"")+pdmPackage("a", "1", indexed("a"), "extras = ['x']"), "[[metadata.targets]]\nrequires_python = '>=3.9'\nplatform = 'manylinux_2_28_x86_64'"))
	f.Add(pdmLock(pdmPackage("a", "1", "url = 'https://${A}@files.example.org/a-1-py3-none-any.whl'") + pdmPackage("b", "1", "path = './b-1-py3-none-any.whl'") +
		pdmPackage("c", "1", "git = 'https://git.example.org/c'") + pdmPackage("d", "1", "path = './d'", "editable = true")))
	path := filepath.Join(f.TempDir(), "pdm.lock")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		fuzzLock(t, path, "pdm.lock")
	})
}

// fuzzLock reads a lock of a format, if that is what the bytes are, and checks
// its answers.
func fuzzLock(t *testing.T, path, format string) {
	t.Helper()
	for _, unhashed := range []bool{false, true} {
		l, err := lock.Read(path, lock.Options{AllowUnhashed: unhashed})
		if err != nil || l.Format != format {
			continue
		}
		l.Pins()
		for _, w := range []lock.Want{{}, {Extras: l.Extras, Groups: l.Groups}, {Groups: []string{"g"}, Extras: []string{"x"}}} {
			pins, err := l.Select(bookworm, w)
			if err != nil {
				continue
			}
			for i, p := range pins {
				checkLockPin(t, p, unhashed)
				if i > 0 && pins[i-1].Name >= p.Name {
					t.Errorf("%s behind %s", p.Name, pins[i-1].Name)
				}
			}
		}
	}
}

// checkLockPin: a pin says what it is, and what it must hash to or where its
// source code is.
func checkLockPin(t *testing.T, p lock.Pin, unhashed bool) {
	t.Helper()
	hashed := len(p.Hashes) > 0 || len(p.Files) > 0 || p.Origin != ""
	for _, f := range p.Files {
		hashed = hashed && len(f.Hashes) > 0
		if f.Name == "" || f.URL != "" && f.Path != "" {
			t.Errorf("an incomplete file: %+v", f)
		}
	}
	if p.Name == "" || p.Line == 0 || p.Version == "" && p.Origin == "" || p.URL != "" && p.Path != "" || !hashed && !unhashed {
		t.Errorf("an incomplete pin: %+v", p)
	}
}
