package index_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index"
	"wain/convert/pep"
)

// wheels writes files into a new folder; the text of each is its name.
func wheels(t testing.TB, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func sum256(text string) index.Hash {
	s := sha256.Sum256([]byte(text))
	return index.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(s[:])}
}

func sum512(text string) index.Hash {
	s := sha512.Sum512([]byte(text))
	return index.Hash{Algorithm: "sha512", Hex: hex.EncodeToString(s[:])}
}

func open(t testing.TB, places ...string) *index.Index {
	t.Helper()
	x, err := index.New(index.Options{FindLinks: places})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func names(candidates []index.Candidate) []string {
	var list []string
	for _, c := range candidates {
		list = append(list, c.Filename.Raw)
	}
	return list
}

func TestCandidates(t *testing.T) {
	dir := wheels(t, "Zope.Interface-1.0-py3-none-any.whl", "zope_interface-2.0-cp311-cp311-linux_x86_64.whl", "zope-1.0-py3-none-any.whl",
		"zope_interface-1.0.tar.gz", "zope_interface-bad.whl", "deep/zope_interface-3.0-py3-none-any.whl", "folder-1.0-py3-none-any.whl/x")
	other := wheels(t, "zope_interface-1.0-py3-none-any.whl")
	if err := os.Symlink(filepath.Join(other, "zope_interface-1.0-py3-none-any.whl"), filepath.Join(dir, "zope_interface-9.0-py3-none-any.whl")); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		places []string
		want   []string
	}{
		"folder":               {[]string{dir}, []string{"Zope.Interface-1.0-py3-none-any.whl", "zope_interface-2.0-cp311-cp311-linux_x86_64.whl", "zope_interface-9.0-py3-none-any.whl"}},
		"file: URL":            {[]string{"file://" + other}, []string{"zope_interface-1.0-py3-none-any.whl"}},
		"file: URL of a host":  {[]string{"FILE://localhost" + other + "/"}, []string{"zope_interface-1.0-py3-none-any.whl"}},
		"one wheel":            {[]string{other + "/zope_interface-1.0-py3-none-any.whl"}, []string{"zope_interface-1.0-py3-none-any.whl"}},
		"the same place twice": {[]string{other, other + "/"}, []string{"zope_interface-1.0-py3-none-any.whl"}},
		"none":                 {nil, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := open(t, test.places...).Candidates(t.Context(), "ZOPE--interface")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, names(got)); diff != "" {
				t.Errorf("candidates (-want +got):\n%s", diff)
			}
		})
	}
	skipped := open(t, dir).Skipped()
	if len(skipped) != 1 || filepath.Base(skipped[0].Path) != "zope_interface-bad.whl" {
		t.Errorf("skipped: %v", skipped)
	}
}

func TestPlaces(t *testing.T) {
	dir := wheels(t, "x.txt")
	tests := map[string]struct{ place, want string }{
		"absent":                            {dir + "/no", "no such file"},
		"no folder":                         {dir + "/x.txt", "neither a folder nor a wheel"},
		"remote":                            {"sftp://user:hunter2@index.example.org/flat", "sftp: places are not read"},
		"odd scheme":                        {"s3+x://user:hunter2@bucket", "s3+x: places are not read"},
		"another host":                      {"file://other/srv", "another host"},
		"a relative URL":                    {"file:wheels", "absolute path"},
		"an unparsable URL":                 {"file:///%zz", "not a URL"},
		"an unparsable URL with a password": {"https://user:hunter2@h:port/", "not a URL"},
		"no host":                           {"https:///flat", "needs a host"},
		"empty":                             {"", "empty path"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := index.New(index.Options{FindLinks: []string{test.place}})
			var e *index.PlaceError
			if !errors.As(err, &e) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("want a *PlaceError with %q, got %v", test.want, err)
			}
			if _, err := index.Direct(test.place); err == nil {
				t.Error("Direct takes it")
			}
		})
	}
	var remote *index.RemoteError
	if _, err := index.Direct("s3://h.example.org/a-1-py3-none-any.whl"); !errors.As(err, &remote) || remote.Scheme != "s3" {
		t.Errorf("want a *RemoteError, got %v", err)
	}
}

