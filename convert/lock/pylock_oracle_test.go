package lock_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
	"wain/convert/pep"
	"wain/fixtures"
)

// machine is a target of the oracle tests.
type machine struct {
	env   pep.Environment
	glibc int
}

// machines are targets that differ in what markers and tags ask for.
func machines() map[string]machine {
	target := func(full, arch string, glibc int) machine {
		env := bookworm
		env.PythonFullVersion, env.ImplementationVersion, env.PlatformMachine = full, full, arch
		env.PythonVersion = full[:strings.LastIndexByte(full, '.')]
		return machine{env, glibc}
	}
	return map[string]machine{
		"debian12":       target("3.11.2", "x86_64", 36),
		"debian13/arm64": target("3.13.5", "aarch64", 41),
		"el9":            target("3.9.21", "x86_64", 34),
		"el9-3.12":       target("3.12.9", "x86_64", 34),
	}
}

// variables gives an environment as packaging has it.
func markerVariables(e pep.Environment) map[string]string {
	return map[string]string{
		"os_name": e.OSName, "sys_platform": e.SysPlatform, "platform_system": e.PlatformSystem, "platform_machine": e.PlatformMachine,
		"platform_release": e.PlatformRelease, "platform_version": e.PlatformVersion,
		"implementation_name": e.ImplementationName, "implementation_version": e.ImplementationVersion,
		"platform_python_implementation": e.PlatformPythonImplementation,
		"python_version":                 e.PythonVersion, "python_full_version": e.PythonFullVersion,
	}
}

// pylockQuestion is what packaging is asked of a pylock.toml.
type pylockQuestion struct {
	Path   string            `json:"path"`
	Env    map[string]string `json:"env"`
	Glibc  int               `json:"glibc"`
	Extras []string          `json:"extras"`
	Groups []string          `json:"groups"`

	machine machine
}

// pylockAnswer is a selection, packaging's or ours.
type pylockAnswer struct {
	Error    string
	Packages []pylockPackage
}

type pylockPackage struct {
	Name, Version string
	Files         []pylockFile
	Wheel         string // the best of them for the target, as packaging has it
	Origin        bool
}

type pylockFile struct {
	Name   string
	Hashes []string
}

// selected is our answer to a question.
func (q pylockQuestion) selected() (pylockAnswer, error) {
	l, err := lock.Read(q.Path, lock.Options{})
	if err != nil {
		return pylockAnswer{}, err
	}
	pins, err := l.Select(q.machine.env, lock.Want{Extras: q.Extras, Groups: q.Groups})
	if err != nil {
		return pylockAnswer{}, err
	}
	a := pylockAnswer{Packages: []pylockPackage{}}
	for _, p := range pins {
		k := pylockPackage{Name: p.Name, Version: p.Version, Origin: p.Origin != "", Files: []pylockFile{}}
		files := p.Files
		switch {
		case p.Path != "":
			files = []lock.File{{Name: filepath.Base(p.Path), Hashes: p.Hashes}}
		case p.URL != "":
			u, err := url.Parse(p.URL)
			if err != nil {
				return pylockAnswer{}, err
			}
			files = []lock.File{{Name: filepath.Base(u.Path), Hashes: p.Hashes}}
		}
		for _, f := range files {
			var hashes []string
			for _, h := range f.Hashes {
				hashes = append(hashes, h.String())
			}
			k.Files = append(k.Files, pylockFile{f.Name, hashes})
		}
		a.Packages = append(a.Packages, k)
	}
	return a, nil
}

// askPylock puts questions to packaging.
func askPylock(t *testing.T, questions []pylockQuestion) []pylockAnswer {
	t.Helper()
	for i := range questions {
		q := &questions[i]
		q.Env, q.Glibc = markerVariables(q.machine.env), q.machine.glibc
		q.Extras, q.Groups = append([]string{}, q.Extras...), append([]string{}, q.Groups...)
	}
	var answers []pylockAnswer
	fixtures.AskPackaging(t, "testdata/pylock.py", questions, &answers)
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(answers), len(questions))
	}
	return answers
}

