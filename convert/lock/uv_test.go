package lock_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wain/convert/lock"
)

// uvText makes a uv.lock of an application "app" and packages; A, B and C in
// quotes stand for hashes.
func uvText(head, app string, packages ...string) string {
	text := "version = 1\nrevision = 3\nrequires-python = \">=3.9\"\n" + head + "\n[[package]]\nname = \"app\"\nversion = \"1\"\nsource = { editable = \".\" }\n" + app + "\n"
	for _, p := range packages {
		text += "\n[[package]]\n" + p + "\n"
	}
	return strings.NewReplacer(`"A"`, `"`+hashA+`"`, `"B"`, `"`+hashB+`"`, `"C"`, `"`+hashC+`"`).Replace(text)
}

const fromIndex = "source = { registry = \"https://index.example.org/simple\" }\n"

// uvPackage is a package from an index.
func uvPackage(name, version string, more ...string) string {
	return fmt.Sprintf("name = %q\nversion = %q\n", name, version) + fromIndex +
		fmt.Sprintf("wheels = [{ url = \"https://index.example.org/files/%s-%s-py3-none-any.whl\", hash = \"A\" }]\n", name, version) + strings.Join(more, "\n")
}

func readUVText(t *testing.T, text string, o lock.Options) (dir string, l *lock.Lock, err error) {
	t.Helper()
	dir = write(t, map[string]string{"uv.lock": text})
	l, err = lock.Read(filepath.Join(dir, "uv.lock"), o)
	return dir, l, err
}