// TestFetch has every way in which a file is the one that the lock allows, or
// is not.
func TestFetch(t *testing.T) {
	const name = "a-1.0-py3-none-any.whl"
	path := filepath.Join(wheels(t, name), name)
	c, err := index.Direct(path)
	if err != nil {
		t.Fatal(err)
	}
	wrong := sum256("other")
	tests := map[string]struct {
		allowed []index.Hash
		ok      bool
	}{
		"sha256":                        {[]index.Hash{sum256(name)}, true},
		"sha512":                        {[]index.Hash{sum512(name)}, true},
		"one of several":                {[]index.Hash{wrong, sum256(name)}, true},
		"one algorithm wrong":           {[]index.Hash{wrong, sum512(name)}, true},
		"hash-not-pinned":               {[]index.Hash{wrong}, false},
		"hash of another algorithm":     {[]index.Hash{{Algorithm: "sha512", Hex: sum256(name).Hex}}, false},
		"an algorithm nobody has":       {[]index.Hash{{Algorithm: "md5", Hex: ""}}, false},
		"none asked for, by the caller": {nil, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := open(t).Fetch(t.Context(), c, test.allowed)
			if !test.ok {
				if err == nil {
					t.Fatal("fetched")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			b := make([]byte, f.Size)
			if _, err := f.ReadAt(b, 0); err != nil || f.SHA256 != sum256(string(b)).Hex || string(b) != filepath.Base(path) {
				t.Errorf("%q, %v, sha256 %s", b, err, f.SHA256)
			}
		})
	}
	var e *index.HashError
	_, err = open(t).Fetch(t.Context(), c, []index.Hash{wrong})
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(index.HashError{File: path, Want: []index.Hash{wrong}, Got: []index.Hash{sum256(name)}}, *e); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

// TestFetchAgain changes a file between two fetches: the remembered hash does
// not count for other bytes.
func TestFetchAgain(t *testing.T) {
	const name = "a-1.0-py3-none-any.whl"
	dir := wheels(t, name)
	x := open(t, dir)
	all, err := x.Candidates(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	allowed := []index.Hash{sum256(name)}
	fetch := func() error {
		f, err := x.Fetch(t.Context(), all[0], allowed)
		if err == nil {
			f.Close()
		}
		return err
	}
	if err := errors.Join(fetch(), fetch()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("b-1.0-py3-none-any.whl"), 0o644); err != nil { // as many bytes
		t.Fatal(err)
	}
	var e *index.HashError
	if err := fetch(); !errors.As(err, &e) {
		t.Errorf("other bytes in place: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := fetch(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := fetch(); err == nil {
		t.Error("a folder is fetched")
	}
}

// TestFetchTogether fetches one file from many goroutines, as a run for several
// targets does.
func TestFetchTogether(t *testing.T) {
	const name = "a-1.0-py3-none-any.whl"
	x := open(t, wheels(t, name))
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			all, err := x.Candidates(t.Context(), "a")
			if err != nil {
				t.Error(err)
				return
			}
			allowed := []index.Hash{sum256(name)}
			if i%2 == 0 {
				allowed = []index.Hash{sum512(name)}
			}
			f, err := x.Fetch(t.Context(), all[0], allowed)
			if err != nil {
				t.Error(err)
				return
			}
			f.Close()
		})
	}
	group.Wait()
}

func tags(t testing.TB, list ...string) []pep.Tag {
	t.Helper()
	var all []pep.Tag
	for _, s := range list {
		parsed, err := pep.ParseTags(s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parsed...)
	}
	return all
}

func version(t testing.TB, s string) pep.Version {
	t.Helper()
	v, err := pep.ParseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