// TestPylock selects from locks that uv, pip, PDM and Pipenv wrote, and from one with
// every form of every key, for several targets, extras and groups: the same
// packages, versions, files and hashes as packaging's, or a refusal by both.
func TestPylock(t *testing.T) {
	paths, err := filepath.Glob("testdata/pylock/pylock.*.toml")
	if err != nil || len(paths) < 7 {
		t.Fatal(paths, err)
	}
	var questions []pylockQuestion
	for _, path := range paths {
		if path, err = filepath.Abs(path); err != nil {
			t.Fatal(err)
		}
		l, err := lock.Read(path, lock.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range machines() {
			for _, extras := range subsets(l.Extras) {
				for _, groups := range subsets(l.Groups) {
					questions = append(questions, pylockQuestion{Path: path, machine: m, Extras: extras, Groups: groups})
				}
			}
		}
	}
	refused := 0
	for i, theirs := range askPylock(t, questions) {
		q := questions[i]
		got, err := q.selected()
		if err != nil {
			refused++
		}
		if (err != nil) != (theirs.Error != "") {
			t.Errorf("%s for %s with %q and %q: packaging says %q, we say %v", filepath.Base(q.Path), q.Env["python_full_version"], q.Extras, q.Groups, theirs.Error, err)
			continue
		}
		checkWheels(t, theirs)
		if diff := cmp.Diff(theirs.Packages, got.Packages, ignoreWheel); diff != "" && err == nil {
			t.Errorf("%s for %s with %q and %q (-packaging +wain):\n%s", filepath.Base(q.Path), q.Env["python_full_version"], q.Extras, q.Groups, diff)
		}
	}
	if refused == len(questions) {
		t.Error("all are refused: nothing was compared")
	}
}

// ignoreWheel leaves out what is packaging's alone.
var ignoreWheel = cmp.Transformer("wheel", func(p pylockPackage) any {
	return [4]any{p.Name, p.Version, p.Files, p.Origin}
})

// checkWheels holds the oracle itself: the wheel that packaging takes is one of
// those that are compared.
func checkWheels(t *testing.T, a pylockAnswer) {
	t.Helper()
	for _, p := range a.Packages {
		if p.Wheel != "" && !slices.ContainsFunc(p.Files, func(f pylockFile) bool { return f.Name == p.Wheel && len(f.Hashes) > 0 }) {
			t.Errorf("%s: %s is not among its files", p.Name, p.Wheel)
		}
	}
}

// subsets gives none, each, and all of a few names.
func subsets(names []string) [][]string {
	sets := [][]string{nil}
	for _, name := range names {
		sets = append(sets, []string{name})
	}
	if len(names) > 1 {
		sets = append(sets, names)
	}
	return sets
}

// TestPylockRandom reads locks put together at random, with a wrong piece here
// and there: what packaging refuses we refuse, and what it reads we read alike,
// but for the rules in which we are stricter.
func TestPylockRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 51))
	dir := t.TempDir()
	var questions []pylockQuestion
	all := []string{"debian12", "debian13/arm64", "el9", "el9-3.12"}
	for i := range 2000 {
		path := filepath.Join(dir, fmt.Sprintf("pylock.%d.toml", i))
		if err := os.WriteFile(path, []byte(randomPylock(random)), 0o644); err != nil {
			t.Fatal(err)
		}
		questions = append(questions, pylockQuestion{Path: path, machine: machines()[all[random.IntN(4)]]})
	}
	stricter := func(i lock.Issue) bool {
		return i.Rule == lock.RuleHash || i.Rule == lock.RuleMarker ||
			strings.Contains(i.Detail, "not a URL that files are fetched from") ||
			strings.Contains(i.Detail, "a size below nothing") || strings.Contains(i.Detail, "case matters")
	}
	both, neither := 0, 0
	for i, theirs := range askPylock(t, questions) {
		got, err := questions[i].selected()
		text, _ := os.ReadFile(questions[i].Path)
		var e *lock.Error
		switch {
		case theirs.Error != "" && err == nil:
			t.Errorf("packaging refuses, and we do not: %s\n%s", theirs.Error, text)
		case theirs.Error != "":
			neither++
		case errors.As(err, &e):
			for _, issue := range e.Issues {
				if !stricter(issue) {
					t.Errorf("packaging reads, and we do not: %v\n%s", issue, text)
				}
			}
		case err != nil:
			t.Errorf("%v\n%s", err, text)
		default:
			both++
			if diff := cmp.Diff(theirs.Packages, got.Packages, ignoreWheel); diff != "" {
				t.Errorf("(-packaging +wain):\n%s\n%s", diff, text)
			}
		}
	}
	t.Logf("both read %d and both refuse %d of %d", both, neither, len(questions))
	if both < len(questions)/4 || neither < len(questions)/4 {
		t.Errorf("both read %d and both refuse %d of %d: too little was compared", both, neither, len(questions))
	}
}

