package wheel_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/convert/pep"
	"wain/convert/wheel"
	"wain/fixtures"
)

func TestOpenDescribesTheWheel(t *testing.T) {
	recipe := fixtures.Recipe{
		Filename: "My_App-1.2-py3-none-any.whl",
		Files: []fixtures.RecipeFile{
			{Path: "my_app/__init__.py", Data: []byte("x = 1\n")},
			{Path: "my_app/run.sh", Data: []byte("#!/bin/sh\n"), Mode: 0o755},
			{Path: "my_app/odd.sh", Mode: fs.ModeSetuid | 0o4777},
			{Path: "my_app/private", Mode: 0o600},
			{Path: "My_App-1.2.data/scripts/tool", Data: []byte("#!python\n")},
			{Path: "My_App-1.2.data/data/share/a/b", Data: []byte("b")},
			{Path: "My_App-1.2.dist-info/entry_points.txt", Data: []byte("[console_scripts]\nmy-app = my_app:main\n")},
		},
	}
	data, err := fixtures.BuildWheel(recipe)
	if err != nil {
		t.Fatal(err)
	}
	w, err := wheel.Open(bytes.NewReader(data), int64(len(data)), "some/folder/"+recipe.Filename, wheel.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, f := range w.Files {
		files = append(files, strings.Join([]string{f.Mode.String(), string(f.Scheme), f.Dest, f.Path}, " "))
	}
	want := []string{
		"-rw-r--r-- data share/a/b My_App-1.2.data/data/share/a/b",
		"-rw-r--r-- scripts tool My_App-1.2.data/scripts/tool",
		"-rw-r--r-- purelib My_App-1.2.dist-info/METADATA My_App-1.2.dist-info/METADATA",
		"-rw-r--r-- purelib My_App-1.2.dist-info/RECORD My_App-1.2.dist-info/RECORD",
		"-rw-r--r-- purelib My_App-1.2.dist-info/WHEEL My_App-1.2.dist-info/WHEEL",
		"-rw-r--r-- purelib My_App-1.2.dist-info/entry_points.txt My_App-1.2.dist-info/entry_points.txt",
		"-rw-r--r-- purelib my_app/__init__.py my_app/__init__.py",
		"-rwxr-xr-x purelib my_app/odd.sh my_app/odd.sh",
		"-rw-r--r-- purelib my_app/private my_app/private",
		"-rwxr-xr-x purelib my_app/run.sh my_app/run.sh",
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Error(diff)
	}
	if w.DistInfo != "My_App-1.2.dist-info" || w.Filename.Name != "my-app" || w.Metadata.Name != "My_App" || len(w.EntryPoints) != 1 {
		t.Errorf("%+v", w)
	}
	if !w.Newest.Equal(fixtures.DefaultTime) {
		t.Errorf("newest entry %v, want %v", w.Newest, fixtures.DefaultTime)
	}
}

func TestDatesThatAreNone(t *testing.T) {
	a := demo()
	for i := range a.members {
		a.members[i].editCentral = func(h []byte) { le.PutUint16(h[14:], 0) }
	}
	w, err := open(a.bytes())
	if err != nil || !w.Newest.IsZero() {
		t.Errorf("%v, %v", w.Newest, err)
	}
	w, err = open(demo().bytes())
	if want := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC); err != nil || !w.Newest.Equal(want) {
		t.Errorf("%v, %v, want %v", w.Newest, err, want)
	}
}

// The x bits count only where a Unix says that they are such.
func TestExecutableBitsOfOtherSystems(t *testing.T) {
	for system, want := range map[uint16]fs.FileMode{0: 0o644, 3: 0o755} {
		w, err := open(extra(func(m *member) {
			m.attributes = 0o100755 << 16
			m.editCentral = func(h []byte) { le.PutUint16(h[4:], system<<8|20) }
		}).bytes())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range w.Files {
			if f.Path == "demo/more.py" && f.Mode != want {
				t.Errorf("made by system %d: %v, want %v", system, f.Mode, want)
			}
		}
	}
}

