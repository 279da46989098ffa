package venv_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/venv"
	"wain/convert/wheel"
)

// list writes a tree as text: mode, origin, path, link.
func list(tree *venv.Tree) string {
	var b strings.Builder
	for _, e := range tree.Entries {
		origin := e.Origin
		if origin == "" {
			origin = "-"
		}
		fmt.Fprintf(&b, "%v %s %s", e.Mode, origin, e.Path)
		if e.Mode&fs.ModeSymlink != 0 {
			b.WriteString(" -> " + e.Link)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func demo(t *testing.T) []venv.Item {
	return []venv.Item{
		{Wheel: build(t, "zlib_like", map[string]string{
			"zlib_like.py": "", "zlib_like-1.0.data/data/share/z.txt": "z",
			"zlib_like-1.0.dist-info/entry_points.txt": "[console_scripts]\nz = zlib_like:main\n",
		})},
		{Wheel: build(t, "Demo", map[string]string{
			"demo/__init__.py": "x = 1\n", "demo/tool.sh*": "#!/bin/sh\n",
			"Demo-1.0.data/scripts/old":           "#!python -E\nprint('old')\n",
			"Demo-1.0.data/headers/demo.h":        "#define X\n",
			"Demo-1.0.data/platlib/native.py":     "",
			"Demo-1.0.dist-info/INSTALLER":        "someone\n",
			"Demo-1.0.dist-info/entry_points.txt": "[console_scripts]\ndemo = demo:main\n[gui_scripts]\ndemo-gui = demo.gui:App.run\n",
		}), Source: true, Requested: true, DirectURL: []byte(`{"url": "https://index.example.org/demo.whl"}`)},
	}
}

func TestTreeOfDebian(t *testing.T) {
	tree := mustLay(t, demo(t), venv.Options{Dir: "/opt/venvs/app", Target: find(t, "debian12")})
	want := `drwxr-xr-x - /opt
drwxr-xr-x - /opt/venvs
drwxr-xr-x - /opt/venvs/app
drwxr-xr-x - /opt/venvs/app/bin
-rwxr-xr-x demo /opt/venvs/app/bin/demo
-rwxr-xr-x demo /opt/venvs/app/bin/demo-gui
-rwxr-xr-x demo /opt/venvs/app/bin/old
Lrwxrwxrwx - /opt/venvs/app/bin/python -> /usr/bin/python3.11
Lrwxrwxrwx - /opt/venvs/app/bin/python3 -> python
Lrwxrwxrwx - /opt/venvs/app/bin/python3.11 -> python
-rwxr-xr-x zlib-like /opt/venvs/app/bin/z
drwxr-xr-x - /opt/venvs/app/include
drwxr-xr-x - /opt/venvs/app/include/site
drwxr-xr-x - /opt/venvs/app/include/site/python3.11
drwxr-xr-x - /opt/venvs/app/include/site/python3.11/Demo
-rw-r--r-- demo /opt/venvs/app/include/site/python3.11/Demo/demo.h
drwxr-xr-x - /opt/venvs/app/lib
drwxr-xr-x - /opt/venvs/app/lib/python3.11
drwxr-xr-x - /opt/venvs/app/lib/python3.11/site-packages
drwxr-xr-x - /opt/venvs/app/lib/python3.11/site-packages/Demo-1.0.dist-info
-rw-r--r-- demo /opt/venvs/app/lib/python3.11/site-packages/Demo-1.0.dist-info/INSTALLER
-rw-r--r-- demo /opt/venvs/app/lib/python3.11/site-packages/Demo-1.0.dist-info/METADATA
-rw-r--r-- demo /opt/venvs/app/lib/python3.11/site-packages/Demo-1.0.dist-info/RECORD
-rw-r--r-- demo /opt/venvs/app/lib/python3.11/site-packages/Demo-1.0.dist-info/REQUESTED
-rw-r--r-- demo /opt/venvs/app/lib/python3.11/site-packages/Demo-1.0.dist-info/WHEEL
-rw-r--r-- demo /opt/venvs/app/lib/python3.11/site-packages/Demo-1.0.dist-info/direct_url.json
-rw-r--r-- demo /opt/venvs/app/lib/python3.11/site-packages/Demo-1.0.dist-info/entry_points.txt
drwxr-xr-x - /opt/venvs/app/lib/python3.11/site-packages/demo
-rw-r--r-- demo /opt/venvs/app/lib/python3.11/site-packages/demo/__init__.py
-rwxr-xr-x demo /opt/venvs/app/lib/python3.11/site-packages/demo/tool.sh
-rw-r--r-- demo /opt/venvs/app/lib/python3.11/site-packages/native.py
drwxr-xr-x - /opt/venvs/app/lib/python3.11/site-packages/zlib_like-1.0.dist-info
-rw-r--r-- zlib-like /opt/venvs/app/lib/python3.11/site-packages/zlib_like-1.0.dist-info/INSTALLER
-rw-r--r-- zlib-like /opt/venvs/app/lib/python3.11/site-packages/zlib_like-1.0.dist-info/METADATA
-rw-r--r-- zlib-like /opt/venvs/app/lib/python3.11/site-packages/zlib_like-1.0.dist-info/RECORD
-rw-r--r-- zlib-like /opt/venvs/app/lib/python3.11/site-packages/zlib_like-1.0.dist-info/WHEEL
-rw-r--r-- zlib-like /opt/venvs/app/lib/python3.11/site-packages/zlib_like-1.0.dist-info/entry_points.txt
-rw-r--r-- zlib-like /opt/venvs/app/lib/python3.11/site-packages/zlib_like.py
-rw-r--r-- - /opt/venvs/app/pyvenv.cfg
drwxr-xr-x - /opt/venvs/app/share
-rw-r--r-- zlib-like /opt/venvs/app/share/z.txt
Lrwxrwxrwx demo /usr/bin/demo -> /opt/venvs/app/bin/demo
Lrwxrwxrwx demo /usr/bin/demo-gui -> /opt/venvs/app/bin/demo-gui
Lrwxrwxrwx demo /usr/bin/old -> /opt/venvs/app/bin/old
`
	if diff := cmp.Diff(want, list(tree)); diff != "" {
		t.Error(diff)
	}
	texts := map[string]string{
		"bin/old":      "#!/opt/venvs/app/bin/python\nprint('old')\n",
		"bin/demo-gui": "#!/opt/venvs/app/bin/python\nimport sys\n\nfrom demo.gui import App\n\nif __name__ == \"__main__\":\n    sys.exit(App.run())\n",
		"pyvenv.cfg": "home = /usr/bin\nimplementation = CPython\ninclude-system-site-packages = false\n" +
			"version_info = 3.11\nversion = 3.11\npython-version = 3.11\nprompt = app\n",
		"lib/python3.11/site-packages/Demo-1.0.dist-info/INSTALLER":       "wain\n",
		"lib/python3.11/site-packages/Demo-1.0.dist-info/REQUESTED":       "",
		"lib/python3.11/site-packages/Demo-1.0.dist-info/direct_url.json": `{"url": "https://index.example.org/demo.whl"}`,
	}
	for path, want := range texts {
		if diff := cmp.Diff(want, content(t, entry(t, tree, "/opt/venvs/app/"+path))); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

// Every regular file that a wheel brought is in the RECORD of its project with
// its hash, and RECORD lists nothing else.
func TestRecordListsWhatIsThere(t *testing.T) {
	tree := mustLay(t, demo(t), venv.Options{Dir: "/opt/venvs/app", Target: find(t, "debian12")})
	const site = "/opt/venvs/app/lib/python3.11/site-packages/"
	for origin, folder := range map[string]string{"demo": "Demo-1.0.dist-info", "zlib-like": "zlib_like-1.0.dist-info"} {
		text := content(t, entry(t, tree, site+folder+"/RECORD"))
		rows, err := wheel.ParseRecord([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSortedFunc(rows, func(a, b wheel.Row) int { return strings.Compare(a.Path, b.Path) }) {
			t.Errorf("RECORD of %s is not sorted:\n%s", origin, text)
		}
		var got, want []string
		for _, row := range rows {
			got = append(got, fmt.Sprintf("%s %x %d", row.Path, row.Digest, row.Size))
		}
		for _, e := range tree.Entries {
			if e.Origin != origin || !e.Mode.IsRegular() {
				continue
			}
			path, ok := strings.CutPrefix(e.Path, site)
			if !ok {
				path = "../../../" + strings.TrimPrefix(e.Path, "/opt/venvs/app/")
			}
			line := fmt.Sprintf("%s %x %d", path, e.SHA256, e.Size)
			if strings.HasSuffix(path, "/RECORD") {
				line = fmt.Sprintf("%s %x %d", path, "", -1)
			}
			want = append(want, line)
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("RECORD of %s: %s", origin, diff)
		}
	}
}

func TestLib64(t *testing.T) {
	for spec, want := range map[string]bool{"debian12": false, "el9": true, "fedora43": true, "fedora44+python3.14t": true} {
		tree := mustLay(t, demo(t), venv.Options{Dir: "/opt/venvs/app", Target: find(t, spec)})
		if got := has(tree, "/opt/venvs/app/lib64"); got != want {
			t.Errorf("%s: lib64 is there: %v, want %v", spec, got, want)
		}
	}
	late := find(t, "fedora44")
	late.Python.Version = "3.15" // which stopped making the link
	tree := mustLay(t, demo(t), venv.Options{Dir: "/opt/venvs/app", Target: late})
	if has(tree, "/opt/venvs/app/lib64") {
		t.Error("Python 3.15: lib64 is there")
	}
}

// The order of the items does not reach the tree.
func TestOrderOfItemsDoesNotMatter(t *testing.T) {
	o := venv.Options{Dir: "/opt/venvs/app", Target: find(t, "debian12")}
	items := demo(t)
	first := list(mustLay(t, items, o))
	slices.Reverse(items)
	if diff := cmp.Diff(first, list(mustLay(t, items, o))); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyEnvironment(t *testing.T) {
	tree := mustLay(t, nil, venv.Options{Dir: "/opt/venvs/app", Target: find(t, "debian12")})
	if e := entry(t, tree, "/opt/venvs/app/lib/python3.11/site-packages"); !e.Mode.IsDir() {
		t.Errorf("site-packages is %v", e.Mode)
	}
}

func TestDirMustBePlain(t *testing.T) {
	for _, dir := range []string{"", "/", "/opt", "opt/venvs/app", "/opt/venvs/../app", "/opt/venvs/app/", "/opt//app", "/opt/my app", "/opt/$(x)/app", "/opt/venvs/-app", "/opt/venvs/a\nb"} {
		if _, err := venv.Lay(nil, venv.Options{Dir: dir, Target: find(t, "debian12")}); err == nil {
			t.Errorf("%q is accepted", dir)
		}
	}
	if _, err := venv.Lay(nil, venv.Options{Dir: "/opt/venvs/app", Target: find(t, "debian12"), Prompt: "a\nhome = /tmp"}); err == nil {
		t.Error("a prompt of two lines is accepted")
	}
}