// randomPylock joins pieces of a lock. One in some ten is wrong.
func randomPylock(random *rand.Rand) string {
	some := func(wrong []string, right ...string) string {
		if random.IntN(40) == 0 && len(wrong) > 0 {
			return wrong[random.IntN(len(wrong))] + "\n"
		}
		return right[random.IntN(len(right))] + "\n"
	}
	var b strings.Builder
	b.WriteString(some([]string{"", `lock-version = "2.0"`, `lock-version = "0.9"`, `lock-version = 1.0`, `lock-version = "one"`, `lock-version = "1!1.0"`}, `lock-version = "1.0"`, `lock-version = "1.0"`, `lock-version = "1.1"`, `lock-version = "1"`))
	b.WriteString(some([]string{"", "created-by = 1"}, `created-by = "x"`, `created-by = ""`))
	b.WriteString(some([]string{`requires-python = "3.9"`, `requires-python = ">=3.13"`, `requires-python = ["3"]`}, "", `requires-python = ">=3.9"`, `requires-python = ""`))
	b.WriteString(some([]string{`environments = "x"`, `environments = ["nonsense"]`, `environments = ["'x' in extras"]`, `environments = ["sys_platform == 'win32'"]`, `environments = [1]`}, "", "environments = []", `environments = ["os_name == 'nt'", "os_name == 'posix'"]`))
	b.WriteString(some([]string{`extras = ["A_b"]`, `extras = 1`, `extras = [true]`, `extras = ["a", ""]`}, "", "extras = []", `extras = ["a"]`))
	b.WriteString(some([]string{`dependency-groups = [1]`, `dependency-groups = "x"`}, "", `dependency-groups = ["dev"]`))
	b.WriteString(some([]string{`default-groups = "x"`, `default-groups = [{}]`}, "", `default-groups = ["main"]`))
	b.WriteString(some([]string{`tool = 1`, "[tool]\nx = 1\n[tool]", "packages = 1", "[packages]"}, "", "tool.x = {y = 1}"))
	n := random.IntN(4)
	if n == 0 {
		b.WriteString(some([]string{""}, "packages = []"))
	}
	for i := range n {
		name := string(rune('a' + i))
		if random.IntN(30) == 0 {
			name = "a"
		}
		b.WriteString(randomPackage(name, some))
	}
	return b.String()
}

