package lock_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
	"wain/fixtures"
)

// FuzzRead reads any bytes: a lock or a clear error, and a lock answers Select.
func FuzzRead(f *testing.F) {
	for _, w := range wrongFiles() {
		if text := w.files["r.txt"]; len(text) < 1000 {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte("Flask[async]==3.0 ; python_version > '3' and (extra == 'x' or os_name in 'posix') \\\n --hash=" + hashA))
	f.Add([]byte("\xff\xfe" + wide("-i https://${A}@h.example.org")))
	f.Add([]byte("-c r.txt\n-r r.txt\n-f . --no-index"))
	f.Add([]byte("-e .\n-e 'git+https://h.example.org/x.git#egg=X_y[z]&subdirectory=s'\nz @ https://h.example.org/z-1.zip#sha256=x"))
	for _, text := range smallest {
		f.Add([]byte(text))
	}
	dir := f.TempDir()
	path := filepath.Join(dir, "r.txt")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, unhashed := range []bool{false, true} {
			l, err := lock.Read(path, lock.Options{
				Getenv:        func(k string) string { return strings.ToLower(k) },
				AllowUnhashed: unhashed,
			})
			if err != nil {
				continue
			}
			pins, err := l.Select(bookworm, lock.Want{Extras: []string{"x"}})
			if err != nil {
				continue
			}
			checkPins(t, pins, unhashed)
		}
	})
}

// checkPins: pins are in order, and each says what it is, what its file must hash
// to, and where it stands.
func checkPins(t *testing.T, pins []lock.Pin, unhashed bool) {
	t.Helper()
	for i, p := range pins {
		whole := p.Name != "" && (p.Version != "" || p.Origin != "" || len(p.Files) > 0)
		switch {
		case p.Origin != "":
			whole = whole && len(p.Hashes)+len(p.Files) == 0
		case len(p.Files) > 0:
			whole = whole && len(p.Hashes) == 0
			for _, f := range p.Files {
				whole = whole && f.Name != "" && f.URL+f.Path != "" && (unhashed || len(f.Hashes) > 0)
			}
		default:
			whole = whole && (unhashed || len(p.Hashes) > 0)
		}
		if !whole || i > 0 && pins[i-1].Name >= p.Name {
			t.Errorf("an incomplete pin, or one out of order: %+v", p)
		}
	}
}

// fuzzFile reads any bytes as a file of a name: a lock or a clear error, and a
// lock answers Select. Text that the decoder takes is not seen otherwise by
// what is behind it.
func fuzzFile(f *testing.F, name string) {
	path := filepath.Join(f.TempDir(), name)
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, unhashed := range []bool{false, true} {
			l, err := lock.Read(path, lock.Options{Getenv: func(k string) string { return k }, AllowUnhashed: unhashed})
			var e *lock.Error
			if errors.As(err, &e) {
				for _, i := range e.Issues {
					if i.Rule == "" || i.Detail == "" || i.Line < 0 || i.Line > 1+strings.Count(text, "\n") || i.Column > 1+len(text) {
						t.Errorf("an incomplete issue: %+v", i)
					}
				}
			}
			if err != nil {
				continue
			}
			l.Pins()
			for _, w := range []lock.Want{{}, {Extras: l.Extras, Groups: l.Groups}} {
				if pins, err := l.Select(bookworm, w); err == nil {
					checkPins(t, pins, unhashed)
				}
			}
		}
	})
}

// FuzzPylock reads any bytes as a pylock.toml.
func FuzzPylock(f *testing.F) {
	for _, name := range []string{"pylock.forms.toml", "pylock.pip.toml"} {
		text, err := os.ReadFile(filepath.Join("testdata/pylock", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	random := rand.New(rand.NewPCG(7, 52))
	for range 20 {
		f.Add(randomPylock(random))
	}
	fuzzFile(f, "pylock.toml")
}

// FuzzPipfile reads any bytes as a Pipfile.lock.
func FuzzPipfile(f *testing.F) {
	text, err := os.ReadFile("testdata/pipfile/forms/Pipfile.lock")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Add(`{"_meta":{"pipfile-spec":6,"sources":[{"name":"x","url":"https://$A:'${B}'@h/"}]},"default":{"a":"1","b":{"path":"."}},"x":{"a":{"index":"x","file":"file:///a-1.whl"}}}`)
	f.Add(pipfileText(`"a": {"git": "x", "ref": "y", "extras": ["x"], "markers": "os_name == 'x'", "os_markers": "extra == 'y'"}`))
	fuzzFile(f, "Pipfile.lock")
}

// FuzzHash: what parses is written back the same.
func FuzzHash(f *testing.F) {
	f.Add(hashA)
	f.Add(hashC)
	f.Add("sha256:")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := lock.ParseHash(text)
		if err != nil {
			return
		}
		if again, err := lock.ParseHash(h.String()); err != nil || again != h {
			t.Errorf("%q: %v, %v", text, again, err)
		}
	})
}

// TestSize reads files that are far too large: an error, without the memory
// that they ask for.
func TestSize(t *testing.T) {
	tests := map[string]string{
		"one line":         "a==" + strings.Repeat("x", 50<<20),
		"one continuation": strings.Repeat("a==1 \\\n", 1<<18),
		"one comment":      "#" + strings.Repeat("x", 2<<20),
		"variables":        "a==1" + strings.Repeat("${LONG}", 1<<17),
	}
	value := strings.Repeat("v", 1<<17)
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			dir := write(t, map[string]string{"r.txt": text})
			_, err := lock.Read(filepath.Join(dir, "r.txt"), lock.Options{Getenv: func(string) string { return value }})
			if diff := cmp.Diff([]string{"r.txt:1 size"}, issues(t, dir, err)); diff != "" {
				t.Errorf("issues (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("all files together", func(t *testing.T) {
		dir := write(t, map[string]string{"r.txt": "a==1 #A\n-r s.txt", "s.txt": ""})
		if err := os.Truncate(filepath.Join(dir, "s.txt"), 1<<40); err != nil {
			fixtures.Missing(t, "needs a file system with sparse files: %v", err)
		}
		_, err := lock.Read(filepath.Join(dir, "r.txt"), lock.Options{})
		if diff := cmp.Diff([]string{"r.txt:2 size"}, issues(t, dir, err)); diff != "" {
			t.Errorf("issues (-want +got):\n%s", diff)
		}
	})
}
