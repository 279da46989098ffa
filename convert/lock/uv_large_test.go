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

// largeUV is a lock of n packages with wheels files each; each needs the next
// five of them, some by extra and marker.
func largeUV(n, wheels int) string {
	var b strings.Builder
	b.WriteString(uvText("resolution-markers = [\"python_full_version >= '3.12'\", \"python_full_version < '3.12'\"]", "dependencies = [{ name = \"p0\" }]"))
	for i := range n {
		fmt.Fprintf(&b, "\n[[package]]\nname = \"p%d\"\nversion = \"1.%d\"\n%sdependencies = [\n", i, i, fromIndex)
		for j := i + 1; j < min(n, i+6); j++ {
			fmt.Fprintf(&b, "    { name = \"p%d\", extra = [\"x\"], marker = \"python_full_version >= '3.%d' or sys_platform == 'win32'\" },\n", j, (j-i)%12)
		}
		fmt.Fprintf(&b, "]\nsdist = { url = \"https://index.example.org/files/0123456789abcdef/p%d-1.%d.tar.gz\", hash = %q, size = 12345, upload-time = \"2026-01-01T00:00:00Z\" }\nwheels = [\n", i, i, hashA)
		for k := range wheels {
			fmt.Fprintf(&b, "    { url = \"https://index.example.org/files/0123456789abcdef/p%d-1.%d-cp3%d-cp3%d-manylinux_2_17_x86_64.whl\", hash = %q, size = 12345, upload-time = \"2026-01-01T00:00:00Z\" },\n", i, i, k, k, hashA)
		}
		fmt.Fprintf(&b, "]\n\n[package.optional-dependencies]\nx = [{ name = \"p%d\" }]\n", (i+7)%n)
	}
	return b.String()
}

// TestUVSpeed reads and selects from a lock of 1,000 packages.
func TestUVSpeed(t *testing.T) {
	dir := write(t, map[string]string{"uv.lock": largeUV(1000, 15)})
	best := time.Hour
	for range 5 {
		start := time.Now()
		l, err := lock.Read(filepath.Join(dir, "uv.lock"), lock.Options{})
		if err != nil {
			t.Fatal(err)
		}
		pins, err := l.Select(bookworm, lock.Want{})
		if err != nil || len(pins) != 1000 {
			t.Fatal(len(pins), err)
		}
		best = min(best, time.Since(start))
	}
	t.Logf("%v", best)
	if best > time.Second { // 0.2 s on a machine with nothing else to do
		t.Errorf("took %v", best)
	}
}

