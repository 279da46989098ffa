package venv_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wain/convert/target"
	"wain/convert/venv"
	"wain/convert/wheel"
	"wain/fixtures"
)

// openBytes opens a wheel that is held in memory.
func openBytes(t testing.TB, filename string, data []byte) *wheel.Wheel {
	t.Helper()
	w, err := wheel.Open(bytes.NewReader(data), int64(len(data)), filename, wheel.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// fixture opens wheels of package fixtures by their short names.
func fixture(t testing.TB, name string) *wheel.Wheel {
	t.Helper()
	return openBytes(t, fixtures.WheelFilename(name), fixtures.Wheel(name))
}

// build makes a wheel from name, version 1.0 and path → content; a path that
// ends in "*" is executable.
func build(t testing.TB, name string, files map[string]string) *wheel.Wheel {
	t.Helper()
	r := fixtures.Recipe{Filename: name + "-1.0-py3-none-any.whl"}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		f := fixtures.RecipeFile{Path: strings.TrimSuffix(path, "*"), Data: []byte(files[path])}
		if strings.HasSuffix(path, "*") {
			f.Mode = 0o755
		}
		r.Files = append(r.Files, f)
	}
	data, err := fixtures.BuildWheel(r)
	if err != nil {
		t.Fatal(err)
	}
	return openBytes(t, r.Filename, data)
}

func find(t testing.TB, spec string) target.Target {
	t.Helper()
	found, err := target.Find(spec, "")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// lay lays the wheels out in /opt/venvs/app for Debian 12.
func lay(t testing.TB, wheels ...*wheel.Wheel) (*venv.Tree, error) {
	t.Helper()
	items := make([]venv.Item, len(wheels))
	for i, w := range wheels {
		items[i] = venv.Item{Wheel: w}
	}
	return venv.Lay(items, venv.Options{Dir: "/opt/venvs/app", Target: find(t, "debian12")})
}

func mustLay(t testing.TB, items []venv.Item, o venv.Options) *venv.Tree {
	t.Helper()
	tree, err := venv.Lay(items, o)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// content reads an entry and holds it against the size that it promises.
func content(t testing.TB, e venv.Entry) string {
	t.Helper()
	r, err := e.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(data)) != e.Size {
		t.Errorf("%s has %d bytes, its entry says %d", e.Path, len(data), e.Size)
	}
	return string(data)
}

// entry finds a path of the tree.
func entry(t testing.TB, tree *venv.Tree, path string) venv.Entry {
	t.Helper()
	for _, e := range tree.Entries {
		if e.Path == path {
			return e
		}
	}
	t.Fatalf("the tree has no %s", path)
	return venv.Entry{}
}

func has(tree *venv.Tree, path string) bool {
	for _, e := range tree.Entries {
		if e.Path == path {
			return true
		}
	}
	return false
}

// unpack writes what lies in the tree's environment to the disk.
func unpack(t testing.TB, tree *venv.Tree, dir string) {
	t.Helper()
	for _, e := range tree.Entries {
		if e.Path != dir && !strings.HasPrefix(e.Path, dir+"/") {
			continue
		}
		var err error
		switch e.Mode.Type() {
		case fs.ModeDir:
			err = os.MkdirAll(e.Path, 0o755)
		case fs.ModeSymlink:
			err = os.Symlink(e.Link, e.Path)
		default:
			err = os.WriteFile(e.Path, []byte(content(t, e)), e.Mode.Perm())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// hostPython is a Python of this machine and a target that has it.
func hostPython(t testing.TB) (string, target.Target) {
	t.Helper()
	fixtures.NeedTool(t, "python3")
	out := run(t, "python3", "-c", "import sys, os; print(os.path.realpath(sys.executable)); print('%d.%d' % sys.version_info[:2])")
	path, version, _ := strings.Cut(strings.TrimSpace(out), "\n")
	host := find(t, "debian12")
	host.Python = target.Python{Version: version, Full: version + ".0", Package: "python" + version, Path: path}
	return path, host
}

// run runs a program with an environment that holds nothing of ours.
func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(cmd.Dir, "home"), "LANG=C.UTF-8"}
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%s %q: %v\n%s%s", name, args, err, out, exit.Stderr)
		}
		t.Fatal(err)
	}
	return string(out)
}
