package lock_test

import (
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
			for _, p := range pins {
				if p.Name == "" || p.Version == "" || p.Line == 0 || !unhashed && len(p.Hashes) == 0 {
					t.Errorf("an incomplete pin: %+v", p)
				}
			}
		}
	})
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
