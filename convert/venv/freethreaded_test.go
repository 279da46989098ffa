package venv_test

import (
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/target"
	"wain/convert/venv"
	"wain/fixtures"
)

// freeThreaded is Debian 13 with a Python that it does not have.
func freeThreaded(t *testing.T) target.Target {
	t.Helper()
	x := find(t, "debian13")
	x.Python = target.Python{Version: "3.13t", Full: "3.13.5", Package: "python3.13-nogil", Path: "/usr/bin/python3.13t"}
	return x
}

// The environment of a free-threaded Python has the letter in its folders and
// in one name of its interpreter, and nowhere else.
func TestFreeThreaded(t *testing.T) {
	wheel := build(t, "pip", files{
		"pip.py":                             "",
		"pip-1.0.data/headers/pip.h":         "",
		"pip-1.0.dist-info/entry_points.txt": "[console_scripts]\npip = p:m\npip3.9 = p:m\n",
	})
	const dir = "/opt/venvs/app"
	tree := mustLay(t, []venv.Item{{Wheel: wheel}}, venv.Options{Dir: dir, Target: freeThreaded(t)})
	var got []string
	for _, e := range tree.Entries {
		if rest, ok := strings.CutPrefix(e.Path, dir+"/"); ok && !e.Mode.IsDir() && !strings.Contains(rest, ".dist-info/") {
			got = append(got, strings.TrimSuffix(rest+" "+e.Link, " "))
		}
	}
	want := []string{
		"bin/pip", "bin/pip3", "bin/pip3.13",
		"bin/python /usr/bin/python3.13t", "bin/python3 python", "bin/python3.13 python", "bin/python3.13t python",
		"include/site/python3.13/pip/pip.h", "lib/python3.13t/site-packages/pip.py", "pyvenv.cfg",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if text := content(t, entry(t, tree, dir+"/pyvenv.cfg")); !strings.Contains(text, "\nversion = 3.13\n") || strings.Contains(text, "3.13t") {
		t.Errorf("pyvenv.cfg:\n%s", text)
	}
}

// CPython itself would look there.
func TestFreeThreadedPaths(t *testing.T) {
	out := fixtures.Root(t, "trixie").Run(t, `python3.13 -c "import sysconfig
print(sysconfig.get_path('purelib', 'venv', dict(base='/opt/venvs/app', abi_thread='t')))"`, nil)
	tree := mustLay(t, nil, venv.Options{Dir: "/opt/venvs/app", Target: freeThreaded(t)})
	if site := strings.TrimSpace(out); !has(tree, site) || path.Base(path.Dir(site)) != "python3.13t" {
		t.Errorf("the tree has no %s", site)
	}
}
