package lock_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
)

// poetryLock is a lock of version 2.1 with the packages given.
func poetryLock(packages string, rest ...string) string {
	return packages + "\n[metadata]\nlock-version = \"2.1\"\npython-versions = \">=3.9\"\ncontent-hash = \"\"\n" + strings.Join(rest, "\n")
}

// oldLock is a lock of version 2.0.
func oldLock(packages string) string {
	return strings.Replace(poetryLock(packages), "2.1", "2.0", 1)
}

// locked is one package of a poetry.lock, with further keys.
func locked(name, version string, keys ...string) string {
	return fmt.Sprintf("[[package]]\nname = %q\nversion = %q\noptional = false\npython-versions = \"*\"\ngroups = [\"main\"]\nfiles = [{file = \"%s-%s.tar.gz\", hash = %q}]\n%s\n",
		name, version, name, version, hashA, strings.Join(keys, "\n"))
}

// bare is one without files.
func bare(name, version string, keys ...string) string {
	return fmt.Sprintf("[[package]]\nname = %q\nversion = %q\noptional = false\npython-versions = \"*\"\n%s\n", name, version, strings.Join(keys, "\n"))
}

// TestPoetryLock has one case for each rule that a poetry.lock can break, and for
// forms that the locks of testdata do not have.
func TestPoetryLock(t *testing.T) {
	const old = "[tool.poetry]\nname = 'app'\n[tool.poetry.dependencies]\n"
	tests := []struct {
		name    string
		lock    string
		project string // pyproject.toml; "" for none
		want    lock.Want
		pins    []string
		issues  []string // rules, at lines
		text    string   // in the error
	}{
		{name: "no version", lock: "[metadata]\ncontent-hash = ''\n", issues: []string{"poetry.lock format-version"}, text: "poetry lock"},
		{name: "version 3", lock: "[metadata]\nlock-version = \"3.0\"\n", issues: []string{"poetry.lock format-version"}, text: "Poetry 2"},
		{name: "not a version", lock: "[metadata]\nlock-version = \"new\"\n", issues: []string{"poetry.lock field"}},
		{name: "not TOML", lock: "[metadata]\nlock-version = \"2.1\n", issues: []string{"poetry.lock:2 syntax"}, text: ":2:"},
		{name: "wrong type", lock: "[[package]]\nname = 1\n[metadata]\nlock-version = \"2.1\"\n", issues: []string{"poetry.lock:2 field"}, text: "string"},
		{name: "no name", lock: poetryLock("[[package]]\nversion = '1'\n"), issues: []string{"poetry.lock:1 field"}},
		{name: "no version of a package", lock: poetryLock("[[package]]\nname = 'a'\n"), issues: []string{"poetry.lock:1 field"}},
		{name: "no hash", lock: poetryLock(bare("a", "1", "groups = ['main']", "files = []")), issues: []string{"poetry.lock:1 not-hashed"}},
		{name: "weak hash", lock: poetryLock(bare("a", "1", "groups = ['main']", "files = [{file = 'a-1.tar.gz', hash = 'md5:0'}]")), issues: []string{"poetry.lock:1 not-hashed"}},
		{name: "bad hash", lock: poetryLock(bare("a", "1", "groups = ['main']", "files = [{file = 'a-1.tar.gz', hash = 'sha256:0'}]")), issues: []string{"poetry.lock:1 hash"}},
		{name: "file without a name", lock: poetryLock(bare("a", "1", "groups = ['main']", "files = [{hash = 'sha256:0'}]")), issues: []string{"poetry.lock:1 field"}},
		{name: "no group", lock: poetryLock(bare("a", "1", "files = [{file = 'a-1.tar.gz', hash = '"+hashA+"'}]")), issues: []string{"poetry.lock:1 field"}},
		{name: "bad marker", lock: poetryLock(locked("a", "1", "markers = 'nonsense'")), issues: []string{"poetry.lock:1 marker"}},
		{name: "bad marker of a group", lock: poetryLock(locked("a", "1", "markers = {main = 'nonsense'}")), issues: []string{"poetry.lock:1 marker"}},
		{name: "marker of a wrong type", lock: poetryLock(locked("a", "1", "markers = 1")), issues: []string{"poetry.lock:1 field"}},
		{name: "marker of a group of a wrong type", lock: poetryLock(locked("a", "1", "markers = {main = 1}")), issues: []string{"poetry.lock:1 field"}},
		{name: "unknown source", lock: poetryLock(locked("a", "1", "source = {type = 'ftp', url = 'x'}")), issues: []string{"poetry.lock:1 source"}},
		{name: "wheel of another project", lock: poetryLock(locked("a", "1", "source = {type = 'url', url = 'https://files.example.org/b-1-py3-none-any.whl'}")), issues: []string{"poetry.lock:1 name-mismatch"}},
		{name: "wheel of another version", lock: poetryLock(locked("a", "1", "source = {type = 'file', url = 'a-2-py3-none-any.whl'}")), issues: []string{"poetry.lock:1 name-mismatch"}},
		{name: "URL of another scheme", lock: poetryLock(locked("a", "1", "source = {type = 'url', url = 'javascript:a-1-py3-none-any.whl'}")), issues: []string{"poetry.lock:1 field"}},
		{name: "two versions at once", lock: poetryLock(locked("a", "1") + locked("a", "2")), issues: []string{"poetry.lock:9 pinned-twice"}},
		{name: "no such extra", lock: poetryLock(locked("a", "1"), "[extras]\nx = ['a']"), want: lock.Want{Extras: []string{"y"}}, issues: []string{"poetry.lock extra"}, text: "there are x"},
		{name: "no such group", lock: poetryLock(locked("a", "1", "")), want: lock.Want{Groups: []string{"dev"}}, issues: []string{"poetry.lock group"}},
		{name: "another Python", lock: strings.Replace(poetryLock(locked("a", "1")), ">=3.9", "^3.12 || 3.10.*", 1), issues: []string{"poetry.lock target"}, text: `needs Python "^3.12 || 3.10.*"; the target has 3.11.2`},
		{name: "nonsense for Python", lock: strings.Replace(poetryLock(locked("a", "1")), ">=3.9", "about 3", 1), issues: []string{"poetry.lock field"}},
		{
			name: "markers by group", lock: poetryLock(locked("a", "1", "markers = {main = \"sys_platform == 'win32'\"}") + locked("b", "1")),
			want: lock.Want{Groups: []string{"main"}}, pins: []string{"b==1"},
		},
		{
			name: "extras as a set", lock: poetryLock(locked("a", "1", `markers = "extra == 'x' and extra == 'y' and extra != 'z'"`)+locked("b", "1", `markers = "extra != 'x'"`), "[extras]\nx = []\nY = []\nz = []"),
			want: lock.Want{Extras: []string{"X", "y"}}, pins: []string{"a==1"},
		},
		{
			name: "places", lock: poetryLock(locked("a", "1", "source = {type = 'url', url = 'https://files.example.org/a-1-py3-none-any.whl'}") +
				locked("b", "1", "source = {type = 'file', url = '../b-1-py3-none-any.whl'}") +
				locked("c", "1", "source = {type = 'git', url = 'https://u:p@git.example.org/c.git', reference = 'main', resolved_reference = 'abc', subdirectory = 'sub'}") +
				locked("d", "1", "source = {type = 'directory', url = '../d'}") +
				locked("e", "1", "source = {type = 'legacy', url = 'https://index.example.org/simple', reference = 'x'}") +
				locked("f", "1", "source = {type = 'url', url = 'https://files.example.org/f.zip', subdirectory = 'sub'}")),
			pins: []string{
				"a @ https://files.example.org/a-1-py3-none-any.whl", "b @ ../b-1-py3-none-any.whl", "c @ git+https://****@git.example.org/c.git@abc#subdirectory=sub",
				"d @ ../d", "e==1 from https://index.example.org/simple", "f @ https://files.example.org/f.zip#subdirectory=sub",
			},
		},
		{name: "old without a project", lock: oldLock(locked("a", "1")), issues: []string{"poetry.lock missing"}, text: "poetry lock"},
		{name: "old with a broken project", lock: oldLock(locked("a", "1")), project: "[tool", issues: []string{"pyproject.toml:1 syntax"}},
		{name: "old with a wrong project", lock: oldLock(locked("a", "1")), project: old + "a = 1\n", issues: []string{"pyproject.toml field"}},
		{name: "old with a wrong constraint", lock: oldLock(locked("a", "1")), project: old + "a = 'about 1'\n", issues: []string{"pyproject.toml field"}},
		{name: "old and stale", lock: oldLock(locked("a", "1")), project: old + "b = '*'\n", issues: []string{"pyproject.toml missing"}, text: "poetry lock"},
		{name: "old and stale in a version", lock: oldLock(locked("a", "1")), project: old + "a = '^2'\n", issues: []string{"pyproject.toml stale"}},
		{name: "old with a hole", lock: oldLock(locked("a", "1", "[package.dependencies]", "b = '*'")), project: old + "a = '*'\n", issues: []string{"poetry.lock:1 missing"}},
		{
			name: "old for another Python", lock: oldLock(strings.Replace(locked("a", "1"), `python-versions = "*"`, `python-versions = "<3.11"`, 1)), project: old + "a = '*'\n",
			issues: []string{"pyproject.toml target"},
		},
		{
			name: "old without file names", lock: "[[package]]\nname = 'A.b'\nversion = '1.0'\ncategory = 'main'\noptional = false\npython-versions = '*'\n" +
				"[metadata]\nlock-version = '1.0'\npython-versions = '*'\n[metadata.hashes]\n\"A.b\" = ['" + strings.TrimPrefix(hashA, "sha256:") + "']\n",
			project: old + "a-b = '*'\n", pins: []string{"a-b==1.0 " + hashA},
		},
		{
			name: "a choice taken back", lock: oldLock(locked("a", "1", "[package.dependencies]", "x = '*'") + locked("b", "1", "[package.dependencies]", "x = '<2'") + locked("x", "1") + locked("x", "2")),
			project: old + "a = '*'\nb = '*'\n", pins: []string{"a==1", "b==1", "x==1"},
		},
		{
			name: "no choice left", lock: oldLock(locked("a", "1", "[package.dependencies]", "x = '>1'") + locked("b", "1", "[package.dependencies]", "x = '<2'") + locked("x", "1") + locked("x", "2")),
			project: old + "a = '*'\nb = '*'\n", issues: []string{"poetry.lock:10 constraint-conflict"}, text: "Poetry 2",
		},
		{
			name: "extras that no marker tells apart", lock: oldLock(locked("a", "1", "[package.dependencies]", "b = {version = '*', optional = true}", "c = {version = '*', optional = true}", "[package.extras]", "x = ['b (>=1)']", "y = ['c']") + locked("b", "1") + locked("c", "1")),
			project: old + "a = {version = '*', extras = ['X']}\n", pins: []string{"a==1", "b==1"},
		},
		{
			name: "platform and markers", lock: oldLock(locked("a", "1") + locked("b", "1") + locked("c", "1") + locked("d", "1")),
			project: old + "a = {version = '*', platform = 'win32'}\nb = {version = '*', platform = '!=win32'}\nc = {version = '*', platform = 'linux || darwin', python = '<3.12'}\nd = {version = '*', markers = \"sys_platform == 'win32'\"}\n",
			pins:    []string{"b==1", "c==1"},
		},
		{
			name: "one project at several places", lock: oldLock(locked("a", "1") + locked("a", "1", "source = {type = 'url', url = 'https://files.example.org/a-1-py3-none-any.whl'}")),
			project: old + "a = [{url = 'https://files.example.org/a-1-py3-none-any.whl', markers = \"sys_platform == 'linux'\"}, {version = '1', markers = \"sys_platform != 'linux'\"}]\n",
			pins:    []string{"a @ https://files.example.org/a-1-py3-none-any.whl"},
		},
		{
			name: "one version from several sources", lock: oldLock(locked("a", "1", "source = {type = 'legacy', url = 'https://one.example.org', reference = 'one'}") + locked("a", "1", "source = {type = 'legacy', url = 'https://two.example.org', reference = 'two'}")),
			project: old + "a = {version = '1', source = 'two'}\n", pins: []string{"a==1 from https://two.example.org"},
		},
		{
			name: "a standard project with groups", lock: oldLock(locked("a", "1") + locked("b", "1") + locked("c", "1") + strings.Replace(locked("d", "1"), "optional = false", "optional = true", 1) + locked("e", "1")),
			project: "[project]\nname = 'App'\ndependencies = ['a', 'app[x]', \"e ; sys_platform == 'win32'\"]\n[project.optional-dependencies]\nx = ['d>=1']\n" +
				"[dependency-groups]\ndev = ['b', {include-group = 'More.Dev'}]\nmore-dev = ['c']\n[tool.poetry.group.all]\ninclude-groups = ['dev']\n",
			want: lock.Want{Groups: []string{"all"}}, pins: []string{"a==1", "b==1", "c==1"},
		},
		{
			name: "groups that include each other", lock: oldLock(locked("a", "1")),
			project: "[dependency-groups]\na = [{include-group = 'b'}]\nb = [{include-group = 'A'}]\n", issues: []string{"pyproject.toml include-cycle"}, text: "a -> b -> a",
		},
		{
			name: "a group that is not there", lock: oldLock(locked("a", "1")),
			project: "[dependency-groups]\na = [{include-group = 'b'}]\n", issues: []string{"pyproject.toml group"},
		},
		{name: "a wrong entry of a group", lock: oldLock(locked("a", "1")), project: "[dependency-groups]\na = [{include-group = 'b', x = 1}]\n", issues: []string{"pyproject.toml group"}},
		{name: "a group that is no name", lock: oldLock(locked("a", "1")), project: "[dependency-groups]\n'-' = []\n", issues: []string{"pyproject.toml group"}},
		{name: "two groups of one name", lock: oldLock(locked("a", "1")), project: "[dependency-groups]\na_b = []\nA-B = []\n", issues: []string{"pyproject.toml group"}},
		{name: "a requirement of a group that is none", lock: oldLock(locked("a", "1")), project: "[dependency-groups]\na = ['b c']\n", issues: []string{"pyproject.toml syntax"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{"poetry.lock": test.lock}
			if test.project != "" {
				files["pyproject.toml"] = test.project
			}
			dir := write(t, files)
			pins, err := selectFrom(filepath.Join(dir, "poetry.lock"), test.want)
			if test.issues != nil {
				if diff := cmp.Diff(test.issues, issues(t, dir, err)); diff != "" {
					t.Errorf("issues (-want +got):\n%s\n%v", diff, err)
				}
				if err != nil && !strings.Contains(err.Error(), test.text) {
					t.Errorf("%q is not in: %v", test.text, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.pins, placed(dir, pins)); diff != "" {
				t.Errorf("pins (-want +got):\n%s", diff)
			}
		})
	}
}

// selectFrom reads a lock and asks it for the pins of bookworm.
func selectFrom(path string, want lock.Want) ([]lock.Pin, error) {
	l, err := lock.Read(path, lock.Options{})
	if err != nil {
		return nil, err
	}
	return l.Select(bookworm, want)
}

// placed is each pin as people see it, with its index and its own hashes.
func placed(dir string, pins []lock.Pin) (list []string) {
	for _, p := range pins {
		text := p.String()
		for _, path := range []string{p.Path, p.Origin} {
			if rel, err := filepath.Rel(dir, path); filepath.IsAbs(path) && err == nil {
				text = p.Name + " @ " + rel
			}
		}
		if p.Index != "" {
			text += " from " + p.Index
		}
		if p.URL == "" && p.Path == "" {
			for _, h := range p.Hashes {
				text += " " + h.String()
			}
		}
		list = append(list, text)
	}
	return list
}

// TestPoetryOffers: what may be asked for, and the project's own name.
func TestPoetryOffers(t *testing.T) {
	for name, want := range map[string][3][]string{
		"classic-v11": {{"shop"}, {"all", "cache", "token-auth"}, {"dev"}},
		"classic-v25": {{"shop"}, {"all", "cache", "token-auth"}, {"dev", "docs"}},
		"modern":      {{"shop"}, {"cache", "new", "old", "token-auth"}, {"all", "base-tools", "docs", "test"}},
	} {
		l, err := lock.Read(filepath.Join("testdata/poetry", name, "poetry.lock"), lock.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, [3][]string{l.Own, l.Extras, l.Groups}); diff != "" {
			t.Errorf("%s: own, extras, groups (-want +got):\n%s", name, diff)
		}
	}
}

// TestPoetryFiles: the files of a pin, by name, and only those of its version.
func TestPoetryFiles(t *testing.T) {
	for _, name := range []string{"classic-v11", "classic-v18", "modern"} {
		l, err := lock.Read(filepath.Join("testdata/poetry", name, "poetry.lock"), lock.Options{})
		if err != nil {
			t.Fatal(err)
		}
		clicks := 0
		for _, p := range l.Pins() {
			if len(p.Files) == 0 || len(p.Hashes) > 0 || p.Line == 0 {
				t.Errorf("%s: %+v", name, p)
			}
			if p.Name != "click" {
				continue
			}
			clicks++
			var files []string
			for _, f := range p.Files {
				files = append(files, f.Name)
			}
			slices.Sort(files)
			if diff := cmp.Diff([]string{"click-" + p.Version + "-py3-none-any.whl", "click-" + p.Version + ".tar.gz"}, files); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		if clicks != 2 {
			t.Errorf("%s: click is there %d times", name, clicks)
		}
	}
}

// TestPoetryProject: a lock that says all is read whatever is beside it.
func TestPoetryProject(t *testing.T) {
	for name, project := range map[string]string{
		"no TOML": "[tool", "other types": "[tool.poetry]\ngroup = 1\n", "too deep": "x = " + strings.Repeat("[", 200), "changed": "[tool.poetry]\nname = 'x'\n",
	} {
		text := strings.Replace(poetryLock(locked("a", "1")), `content-hash = ""`, `content-hash = "0"`, 1)
		dir := write(t, map[string]string{"poetry.lock": text, "pyproject.toml": project})
		l, err := lock.Read(filepath.Join(dir, "poetry.lock"), lock.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if len(l.Warnings) != 1 {
			t.Errorf("%s: %q", name, l.Warnings)
		}
	}
}

// TestPoetryUnhashed: allowed, a pin without a hash is a warning.
func TestPoetryUnhashed(t *testing.T) {
	path := filepath.Join(write(t, map[string]string{"poetry.lock": poetryLock(bare("a", "1", "groups = ['main']", "files = []"))}), "poetry.lock")
	l, err := lock.Read(path, lock.Options{AllowUnhashed: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Warnings) != 1 || !strings.HasPrefix(l.Warnings[0], path+":1: \"a==1\" has no hash") {
		t.Errorf("%q", l.Warnings)
	}
}
