package venv_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/pep"
	"wain/convert/target"
	"wain/convert/venv"
	"wain/convert/wheel"
	"wain/fixtures"
)

// The tree holds what pip installs: the same files with the same bytes and the
// same RECORD rows. The differences, all meant:
//
//   - INSTALLER says wain;
//   - the scripts of entry points are worded otherwise: compared are their
//     interpreter and what they import and call;
//   - RECORD has LF line ends and its rows in another order, and other hashes
//     for those files;
//   - pip's RECORD lists INSTALLER twice where the wheel has one, and wrappers
//     of old setuptools that it left out;
//   - files of .data/scripts are always executable.
func TestTreeIsPips(t *testing.T) {
	t.Parallel()
	names := []string{"myproject-1.2.3"}
	for _, name := range fixtures.Names() {
		// winlayer is for Windows; the others are programs of their own, in versions.
		if !strings.HasPrefix(name, "winlayer") && !fixtures.Application(name) {
			names = append(names, name)
		}
	}
	dir := t.TempDir()
	if err := fixtures.WriteWheels(dir, names...); err != nil {
		t.Fatal(err)
	}
	_, host := hostPython(t)
	compareWithPip(t, dir, "python3", host)
}

func TestTreeIsPipsForOddWheels(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	odd := map[string]files{
		"Odd_Name": {
			"odd/__init__.py": "", "odd/run.sh*": "#!/bin/sh\n", "odd/a,b.txt": "comma", "odd/\"q\".txt": "quote",
			"Odd_Name-1.0.data/headers/sub/odd.h":         "",
			"Odd_Name-1.0.data/data/bin/from-data":        "#!python\n",
			"Odd_Name-1.0.data/purelib/odd/more.py":       "",
			"Odd_Name-1.0.data/scripts/wrapped-script.py": "#!python\nimport odd\n",
			"Odd_Name-1.0.data/scripts/bare":              "#!python -u\r\nprint(1)\r\n",
			"Odd_Name-1.0.dist-info/entry_points.txt":     "# comment\n[other]\nx = y\n[console_scripts]\nwrapped = odd:main\nUPPER.x=odd:a.b [extra]\n[gui_scripts]\nwin = odd:gui\n",
			"Odd_Name-1.0.dist-info/licenses/LICENSE":     "free",
			"Odd_Name-1.0.dist-info/INSTALLER":            "other\n",
		},
		"pip_like": {"pip_like-1.0.dist-info/entry_points.txt": "[console_scripts]\npip = pip_like:main\npip3 = pip_like:main\npip3.8 = pip_like:main\n"},
	}
	for name := range odd {
		r := fixtures.Recipe{Filename: name + "-1.0-py3-none-any.whl"}
		for p, text := range odd[name] {
			f := fixtures.RecipeFile{Path: strings.TrimSuffix(p, "*"), Data: []byte(text), Mode: 0o644}
			if strings.HasSuffix(p, "*") {
				f.Mode = 0o755
			}
			r.Files = append(r.Files, f)
		}
		data, err := fixtures.BuildWheel(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, r.Filename), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, host := hostPython(t)
	compareWithPip(t, dir, "python3", host)
}

// Flask with all it needs, compiled MarkupSafe among it.
func TestTreeIsPipsForRealWheels(t *testing.T) {
	if testing.Short() {
		t.Skip("downloads wheels")
	}
	t.Parallel()
	wheels := fixtures.RealWheels(t, "flask")
	fixtures.NeedTool(t, "/usr/bin/python3.11")
	host := find(t, "debian12")
	compareWithPip(t, wheels, host.Python.Path, host)
}

// compareWithPip installs the wheels of a folder with pip into an environment
// of that Python, lays them out for the target, and compares.
func compareWithPip(t *testing.T, wheelhouse, python string, host target.Target) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "env")
	run(t, python, "-m", "venv", "--without-pip", dir)
	before := snapshot(t, dir)
	tags := host.Tags()
	var items []venv.Item
	args := []string{
		"-m", "pip", "--isolated", "--python", dir + "/bin/python", "install", "-q", "--disable-pip-version-check",
		"--no-index", "--no-deps", "--no-compile", "--find-links", wheelhouse,
	}
	found, err := filepath.Glob(filepath.Join(wheelhouse, "*.whl"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no wheels in %s: %v", wheelhouse, err)
	}
	for _, p := range found {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		w := openBytes(t, filepath.Base(p), data)
		if !slices.ContainsFunc(w.Filename.Tags, func(tag pep.Tag) bool { return slices.Contains(tags, tag) }) {
			continue // for another Python
		}
		items = append(items, venv.Item{Wheel: w, Requested: true})
		args = append(args, w.Metadata.Name+"=="+w.Filename.Version.String())
	}
	run(t, fixtures.PackagingPython(t), args...)
	theirs := snapshot(t, dir)
	for p := range before {
		delete(theirs, p)
	}

	tree := mustLay(t, items, venv.Options{Dir: dir, Target: host})
	ours := planned(t, tree, dir)
	for _, p := range []string{"pyvenv.cfg"} {
		delete(ours, p)
	}
	allowed(t, tree, dir, items, ours, theirs)
	if diff := cmp.Diff(theirs, ours); diff != "" {
		t.Errorf("-pip +wain:\n%s", diff)
	}
}

// file is what is compared of a file.
type file struct {
	Text       string
	Executable bool
}

