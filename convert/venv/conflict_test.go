package venv_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/venv"
	"wain/convert/wheel"
)

type files = map[string]string

func script(name, line string) files {
	return files{name + "-1.0.dist-info/entry_points.txt": "[console_scripts]\n" + line + "\n"}
}

func TestConflicts(t *testing.T) {
	const site = "/opt/venvs/app/lib/python3.11/site-packages/"
	const bin = "/opt/venvs/app/bin/"
	cases := []struct {
		name string
		a, b files
		want []string // rule and path of each problem
	}{
		{"different-bytes", files{"shared/x.py": "1"}, files{"shared/x.py": "2"}, []string{"path-conflict " + site + "shared/x.py"}},
		{"same-size-other-bytes", files{"__init__.py": "abc"}, files{"__init__.py": "abd"}, []string{"path-conflict " + site + "__init__.py"}},
		{"all-are-told", files{"x.py": "1", "y.py": "1"}, files{"x.py": "2", "y.py": "2"}, []string{"path-conflict " + site + "x.py", "path-conflict " + site + "y.py"}},
		{"command-twice", script("a", "run = a:main"), script("b", "run = b:main"), []string{"command-conflict " + bin + "run"}},
		{"command-twice-same-bytes", script("a", "run = x:main"), script("b", "run = x:main"), []string{"command-conflict " + bin + "run"}},
		{"command-and-script", script("a", "run = a:main"), files{"b-1.0.data/scripts/run": "#!/bin/sh\n"}, []string{"command-conflict " + bin + "run"}},
		{"case-collision", files{"Shared/x.py": ""}, files{"shared/X.py": ""}, []string{"case-collision " + site + "shared/X.py"}},
		{"case-collision-beyond-ascii", files{"Σ.txt": ""}, files{"ς.txt": ""}, []string{"case-collision " + site + "ς.txt"}},
		{"file-and-folder", files{"shared": "1"}, files{"shared/x.py": "2"}, []string{"file-and-folder " + site + "shared"}},
		{"file-where-site-packages-is", files{"a-1.0.data/data/lib/python3.11": ""}, nil, []string{"file-and-folder /opt/venvs/app/lib/python3.11"}},
		{"data-over-interpreter", files{"a-1.0.data/data/bin/python3.11": ""}, nil, []string{"reserved-name " + bin + "python3.11"}},
		{"data-over-other-interpreter", files{"a-1.0.data/data/bin/PyPy3": ""}, nil, []string{"reserved-name " + bin + "PyPy3"}},
		{"script-over-interpreter", files{"a-1.0.data/scripts/python": "#!python\n"}, nil, []string{"reserved-name " + bin + "python"}},
		{"data-over-pyvenv", files{"a-1.0.data/data/pyvenv.cfg": "home = /tmp\n"}, nil, []string{"reserved-name /opt/venvs/app/pyvenv.cfg"}},
		{"data-in-lib64-without-link", files{"a-1.0.data/data/lib64/x": ""}, nil, nil},
		{"one-wheel-twice-same", files{"x.py": "1", "a-1.0.data/purelib/x.py": "1"}, nil, nil},
		{"one-wheel-twice-different", files{"x.py": "1", "a-1.0.data/platlib/x.py": "2"}, nil, []string{"path-conflict " + site + "x.py"}},
		{"one-wheel-command-and-data", files{"a-1.0.data/data/bin/run": "", "a-1.0.dist-info/entry_points.txt": "[console_scripts]\nrun = a:main\n"}, nil, []string{"path-conflict " + bin + "run"}},
		{"script-too-large", files{"a-1.0.data/scripts/run": "#!python\n" + strings.Repeat("#", 16<<20)}, nil, []string{"script-size " + bin + "run"}},
		{"same-bytes", files{"ns/__init__.py": "# ns\n"}, files{"ns/__init__.py": "# ns\n"}, nil},
		{"same-bytes-other-mode", files{"ns/__init__.py": "# ns\n"}, files{"ns/__init__.py*": "# ns\n"}, nil},
		{"case-within-one-wheel", files{"x.py": "1", "X.py": "2"}, nil, nil},
		{"clutter", files{"tests/__init__.py": "1", "LICENSE": "A"}, files{"tests/__init__.py": "2", "LICENSE": "B"}, nil},
		{"clutter-nested-is-code", files{"pkg/tests/x.py": "1"}, files{"pkg/tests/x.py": "2"}, []string{"path-conflict " + site + "pkg/tests/x.py"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			wheels := []*wheel.Wheel{build(t, "a", c.a)}
			if c.b != nil {
				wheels = append(wheels, build(t, "b", c.b))
			}
			_, err := lay(t, wheels...)
			if diff := cmp.Diff(c.want, problems(t, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// problems gives rule and path of each problem.
func problems(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var e *venv.Error
	if !errors.As(err, &e) {
		t.Fatalf("no *venv.Error: %v", err)
	}
	var list []string
	for _, p := range e.Problems {
		list = append(list, p.Rule+" "+p.Path)
	}
	return list
}

// A wheel may bring the .dist-info folder of another project by way of .data;
// what that one's installer writes stays its own.
func TestForeignRecord(t *testing.T) {
	a := build(t, "a", files{"a-1.0.data/purelib/b-1.0.dist-info/RECORD": "all mine,,\n"})
	_, err := lay(t, a, build(t, "b", files{}))
	want := []string{"path-conflict /opt/venvs/app/lib/python3.11/site-packages/b-1.0.dist-info/RECORD"}
	if diff := cmp.Diff(want, problems(t, err)); diff != "" {
		t.Error(diff)
	}
}

func TestConflictNamesBothWheels(t *testing.T) {
	_, err := lay(t, build(t, "a", files{"x.py": "1"}), build(t, "b", files{"x.py": "2"}))
	for _, name := range []string{"a-1.0-py3-none-any.whl", "b-1.0-py3-none-any.whl", "x.py"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
}

func TestProjectTwice(t *testing.T) {
	_, err := lay(t, build(t, "Same_Name", files{}), build(t, "same.name", files{}))
	if diff := cmp.Diff([]string{"twice same-name"}, problems(t, err)); diff != "" {
		t.Error(diff)
	}
}

func TestLib64LinkIsNoFolder(t *testing.T) {
	a := build(t, "a", files{"a-1.0.data/data/lib64/x": ""})
	_, err := venv.Lay([]venv.Item{{Wheel: a}}, venv.Options{Dir: "/opt/venvs/app", Target: find(t, "el9")})
	if diff := cmp.Diff([]string{"file-and-folder /opt/venvs/app/lib64"}, problems(t, err)); diff != "" {
		t.Error(diff)
	}
}

// The project that sorts first wins; the other does not claim the file.
func TestClutterHasAFixedWinner(t *testing.T) {
	tree, err := lay(t, build(t, "b", files{"README.md": "of b"}), build(t, "a", files{"README.md": "of a"}))
	if err != nil {
		t.Fatal(err)
	}
	const site = "/opt/venvs/app/lib/python3.11/site-packages/"
	if got := content(t, entry(t, tree, site+"README.md")); got != "of a" {
		t.Errorf("README.md is %q", got)
	}
	if record := content(t, entry(t, tree, site+"b-1.0.dist-info/RECORD")); strings.Contains(record, "README") {
		t.Errorf("b claims the README of a:\n%s", record)
	}
	if len(tree.Warnings) != 1 || !strings.Contains(tree.Warnings[0], "README.md") {
		t.Errorf("warnings: %q", tree.Warnings)
	}
}

// Both projects list a file that both bring.
func TestSharedFileIsInBothRecords(t *testing.T) {
	tree, err := lay(t, build(t, "a", files{"ns/__init__.py": "#"}), build(t, "b", files{"ns/__init__.py": "#"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b"} {
		record := content(t, entry(t, tree, "/opt/venvs/app/lib/python3.11/site-packages/"+name+"-1.0.dist-info/RECORD"))
		if !strings.Contains(record, "ns/__init__.py,sha256=") {
			t.Errorf("RECORD of %s:\n%s", name, record)
		}
	}
}
