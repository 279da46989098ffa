package venv_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/venv"
)

func TestScripts(t *testing.T) {
	const python = "#!/opt/venvs/app/bin/python\n"
	cases := []struct{ name, text, want string }{
		{"python", "#!python\nx\n", python + "x\n"},
		{"options-go", "#!python -u -E\nx\n", python + "x\n"},
		{"pythonw", "#!pythonw\nx\n", python + "x\n"},
		{"python3", "#!python3\nx\n", python + "x\n"},
		{"crlf-below", "#!python\r\nx\r\n", python + "x\r\n"},
		{"no-line-end", "#!python", python},
		{"absolute-stays", "#!/usr/bin/env python\nx\n", "#!/usr/bin/env python\nx\n"},
		{"shell-stays", "#!/bin/sh\n", "#!/bin/sh\n"},
		{"binary-stays", "\x7fELF\x02\x01\x01\x00", "\x7fELF\x02\x01\x01\x00"},
		{"blank-before-stays", " #!python\n", " #!python\n"},
		{"short-stays", "#!py", "#!py"},
		{"empty-stays", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree, err := lay(t, build(t, "a", files{"a-1.0.data/scripts/tool": c.text}))
			if err != nil {
				t.Fatal(err)
			}
			e := entry(t, tree, "/opt/venvs/app/bin/tool")
			if e.Mode != 0o755 {
				t.Errorf("mode %v", e.Mode)
			}
			if diff := cmp.Diff(c.want, content(t, e)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Old setuptools wrote wrappers beside its entry points.
func TestOldWrappersAreLeftOut(t *testing.T) {
	scripts := files{"a-1.0.dist-info/entry_points.txt": "[console_scripts]\nrun = a:main\n"}
	for _, name := range []string{"run", "run.exe", "run-script.py", "run.pya", "run.sh", "other-script.py"} {
		scripts["a-1.0.data/scripts/"+name] = "#!python\n"
	}
	tree, err := lay(t, build(t, "a", scripts))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"other-script.py", "run", "run.sh"}, commands(tree)); diff != "" {
		t.Error(diff)
	}
	if text := content(t, entry(t, tree, "/opt/venvs/app/bin/run")); !strings.Contains(text, "from a import main") {
		t.Errorf("run is not the entry point's:\n%s", text)
	}
}

// commands lists the regular files of bin.
func commands(tree *venv.Tree) []string {
	var names []string
	for _, e := range tree.Entries {
		if filepath.Dir(e.Path) == "/opt/venvs/app/bin" && e.Mode.IsRegular() {
			names = append(names, filepath.Base(e.Path))
		}
	}
	return names
}

func TestNamesWithVersions(t *testing.T) {
	cases := []struct {
		name, points string
		want         []string
	}{
		{"pip", "pip = p:m\npip3 = p:m\npip3.8 = p:m\n", []string{"pip", "pip3", "pip3.11"}},
		{"pip-two-digits", "pip = p:m\npip3.14 = p:m\npipx = p:m\n", []string{"pip", "pip3", "pip3.11", "pipx"}},
		{"pip-without-plain-name", "pip3.8 = p:m\n", []string{"pip3.8"}},
		{"easy_install", "easy_install = p:m\neasy_install-3.8 = p:m\n", []string{"easy_install", "easy_install-3.11"}},
		{"others-stay", "pip-compile = p:m\nrun3.8 = p:m\n", []string{"pip-compile", "run3.8"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree, err := lay(t, build(t, "a", script("a", c.points)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, commands(tree)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Only the SOURCE projects' commands are linked into /usr/bin.
func TestLinksOfTheSource(t *testing.T) {
	a := build(t, "a", files{
		"a-1.0.dist-info/entry_points.txt": "[console_scripts]\none = a:main\n",
		"a-1.0.data/scripts/two":           "#!python\n",
		"a-1.0.data/data/bin/three":        "#!/bin/sh\n",
	})
	b := build(t, "b", script("b", "four = b:main"))
	tree := mustLay(t, []venv.Item{{Wheel: a, Source: true}, {Wheel: b}}, venv.Options{Dir: "/srv/apps/x", Target: find(t, "debian12")})
	var links []string
	for _, e := range tree.Entries {
		if strings.HasPrefix(e.Path, "/usr/") {
			links = append(links, e.Path+" -> "+e.Link)
		}
	}
	if diff := cmp.Diff([]string{"/usr/bin/one -> /srv/apps/x/bin/one", "/usr/bin/two -> /srv/apps/x/bin/two"}, links); diff != "" {
		t.Error(diff)
	}
}

// A link in /usr/bin must not stand for a command of the system, whose packages
// may call it /bin/ls, nor for what a shell reads otherwise.
func TestNoLinkOverTheSystem(t *testing.T) {
	a := build(t, "a", files{
		"a-1.0.dist-info/entry_points.txt": "[console_scripts]\nls = a:main\nsystemd-run = a:main\nlsx = a:main\n",
		"a-1.0.data/scripts/sh":            "#!python\n",
		"a-1.0.data/scripts/-rf":           "#!python\n",
		"a-1.0.data/scripts/$(id)":         "#!python\n",
		"a-1.0.data/scripts/a b":           "#!python\n",
		"a-1.0.data/scripts/c++x":          "#!python\n",
	})
	tree := mustLay(t, []venv.Item{{Wheel: a, Source: true}}, venv.Options{Dir: "/opt/venvs/app", Target: find(t, "debian12")})
	var links, commands []string
	for _, e := range tree.Entries {
		if strings.HasPrefix(e.Path, "/usr/") {
			links = append(links, e.Path)
		}
		if name, ok := strings.CutPrefix(e.Path, "/opt/venvs/app/bin/"); ok && e.Mode.IsRegular() {
			commands = append(commands, name)
		}
	}
	if diff := cmp.Diff([]string{"/usr/bin/c++x", "/usr/bin/lsx"}, links); diff != "" {
		t.Errorf("links: %s", diff)
	}
	if diff := cmp.Diff([]string{"$(id)", "-rf", "a b", "c++x", "ls", "lsx", "sh", "systemd-run"}, commands); diff != "" {
		t.Errorf("the environment's commands: %s", diff)
	}
	for _, name := range []string{"ls", "sh", "systemd-run", "-rf", "$(id)", "a b"} {
		if !strings.Contains(strings.Join(tree.Warnings, "\n"), fmt.Sprintf("%q", name)) {
			t.Errorf("no warning names %q: %q", name, tree.Warnings)
		}
	}
}

func TestWarnings(t *testing.T) {
	tree, err := lay(t, build(t, "a", files{
		"a.pth":                            "/some/path\nimport sys; sys.x = 1\n",
		"long.pth":                         strings.Repeat("x", 9000) + "import sys\n",
		"plain.pth":                        "# import sys\n/other\n",
		"pkg/inner.pth":                    "import sys\n",
		"sitecustomize.py":                 "",
		"pkg/usercustom.py":                "",
		"a-1.0.dist-info/entry_points.txt": "[console_scripts]\nactivate = a:main\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"a-1.0-py3-none-any.whl: a.pth runs code at every start of Python",
		"a-1.0-py3-none-any.whl: sitecustomize.py runs code at every start of Python",
		`a-1.0-py3-none-any.whl brings a command "activate", which people expect to activate the environment`,
	}
	if diff := cmp.Diff(want, tree.Warnings); diff != "" {
		t.Error(diff)
	}
}

// The kernel reads 127 bytes of a first line. Around that length the scripts
// run, whichever way they go.
func TestShebangLengths(t *testing.T) {
	_, host := hostPython(t)
	root := t.TempDir()
	for _, length := range []int{126, 127, 128, 129, 250} {
		// "#!" + DIR + "/bin/python\n" has that length.
		rest := length - len("#!"+root+"/"+"/bin/python\n")
		dir := root + "/" + strings.Repeat("d", rest)
		w := build(t, "a", files{
			"a.py":                             "import sys\ndef main():\n    print('ran', sys.prefix)\n",
			"a-1.0.dist-info/entry_points.txt": "[console_scripts]\none = a:main\n",
			"a-1.0.data/scripts/two":           "#!python\nimport a\na.main()\n",
		})
		tree := mustLay(t, []venv.Item{{Wheel: w}}, venv.Options{Dir: dir, Target: host})
		unpack(t, tree, dir)
		for _, name := range []string{"one", "two"} {
			text := content(t, entry(t, tree, dir+"/bin/"+name))
			if direct := strings.HasPrefix(text, "#!"+dir); direct != (length <= 127) {
				t.Errorf("a line of %d bytes: interpreter named directly: %v", length, direct)
			}
			if got, want := run(t, dir+"/bin/"+name), "ran "+dir+"\n"; got != want {
				t.Errorf("a line of %d bytes: %s printed %q", length, name, got)
			}
		}
	}
}

// A method as entry point, and the exit status that it returns.
func TestEntryPointRuns(t *testing.T) {
	_, host := hostPython(t)
	dir := t.TempDir() + "/env"
	w := build(t, "a", files{
		"a/__init__.py":                    "",
		"a/cli.py":                         "class App:\n    @staticmethod\n    def run():\n        print('method')\n        return 0\n",
		"a-1.0.dist-info/entry_points.txt": "[gui_scripts]\nmethod = a.cli : App.run [some, extra]\n",
	})
	unpack(t, mustLay(t, []venv.Item{{Wheel: w}}, venv.Options{Dir: dir, Target: host}), dir)
	if got := run(t, dir+"/bin/method"); got != "method\n" {
		t.Errorf("printed %q", got)
	}
	paths := run(t, dir+"/bin/python", "-c", "import sys; print('\\n'.join(sys.path))")
	if !slices.Contains(strings.Split(paths, "\n"), dir+"/lib/python"+host.Python.Version+"/site-packages") {
		t.Errorf("sys.path:\n%s", paths)
	}
}
