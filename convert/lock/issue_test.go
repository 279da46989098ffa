package lock_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
)

// wrong is a lock that breaks rules; want lists them as file:line rule.
type wrong struct {
	files map[string]string
	want  []string
}

// wrongFiles break a rule whatever the environment: Read says so.
func wrongFiles() map[string]wrong {
	one := func(text string, want ...string) wrong { return wrong{map[string]string{"r.txt": text}, want} }
	return map[string]wrong{
		"unhashed":                      one("a==1\n", "r.txt:1 not-hashed"),
		"unhashed path":                 one("./a-1-py3-none-any.whl", "r.txt:1 not-hashed"),
		"a weak hash in a URL":          one("a @ https://index.example.org/a-1-py3-none-any.whl#md5=0123", "r.txt:1 not-hashed"),
		"unpinned":                      one("a #A", "r.txt:1 not-pinned"),
		"a range":                       one("a>=1,<2 #A", "r.txt:1 not-pinned"),
		"a wildcard":                    one("a==1.* #A", "r.txt:1 not-pinned"),
		"two clauses":                   one("a==1,!=2 #A", "r.txt:1 not-pinned"),
		"unpinned where markers forbid": one("a ; sys_platform == 'win32' #A", "r.txt:1 not-pinned"),
		"editable":                      one("-e ./src\n--editable=git+https://h.example.org/x.git", "r.txt:1 needs-build", "r.txt:2 needs-build"),
		"editable behind a requirement": one("a==1 #A -e .", "r.txt:1 needs-build"),
		"version control":               one("git+https://h.example.org/x.git@v1", "r.txt:1 needs-build"),
		"an editable version":           one("-e x==1\n-e ./x-1-py3-none-any.whl", "r.txt:1 needs-build", "r.txt:2 needs-build"),
		"a hash of source code":         one("x @ git+https://h.example.org/x.git #A\nx @ file:///srv/x #A", "r.txt:1 hash", "r.txt:2 hash"),
		"a page":                        one("x @ https://h.example.org/x/", "r.txt:1 needs-build"),
		"folders":                       one("./src\nsrc/x\nfile:///srv/x", "r.txt:1 needs-build", "r.txt:2 needs-build", "r.txt:3 needs-build"),
		"source archives":               one("x-1.tar.gz #A\nhttps://h.example.org/x-1.zip #A", "r.txt:1 needs-build", "r.txt:2 needs-build"),
		"another project's wheel":       one("x @ https://h.example.org/y-1-py3-none-any.whl #A", "r.txt:1 name-mismatch"),
		"no wheel name":                 one("https://h.example.org/y.whl #A", "r.txt:1 syntax"),
		"no requirement":                one("a=1 #A\n== 2\nhttps://[::1/a-1-py3-none-any.whl\na==1;nonsense #A", "r.txt:1 syntax", "r.txt:2 syntax", "r.txt:3 syntax", "r.txt:4 syntax"),
		"no version":                    one("a===one #A", "r.txt:1 syntax"),
		"a short hash":                  one("a==1 --hash=sha256:abc", "r.txt:1 hash"),
		"a weak hash":                   one("a==1 --hash=md5:0123", "r.txt:1 hash"),
		"a hash without a name":         one("a==1 --hash=0123", "r.txt:1 hash"),
		"a hash on its own":             one("a==1 #A\n  #B", "r.txt:2 hash"),
		"an unknown option":             one("--frozen\na==1 --no-such #A", "r.txt:1 option", "r.txt:2 option"),
		"an ambiguous option":           one("--no", "r.txt:1 option"),
		"an option without its value":   one("-r", "r.txt:1 option"),
		"a flag with a value":           one("--pre=1", "r.txt:1 option"),
		"two includes in a line":        one("-r a.txt -c b.txt", "r.txt:1 shared-line"),
		"options beside an include":     one("-f wheels -r a.txt", "r.txt:1 shared-line"),
		"two places in a line":          one("-f a -f b", "r.txt:1 shared-line"),
		"text behind options":           one("a==1 #A b==2", "r.txt:1 stray-text"),
		"quotes":                        one("a==1 --hash='x\n-f wheels\\", "r.txt:1 quoting"),
		"encoding":                      one("a==1 # caf\xe9", "r.txt encoding"),
		"an encoding nobody uses":       one("# coding: koi8-r\na==1", "r.txt encoding"),
		"half a UTF-16 character":       one("\xff\xfea", "r.txt encoding"),
		"a line too long":               one("a==1 "+strings.Repeat("x", 1<<20)+"\nb", "r.txt:1 size", "r.txt:2 not-pinned"),
		"too many lines":                one(strings.Repeat("a==1 #A\n", 1<<16+1), "r.txt:65537 size"),
		"too many issues":               one(strings.Repeat("a==\n", 200), append(repeat(100, "r.txt:%d syntax"), "r.txt:101 size")...),
		"an absent include": {
			files: map[string]string{"r.txt": "-r absent.txt\n-c also.txt\n-r https://h.example.org/r.txt\n-r pylock.toml\n-r file://other/x\n-r /dev/zero\n-r ."},
			want:  []string{"r.txt:1 unreadable", "r.txt:2 unreadable", "r.txt:3 include", "r.txt:4 include", "r.txt:5 include", "r.txt:6 include", "r.txt:7 include"},
		},
		"a cycle": {
			files: map[string]string{"r.txt": "-r sub/s.txt", "sub/s.txt": "-c ../r.txt"},
			want:  []string{"sub/s.txt:1 include-cycle"},
		},
		"constraints of no use": {
			files: map[string]string{"r.txt": "a==1 #A\n-c c.txt", "c.txt": "a[x]==1\n-e ."},
			want:  []string{"c.txt:1 constraint", "c.txt:2 constraint"},
		},
	}
}