func BenchmarkUV(b *testing.B) {
	path := filepath.Join(b.TempDir(), "uv.lock")
	if err := os.WriteFile(path, []byte(largeUV(1000, 15)), 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		l, err := lock.Read(path, lock.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := l.Select(bookworm, lock.Want{}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestUVLarge has documents that nobody writes by hand: success or an error, in
// bounded memory and time.
func TestUVLarge(t *testing.T) {
	long := strings.Repeat("sys_platform == 'linux' or ", 40_000) + "os_name == 'nt'"
	edge := func(marker string) string {
		return uvText("", fmt.Sprintf("dependencies = [{ name = \"p\", marker = %q }]", marker), uvPackage("p", "1"))
	}
	var same, conflicts strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&same, "\n[[package]]\nname = \"p\"\nversion = \"%d\"\nsource = { virtual = \"p\" }\ndependencies = [{ name = \"p\" }]\n", i)
	}
	for i := range 9_000 {
		fmt.Fprintf(&conflicts, "{ package = \"app\", group = \"g%d\" },", i)
	}
	tests := map[string]struct {
		text string
		want string // rule, "" for success
	}{
		"50 MB":                      {largeUV(11_000, 16), ""},
		"more than is read":          {"version = 1\n[[package]]\n#" + strings.Repeat("x", 65<<20), lock.RuleSize},
		"a marker of a megabyte":     {edge(long), lock.RuleMarker},
		"a marker of many brackets":  {edge(strings.Repeat("(", 1_000_000)), lock.RuleMarker},
		"a marker of many quotes":    {edge(strings.Repeat("'extra == ", 30_000)), lock.RuleMarker},
		"a marker of many operators": {edge(strings.Repeat("extra == ", 30_000)), lock.RuleMarker},
		"nested arrays":              {"version = 1\nx = " + strings.Repeat("[", 1_000_000) + "\n[[package]]", lock.RuleSize},
		"nested tables":              {"version = 1\nx = " + strings.Repeat("{a=", 1_000_000) + "\n[[package]]", lock.RuleSize},
		"a long key":                 {"version = 1\n[[package]]\n" + strings.Repeat("a.", 1_000_000) + "a = 1", lock.RuleSize},
		"one name":                   {uvText("", "") + same.String(), lock.RuleSize},
		"a ring":                     {strings.ReplaceAll(largeUV(3000, 0), "wheels = [\n]", ""), ""},
		"conflicts":                  {uvText("conflicts = [["+conflicts.String()+"]]", ""), ""},
		"a version of a megabyte":    {uvText("", "", uvPackage("p", strings.Repeat("1.", 500_000)+"1")), lock.RuleField},
		"a name of a megabyte":       {uvText("", "", uvPackage(strings.Repeat("p", 1<<20), "1")), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "uv.lock")
			if err := os.WriteFile(path, []byte(test.text), 0o644); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			l, err := lock.Read(path, lock.Options{})
			if err == nil {
				_, err = l.Select(bookworm, lock.Want{})
			}
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			t.Logf("%d MB, %v, %d MB allocated", len(test.text)>>20, took, (after.TotalAlloc-before.TotalAlloc)>>20)
			var e *lock.Error
			switch {
			case test.want == "" && err != nil:
				t.Errorf("%.300s", err)
			case test.want != "" && (!errors.As(err, &e) || !slices.Contains(rules(err), test.want)):
				t.Errorf("%v", err)
			case err != nil && len(err.Error()) > 100_000:
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
			if took > 20*time.Second || (after.TotalAlloc-before.TotalAlloc)>>20 > 2000 {
				t.Errorf("took too much: %v", took)
			}
		})
	}
}

// FuzzUV reads any bytes: a lock or a clear error, and a lock answers.
func FuzzUV(f *testing.F) {
	f.Add(uvTeam)
	f.Add(uvText("", "dependencies = [{ name = \"p\", marker = \"extra == 'extra-3-app-x' and python_version < '3.12'\" }]", uvPackage("p", "1")))
	f.Add(uvText("conflicts = [[{ package = \"app\", extra = \"x\" }, { package = \"app\", group = \"g\" }, { package = \"app\" }]]\nsupported-markers = [\"os_name == 'posix'\"]",
		"[package.optional-dependencies]\nx = [{ name = \"p\", version = \"1\" }]\n[package.dev-dependencies]\ng = []",
		uvPackage("p", "1", "resolution-markers = [\"sys_platform == 'linux'\"]"), uvPackage("p", "2")))
	f.Add(uvText("manifest.requirements = [{ name = \"p\", extras = [\"x\"], marker = \"os_name == 'posix'\" }]\nmanifest.dependency-groups.g = [{ name = \"p\" }]", "",
		"name = \"p\"\nversion = \"1\"\nsource = { url = \"https://files.example.org/p-1.tar.gz\", subdirectory = \"s\" }",
		"name = \"q\"\nversion = \"1\"\nsource = { git = \"https://git.example.org/q?rev=1#012\" }",
		"name = \"r\"\nversion = \"1\"\nsource = { path = \"r-1-py3-none-any.whl\" }\nwheels = [{ filename = \"r-1-py3-none-any.whl\", hash = \"A\" }]"))
	path := filepath.Join(f.TempDir(), "uv.lock")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, unhashed := range []bool{false, true} {
			l, err := lock.Read(path, lock.Options{AllowUnhashed: unhashed})
			if err != nil || l.Format != "uv.lock" {
				continue
			}
			l.Pins()
			for _, w := range []lock.Want{{}, {Projects: l.Own[:min(1, len(l.Own))], Extras: l.Extras, Groups: l.Groups}, {Groups: []string{"g"}, Extras: []string{"x"}}} {
				pins, err := l.Select(bookworm, w)
				if err != nil {
					continue
				}
				for i, p := range pins {
					checkUVPin(t, p, unhashed)
					if i > 0 && pins[i-1].Name >= p.Name {
						t.Errorf("%s behind %s", p.Name, pins[i-1].Name)
					}
				}
			}
		}
	})
}

// checkUVPin: a pin says what it is, where it is from and what it must hash to.
func checkUVPin(t *testing.T, p lock.Pin, unhashed bool) {
	t.Helper()
	hashed := len(p.Hashes) > 0 || len(p.Files) > 0 || p.Origin != ""
	for _, f := range p.Files {
		hashed = hashed && len(f.Hashes) > 0
		if f.Name == "" || (f.URL == "") == (f.Path == "") {
			t.Errorf("an incomplete file: %+v", f)
		}
	}
	places := 0
	for _, place := range []string{p.Origin, p.URL, p.Path} {
		if place != "" {
			places++
		}
	}
	if len(p.Files) > 0 {
		places++
	}
	if p.Name == "" || p.Line == 0 || p.Version == "" && p.Origin == "" || places != 1 || !hashed && !unhashed {
		t.Errorf("an incomplete pin: %+v", p)
	}
}
