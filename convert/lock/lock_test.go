package lock_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
	"wain/convert/pep"
)

var (
	hashA = "sha256:" + strings.Repeat("a", 64)
	hashB = "sha256:" + strings.Repeat("b", 64)
	hashC = "sha512:" + strings.Repeat("c", 128)
)

// bookworm is a target's environment, as far as these tests ask for it.
var bookworm = pep.Environment{
	OSName: "posix", SysPlatform: "linux", PlatformSystem: "Linux", PlatformMachine: "x86_64",
	ImplementationName: "cpython", ImplementationVersion: "3.11.2", PlatformPythonImplementation: "CPython",
	PythonVersion: "3.11", PythonFullVersion: "3.11.2",
}

// write puts files below a new folder. A, B and C in their text stand for
// hashes.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	hashes := strings.NewReplacer("#A", "--hash="+hashA, "#B", "--hash="+hashB, "#C", "--hash="+hashC, "@A", strings.Replace(hashA, ":", "=", 1))
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(hashes.Replace(text)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// summary is a pin as one line: name version [extras] ; marker @ place hashes file:line.
func summary(dir string, pins []lock.Pin) []string {
	var list []string
	for _, p := range pins {
		s := p.Name + " " + p.Version
		if len(p.Extras) > 0 {
			s += "[" + strings.Join(p.Extras, ",") + "]"
		}
		if p.URL != "" {
			s += " url=" + p.URL
		}
		if p.Path != "" {
			s += " path=" + strings.TrimPrefix(p.Path, dir+"/")
		}
		for _, h := range p.Hashes {
			s += " " + h.Algorithm[3:] + h.Hex[:1]
		}
		list = append(list, s)
	}
	return list
}

func TestSelect(t *testing.T) {
	tests := map[string]struct {
		files  map[string]string
		getenv map[string]string
		extras []string
		want   []string
	}{
		"continuation, comments and sorting": {
			files: map[string]string{"r.txt": "# head\nzope.interface==5.0 \\\n  #A \\\n  #B # tail\n\n  Flask == 3.0 #A\n"},
			want:  []string{"flask 3.0 256a", "zope-interface 5.0 256a 256b"},
		},
		"a comment ends a continuation": {
			files: map[string]string{"r.txt": "flask==3.0 #A \\\n# note\nclick==8.0 #A"},
			want:  []string{"click 8.0 256a", "flask 3.0 256a"},
		},
		"a backslash at the end of the file": {
			files: map[string]string{"r.txt": "flask==3.0 #A \\"},
			want:  []string{"flask 3.0 256a"},
		},
		"line ends of other systems and of Unicode": {
			files: map[string]string{"r.txt": "a==1 #A\r\nb==1 #A\rc==1 #A\u2028d==1 #A\fe==1 #A"},
			want:  []string{"a 1 256a", "b 1 256a", "c 1 256a", "d 1 256a", "e 1 256a"},
		},
		"all spellings of --hash": {
			files: map[string]string{"r.txt": "a==1 --hash " + hashA + " --hash='" + hashC + "' --has=" + hashB},
			want:  []string{"a 1 256a 256b 512c"},
		},
		"versions in their normal form": {
			files: map[string]string{"r.txt": "a==1.0.RC1 #A\nb===2.0 #A\nc (==1.0) #A"},
			want:  []string{"a 1.0rc1 256a", "b 2.0 256a", "c 1.0 256a"},
		},
		"markers": {
			files: map[string]string{"r.txt": `colorama==0.4 ; sys_platform == "win32" #A
tomli==2.0 ; python_version < "3.12" and sys_platform == 'linux' #A
numpy==1.0 ; python_version < "3.9" #A
numpy==2.0;python_version >= "3.9" #B
redis==5.0 ; extra == "redis" #A`},
			want: []string{"numpy 2.0 256b", "tomli 2.0 256a"},
		},
		"a marker on an extra": {
			files:  map[string]string{"r.txt": "redis==5.0 ; extra == 'redis' #A"},
			extras: []string{"Redis"},
			want:   []string{"redis 5.0 256a"},
		},
		"extras": {
			files: map[string]string{"r.txt": "celery[redis,Auth_x]==5.0 #A"},
			want:  []string{"celery 5.0[auth-x,redis] 256a"},
		},
		"URLs": {
			files: map[string]string{"r.txt": `a @ https://index.example.org/a-1.0+l.1-py3-none-any.whl#@A ; python_version > "3"
https://index.example.org/b-2.0%2Bx-py3-none-any.whl#egg=b&@A
c @ file:///srv/c-1.0-py3-none-any.whl ; python_version > "3" #B
file:///srv/d%20e/d-1.0-py3-none-any.whl #A`},
			want: []string{
				"a 1.0+l.1 url=https://index.example.org/a-1.0+l.1-py3-none-any.whl#" + strings.Replace(hashA, ":", "=", 1) + " 256a",
				"b 2.0+x url=https://index.example.org/b-2.0%2Bx-py3-none-any.whl#egg=b&" + strings.Replace(hashA, ":", "=", 1) + " 256a",
				"c 1.0 url=file:///srv/c-1.0-py3-none-any.whl path=/srv/c-1.0-py3-none-any.whl 256b",
				"d 1.0 url=file:///srv/d%20e/d-1.0-py3-none-any.whl path=/srv/d e/d-1.0-py3-none-any.whl 256a",
			},
		},
		"paths, beside the file": {
			files: map[string]string{
				"r.txt":                             "-r sub/s.txt\n./wheels/a-1.0-py3-none-any.whl[X] #A",
				"sub/s.txt":                         "b-1.0-py3-none-any.whl ; python_version > '3' #A",
				"sub/b-1.0-py3-none-any.whl":        "",
				"wheels/a-1.0-py3-none-any.whl":     "",
				"sub/wheels/a-1.0-py3-none-any.whl": "",
			},
			want: []string{"a 1.0[x] path=wheels/a-1.0-py3-none-any.whl 256a", "b 1.0 path=sub/b-1.0-py3-none-any.whl 256a"},
		},
		"variables": {
			files:  map[string]string{"r.txt": "a==${VERSION} #A\nb==1.0 ${HASH}\n# ${NO_COMMENT}"},
			getenv: map[string]string{"VERSION": "1.5", "HASH": "--hash=" + hashB},
			want:   []string{"a 1.5 256a", "b 1.0 256b"},
		},
		"a value is not expanded again": {
			files:  map[string]string{"r.txt": "a @ https://index.example.org/${X}/a-1.0-py3-none-any.whl #A"},
			getenv: map[string]string{"X": "${Y}", "Y": "no"},
			want:   []string{"a 1.0 url=https://index.example.org/${Y}/a-1.0-py3-none-any.whl 256a"},
		},
		"files that two others include": {
			files: map[string]string{"r.txt": "-r a.txt\n-rb.txt", "a.txt": "--requirement=base.txt", "b.txt": "--requirem base.txt", "base.txt": "x==1 #A"},
			want:  []string{"x 1 256a"},
		},
		"constraints pin and hash, and ask for nothing": {
			files: map[string]string{"r.txt": "-c c.txt\na\nb>=1", "c.txt": "a==1.0 #A\nb==2.0 #A #B\nc==3"},
			want:  []string{"a 1.0 256a", "b 2.0 256a 256b"},
		},
		"constraints narrow hashes": {
			files: map[string]string{"r.txt": "-c c.txt\na==1 #A #B\n", "c.txt": "a<2 #B #C"},
			want:  []string{"a 1 256b"},
		},
		"constraints name a URL": {
			files: map[string]string{"r.txt": "a>=1\n-c c.txt\n", "c.txt": "a @ https://index.example.org/a-1.0-py3-none-any.whl #A"},
			want:  []string{"a 1.0 url=https://index.example.org/a-1.0-py3-none-any.whl 256a"},
		},
		"a constraint's marker": {
			files: map[string]string{"r.txt": "a==1 #A\n-c c.txt\n", "c.txt": "a==2 ; python_version < '3'"},
			want:  []string{"a 1 256a"},
		},
		"-r inside of a constraints file asks": {
			files: map[string]string{"r.txt": "-c c.txt", "c.txt": "-r s.txt", "s.txt": "a==1 #A"},
			want:  []string{"a 1 256a"},
		},
		"UTF-16 and a byte order mark": {
			files: map[string]string{"r.txt": "-r le.txt\n-r bom.txt\n-r le32.txt", "le32.txt": "\xff\xfe\x00\x00" + wide(wide("c==1 --hash="+hashA)), "bom.txt": "\xef\xbb\xbfb==1 #A", "le.txt": "\xff\xfe" + wide("a==1 --hash="+hashA)},
			want:  []string{"a 1 256a", "b 1 256a", "c 1 256a"},
		},
		"a coding comment": {
			files: map[string]string{"r.txt": "\n# -*- coding: latin-1 -*-\na==1 #A # caf\xe9"},
			want:  []string{"a 1 256a"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := write(t, test.files)
			l, err := lock.Read(filepath.Join(dir, "r.txt"), lock.Options{Getenv: func(k string) string { return test.getenv[k] }})
			if err != nil {
				t.Fatal(err)
			}
			pins, err := l.Select(bookworm, lock.Want{Extras: test.extras})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, summary(dir, pins)); diff != "" {
				t.Errorf("pins (-want +got):\n%s", diff)
			}
			if len(l.Warnings) > 0 {
				t.Errorf("warnings: %q", l.Warnings)
			}
		})
	}
}

