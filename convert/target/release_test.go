package target_test

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/target"
)

// What must hold of the data whatever the release; the figures themselves
// stand in the files.
func TestEveryRelease(t *testing.T) {
	suites := map[string]string{}
	for _, name := range target.Names() {
		x := find(t, name)
		if x.Name != name || x.Folder() != name || x.String() != name {
			t.Errorf("%s is called %s, its folder %s", name, x, x.Folder())
		}
		if other := suites[x.Suite]; other != "" {
			t.Errorf("%s and %s have the suite %s", name, other, x.Suite)
		}
		suites[x.Suite] = name
		if find(t, x.Suite).Name != name {
			t.Errorf("%s is not found by its suite %s", name, x.Suite)
		}
		if x.Arch.Go != "amd64" {
			t.Errorf("%s: the native architecture is %s", name, x.Arch.Go)
		}
		if rpm := x.Format == "rpm"; x.Lib64 != rpm || (x.Dist != "") != rpm || (x.Libraries == nil) != rpm {
			t.Errorf("%s: %s with Lib64 %v, Dist %q, %d libraries", name, x.Format, x.Lib64, x.Dist, len(x.Libraries))
		}
		if want := map[string]string{"el8": "gzip"}[name]; x.Compression != want && x.Compression != "zstd" {
			t.Errorf("%s: %s", name, x.Compression)
		}
	}
}

func TestEveryPython(t *testing.T) {
	for _, x := range all(t) {
		if x.Python.Path != "/usr/bin/python"+x.Python.Version || !strings.HasPrefix(x.Python.Package, "python3") {
			t.Errorf("%s: %+v", x, x.Python)
		}
		if x.Format == "deb" && x.Python.Package != path.Base(x.Python.Path) {
			t.Errorf("%s depends on %s, which upgrades to another Python", x, x.Python.Package)
		}
	}
}

func TestEveryLibraryHasOnePackage(t *testing.T) {
	for _, name := range target.Names() {
		owner := map[string]string{}
		for _, l := range find(t, name).Libraries {
			for _, soname := range l.Sonames {
				if owner[soname] != "" {
					t.Errorf("%s: %s is in %s and %s", name, soname, owner[soname], l.Package)
				}
				owner[soname] = l.Package
			}
		}
	}
}