// randomPackage is one table of packages.
func randomPackage(name string, some func(wrong []string, right ...string) string) string {
	hashes := strings.TrimSpace(some([]string{"", ", hashes = {}", ", hashes = {sha256 = 1}", `, hashes = "x"`, `, hashes = {md5 = "00"}`, `, hashes = {sha256 = "00"}`},
		", hashes = {sha256 = '"+strings.Repeat("a", 64)+"'}", ", hashes = {sha512 = '"+strings.Repeat("B", 128)+"', blake2b = 'x'}"))
	more := strings.TrimSpace(some([]string{`, size = true`, `, size = "1"`, `, size = 1.0`, `, upload-time = 1`, `, upload-time = 2025-01-01`, `, upload-time = 10:00:00`, `, upload-time = "2025-01-01T00:00:00Z"`, `, name = 1`, `, name = "x.whl"`, `, size = -1`},
		"", ", size = 10", ", upload-time = 2025-01-01T00:00:00Z", ", upload-time = 2025-01-01T00:00:00", ", name = ''"))
	where := strings.TrimSpace(some([]string{"url = ''", "path = ''", "url = 1", "url = 'x'", "url = 'https://h.example.org/x'", "path = 'x.whl'", "url = 'https://h.example.org/" + name + "-1.tar.gz'"},
		"url = 'https://h.example.org/f/"+name+"-1-py3-none-any.whl'", "path = 'f/"+name+"-1.0-py3-none-any.whl'", "path = '"+name+"-1-py3-none-any.whl', url = 'https://h.example.org/x'",
		"url = 'https://h.example.org/f/"+name+"-1.0.0-cp311-cp311-linux_x86_64.whl#x'", `path = 'f\`+name+`-1-py3-none-any.whl'`))
	wheel := "{" + where + hashes + more + "}"
	sdist := "{" + strings.Replace(where, "-py3-none-any.whl", ".tar.gz", 1) + hashes + more + "}"
	text := "[[packages]]\n" +
		some([]string{"", "Name = 'a'", "name = 'A'", "name = 'x_y'", "name = 1", "name = ''"}, "name = '"+name+"'") +
		some([]string{"version = 1", "version = 'one'", "version = '2'", "version = ''"}, "version = '1'", "version = '1.0'", "") +
		some([]string{"marker = ''", "marker = 1", "marker = 'nonsense'", `marker = "extra == 'x'"`, `marker = "'x' == extras"`}, "", "marker = \"python_version < '3.12'\"", `marker = "'a' in extras"`, `marker = "'main' in dependency_groups or 'a' not in extras"`) +
		some([]string{"requires-python = '3.9'", "requires-python = '<3.9'", "requires-python = 3"}, "", "requires-python = '>=3.9'") +
		some([]string{"dependencies = ['x']", "dependencies = 1", "index = 1", "tool = []", "attestation-identities = [{}]", "attestation-identities = [1]", "attestation-identities = [{kind = 1}]"},
			"", "dependencies = [{name = 'x'}]", "index = 'https://h.example.org/simple'", "attestation-identities = [{kind = 'x', y = 1}]", "tool.x.y = 1", "unknown = [1]")
	return text + some([]string{
		"", "wheels = []", "wheels = [1]", "Wheels = [" + wheel + "]", "WHEELS = [" + wheel + "]\ndirectory = {path = '.'}", "wheels = {}", "sdist = []", "directory = {}", "directory = {path = 1}", "directory = {path = 'x', editable = 1}", "vcs = {type = 'git', url = 'https://h.example.org/x'}",
		"vcs = {type = 'git', commit-id = 'x'}", "vcs = {commit-id = 'x', path = 'x'}", "archive = " + wheel + "\nwheels = [" + wheel + "]", "directory = {path = 'x'}\nvcs = {type = 'git', commit-id = 'x', path = 'y'}",
		"directory = {path = 'x'}\nsdist = " + sdist, "archive = {path = 'x'}", "archive = {hashes = {sha256 = 'x'}}",
	},
		"wheels = ["+wheel+"]", "wheels = ["+wheel+", "+wheel+"]", "sdist = "+sdist, "sdist = "+sdist+"\nwheels = ["+wheel+"]", "archive = "+wheel,
		"directory = {path = 'x', editable = true, subdirectory = 'y'}", "vcs = {type = 'git', commit-id = 'x', path = 'x', requested-revision = 'y'}", "directory = {path = '.'}", "wheels = []\ndirectory = {path = '.'}")
}
