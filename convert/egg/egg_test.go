package egg_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"wain/convert/egg"
	"wain/convert/pep"
	"wain/convert/wheel"
)

const demoEgg = "demo-1.0-py3.11.egg"

// demo is an egg by path; more adds to it, or takes away what is "-".
func demo(more map[string]string) map[string]string {
	files := map[string]string{
		"EGG-INFO/PKG-INFO":      "Metadata-Version: 1.0\nName: demo\nVersion: 1.0\nLicense: UNKNOWN\n",
		"EGG-INFO/top_level.txt": "demo\n", "EGG-INFO/zip-safe": "\n", "EGG-INFO/SOURCES.txt": "setup.py\n",
		"demo/__init__.py": "VERSION = 1\n", "demo/__init__.pyc": "bytecode", "demo/__pycache__/__init__.cpython-311.pyc": "bytecode",
	}
	for name, text := range more {
		if text == "-" {
			delete(files, name)
		} else {
			files[name] = text
		}
	}
	return files
}

// zipped makes a zip file; edit may change a header.
func zipped(t testing.TB, files map[string]string, edit func(h *zip.FileHeader)) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		h.SetMode(0o644)
		if edit != nil {
			edit(h)
		}
		f, err := w.CreateHeader(h)
		if err == nil {
			_, err = f.Write([]byte(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// convertBytes makes the wheel of an egg in memory and reads it.
func convertBytes(t testing.TB, name string, data []byte) (*wheel.Wheel, *egg.Result, error) {
	t.Helper()
	var b bytes.Buffer
	result, err := egg.ConvertArchive(t.Context(), bytes.NewReader(data), int64(len(data)), name, &b)
	if err != nil {
		return nil, nil, err
	}
	w, err := wheel.Open(bytes.NewReader(b.Bytes()), int64(b.Len()), result.Filename, wheel.Options{})
	if err != nil {
		t.Fatalf("the result is no wheel: %v", err)
	}
	return w, result, nil
}

func mustConvert(t testing.TB, name string, files map[string]string) (*wheel.Wheel, *egg.Result) {
	t.Helper()
	w, result, err := convertBytes(t, name, zipped(t, files, nil))
	if err != nil {
		t.Fatal(err)
	}
	return w, result
}

// refused looks for the rule in the error, and for the egg's name.
func refused(t testing.TB, err error, rule string) {
	t.Helper()
	var e *wheel.Error
	if !errors.As(err, &e) || e.Rule != rule {
		t.Fatalf("error %v; want %s", err, rule)
	}
	if !strings.Contains(err.Error(), "egg "+demoEgg) {
		t.Errorf("%q does not name the egg", err)
	}
}

// text reads a file of a wheel.
func text(t testing.TB, w *wheel.Wheel, path string) string {
	t.Helper()
	for i := range w.Files {
		if w.Files[i].Path != path {
			continue
		}
		r, err := w.Open(&w.Files[i])
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	t.Fatalf("the wheel has no %s", path)
	return ""
}

func paths(w *wheel.Wheel) []string {
	var list []string
	for _, f := range w.Files {
		list = append(list, f.Path)
	}
	return list
}

func TestConvert(t *testing.T) {
	w, result := mustConvert(t, demoEgg, demo(map[string]string{
		"EGG-INFO/paste_deploy.txt": "for a framework\n", "EGG-INFO/dependency_links.txt": "https://index.example.org/\n",
		"EGG-INFO/native_libs.txt": "x\n", "EGG-INFO/RECORD": "forged", "EGG-INFO/licenses/COPYING": "free",
		"EGG-INFO/scripts/__pycache__/x.cpython-311.pyc": "", "EGG-INFO/scripts/run": "#!/usr/bin/python3.11 -E\nprint()\n",
		"EGG-INFO/scripts/folder/x": "", "demo/data.bin": "\x00\x01",
	}))
	want := []string{
		"demo-1.0.data/scripts/run", "demo-1.0.dist-info/METADATA", "demo-1.0.dist-info/RECORD", "demo-1.0.dist-info/WHEEL",
		"demo-1.0.dist-info/licenses/COPYING", "demo-1.0.dist-info/paste_deploy.txt", "demo-1.0.dist-info/top_level.txt",
		"demo/__init__.py", "demo/data.bin",
	}
	if diff := cmp.Diff(want, paths(w)); diff != "" {
		t.Error(diff)
	}
	if result.Filename != "demo-1.0-py311-none-any.whl" || len(w.Warnings) != 0 {
		t.Errorf("%+v, warnings of the wheel %q", result, w.Warnings)
	}
	if diff := cmp.Diff([]string{
		"EGG-INFO/RECORD is left out: an installed wheel has its own",
		"EGG-INFO/scripts/folder/x is left out: easy_install takes no folder for a script",
	}, result.Warnings); diff != "" {
		t.Error(diff)
	}
	if got := text(t, w, "demo-1.0.dist-info/METADATA"); got != "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n" {
		t.Errorf("METADATA %q", got)
	}
	if got := text(t, w, "demo-1.0.dist-info/WHEEL"); got != "Wheel-Version: 1.0\nGenerator: wain\nRoot-Is-Purelib: true\nTag: py311-none-any\n" {
		t.Errorf("WHEEL %q", got)
	}
}

func TestFilename(t *testing.T) {
	for in, want := range map[string]string{
		"Zope.Interface-5.0-py3.9-linux-x86_64.egg": "zope_interface-5.0-cp39-cp39-linux_x86_64.whl",
		"demo-1.0_1.egg":         "demo-1.0.post1-py2.py3-none-any.whl",
		"demo-1!2.0+a.1-py3.egg": "",
	} {
		name, err := pep.ParseEggFilename(in)
		if (err != nil) != (want == "") {
			t.Errorf("%s: %v", in, err)
		}
		if err == nil && egg.Filename(name) != want {
			t.Errorf("%s is %s, want %s", in, egg.Filename(name), want)
		}
	}
}

// Names of eggs in the world: underscores for dashes, a local version that only
// the name has, a project that PKG-INFO spells otherwise.
func TestNamesThatAgree(t *testing.T) {
	for name, pkgInfo := range map[string]string{
		"Demo_Pkg-1.0-py3.11.egg":       "Name: demo.pkg\nVersion: 1.0\n",
		"demo-1.0_r5-py3.11.egg":        "Name: demo\nVersion: 1.0-r5\n",
		"demo-1.0+debian_1-py3.11.egg":  "Name: demo\nVersion: 1.0\n",
		"demo-1.0.0-py3.11.egg":         "Name: Demo\nVersion: 1\n",
		"demo-1.0rc1-py3.11-linux-.egg": "",
	} {
		_, _, err := convertBytes(t, name, zipped(t, map[string]string{"EGG-INFO/PKG-INFO": "Metadata-Version: 1.1\n" + pkgInfo}, nil))
		if (err != nil) != (pkgInfo == "") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHostileEggs(t *testing.T) {
	big := strings.Repeat("x", 33<<20)
	for _, c := range []struct {
		name, rule string
		more       map[string]string
	}{
		{"no-pkg-info", "egg-pkg-info", map[string]string{"EGG-INFO/PKG-INFO": "-"}},
		{"basket", "egg-pkg-info", map[string]string{"EGG-INFO/PKG-INFO": "-", "demo-1.0-py3.11.egg/EGG-INFO/PKG-INFO": "Name: demo\n"}},
		{"other-project", "metadata-name", map[string]string{"EGG-INFO/PKG-INFO": "Name: evil\nVersion: 1.0\n"}},
		{"other-version", "metadata-version", map[string]string{"EGG-INFO/PKG-INFO": "Name: demo\nVersion: 1.0.1\n"}},
		{"no-name", "metadata-name", map[string]string{"EGG-INFO/PKG-INFO": "Version: 1.0\n"}},
		{"no-version", "metadata-version", map[string]string{"EGG-INFO/PKG-INFO": "Name: demo\n"}},
		{"pkg-info-huge", "egg-info-size", map[string]string{"EGG-INFO/PKG-INFO": big}},
		{"requires-huge", "egg-info-size", map[string]string{"EGG-INFO/requires.txt": big}},
		{"requires-grows", "egg-info-size", map[string]string{
			"EGG-INFO/requires.txt": "[x:" + strings.Repeat("os_name == 'a' or ", 500) + "os_name == 'b']\n" + strings.Repeat("a\n", 10000),
		}},
		{"requires-syntax", "egg-requires", map[string]string{"EGG-INFO/requires.txt": "demo !! 1\n"}},
		{"requires-header", "egg-requires", map[string]string{"EGG-INFO/requires.txt": "[extra\na\n"}},
		{"requires-marker", "egg-requires", map[string]string{"EGG-INFO/requires.txt": "[x:os_name = 'a']\na\n"}},
		{"path-escape", "zip-name", map[string]string{"../evil.py": ""}},
		{"absolute", "zip-name", map[string]string{"/etc/evil": ""}},
		{"control-character", "zip-name", map[string]string{"a\nb.py": ""}},
		{"own-dist-info", "egg-reserved-folder", map[string]string{"evil-2.0.dist-info/METADATA": ""}},
		{"own-data", "egg-reserved-folder", map[string]string{"demo-1.0.data/scripts/ls": ""}},
		{"data-file", "egg-reserved-folder", map[string]string{"demo-1.0.data": ""}},
		{"bytecode-only", "egg-bytecode-only", map[string]string{"demo/hidden.pyc": "bytecode"}},
		{"bytecode-only-package", "egg-bytecode-only", map[string]string{"demo/__init__.py": "-"}},
		{"free-threaded", "egg-python", map[string]string{"demo/fast.cpython-311t-x86_64-linux-gnu.so": ""}},
		{"other-python", "egg-python", map[string]string{"demo/fast.cpython-39-x86_64-linux-gnu.so": ""}},
		{"namespace-injection", "egg-namespace", map[string]string{"EGG-INFO/namespace_packages.txt": "a'); import os #\n"}},
		{"namespace-flood", "egg-namespace", map[string]string{"EGG-INFO/namespace_packages.txt": numbered(2000)}},
		{"namespace-file-there", "egg-reserved-folder", map[string]string{
			"EGG-INFO/namespace_packages.txt": "demo\n", "demo/__init__.py": "", "demo/x.py": "", "demo-1.0-py3.11-nspkg.pth/x": "",
		}},
		{"entry-point-escape", "entry-point-name", map[string]string{"EGG-INFO/entry_points.txt": "[console_scripts]\n../../evil = a:b\n"}},
		{"entry-point-reserved", "entry-point-reserved", map[string]string{"EGG-INFO/entry_points.txt": "[console_scripts]\npython3 = a:b\n"}},
		{"script-huge-info", "egg-info-size", map[string]string{"EGG-INFO/entry_points.txt": big}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := convertBytes(t, demoEgg, zipped(t, demo(c.more), nil))
			refused(t, err, c.rule)
		})
	}
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("\nn" + strings.Repeat("_", i%100) + string(rune('a'+i/100)))
	}
	return b.String()
}

// The zip rules of wheels hold; package wheel has them all in its tests.
func TestHostileArchives(t *testing.T) {
	link := func(h *zip.FileHeader) {
		if h.Name == "demo/__init__.py" {
			h.SetMode(fs.ModeSymlink | 0o777)
		}
	}
	good := zipped(t, demo(nil), nil)
	for name, c := range map[string]struct {
		data []byte
		rule string
	}{
		"symlink":        {zipped(t, demo(nil), link), "zip-symlink"},
		"prefix":         {append([]byte("#!/bin/sh\n"), good...), "zip-prefix"},
		"trailing-bytes": {append(bytes.Clone(good), 0), "zip-trailing-bytes"},
		"zip-bomb":       {zipped(t, demo(map[string]string{"demo/zero": strings.Repeat("\x00", 65<<20)}), nil), "zip-bomb"},
		"no-zip":         {[]byte("not a zip file at all, but long enough to hold an end record"), "zip-end-record"},
		"empty":          {nil, "zip-end-record"},
		"crc":            {bytes.Replace(zipped(t, demo(nil), func(h *zip.FileHeader) { h.Method = zip.Store }), []byte("VERSION = 1"), []byte("VERSION = 2"), 1), "zip-crc-mismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := convertBytes(t, demoEgg, c.data)
			refused(t, err, c.rule)
		})
	}
}

func TestHostileFolders(t *testing.T) {
	plain := func(more map[string]*fstest.MapFile) fstest.MapFS {
		fsys := fstest.MapFS{}
		for name, text := range demo(nil) {
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
		maps.Copy(fsys, more)
		return fsys
	}
	for name, c := range map[string]struct {
		fsys fs.FS
		rule string
	}{
		"symlink":   {plain(map[string]*fstest.MapFile{"demo/l": {Mode: fs.ModeSymlink, Data: []byte("/etc/passwd")}}), "egg-file-type"},
		"pipe":      {plain(map[string]*fstest.MapFile{"demo/p": {Mode: fs.ModeNamedPipe}}), "egg-file-type"},
		"device":    {plain(map[string]*fstest.MapFile{"demo/d": {Mode: fs.ModeDevice}}), "egg-file-type"},
		"backslash": {plain(map[string]*fstest.MapFile{`demo/a\b`: {}}), "zip-name"},
		"newline":   {plain(map[string]*fstest.MapFile{"demo/a\nb": {}}), "zip-name"},
		"not-utf8":  {plain(map[string]*fstest.MapFile{"demo/a\xff": {}}), "zip-name-encoding"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := egg.ConvertFolder(t.Context(), c.fsys, demoEgg, io.Discard)
			refused(t, err, c.rule)
		})
	}
	// On a disk: a link that leads out of the folder.
	dir := filepath.Join(t.TempDir(), demoEgg)
	for name, text := range demo(nil) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := egg.Convert(t.Context(), dir, io.Discard); err != nil {
		t.Error(err)
	}
	if err := os.Symlink("/etc", filepath.Join(dir, "demo", "etc")); err != nil {
		t.Fatal(err)
	}
	_, err := egg.Convert(t.Context(), dir, io.Discard)
	refused(t, err, "egg-file-type")
}

// A file that changes between its two readings makes no wheel.
func TestFolderThatChanges(t *testing.T) {
	for _, other := range []string{"VERSION = 12\n", "VERSION = 2\n", ""} {
		fsys := changing{fstest.MapFS{}, map[string]int{}, other}
		for name, text := range demo(nil) {
			fsys.MapFS[name] = &fstest.MapFile{Data: []byte(text)}
		}
		_, err := egg.ConvertFolder(t.Context(), fsys, demoEgg, io.Discard)
		if err == nil || !strings.Contains(err.Error(), "changed") || !strings.Contains(err.Error(), demoEgg) {
			t.Errorf("%q: %v", other, err)
		}
	}
}

type changing struct {
	fstest.MapFS
	opened map[string]int
	other  string
}

func (c changing) Open(name string) (fs.File, error) {
	if c.opened[name]++; c.opened[name] == 2 && name == "demo/__init__.py" {
		c.MapFS[name] = &fstest.MapFile{Data: []byte(c.other)}
	}
	return c.MapFS.Open(name)
}

func TestConvertStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := zipped(t, demo(nil), nil)
	if _, err := egg.ConvertArchive(ctx, bytes.NewReader(data), int64(len(data)), demoEgg, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := egg.Convert(t.Context(), filepath.Join(t.TempDir(), demoEgg), io.Discard); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	var syntax *pep.SyntaxError
	if _, err := egg.Convert(t.Context(), t.TempDir(), io.Discard); !errors.As(err, &syntax) {
		t.Errorf("%v", err)
	}
}