func TestLoad(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("data", "el9.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	data = []byte(strings.Replace(string(data), "name: el9\n", "name: ours9\n", 1))
	x, err := target.Load(data, "ours.yaml", "3.12")
	if err != nil {
		t.Fatal(err)
	}
	if x.Folder() != "ours9-python3.12" || x.Suite != "el9" {
		t.Errorf("%s, suite %s", x.Folder(), x.Suite)
	}
	var e *target.UnknownError
	if _, err := target.Load(data, "ours.yaml", "3.10"); !errors.As(err, &e) {
		t.Errorf("python 3.10: %v", err)
	}
	x, err = target.Load(data, "a+b/ours.yaml/arm64+python3.11", "3.12")
	if err != nil || x.Folder() != "ours9-aarch64-python3.11" {
		t.Errorf("%s, %v", x.Folder(), err)
	}
	if _, err := target.Load([]byte("name: x"), "a+b/ours.yaml/arm64", ""); err == nil || !strings.HasPrefix(err.Error(), "a+b/ours.yaml: ") {
		t.Errorf("the file is not named: %v", err)
	}
	for _, spec := range []string{"ours.yaml/", "ours.yaml+3.12", "ours.yaml+python", "ours.yaml/mips", "ours.yml", "ours.yaml2"} {
		if _, err := target.Load(data, spec, ""); !errors.As(err, &e) {
			t.Errorf("%s: %v", spec, err)
		}
	}
}

func TestFile(t *testing.T) {
	for spec, want := range map[string]string{
		"ours.yaml": "ours.yaml", "./x/ours.yaml/arm64": "./x/ours.yaml", "ours.yaml+python3.12": "ours.yaml",
		"old.yaml/ours.yaml/arm64+python3.12": "old.yaml/ours.yaml",
	} {
		if got, ok := target.File(spec); got != want || !ok {
			t.Errorf("%s: %q, %v", spec, got, ok)
		}
	}
	for _, spec := range []string{"debian12", "debian12/arm64", "ours.yml", "ours.yamlx", ""} {
		if _, ok := target.File(spec); ok {
			t.Errorf("%q names a file", spec)
		}
	}
}

// Each change to a sound file is refused, with the issue named.
func TestLoadRefused(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("data", "debian12.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new, want string }{
		{"unknown-key", "suite:", "codename:", "field codename not found"},
		{"name-escape", "name: debian12", "name: ../x", `"../x": expected lower-case letters`},
		{"suite-missing", "suite: bookworm", "suite:", `"": expected lower-case letters`},
		{"format", "format: deb", "format: apk", `format: "apk": expected deb or rpm`},
		{"architecture", "[x86_64,", "[amd64,", `architectures: "amd64": expected the name that wheels have, one of x86_64, aarch64, `},
		{"glibc", `glibc: "2.36"`, "glibc: 2.360.1", `glibc: "2.360.1"`},
		{"musl-too", `glibc: "2.36"`, "glibc: \"2.36\"\nmusl: \"1.2\"", "glibc, musl: expected one of them"},
		{"musl", `glibc: "2.36"`, `musl: "2.0"`, `musl: "2.0": expected 1.0 or above`},
		{"free-threaded-old", `version: "3.11"`, `version: "3.12t"`, "free-threaded Pythons began with 3.13t"},
		{"glibc-old", `glibc: "2.36"`, `glibc: "2.12"`, "expected 2.17 or above"},
		{"compression", "compression: zstd", "compression: lzma", `compression: "lzma"`},
		{"dist", "compression: zstd", "compression: zstd\ndist: .el9", `dist: ".el9"`},
		{"python", `version: "3.11"`, `version: "3.6"`, `"3.6": expected a version X.Y from 3.8 on`},
		{"python-full", "full: 3.11.2", "full: 3.12.2", `full: "3.12.2": expected a version that begins with 3.11.`},
		{"python-path", "path: /usr/bin/python3.11", "path: /usr/../x", `path: "/usr/../x"`},
		{"python-package", "package: python3.11", "package: 'python3.11, x'", `package: "python3.11, x"`},
		{"library", "package: zlib1g", "package: zlib1g (>= 1)", `"zlib1g (>= 1)": expected the name of a package`},
		{"library-version", `GCC_3.0: "3.0"`, `GCC_3.0: "3.0-1~x"`, `GCC_3.0: "3.0-1~x": expected a version`},
		{"two-documents", "name: debian12", "name: debian12\n---\nname: x", ""},
		{"not-yaml", "name: debian12", "name: [", ""},
	}
	for _, test := range tests {
		if !strings.Contains(string(data), test.old) {
			t.Fatalf("%s: the file has no %q", test.name, test.old)
		}
		changed := strings.Replace(string(data), test.old, test.new, 1)
		_, err := target.Load([]byte(changed), "ours.yaml", "")
		var e *target.FileError
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), "ours.yaml: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	for name, text := range map[string]string{
		"empty": "", "comment": "# nothing", "list": "[]", "too-large": strings.Repeat("#", target.MaxFile+1),
	} {
		var e *target.FileError
		if _, err := target.Load([]byte(text), "ours.yaml", ""); !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoadGathersAllIssues(t *testing.T) {
	_, err := target.Load([]byte("name: X\nformat: apk\n"), "ours.yaml", "")
	if err == nil || len(strings.Split(err.Error(), "\n")) < 6 {
		t.Errorf("got %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"debian12", "el9"} {
		data, err := os.ReadFile(filepath.Join("data", name+".yaml"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := target.Load(data, "ours.yaml", "")
		if err != nil {
			return
		}
		// What is accepted is good for all that is asked of a target.
		if len(x.Tags()) == 0 || x.Python.Path == "" || strings.ContainsAny(x.Folder(), "/\\ ") {
			t.Errorf("%+v", x)
		}
		x.Depends([]target.Need{{Soname: "libc.so.6", Versions: []string{"GLIBC_2.34", "GLIBC_PRIVATE"}}})
	})
}

// A second pair of eyes on the figures that decide about wheels and suites.
func TestFigures(t *testing.T) {
	want := map[string]string{
		"amzn2023":    "amzn2023 2.34 3.9 .amzn2023",
		"debian12":    "bookworm 2.36 3.11",
		"debian13":    "trixie 2.41 3.13",
		"el8":         "el8 2.28 3.11 .el8",
		"el9":         "el9 2.34 3.9 .el9",
		"el10":        "el10 2.39 3.12 .el10",
		"fedora43":    "fedora43 2.42 3.14 .fc43",
		"fedora44":    "fedora44 2.43 3.14 .fc44",
		"leap16.0":    "leap16.0 2.40 3.13 .lp160",
		"ubuntu22.04": "jammy 2.35 3.10",
		"ubuntu24.04": "noble 2.39 3.12",
		"ubuntu26.04": "resolute 2.43 3.14",
	}
	got := map[string]string{}
	for _, name := range target.Names() {
		x := find(t, name)
		got[name] = strings.TrimSpace(strings.Join([]string{x.Suite, x.Glibc.String(), x.Python.Version, x.Dist}, " "))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
