package egg_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/target"
	"wain/convert/venv"
)

// Installed by pip into an environment without setuptools, the modules are
// found and the commands run.
func TestConvertedEggRuns(t *testing.T) {
	for project, commands := range map[string][]struct {
		command []string
		want    string
	}{
		"plain": {
			{[]string{"plain", "a", "b"}, "cli one some data a b\n"},
			{[]string{"plain-extra"}, "cli one some data\n"},
			{[]string{"plain-tool"}, "tool 42\n"},
			{[]string{"plain-shell", "x"}, "shell x\n"},
			{[]string{"plain-py.py"}, "py 1.2\n"},
			{[]string{"python", "-c", "import os, plain; print(open(os.path.join(plain.__path__[0], '../share/plain/notes.txt')).read())"}, "notes\n\n"},
			{[]string{"python", "-c", "from importlib.metadata import *; print(version('plain-demo'), [e.load().name for e in entry_points(group='plain.plugins')])"}, "1.2.post3 ['one']\n"},
		},
		"compiled": {
			{[]string{"compiled-demo"}, "42 7 so\n"},
		},
	} {
		t.Run(project, func(t *testing.T) {
			t.Parallel()
			path := built(t, project, "bdist_egg")
			for kind, path := range map[string]string{"zip": path, "folder": unpacked(t, path)} {
				converted, _ := convert(t, path)
				bin := environment(t, converted)
				for _, c := range commands {
					got := run(t, ".", filepath.Join(bin, c.command[0]), c.command[1:]...)
					if diff := cmp.Diff(c.want, got); diff != "" {
						t.Errorf("%s, %s:\n%s", kind, c.command[0], diff)
					}
				}
			}
		})
	}
}

// Packages of one namespace from several projects are found together, from
// converted eggs, from wheels of setuptools and from another folder of sys.path.
func TestNamespacePackages(t *testing.T) {
	const both = "import sys; sys.path += sys.argv[1:]; import acme.tools.one, acme.two, acme; print(acme.tools.one.WHO, acme.two.WHO, acme.__name__, acme.__spec__ is not None)"
	const want = "one two acme True\n"
	one, two := built(t, "spaces", "bdist_egg"), built(t, "spaces2", "bdist_egg")
	oneWheel, _ := convert(t, one)
	twoWheel, _ := convert(t, two)
	theirs := built(t, "spaces2", "bdist_wheel")
	for name, wheels := range map[string][]string{
		"two eggs":         {oneWheel, twoWheel},
		"egg and wheel":    {oneWheel, theirs},
		"in another order": {twoWheel, oneWheel},
	} {
		bin := environment(t, wheels...)
		if got := run(t, ".", filepath.Join(bin, "python"), "-c", both); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	// The other part lies elsewhere, as a folder without __init__.py.
	other := unpacked(t, theirs)
	bin := environment(t, oneWheel)
	if got := run(t, ".", filepath.Join(bin, "python"), "-c", both, other); got != want {
		t.Errorf("another folder: %q", got)
	}
	// Nothing was printed about lines of .pth files that fail.
	if got := run(t, ".", "sh", "-c", filepath.Join(bin, "python")+" -c 'import acme' 2>&1"); got != "" {
		t.Errorf("at the start of Python: %s", got)
	}
	files := contents(t, oneWheel)
	for _, gone := range []string{"acme/__init__.py", "acme/tools/__init__.py"} {
		if _, there := files[gone]; there {
			t.Errorf("%s is there", gone)
		}
	}
	pth := strings.TrimSuffix(filepath.Base(one), ".egg") + "-nspkg.pth"
	if lines := strings.Count(files[pth], "\n"); lines != 2 {
		t.Errorf("%s has %d lines for two packages; files %v", pth, lines, files)
	}
}

// The bytes depend on the egg alone.
func TestSameEggSameBytes(t *testing.T) {
	path := built(t, "plain", "bdist_egg")
	first, result := convert(t, path)
	second, _ := convert(t, path)
	a, b := contents(t, first), contents(t, second)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	folder, _ := convert(t, unpacked(t, path))
	if diff := cmp.Diff(a, contents(t, folder)); diff != "" {
		t.Errorf("zip -, folder +:\n%s", diff)
	}
	again, _ := convert(t, unpacked(t, path))
	for _, pair := range [][2]string{{first, second}, {folder, again}} {
		if sumFile(t, pair[0]) != sumFile(t, pair[1]) {
			t.Errorf("%s differs", filepath.Base(pair[0]))
		}
	}
	if len(result.Warnings) != 0 {
		t.Errorf("warnings: %q", result.Warnings)
	}
}

// Laid out as a package has it, without pip: the same commands run.
func TestConvertedEggInPackage(t *testing.T) {
	var items []venv.Item
	for _, project := range []string{"plain", "spaces", "spaces2"} {
		path, _ := convert(t, built(t, project, "bdist_egg"))
		items = append(items, venv.Item{Wheel: openWheel(t, path), Source: project == "plain"})
	}
	host, err := target.Find("debian12", "")
	if err != nil {
		t.Fatal(err)
	}
	python := strings.Fields(run(t, ".", setuptools(t), "-c", "import os, sys; print(os.path.realpath(sys.executable), '%d.%d' % sys.version_info[:2])"))
	host.Python = target.Python{Version: python[1], Full: python[1] + ".0", Package: "python" + python[1], Path: python[0]}
	dir := filepath.Join(t.TempDir(), "app")
	tree, err := venv.Lay(items, venv.Options{Dir: dir, Target: host})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range tree.Entries {
		if strings.HasPrefix(e.Path, dir) {
			place(t, e)
		}
	}
	for _, c := range []struct {
		command []string
		want    string
	}{
		{[]string{"plain", "a"}, "cli one some data a\n"},
		{[]string{"plain-tool"}, "tool 42\n"},
		{[]string{"plain-shell", "x"}, "shell x\n"},
		{[]string{"python", "-c", "import acme.two, acme.tools.one; print(acme.two.WHO, acme.tools.one.WHO)"}, "two one\n"},
	} {
		if diff := cmp.Diff(c.want, run(t, ".", filepath.Join(dir, "bin", c.command[0]), c.command[1:]...)); diff != "" {
			t.Errorf("%s:\n%s", c.command[0], diff)
		}
	}
	if diff := cmp.Diff(2, len(tree.Warnings)); diff != "" {
		t.Errorf("a line for each .pth file: %q", tree.Warnings)
	}
}

// place writes one entry of a tree to the disk.
func place(t *testing.T, e venv.Entry) {
	t.Helper()
	var err error
	switch e.Mode.Type() {
	case fs.ModeDir:
		err = os.MkdirAll(e.Path, 0o755)
	case fs.ModeSymlink:
		err = os.Symlink(e.Link, e.Path)
	default:
		var r io.ReadCloser
		if r, err = e.Open(); err != nil {
			break
		}
		defer r.Close()
		var data []byte
		if data, err = io.ReadAll(r); err == nil {
			err = os.WriteFile(e.Path, data, e.Mode.Perm())
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
