package lock_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
	"wain/convert/pep"
)

// pdmLock is a lock of version 4.5.0 with the packages given; further keys are of
// its metadata.
func pdmLock(packages string, metadata ...string) string {
	return "[metadata]\ngroups = ['default', 'Dev', 'x']\nstrategy = ['inherit_metadata']\nlock_version = \"4.5.0\"\n" +
		strings.Join(metadata, "\n") + "\n" + packages
}

// pdmPackage is one of its packages.
func pdmPackage(name, version string, keys ...string) string {
	return fmt.Sprintf("[[package]]\nname = %q\nversion = %q\ngroups = ['default']\n%s\n", name, version, strings.Join(keys, "\n"))
}

// indexed is what a package from an index has.
func indexed(name string) string {
	return fmt.Sprintf("files = [{file = '%s-1.tar.gz', hash = '%s'}]", name, hashA)
}

// TestPDMLock has one case for each rule that a pdm.lock can break, and for forms
// that the locks of testdata do not have.
func TestPDMLock(t *testing.T) {
	tests := []struct {
		name   string
		lock   string
		want   lock.Want
		pins   []string
		issues []string // rules, at lines
		text   string   // in the error
	}{
		{name: "no version", lock: "[metadata]\nstrategy = ['inherit_metadata']\n", issues: []string{"pdm.lock format-version"}, text: "pdm lock --update-reuse"},
		{name: "major version", lock: strings.Replace(pdmLock(""), "4.5.0", "5.0", 1), issues: []string{"pdm.lock format-version"}, text: "4.0 to 4.5"},
		{name: "older major version", lock: strings.Replace(pdmLock(""), "4.5.0", "3.1", 1), issues: []string{"pdm.lock format-version"}},
		{name: "newer minor version", lock: strings.Replace(pdmLock(""), "4.5.0", "4.6.0", 1), issues: []string{"pdm.lock format-version"}, text: "pdm lock"},
		{name: "newer micro version", lock: strings.Replace(pdmLock(pdmPackage("a", "1", indexed("a"))), "4.5.0", "4.5.9", 1), pins: []string{"a==1"}},
		{name: "no inherited metadata", lock: strings.Replace(pdmLock(""), "inherit_metadata", "cross_platform", 1), issues: []string{"pdm.lock format-version"}, text: "--strategy inherit_metadata"},
		{name: "no strategy", lock: "[metadata]\nlock_version = \"4.4\"\n", issues: []string{"pdm.lock format-version"}, text: "--strategy inherit_metadata"},
		{name: "not TOML", lock: pdmLock("[[package]\n"), issues: []string{"pdm.lock:6 syntax"}},
		{name: "wrong type", lock: pdmLock("[[package]]\nname = 1\n"), issues: []string{"pdm.lock:7 field"}},
		{name: "no name", lock: pdmLock("[[package]]\nversion = '1'\n"), issues: []string{"pdm.lock:6 field"}},
		{name: "not a version", lock: pdmLock(pdmPackage("a", "one", indexed("a"))), issues: []string{"pdm.lock:6 field"}},
		{name: "no version of a package", lock: pdmLock(pdmPackage("a", "", indexed("a"))), issues: []string{"pdm.lock:6 not-pinned"}},
		{name: "bad marker", lock: pdmLock(pdmPackage("a", "1", "marker = 'nonsense'", indexed("a"))), issues: []string{"pdm.lock:6 marker"}},
		{name: "no hash", lock: pdmLock(pdmPackage("a", "1")), issues: []string{"pdm.lock:6 not-hashed"}},
		{name: "weak hash", lock: pdmLock(pdmPackage("a", "1", "files = [{file = 'a-1.tar.gz', hash = 'md5:0'}]")), issues: []string{"pdm.lock:6 not-hashed"}},
		{name: "bad hash", lock: pdmLock(pdmPackage("a", "1", "files = [{file = 'a-1.tar.gz', hash = 'sha256:0'}]")), issues: []string{"pdm.lock:6 hash"}},
		{name: "file without a name", lock: pdmLock(pdmPackage("a", "1", "files = [{hash = 'sha256:0'}]")), issues: []string{"pdm.lock:6 field"}},
		{name: "file from nowhere", lock: pdmLock(pdmPackage("a", "1", "files = [{url = 'x:y', hash = 'sha256:0'}]")), issues: []string{"pdm.lock:6 field"}},
		{name: "wheel of another project", lock: pdmLock(pdmPackage("a", "1", "path = './b-1-py3-none-any.whl'")), issues: []string{"pdm.lock:6 name-mismatch"}},
		{name: "two versions at once", lock: pdmLock(pdmPackage("a", "1", indexed("a")) + pdmPackage("a", "2", indexed("a"))), issues: []string{"pdm.lock:11 pinned-twice"}},
		{name: "no such extra", lock: pdmLock(""), want: lock.Want{Extras: []string{"y"}}, issues: []string{"pdm.lock extra"}},
		{name: "no such group", lock: pdmLock(""), want: lock.Want{Groups: []string{"y"}}, issues: []string{"pdm.lock group"}, text: "there are"},
		{name: "without the project's own", lock: strings.Replace(pdmLock(""), "'default', ", "", 1), issues: []string{"pdm.lock group"}, text: "default"},
		{name: "another Python", lock: pdmLock("", "[[metadata.targets]]\nrequires_python = '>=3.12'"), issues: []string{"pdm.lock target"}, text: "pdm lock --append"},
		{name: "another system", lock: pdmLock("", "[[metadata.targets]]\nrequires_python = '>=3.9'\nplatform = 'macos_14_0_arm64'\n[[metadata.targets]]\nplatform = 'windows'"), issues: []string{"pdm.lock target"}},
		{name: "another machine", lock: pdmLock("", "[[metadata.targets]]\nplatform = 'manylinux_2_28_aarch64'"), issues: []string{"pdm.lock target"}},
		{name: "another implementation", lock: pdmLock("", "[[metadata.targets]]\nimplementation = 'pypy'"), issues: []string{"pdm.lock target"}},
		{name: "nonsense for a target", lock: pdmLock("", "[[metadata.targets]]\nrequires_python = 'about 3'"), issues: []string{"pdm.lock field"}},
		{
			name: "one target of several", lock: pdmLock(pdmPackage("a", "1", indexed("a")), "[[metadata.targets]]\nrequires_python = '>=3.12'\n[[metadata.targets]]\nrequires_python = '>=3.9'\nplatform = 'linux'\nimplementation = 'CPython'"),
			pins: []string{"a==1"},
		},
		{name: "the project itself", lock: pdmLock(pdmPackage("a", "1", "path = '.'", "editable = true") + pdmPackage("b", "1", indexed("b"))), pins: []string{"b==1"}},
		{
			name: "extras of a package", lock: pdmLock(pdmPackage("a", "1", indexed("a")) + pdmPackage("A", "1", "extras = ['Y.z']", indexed("a")) + pdmPackage("a", "1", "extras = ['x']", indexed("a"))),
			pins: []string{"a==1"},
		},
		{
			name: "places", lock: pdmLock(pdmPackage("a", "1", "url = 'https://files.example.org/a-1-py3-none-any.whl'", "files = [{file = 'a-1-py3-none-any.whl', hash = '"+hashA+"'}]") +
				pdmPackage("b", "1", "path = './libs/b-1-py3-none-any.whl'", "files = [{file = 'b-1-py3-none-any.whl', hash = '"+hashA+"'}]") +
				pdmPackage("c", "1", "git = 'https://u:p@git.example.org/c.git'", "ref = 'main'", "revision = 'abc'", "subdirectory = 'sub'") +
				pdmPackage("d", "1", "path = './d'", "editable = true") +
				pdmPackage("e", "1", "url = 'file:///${PROJECT_ROOT}/e-1-py3-none-any.whl'", "files = [{file = 'e-1-py3-none-any.whl', hash = '"+hashA+"'}]") +
				pdmPackage("f", "1", "hg = 'https://hg.example.org/f'", "ref = 'tip'") +
				pdmPackage("g", "1", "url = 'https://git.example.org/g/archive/v1.zip'", "files = [{file = 'v1.zip', hash = '"+hashA+"'}]")),
			pins: []string{
				"a @ https://files.example.org/a-1-py3-none-any.whl", "b @ libs/b-1-py3-none-any.whl", "c @ git+https://****@git.example.org/c.git@abc#subdirectory=sub",
				"d @ d", "e @ e-1-py3-none-any.whl", "f @ hg+https://hg.example.org/f@tip", "g @ https://git.example.org/g/archive/v1.zip",
			},
		},
		{
			name: "a group of any spelling", lock: pdmLock(strings.Replace(pdmPackage("a", "1", indexed("a")), "default", "DEV", 1) + strings.Replace(pdmPackage("b", "1", indexed("b")), "default", "other", 1)),
			want: lock.Want{Groups: []string{"dev"}, Extras: []string{"X"}}, pins: []string{"a==1"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := write(t, map[string]string{"pdm.lock": test.lock})
			pins, err := selectFrom(filepath.Join(dir, "pdm.lock"), test.want)
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

// TestPDMPlain: the lock without inherited metadata is refused, with the command
// that makes it readable.
func TestPDMPlain(t *testing.T) {
	_, err := lock.Read("testdata/pdm/plain/pdm.lock", lock.Options{})
	if err == nil || !strings.Contains(err.Error(), "pdm lock --update-reuse --strategy inherit_metadata") {
		t.Error(err)
	}
}

// TestPDMTargets: a lock made for Linux on two machines is for those alone.
func TestPDMTargets(t *testing.T) {
	l, err := lock.Read("testdata/pdm/targets/pdm.lock", lock.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, env := range exportTargets() {
		_, err := l.Select(env, lock.Want{})
		if meant := env.SysPlatform == "linux"; meant != (err == nil) || err != nil && !isTarget(err) {
			t.Errorf("%s %s: %v", env.SysPlatform, env.PythonFullVersion, err)
		}
	}
}

// TestPDMExtras: a project with extras is one pin.
func TestPDMExtras(t *testing.T) {
	l, err := lock.Read("testdata/pdm/flat/pdm.lock", lock.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pins, err := l.Select(bookworm, lock.Want{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pins {
		if p.Name == "requests" {
			if diff := cmp.Diff([]string{"socks"}, p.Extras); diff != "" || len(p.Files) != 2 {
				t.Errorf("%s\n%+v", diff, p)
			}
			return
		}
	}
	t.Error("no requests")
}

// TestPDMURLs: the URLs of a lock are in its files, with variables put in.
func TestPDMURLs(t *testing.T) {
	text := pdmLock(pdmPackage("a", "1", "files = [{url = 'https://${USER}:${PASS}@files.example.org/a-1%2Bx-py3-none-any.whl', hash = '"+hashA+"'}, {url = 'file:///${PROJECT_ROOT}/a-1.tar.gz', hash = '"+hashA+"'}]"),
		"strategy_ = 'static_urls'")
	dir := write(t, map[string]string{"pdm.lock": text})
	l, err := lock.Read(filepath.Join(dir, "pdm.lock"), lock.Options{Getenv: func(k string) string { return strings.ToLower(k) }})
	if err != nil {
		t.Fatal(err)
	}
	h, err := lock.ParseHash(hashA)
	if err != nil {
		t.Fatal(err)
	}
	want := []lock.File{
		{Name: "a-1+x-py3-none-any.whl", URL: "https://user:pass@files.example.org/a-1%2Bx-py3-none-any.whl", Hashes: []lock.Hash{h}},
		{Name: "a-1.tar.gz", Path: filepath.Join(dir, "a-1.tar.gz"), Hashes: []lock.Hash{h}},
	}
	if diff := cmp.Diff(want, l.Pins()[0].Files); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestPDMSecrets: an error does not show the value of a variable.
func TestPDMSecrets(t *testing.T) {
	for _, keys := range []string{
		"url = 'https://files.example.org/${TOKEN}-1-py3-none-any.whl'", "url = '${TOKEN}-1-py3-none-any.whl'",
		"files = [{url = 'https://files.example.org/${TOKEN}', hash = 'sha256:0'}]", "files = [{url = '${TOKEN}', hash = 'sha256:0'}]",
	} {
		path := filepath.Join(write(t, map[string]string{"pdm.lock": pdmLock(pdmPackage("a", "1", keys))}), "pdm.lock")
		_, err := lock.Read(path, lock.Options{Getenv: func(string) string { return "hunter2" }})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", keys, err)
		}
	}
}

// TestPDMPlatform warns of a lock that was made for one platform and does not
// say which, as those before 4.5 may be.
func TestPDMPlatform(t *testing.T) {
	for strategy, warnings := range map[string]int{"'inherit_metadata'": 1, "'inherit_metadata', 'cross_platform'": 0} {
		text := strings.Replace(pdmLock(""), "'inherit_metadata'", strategy, 1)
		l, err := lock.Read(filepath.Join(write(t, map[string]string{"pdm.lock": text}), "pdm.lock"), lock.Options{})
		if err != nil || len(l.Warnings) != warnings {
			t.Errorf("%s: %v %q", strategy, err, l.Warnings)
		}
		if _, err := l.Select(pep.Environment{PythonFullVersion: "3.12.0"}, lock.Want{}); err != nil {
			t.Error(err)
		}
	}
}

// TestPDMProject: the project beside the lock has its name, tells extras from
// groups, and when it has changed.
func TestPDMProject(t *testing.T) {
	for name, want := range map[string][3][]string{
		"flat":    {{"shop"}, {"all", "cache", "token-auth"}, {"base-tools", "docs", "test"}},
		"targets": {{"shop"}, {"all", "cache", "token-auth"}, {"base-tools", "docs", "test"}},
		"urls":    {{"shop"}, {"all", "cache", "token-auth"}, {"base-tools", "docs", "test"}},
		"v44":     {{"shop"}, {"all", "cache", "token-auth"}, {"docs"}},
	} {
		dir := copyLock(t, filepath.Join("testdata/pdm", name))
		path := filepath.Join(dir, "pdm.lock")
		l, err := lock.Read(path, lock.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, [3][]string{l.Own, l.Extras, l.Groups}); diff != "" || len(l.Warnings) > 0 {
			t.Errorf("%s: own, extras, groups (-want +got):\n%s%q", name, diff, l.Warnings)
		}
		project := filepath.Join(dir, "pyproject.toml")
		text, err := os.ReadFile(project)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(project, []byte(strings.Replace(string(text), "flask>=2.2", "flask>=2.3", 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		l, err = lock.Read(path, lock.Options{})
		if stale := err == nil && len(l.Warnings) == 1 && strings.Contains(l.Warnings[0], "run pdm lock"); stale != (name != "v44") {
			t.Errorf("%s changed: %v %q", name, err, l.Warnings)
		}
		if err := os.Remove(project); err != nil {
			t.Fatal(err)
		}
		l, err = lock.Read(path, lock.Options{})
		if err != nil {
			t.Fatal(err)
		}
		all := slices.Sorted(slices.Values(slices.Concat(want[1], want[2])))
		if diff := cmp.Diff([3][]string{nil, all, all}, [3][]string{l.Own, l.Extras, l.Groups}); diff != "" || len(l.Warnings) > 0 {
			t.Errorf("%s alone: own, extras, groups (-want +got):\n%s%q", name, diff, l.Warnings)
		}
	}
}