func TestNamesOfFileAndFolder(t *testing.T) {
	cases := []struct {
		file, info, name, version string
		rule                      string
	}{
		{"demo-1.0+local.1-py3-none-any.whl", "demo-1.0+local.1", "demo", "1.0+local.1", ""},
		{"demo-1.0+local.1-py3-none-any.whl", "demo-1.0", "demo", "1.0", ""},
		{"demo-1.0-py3-none-any.whl", "demo-1.0", "demo", "1.0+local.1", "metadata-version"},
		{"demo_two-1.0-py3-none-any.whl", "Demo.Two-1.0", "demo-two", "1.0", ""},
		{"demo_two-1.0-py3-none-any.whl", "demo-two-1.0", "DEMO--TWO", "1", ""},
		{"demo-1.0-1build-py3-none-any.whl", "demo-1.0", "demo", "1.0", ""},
		{"demo-1.0-py3-none-any.whl", "demon-1.0", "demo", "1.0", "dist-info-name"},
		{"demo-1.0-py3-none-any.whl", "demo-two-1.0", "demo", "1.0", ""}, // "two-1.0" as version
	}
	for _, c := range cases {
		data := byHand(c.info+".dist-info/", c.name, c.version)
		_, err := wheel.Open(bytes.NewReader(data), int64(len(data)), c.file, wheel.Options{})
		var e *wheel.Error
		switch {
		case c.rule == "" && err != nil:
			t.Errorf("%s with %s: %v", c.file, c.info, err)
		case c.rule != "" && (!errors.As(err, &e) || e.Rule != c.rule):
			t.Errorf("%s with %s: %v, want %s", c.file, c.info, err, c.rule)
		}
	}
	var syntax *pep.SyntaxError
	if _, err := wheel.Open(bytes.NewReader(nil), 0, "demo.zip", wheel.Options{}); !errors.As(err, &syntax) {
		t.Errorf("demo.zip: %v", err)
	}
}

// byHand is a wheel with that .dist-info folder.
func byHand(folder, name, version string) []byte {
	a := demo()
	a.members = a.members[:len(a.members)-1]
	for i := range a.members {
		a.members[i].name = strings.Replace(a.members[i].name, info, folder, 1)
	}
	a.members[2].data = []byte("Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n")
	text := strings.Replace(string(record(a.members)), info+"RECORD", folder+"RECORD", 1)
	a.members = append(a.members, member{name: folder + "RECORD", data: []byte(text)})
	return a.bytes()
}

func TestFixtureWheels(t *testing.T) {
	for _, name := range fixtures.Names() {
		data := fixtures.Wheel(name)
		w, err := wheel.Open(bytes.NewReader(data), int64(len(data)), fixtures.WheelFilename(name), wheel.Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		sameAsArchiveZip(t, w, data)
	}
}

// Real wheels, made by many tools, are sound, and archive/zip reads the same.
func TestRealWheels(t *testing.T) {
	if testing.Short() {
		t.Skip("downloads wheels")
	}
	for _, set := range []string{"flask", "cryptography"} {
		found, err := filepath.Glob(filepath.Join(fixtures.RealWheels(t, set), "*.whl"))
		if err != nil || len(found) == 0 {
			t.Fatal("no wheels", err)
		}
		for _, path := range found {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			w, err := wheel.Open(bytes.NewReader(data), int64(len(data)), path, wheel.Options{})
			if err != nil {
				t.Error(err)
				continue
			}
			if len(w.Warnings) > 0 {
				t.Logf("%s: %q", filepath.Base(path), w.Warnings)
			}
			sameAsArchiveZip(t, w, data)
		}
	}
}

// sameAsArchiveZip reads every file by both readers. It reports whether w could
// be read to the end.
func sameAsArchiveZip(t testing.TB, w *wheel.Wheel, data []byte) bool {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("%s: archive/zip: %v", w.Filename.Raw, err)
	}
	theirs := map[string]*zip.File{}
	for _, f := range z.File {
		theirs[f.Name] = f
	}
	for i := range w.Files {
		f := &w.Files[i]
		r, err := w.Open(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			var e *wheel.Error
			if !errors.As(err, &e) {
				t.Errorf("not a refusal: %v", err)
			}
			return false
		}
		other := theirs[f.Path]
		if other == nil {
			t.Fatalf("%s: archive/zip has no %q", w.Filename.Raw, f.Path)
		}
		o, err := other.Open()
		if err != nil {
			t.Fatalf("%s: archive/zip: %v", w.Filename.Raw, err)
		}
		want, err := io.ReadAll(o)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %q: archive/zip reads other bytes: %v", w.Filename.Raw, f.Path, err)
		}
		o.Close()
	}
	return true
}

// What opens and reads to the end, archive/zip sees in the same way.
func FuzzOpen(f *testing.F) {
	f.Add(demo().bytes())
	wide := demo()
	wide.wide = true
	f.Add(wide.bytes())
	f.Add(described(func(crc uint32, packed, size int) []byte { return descriptor(true, crc, packed, size) }).bytes())
	for _, c := range hostile {
		if !strings.HasPrefix(c.name, "zip-bomb") {
			f.Add(c.build())
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := wheel.Open(bytes.NewReader(data), int64(len(data)), "demo-1.0-py3-none-any.whl", wheel.Options{HealRecord: true})
		if err != nil {
			var e *wheel.Error
			if !errors.As(err, &e) {
				t.Errorf("not a refusal: %v", err)
			}
			return
		}
		total := int64(0)
		for _, f := range w.Files {
			total += f.Size
		}
		if total > 1<<20 {
			return // the rule against bombs is tested elsewhere
		}
		sameAsArchiveZip(t, w, data)
	})
}