// snapshot reads the regular files below dir.
func snapshot(t *testing.T, dir string) map[string]file {
	t.Helper()
	all := map[string]file{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		all[strings.TrimPrefix(p, dir+"/")] = file{string(data), info.Mode()&0o111 != 0}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// planned reads the regular files of the tree.
func planned(t *testing.T, tree *venv.Tree, dir string) map[string]file {
	t.Helper()
	all := map[string]file{}
	for _, e := range tree.Entries {
		if e.Mode.IsRegular() {
			all[strings.TrimPrefix(e.Path, dir+"/")] = file{content(t, e), e.Mode&0o111 != 0}
		}
	}
	return all
}

// allowed evens out the differences that are meant.
func allowed(t *testing.T, tree *venv.Tree, dir string, items []venv.Item, ours, theirs map[string]file) {
	t.Helper()
	site := strings.TrimPrefix(path.Join(dir, "lib"), dir+"/") + "/python" + pythonOf(tree) + "/site-packages/"
	for _, item := range items {
		info := site + item.Wheel.DistInfo + "/"
		if got := theirs[info+"INSTALLER"].Text; got != "pip\n" {
			t.Errorf("pip's INSTALLER is %q", got)
		}
		theirs[info+"INSTALLER"] = ours[info+"INSTALLER"]
		var scripts []string
		for _, p := range item.Wheel.EntryPoints {
			scripts = append(scripts, "bin/"+p.Name)
		}
		for p := range ours {
			if strings.HasPrefix(p, "bin/pip") {
				scripts = append(scripts, p)
			}
			if f := theirs[p]; strings.HasPrefix(p, "bin/") && !f.Executable && f.Text == ours[p].Text {
				theirs[p] = ours[p]
			}
		}
		for _, p := range scripts {
			if _, both := theirs[p]; !both {
				continue
			}
			if a, b := essence(ours[p].Text), essence(theirs[p].Text); ours[p].Executable == theirs[p].Executable && slices.Equal(a, b) {
				theirs[p] = ours[p]
			} else {
				t.Errorf("%s does %q, pip's %q", p, a, b)
			}
		}
		skip := append([]string{info + "INSTALLER"}, scripts...)
		ours[info+"RECORD"] = rowsBut(t, ours[info+"RECORD"], site, skip)
		theirs[info+"RECORD"] = rowsBut(t, theirs[info+"RECORD"], site, skip)
	}
}

func pythonOf(tree *venv.Tree) string {
	for _, e := range tree.Entries {
		if path.Base(path.Dir(e.Path)) == "lib" && strings.HasPrefix(path.Base(e.Path), "python") {
			return strings.TrimPrefix(path.Base(e.Path), "python")
		}
	}
	return ""
}

// essence gives the lines of a generated script that decide what runs.
func essence(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#!") || strings.Contains(line, "exec'") || strings.HasPrefix(line, "from ") || strings.HasPrefix(line, "sys.exit(") {
			lines = append(lines, line)
		}
	}
	return lines
}

// rowsBut gives a RECORD with sorted rows, those of some files without hash.
func rowsBut(t *testing.T, record file, site string, skip []string) file {
	t.Helper()
	rows, err := wheel.ParseRecord([]byte(record.Text))
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if slices.Contains(skip, path.Join(site, rows[i].Path)) {
			rows[i].Algorithm, rows[i].Digest, rows[i].Size = "", nil, -1
		}
	}
	slices.SortFunc(rows, func(a, b wheel.Row) int { return strings.Compare(a.Path, b.Path) })
	rows = slices.CompactFunc(rows, func(a, b wheel.Row) bool { return a.Path == b.Path })
	rows = slices.DeleteFunc(rows, func(row wheel.Row) bool { return strings.HasSuffix(row.Path, ".data/scripts/wrapped-script.py") })
	record.Text = string(wheel.FormatRecord(rows))
	return record
}

// Every row of every RECORD of the tree is true.
func TestRecordHashesAreTrue(t *testing.T) {
	var items []venv.Item
	for _, name := range []string{"myproject-1.2.3", "scripttool", "sharedata"} {
		items = append(items, venv.Item{Wheel: fixture(t, name)})
	}
	const site = "/opt/venvs/app/lib/python3.11/site-packages"
	tree := mustLay(t, items, venv.Options{Dir: "/opt/venvs/app", Target: find(t, "debian12")})
	for _, item := range items {
		own := path.Join(site, item.Wheel.DistInfo, "RECORD")
		rows, err := wheel.ParseRecord([]byte(content(t, entry(t, tree, own))))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			p := path.Join(site, row.Path)
			if p == own {
				continue
			}
			text := content(t, entry(t, tree, p))
			sum := sha256.Sum256([]byte(text))
			want := fmt.Sprint("sha256 ", base64.RawURLEncoding.EncodeToString(sum[:]), len(text))
			if got := fmt.Sprint(row.Algorithm+" ", base64.RawURLEncoding.EncodeToString(row.Digest), row.Size); got != want {
				t.Errorf("%s: RECORD says %s, the file is %s", p, got, want)
			}
		}
		if pep.Normalize(item.Wheel.Metadata.Name) != item.Wheel.Filename.Name {
			t.Errorf("%s is of %s", item.Wheel.Filename.Raw, item.Wheel.Metadata.Name)
		}
	}
}