func repeat(n int, format string) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(format, i+1))
	}
	return list
}

func TestIssues(t *testing.T) {
	for name, test := range wrongFiles() {
		t.Run(name, func(t *testing.T) {
			dir := write(t, test.files)
			_, err := lock.Read(filepath.Join(dir, "r.txt"), lock.Options{})
			if diff := cmp.Diff(test.want, issues(t, dir, err)); diff != "" {
				t.Errorf("issues (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

// TestConflicts has what only an environment brings to light: Select says so.
func TestConflicts(t *testing.T) {
	tests := map[string]wrong{
		"two versions":                    {map[string]string{"r.txt": "a==1 #A\nA==2 #B"}, []string{"r.txt:2 pinned-twice"}},
		"the same twice":                  {map[string]string{"r.txt": "a==1 #A\na==1 #A"}, []string{"r.txt:2 pinned-twice"}},
		"markers that both hold":          {map[string]string{"r.txt": "a==1 ; python_version>'3' #A\na==2 ; python_version>'2' #B"}, []string{"r.txt:2 pinned-twice"}},
		"a marker that cannot be judged":  {map[string]string{"r.txt": "a==1 ; os_name ~= 'x' #A"}, []string{"r.txt:1 marker"}},
		"a constraint on the origin":      {map[string]string{"r.txt": "-c c.txt\nx @ git+https://h.example.org/x.git@v1", "c.txt": "x @ git+https://h.example.org/x.git@v2"}, []string{"r.txt:2 constraint-conflict"}},
		"two constraints on the origin":   {map[string]string{"r.txt": "-c c.txt\nx", "c.txt": "x @ file:///srv/x\nx @ file:///srv/y"}, []string{"r.txt:2 constraint-conflict"}},
		"a constraint on the archive":     {map[string]string{"r.txt": "-c c.txt\nx @ https://h.example.org/x-1.zip #A", "c.txt": "x @ https://h.example.org/y/x-1.zip"}, []string{"r.txt:2 constraint-conflict"}},
		"a constraint on its version":     {map[string]string{"r.txt": "-c c.txt\nx @ https://h.example.org/x-1.zip #A", "c.txt": "x>=2"}, []string{"r.txt:2 constraint-conflict"}},
		"a constraint on the version":     {map[string]string{"r.txt": "-c c.txt\na==1 #A", "c.txt": "a>=2"}, []string{"r.txt:2 constraint-conflict"}},
		"a constraint on the hash":        {map[string]string{"r.txt": "-c c.txt\na==1 #A", "c.txt": "a==1 #B"}, []string{"r.txt:2 constraint-conflict"}},
		"a constraint on the URL":         {map[string]string{"r.txt": "-c c.txt\na @ https://h.example.org/a-1-py3-none-any.whl #A", "c.txt": "a @ https://h.example.org/b/a-1-py3-none-any.whl"}, []string{"r.txt:2 constraint-conflict"}},
		"pinned for another system":       {map[string]string{"r.txt": "-c c.txt\na #A", "c.txt": "a==1 ; sys_platform=='win32'"}, []string{"r.txt:2 not-pinned"}},
		"hashed for another system":       {map[string]string{"r.txt": "-c c.txt\na==1", "c.txt": "a ; sys_platform=='win32' #A\n"}, []string{"r.txt:2 not-hashed"}},
		"a constraint's judgeless marker": {map[string]string{"r.txt": "-c c.txt\na==1 #A", "c.txt": "a ; os_name ~= 'x'\n"}, []string{"c.txt:1 marker"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := write(t, test.files)
			l, err := lock.Read(filepath.Join(dir, "r.txt"), lock.Options{})
			if err != nil {
				t.Fatal(err)
			}
			pins, err := l.Select(bookworm, lock.Want{})
			if diff := cmp.Diff(test.want, issues(t, dir, err)); diff != "" {
				t.Errorf("issues (-want +got):\n%s\n%v", diff, err)
			}
			if pins != nil {
				t.Errorf("pins beside the error: %v", pins)
			}
		})
	}
}

func TestGroups(t *testing.T) {
	dir := write(t, map[string]string{"r.txt": "a==1 #A"})
	l, err := lock.Read(filepath.Join(dir, "r.txt"), lock.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Select(bookworm, lock.Want{Groups: []string{"dev"}})
	if diff := cmp.Diff([]string{"r.txt group"}, issues(t, dir, err)); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
}

// TestAbsent is a lock that is not there: the error names it.
func TestAbsent(t *testing.T) {
	_, err := lock.Read("no/such/requirements.txt", lock.Options{})
	if err == nil || !strings.Contains(err.Error(), "no/such/requirements.txt: no such file") {
		t.Error(err)
	}
}

// TestSecrets looks for what a message must not hold.
func TestSecrets(t *testing.T) {
	texts := []string{
		"x @ https://user:hunter2@h.example.org/y-1-py3-none-any.whl #A",
		"https://user:hunter2@h.example.org/y.whl",
		"git+https://user:hunter2@h.example.org/x.git",
		"-r https://user:hunter2@h.example.org/x.txt",
		"x==1 --hash=https://user:hunter2@h.example.org",
		"x==1 --https://user:hunter2@h.example.org",
		"x==1 #A https://user:hunter2@h.example.org",
		"x @ https://${SECRET}@h.example.org/y-1-py3-none-any.whl",
		"x==${SECRET} #A",
		"${SECRET}",
		"x==1 --hash=${SECRET}",
		"x==1 --hash=sha256:${SECRET}",
		"x==1 --${SECRET}",
		"x==1 #A ${SECRET}",
		"--hash=${SECRET} ${SECRET}",
		"x ; ${SECRET} == '1'",
		"./${SECRET}.whl",
		"https://h.example.org/${SECRET}.whl",
		"https://h.example.org/${SECRET}",
	}
	for _, text := range texts {
		dir := write(t, map[string]string{"r.txt": text})
		_, err := lock.Read(filepath.Join(dir, "r.txt"), lock.Options{Getenv: func(string) string { return "hunter2" }})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestMessages holds the wording of the commonest ones, as a user reads them.
func TestMessages(t *testing.T) {
	dir := write(t, map[string]string{"requirements.txt": "flask==3.0 ; python_version > '3.8'\nclick\n-e ./src\n"})
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(wd, filepath.Join(dir, "requirements.txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = lock.Read(relative, lock.Options{})
	want := `requirements.txt:1: "flask==3.0 ; python_version > '3.8'": no hash: add --hash=sha256:…, as pip-compile --generate-hashes and uv pip compile --generate-hashes do
requirements.txt:2: "click": not pinned: add ==VERSION and its hashes
requirements.txt:3: "-e ./src": a source tree, or something that is no wheel (.whl), which is not built here: name its project, as in name @ URL, and put a wheel that you build of it into a --find-links folder`
	if diff := cmp.Diff(want, strings.ReplaceAll(fmt.Sprint(err), relative, "requirements.txt")); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

// issues lists an *Error's as file:line rule.
func issues(t *testing.T, dir string, err error) []string {
	t.Helper()
	var e *lock.Error
	if !errors.As(err, &e) {
		t.Fatalf("want a *lock.Error, got %v", err)
	}
	var list []string
	for _, i := range e.Issues {
		where := strings.TrimPrefix(i.File, dir+"/")
		if i.Line > 0 {
			where = fmt.Sprintf("%s:%d", where, i.Line)
		}
		list = append(list, where+" "+i.Rule)
	}
	return list
}

// issuesAt gives the issues of an error without their file: ":line:column rule".
func issuesAt(t *testing.T, err error) []string {
	t.Helper()
	var e *lock.Error
	if !errors.As(err, &e) {
		t.Fatalf("want a *lock.Error, got %v", err)
	}
	var list []string
	for _, i := range e.Issues {
		s := ""
		if i.Line > 0 {
			s += fmt.Sprintf(":%d", i.Line)
		}
		if i.Column > 0 {
			s += fmt.Sprintf(":%d", i.Column)
		}
		if i.File != e.Path || !strings.HasPrefix(i.String(), e.Path+s+": ") {
			t.Errorf("the place of %q", i.String())
		}
		list = append(list, s+" "+i.Rule)
	}
	return list
}