func wide(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(s[i])
		b.WriteByte(0)
	}
	return b.String()
}

func TestOptions(t *testing.T) {
	dir := write(t, map[string]string{
		"r.txt": `--index-url https://user:secret@index.example.org/simple
--extra-index-url https://other.example.org/simple --find-links=wheels
-f nowhere
-f https://index.example.org/flat
-r sub/s.txt
--pre --prefer-binary --only-binary :all: --require-hashes
--no-binary :none:
a==1 #A --config-settings x=y
b==${UNSET_ONE} #A --index-url https://index.example.org
`,
		"sub/s.txt":      "-f wheels\n-i 'https://last.example.org/simple'",
		"wheels/x":       "",
		"sub/wheels/x":   "",
		"no-index.txt":   "-i https://a.example.org\n--no-index\n--extra-index-url https://b.example.org",
		"sub/more/z.txt": "",
	})
	_, err := lock.Read(filepath.Join(dir, "r.txt"), lock.Options{})
	if err == nil {
		t.Fatal("a version with an unset variable was read")
	}
	text, err := os.ReadFile(filepath.Join(dir, "r.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "r.txt"), []byte(strings.Replace(string(text), "b==${UNSET_ONE}", "b==1", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := lock.Read(filepath.Join(dir, "r.txt"), lock.Options{})
	if err != nil {
		t.Fatal(err)
	}
	type settings struct {
		FindLinks, Extra []string
		Index            string
		NoIndex          bool
		Warnings         []string
	}
	got := settings{l.FindLinks, l.ExtraIndexURLs, l.IndexURL, l.NoIndex, l.Warnings}
	r := filepath.Join(dir, "r.txt")
	want := settings{
		FindLinks: []string{filepath.Join(dir, "wheels"), "nowhere", "https://index.example.org/flat", filepath.Join(dir, "sub/wheels")},
		Index:     "https://last.example.org/simple",
		Warnings: []string{
			r + ":7: --no-binary has no effect: nothing is built, wheels are all that is taken",
			r + ":8: --config-settings has no effect: nothing is built",
			r + ":9: --index-url has no effect behind a requirement",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if l, err = lock.Read(filepath.Join(dir, "no-index.txt"), lock.Options{}); err != nil {
		t.Fatal(err)
	}
	if !l.NoIndex || l.IndexURL != "" || l.ExtraIndexURLs != nil {
		t.Errorf("--no-index left %q and %q", l.IndexURL, l.ExtraIndexURLs)
	}
}

func TestAllowUnhashed(t *testing.T) {
	dir := write(t, map[string]string{"r.txt": "a==1\nb==1 #A\nc @ https://u:secret@index.example.org/c-1-py3-none-any.whl"})
	path := filepath.Join(dir, "r.txt")
	l, err := lock.Read(path, lock.Options{AllowUnhashed: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		path + `:1: "a==1" has no hash: any file of that version is taken`,
		path + `:3: "c @ https://****@index.example.org/c-1-py3-none-any.whl" has no hash: any file of that version is taken`,
	}
	if diff := cmp.Diff(want, l.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if pins, err := l.Select(bookworm, lock.Want{}); err != nil || len(pins) != 3 {
		t.Errorf("Select: %v, %v", pins, err)
	}
}

func TestZeroLock(t *testing.T) {
	var l lock.Lock
	if pins, err := l.Select(bookworm, lock.Want{Groups: []string{"dev"}}); err != nil || pins != nil || l.Pins() != nil {
		t.Errorf("the zero lock gives %v, %v", pins, err)
	}
}

// TestSourceCode has what a requirements.txt says of source code: with a name
// it is a pin of that origin, an archive is a file of its own, and the folder
// that holds the file is the project that it is of.
func TestSourceCode(t *testing.T) {
	const git = "git+https://user:token@h.example.org/x.git@v1"
	tests := map[string]struct {
		files map[string]string
		want  []string // name, version, origin, files, hashes
		own   []string
	}{
		"version control by name":     {map[string]string{"r.txt": "X.y[a] @ " + git}, []string{"x-y  [a] " + git}, nil},
		"version control by fragment": {map[string]string{"r.txt": git + "#subdirectory=s&egg=X_y[a]"}, []string{"x-y  [a] " + git + "#subdirectory=s&egg=X_y"}, nil},
		"editable version control":    {map[string]string{"r.txt": "-e " + git + "#egg=x"}, []string{"x   " + git + "#egg=x"}, nil},
		"editable by name":            {map[string]string{"r.txt": "--editable 'x @ " + git + "'"}, []string{"x   " + git}, nil},
		"a folder by name":            {map[string]string{"r.txt": "x @ file:///srv/x"}, []string{"x   /srv/x"}, nil},
		"a folder by fragment":        {map[string]string{"r.txt": "-e file:///srv/x#egg=x"}, []string{"x   /srv/x"}, nil},
		"the name wins":               {map[string]string{"r.txt": "x @ " + git + "#egg=y"}, []string{"x   " + git + "#egg=y"}, nil},
		"a marker":                    {map[string]string{"r.txt": "x @ " + git + " ; sys_platform == 'win32'"}, nil, nil},
		"a remote archive":            {map[string]string{"r.txt": "x @ https://h.example.org/x-1.0.RC1.tar.gz #A"}, []string{"x 1.0rc1   x-1.0.RC1.tar.gz=https://h.example.org/x-1.0.RC1.tar.gz 256a"}, nil},
		"an archive of any name":      {map[string]string{"r.txt": "x @ https://h.example.org/archive/main.zip#@A"}, []string{"x   https://h.example.org/archive/main.zip#" + strings.Replace(hashA, ":", "=", 1)}, nil},
		"an archive of any version":   {map[string]string{"r.txt": "x @ https://h.example.org/v1.0.tar.gz #A"}, []string{"x   https://h.example.org/v1.0.tar.gz"}, nil},
		"a local archive of any name": {map[string]string{"r.txt": "x @ file:///srv/main.zip #A"}, []string{"x   /srv/main.zip"}, nil},
		"a local archive":             {map[string]string{"r.txt": "x @ file:///srv/x-1.tar.gz #A"}, []string{"x 1   x-1.tar.gz=/srv/x-1.tar.gz 256a"}, nil},
		"a constraint to an origin":   {map[string]string{"r.txt": "x\n-c c.txt", "c.txt": "x @ " + git}, []string{"x   " + git}, nil},
		"a constraint to an archive":  {map[string]string{"r.txt": "x\n-c c.txt", "c.txt": "x @ https://h.example.org/x-1.zip #A"}, []string{"x 1   x-1.zip=https://h.example.org/x-1.zip 256a"}, nil},
		"a folder that says its name": {map[string]string{"r.txt": "-e ./lib/x\nlib/y[a]", "lib/x/pyproject.toml": "project.name = 'X.x'", "lib/y/pyproject.toml": "[tool.poetry]\nname = 'y'"}, []string{"x-x   DIR/lib/x", "y  [a] DIR/lib/y"}, nil},
		"its own folder":              {map[string]string{"r.txt": "-e .", "pyproject.toml": "[project]\nname = 'Web.App'"}, nil, []string{"web-app"}},
		"its own folder, by Poetry":   {map[string]string{"r.txt": ".", "pyproject.toml": "[tool.poetry]\nname = 'webapp'"}, nil, []string{"webapp"}},
		"its own folder, by name":     {map[string]string{"sub/r.txt": "webapp @ file://DIR"}, nil, []string{"webapp"}},
		"its own folder, above":       {map[string]string{"sub/r.txt": "-e .."}, nil, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := write(t, test.files)
			path := filepath.Join(dir, "r.txt")
			if text, there := test.files["sub/r.txt"]; there {
				path = filepath.Join(dir, "sub/r.txt")
				if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "DIR", dir)), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			l, err := lock.Read(path, lock.Options{})
			if err != nil {
				t.Fatal(err)
			}
			pins, err := l.Select(bookworm, lock.Want{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range pins {
				extras := ""
				if len(p.Extras) > 0 {
					extras = "[" + strings.Join(p.Extras, ",") + "]"
				}
				s := strings.Join([]string{p.Name, p.Version, extras, p.Origin}, " ")
				for _, f := range p.Files {
					s += " " + f.Name + "=" + f.URL + f.Path
					for _, h := range f.Hashes {
						s += " " + h.Algorithm[3:] + h.Hex[:1]
					}
				}
				if len(p.Hashes) > 0 || p.Line == 0 {
					t.Errorf("not as it should be: %+v", p)
				}
				if strings.Contains(p.String(), "token") {
					t.Errorf("shows a secret: %v", p)
				}
				got = append(got, strings.ReplaceAll(s, dir, "DIR"))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("pins (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.own, l.Own); diff != "" {
				t.Errorf("own (-want +got):\n%s", diff)
			}
		})
	}
}