// TestUVPins has every source that a package may come from.
func TestUVPins(t *testing.T) {
	a, _ := lock.ParseHash(hashA)
	b, _ := lock.ParseHash(hashB)
	tests := map[string]struct {
		text string
		want lock.Pin // without Name, Line
	}{
		"an index": {
			`version = "2.0"
source = { registry = "https://u:p@index.example.org/simple" }
sdist = { url = "https://index.example.org/p-2.0.tar.gz", hash = "B", size = 7, upload-time = "2026-01-01T00:00:00Z" }
wheels = [
  { url = "https://index.example.org/p-2.0%2Bcpu-py3-none-any.whl?x=/y#z", hash = "A", size = 12, zstd = { hash = "B" } },
]`,
			lock.Pin{Version: "2.0", Index: "https://u:p@index.example.org/simple", Files: []lock.File{
				{Name: "p-2.0+cpu-py3-none-any.whl", URL: "https://index.example.org/p-2.0%2Bcpu-py3-none-any.whl?x=/y#z", Size: 12, Hashes: []lock.Hash{a}},
				{Name: "p-2.0.tar.gz", URL: "https://index.example.org/p-2.0.tar.gz", Size: 7, Hashes: []lock.Hash{b}},
			}},
		},
		"a folder of wheels": {
			`version = "2.0"
source = { registry = "../wheels" }
wheels = [{ path = "sub/p-2.0-py3-none-any.whl", hash = "A" }]`,
			lock.Pin{Version: "2.0", Files: []lock.File{{Name: "p-2.0-py3-none-any.whl", Path: "DIR/../wheels/sub/p-2.0-py3-none-any.whl", Hashes: []lock.Hash{a}}}},
		},
		"a folder by its absolute path": {
			`version = "2.0"
source = { registry = "/srv/wheels" }
wheels = [{ path = "/srv/wheels/p-2.0-py3-none-any.whl", hash = "A" }]`,
			lock.Pin{Version: "2.0", Files: []lock.File{{Name: "p-2.0-py3-none-any.whl", Path: "/srv/wheels/p-2.0-py3-none-any.whl", Hashes: []lock.Hash{a}}}},
		},
		"a folder by its URL": {
			`version = "2.0"
source = { registry = "file:///srv/the%20wheels" }
wheels = [{ path = "p-2.0-py3-none-any.whl", hash = "A" }, { url = "file://localhost/srv/the%20wheels/p-2.0-py2-none-any.whl", hash = "B" }]`,
			lock.Pin{Version: "2.0", Files: []lock.File{
				{Name: "p-2.0-py3-none-any.whl", Path: "/srv/the wheels/p-2.0-py3-none-any.whl", Hashes: []lock.Hash{a}},
				{Name: "p-2.0-py2-none-any.whl", Path: "/srv/the wheels/p-2.0-py2-none-any.whl", Hashes: []lock.Hash{b}},
			}},
		},
		"a page of links": {
			`version = "2.0"
source = { registry = "links/index.html" }
wheels = [{ path = "../p-2.0-py3-none-any.whl", hash = "A" }]`,
			lock.Pin{Version: "2.0", Files: []lock.File{{Name: "p-2.0-py3-none-any.whl", Path: "DIR/links/p-2.0-py3-none-any.whl", Hashes: []lock.Hash{a}}}},
		},
		"a source archive alone": {
			`version = "2"
source = { registry = "https://index.example.org/simple" }
sdist = { url = "https://index.example.org/p-2.tar.gz", hash = "B" }`,
			lock.Pin{Version: "2", Index: "https://index.example.org/simple", Files: []lock.File{
				{Name: "p-2.tar.gz", URL: "https://index.example.org/p-2.tar.gz", Hashes: []lock.Hash{b}},
			}},
		},
		"a wheel by URL": {
			`version = "2.0"
source = { url = "https://u:p@files.example.org/p-2-py3-none-any.whl" }
wheels = [{ url = "https://files.example.org/p-2-py3-none-any.whl", hash = "A" }]`,
			lock.Pin{Version: "2.0", URL: "https://u:p@files.example.org/p-2-py3-none-any.whl", Hashes: []lock.Hash{a}},
		},
		"a wheel by path": {
			`version = "2"
source = { path = "files/p-2-py3-none-any.whl" }
wheels = [{ filename = "p-2-py3-none-any.whl", hash = "A" }]`,
			lock.Pin{Version: "2", Path: "DIR/files/p-2-py3-none-any.whl", Hashes: []lock.Hash{a}},
		},
		"a wheel by file URL": {
			`version = "2"
source = { url = "file:///srv/p-2-py3-none-any.whl" }
wheels = [{ url = "file:///srv/p-2-py3-none-any.whl", hash = "A" }]`,
			lock.Pin{Version: "2", Path: "/srv/p-2-py3-none-any.whl", Hashes: []lock.Hash{a}},
		},
		"a source archive by URL": {
			`version = "2"
source = { url = "https://files.example.org/p-2.tar.gz" }
sdist = { hash = "B", size = 9 }`,
			lock.Pin{Version: "2", Files: []lock.File{{Name: "p-2.tar.gz", URL: "https://files.example.org/p-2.tar.gz", Size: 9, Hashes: []lock.Hash{b}}}},
		},
		"a source archive of any name": {
			`version = "2"
source = { url = "https://files.example.org/p/archive/v2.tar.gz" }
sdist = { hash = "B" }`,
			lock.Pin{Version: "2", Origin: "https://files.example.org/p/archive/v2.tar.gz"},
		},
		"a source archive of another version": {
			`version = "2.post1"
source = { path = "p-2.zip" }
sdist = { hash = "B" }`,
			lock.Pin{Version: "2.post1", Origin: "DIR/p-2.zip"},
		},
		"a part of a source archive": {
			`version = "2"
source = { url = "https://files.example.org/p-2.tar.gz", subdirectory = "sub" }
sdist = { hash = "B" }`,
			lock.Pin{Version: "2", Origin: "https://files.example.org/p-2.tar.gz#subdirectory=sub"},
		},
		"a source archive by path": {
			`version = "2"
source = { path = "../p-2.zip" }
sdist = { hash = "B" }`,
			lock.Pin{Version: "2", Files: []lock.File{{Name: "p-2.zip", Path: "DIR/../p-2.zip", Hashes: []lock.Hash{b}}}},
		},
		"git": {
			`version = "2"
source = { git = "ssh://git@git.example.org/p.git?subdirectory=sub%2Fp&rev=main#0123abc" }`,
			lock.Pin{Version: "2", Origin: "git+ssh://git@git.example.org/p.git@0123abc#subdirectory=sub/p"},
		},
		"a folder":                     {"version = \"2\"\nsource = { directory = \"../p\" }", lock.Pin{Version: "2", Origin: "DIR/../p"}},
		"an editable folder":           {"source = { editable = \"lib/p\" }", lock.Pin{Origin: "DIR/lib/p"}},
		"a folder by an absolute path": {"source = { directory = \"/srv/p\" }", lock.Pin{Origin: "/srv/p"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir, l, err := readUVText(t, uvText("", `dependencies = [{ name = "p" }]`, "name = \"p\"\n"+test.text), lock.Options{})
			if err != nil {
				t.Fatal(err)
			}
			place := func(p *string) {
				if *p != "" {
					*p = filepath.Clean(strings.Replace(*p, "DIR", dir, 1))
				}
			}
			test.want.Name, test.want.File, test.want.Line = "p", l.Path, 11
			place(&test.want.Path)
			if filepath.IsAbs(test.want.Origin) || strings.HasPrefix(test.want.Origin, "DIR") {
				place(&test.want.Origin)
			}
			for i := range test.want.Files {
				place(&test.want.Files[i].Path)
			}
			pins, err := l.Select(bookworm, lock.Want{Projects: []string{"app"}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]lock.Pin{test.want}, pins, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("pins (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(pins, l.Pins(), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("all pins (-selected +all):\n%s", diff)
			}
			if len(l.Warnings) > 0 {
				t.Errorf("warnings: %q", l.Warnings)
			}
		})
	}
}

// uvTeam is a workspace: app needs lib, lib needs tool, which has nothing to
// install, and plain, which is no member.
var uvTeam = uvText("[manifest]\nmembers = [\"app\", \"lib\", \"Tool\"]\noverrides = [{ name = \"Six\" }]\nexcludes = [\"gone\"]\n[[manifest.dependency-metadata]]\nname = \"odd\"\nversion = \"1\"\nrequires-dist = [\"x\"]",
	"dependencies = [{ name = \"lib\", extra = [\"Fast_1\"] }]\n[package.optional-dependencies]\nall = [{ name = \"app\", extra = [\"one\"] }]\none = [{ name = \"six\" }]\n[package.metadata]\nprovides-extras = [\"one\", \"all\", \"No_One\"]",
	"name = \"lib\"\nversion = \"2\"\nsource = { editable = \"packages/lib\" }\ndependencies = [{ name = \"tool\" }, { name = \"app\" }]\n[package.optional-dependencies]\nfast-1 = [{ name = \"odd\" }]\n[package.dev-dependencies]\ndev = [{ name = \"gone\" }]\n[package.metadata]\n[package.metadata.requires-dev]\ndev = []\nempty = []",
	"name = \"tool\"\nsource = { virtual = \"packages/tool\" }\ndependencies = [{ name = \"plain\", marker = \"platform_release == ''\" }]\n[package.metadata]",
	"name = \"plain\"\nversion = \"3\"\nsource = { directory = \"packages/plain\" }",
	uvPackage("six", "1"), uvPackage("odd", "1"), uvPackage("gone", "1"))

// TestUVWorkspace selects for members of a workspace: the wheel of a member that
// another needs, and that is not packaged too, must be brought.
func TestUVWorkspace(t *testing.T) {
	dir, l, err := readUVText(t, uvTeam, lock.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := lock.Lock{
		Own: []string{"app", "lib", "tool"}, Extras: []string{"all", "fast-1", "no-one", "one"}, Groups: []string{"dev", "empty"},
		Warnings: []string{
			dir + "/uv.lock:37: what tool needs depends on platform_release, which a target does not fix: it is taken for empty",
			dir + "/uv.lock: overrides what packages say of gone, odd, six: their own metadata may disagree",
		},
	}
	if diff := cmp.Diff(want, lock.Lock{Own: l.Own, Extras: l.Extras, Groups: l.Groups, Warnings: l.Warnings}, cmpopts.IgnoreUnexported(lock.Lock{})); diff != "" {
		t.Errorf("the lock (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"gone", "odd", "six", "tool"}, l.Overridden()); diff != "" {
		t.Errorf("overridden (-want +got):\n%s", diff)
	}
	tests := map[string]struct {
		want lock.Want
		pins []string
	}{
		"the application":             {lock.Want{Projects: []string{"app"}}, []string{"lib @ DIR/packages/lib [fast-1]", "odd==1", "plain @ DIR/packages/plain"}},
		"with another member":         {lock.Want{Projects: []string{"app", "lib"}}, []string{"odd==1", "plain @ DIR/packages/plain"}},
		"by other spellings":          {lock.Want{Projects: []string{"App"}, Extras: []string{"ALL"}}, []string{"lib @ DIR/packages/lib [fast-1]", "odd==1", "plain @ DIR/packages/plain", "six==1"}},
		"a member":                    {lock.Want{Projects: []string{"lib"}}, []string{"app @ DIR", "odd==1", "plain @ DIR/packages/plain"}},
		"a member with its group":     {lock.Want{Projects: []string{"lib"}, Groups: []string{"dev"}}, []string{"app @ DIR", "gone==1", "odd==1", "plain @ DIR/packages/plain"}},
		"a member with nothing":       {lock.Want{Projects: []string{"tool"}}, []string{"plain @ DIR/packages/plain"}},
		"a project that is no member": {lock.Want{Projects: []string{"six"}, Groups: []string{"empty"}}, []string{"odd==1", "plain @ DIR/packages/plain"}},
		"none":                        {lock.Want{Extras: []string{"no.one"}}, []string{"odd==1", "plain @ DIR/packages/plain"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // targets select from one lock together
			pins, err := l.Select(bookworm, test.want)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range pins {
				text := strings.Replace(p.String(), dir, "DIR", 1)
				if len(p.Extras) > 0 {
					text += fmt.Sprint(" ", p.Extras)
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(test.pins, got); diff != "" {
				t.Errorf("pins (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUVLineEnds reads a lock that git brought to the line ends of Windows.
func TestUVLineEnds(t *testing.T) {
	var want []lock.Pin
	for _, text := range []string{uvTeam, strings.ReplaceAll(uvTeam, "\n", "\r\n")} {
		dir, l, err := readUVText(t, text, lock.Options{})
		if err != nil {
			t.Fatal(err)
		}
		pins := l.Pins()
		for i := range pins {
			pins[i].File, pins[i].Origin = "", strings.TrimPrefix(pins[i].Origin, dir)
		}
		if want == nil {
			want = pins
		}
		if diff := cmp.Diff(want, pins); diff != "" || len(pins) != 4 {
			t.Errorf("%d pins (-want +got):\n%s", len(pins), diff)
		}
	}
}

// TestUVForks: what is in the lock for other targets says so.
func TestUVForks(t *testing.T) {
	_, l, err := readUVText(t, uvText("", "", uvPackage("p", "1", `resolution-markers = ["sys_platform == 'win32'", "extra == 'extra-3-app-x'"]`)), lock.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Pins()[0].Marker.String(); got != `sys_platform == "win32" or extra == "extra-3-app-x"` {
		t.Errorf("the pin's marker is %s", got)
	}
}

// TestUVMarkers has markers as uv and others write them: extra stands for all
// that is active together.
func TestUVMarkers(t *testing.T) {
	x, y := "extra == 'extra-3-app-x'", "extra == 'extra-3-app-y'"
	tests := map[string]map[string]bool{ // marker: extras: holds
		x:                                      {"": false, "x": true, "y": false, "x y": true},
		x + " and " + y:                        {"": false, "x": false, "y": false, "x y": true},
		"(" + x + " and " + y + ") or " + x:    {"": false, "x": true, "y": false, "x y": true},
		"extra != 'extra-3-app-x' and " + y:    {"": false, "x": false, "y": true, "x y": false},
		"extra!=\"extra-3-app-x\"":             {"": true, "x": false, "y": true, "x y": false},
		"sys_platform == 'extra =='":           {"": false, "x": false},
		"'extra == ' == sys_platform or " + x:  {"": false, "x": true},
		"python_version > '3' and (" + y + ")": {"": false, "y": true},
		"extra\t==\t'project-3-app' and " + x:  {"": false, "x": true},
		"extra == 'group-3-app-g'":             {"": false, "x": false},
	}
	for marker, holds := range tests {
		text := uvText(`conflicts = [[{ package = "app", extra = "x" }, { package = "other" }], [{ package = "app", extra = "y" }, { package = "other" }], [{ package = "app" }, { package = "other" }]]`,
			fmt.Sprintf("dependencies = [{ name = \"p\", marker = %q }]\n[package.optional-dependencies]\nx = []\ny = []", marker), uvPackage("p", "1"))
		_, l, err := readUVText(t, text, lock.Options{})
		if err != nil {
			t.Fatalf("%s: %v", marker, err)
		}
		for extras, want := range holds {
			pins, err := l.Select(bookworm, lock.Want{Extras: strings.Fields(extras)})
			if err != nil || (len(pins) == 1) != want {
				t.Errorf("%s with %q: %v, %v", marker, extras, pins, err)
			}
		}
	}
}

// TestUVUnhashed takes what has no hash where that is allowed, and says so; what
// is not needed may be as it will.
func TestUVUnhashed(t *testing.T) {
	text := uvText("", `dependencies = [{ name = "p" }, { name = "q", marker = "sys_platform == 'win32'" }]`,
		"name = \"p\"\nversion = \"1\"\n"+`source = { registry = "wheels" }`+"\n"+`wheels = [{ path = "p-1-py3-none-any.whl", hash = "md5:0123" }]`+"\n"+`sdist = { path = "p-1.tar.gz" }`,
		"name = \"q\"\nversion = \"1\"\n"+fromIndex)
	dir, l, err := readUVText(t, text, lock.Options{AllowUnhashed: true})
	if err != nil {
		t.Fatal(err)
	}
	pins, err := l.Select(bookworm, lock.Want{})
	if err != nil || len(pins) != 1 || len(pins[0].Files) != 2 {
		t.Errorf("%v, %v", pins, err)
	}
	if diff := cmp.Diff([]string{dir + `/uv.lock:11: "p==1" has no hash by sha256, sha384 or sha512: any file of that name is taken`}, l.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if _, l, err = readUVText(t, strings.Replace(text, "md5:0123", hashA, 1), lock.Options{}); err != nil {
		t.Fatal(err)
	}
	if pins, err = l.Select(bookworm, lock.Want{}); err != nil || len(pins) != 1 || len(pins[0].Files) != 1 {
		t.Errorf("with a source archive without a hash: %v, %v", pins, err)
	}
}

// TestUVUnknownExtras: before revision 1 a lock did not say which extras there
// are without dependencies.
func TestUVUnknownExtras(t *testing.T) {
	_, l, err := readUVText(t, strings.Replace(uvText("", "[package.metadata]"), "revision = 3\n", "", 1), lock.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Select(bookworm, lock.Want{Extras: []string{"x"}}); err != nil || l.Extras != nil || l.Groups == nil {
		t.Errorf("%v, extras %v, groups %v", err, l.Extras, l.Groups)
	}
}
