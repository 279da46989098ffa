package index_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index"
)

// TestChooseRemote has what a page's word changes in the choice.
func TestChooseRemote(t *testing.T) {
	const (
		pure   = "a-1.0-py3-none-any.whl"
		native = "a-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"
		local  = "a-1.0+cpu-py3-none-any.whl"
		egg    = "a-1.0-py3.11.egg"
	)
	at := func(name, more string) string { return fmt.Sprintf(`{"url":"/%s"%s}`, name, more) }
	hashed := func(name string) string { return fmt.Sprintf(`,"hashes":{"sha256":%q}`, sum256(name).Hex) }
	tests := map[string]struct {
		files   []string
		allowed []index.Hash
		want    string
		fetched int // files that were downloaded for the choice
		warning string
	}{
		"the best tag":                           {files: []string{at(pure, ""), at(native, "")}, want: native},
		"an announced hash before a tag":         {files: []string{at(pure, hashed(pure)), at(native, hashed(native))}, allowed: []index.Hash{sum256(pure)}, want: pure},
		"both announced and allowed":             {files: []string{at(pure, hashed(pure)), at(native, hashed(native))}, allowed: []index.Hash{sum256(pure), sum256(native)}, want: native},
		"an announced hash before a silent file": {files: []string{at(pure, hashed(pure)), at(native, "")}, allowed: []index.Hash{sum256(pure), sum256(native)}, want: pure},
		"nothing announced":                      {files: []string{at(pure, ""), at(native, "")}, allowed: []index.Hash{sum256(pure)}, want: pure, fetched: 2},
		"nothing allowed":                        {files: []string{at(pure, ""), at(native, "")}, allowed: []index.Hash{sum256("x")}, want: native, fetched: 2},
		"not a yanked one":                       {files: []string{at(pure, ""), at(native, `,"yanked":true`)}, want: pure},
		"not a yanked one, though higher":        {files: []string{at(pure, ""), at(local, `,"yanked":"bad"`)}, want: pure},
		"a yanked one, if there is no other":     {files: []string{at(pure, `,"yanked":"bad\u0007 idea"`)}, want: pure, warning: "a-1.0-py3-none-any.whl is yanked from ours: bad  idea"},
		"a yanked one that is allowed":           {files: []string{at(pure, hashed(pure)), at(native, hashed(native)+`,"yanked":true`)}, allowed: []index.Hash{sum256(native)}, want: native, warning: "a-1.0-cp311-cp311-manylinux_2_17_x86_64.whl is yanked from ours"},
		"a wheel before an egg":                  {files: []string{at(egg, ""), at(pure, "")}, want: pure},
		"an egg, if there is no other":           {files: []string{at(egg, "")}, want: egg},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, map[string]http.HandlerFunc{"/simple/a/": jsonPage(`{"files":[` + strings.Join(test.files, ",") + `]}`)})
			for _, f := range []string{pure, native, local} {
				s.routes["/"+f] = file(f)
			}
			x := remote(t, index.Options{Indexes: []index.Remote{{Name: "ours", URL: s.URL + "/simple"}}})
			w := index.Want{Project: "a", Version: version(t, "1.0"), Tags: tags(t, target...), Hashes: test.allowed}
			got, err := x.Choose(t.Context(), candidates(t, x, "a"), w)
			if err != nil || got.Filename.Raw != test.want {
				t.Errorf("chose %s, %v; want %s", got.Filename.Raw, err, test.want)
			}
			if n := len(s.requests()) - 1; n != test.fetched {
				t.Errorf("%d files were downloaded, want %d", n, test.fetched)
			}
			if got := strings.Join(x.Warnings(), "\n"); got != test.warning {
				t.Errorf("warnings %q, want %q", got, test.warning)
			}
		})
	}
}

// TestChooseLocalFirst: a file of a folder wins over an index's of the same
// name, unless its hash is not allowed.
func TestChooseLocalFirst(t *testing.T) {
	const name = "a-1.0-py3-none-any.whl"
	dir := wheels(t, name)
	s := newSite(t, map[string]http.HandlerFunc{"/a/": page(`<a href="/` + name + `">`), "/" + name: file("other")})
	x := remote(t, index.Options{FindLinks: []string{dir}, Indexes: []index.Remote{{Name: "ours", URL: s.URL}}})
	for text, want := range map[string]string{name: filepath.Join(dir, name), "other": s.URL + "/" + name} {
		w := index.Want{Project: "a", Version: version(t, "1.0"), Tags: tags(t, target...), Hashes: []index.Hash{sum256(text)}}
		got, err := x.Choose(t.Context(), candidates(t, x, "a"), w)
		if err != nil || got.Source != want {
			t.Errorf("%s, %v; want %s", got.Source, err, want)
		}
	}
}

// TestNewest: what else there would be, where nothing fits.
func TestNewest(t *testing.T) {
	wheel := func(version, tags, more string) string {
		return fmt.Sprintf(`{"url":"a-%s-%s.whl"%s}`, version, tags, more)
	}
	tests := map[string]struct {
		files  []string
		newest string
	}{
		"nothing":                            {nil, ""},
		"higher":                             {[]string{wheel("1.9", "py3-none-any", ""), wheel("1.10", "py3-none-any", "")}, "1.10"},
		"lower":                              {[]string{wheel("0.9", "py3-none-any", "")}, "0.9"},
		"not for the target":                 {[]string{wheel("3.0", "cp312-cp312-manylinux_2_17_x86_64", ""), wheel("0.9", "py3-none-any", "")}, "0.9"},
		"not for its glibc":                  {[]string{wheel("3.0", "cp311-cp311-manylinux_2_99_x86_64", ""), wheel("2.0", "cp311-cp311-manylinux_2_17_x86_64", "")}, "2.0"},
		"not yanked":                         {[]string{wheel("3.0", "py3-none-any", `,"yanked":true`), wheel("2.0", "py3-none-any", "")}, "2.0"},
		"not a pre-release":                  {[]string{wheel("3.0rc1", "py3-none-any", ""), wheel("2.0", "py3-none-any", "")}, "2.0"},
		"a pre-release, if there is nothing": {[]string{wheel("3.0rc1", "py3-none-any", ""), wheel("3.0b1", "py3-none-any", "")}, "3.0rc1"},
		"not for its Python":                 {[]string{wheel("3.0", "py3-none-any", `,"requires-python":">=3.12"`), wheel("2.0", "py3-none-any", `,"requires-python":">=3.11.2"`)}, "2.0"},
		"an odd Requires-Python":             {[]string{wheel("3.0", "py3-none-any", `,"requires-python":"what"`)}, "3.0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			files := append(test.files, wheel("1.0", "cp39-cp39-manylinux_2_17_x86_64", ""), `{"url":"a-1.0.tar.gz"}`, `{"url":"a-1.0.zip"}`, `{"url":"a-2.0.tar.gz"}`)
			s := newSite(t, map[string]http.HandlerFunc{"/a/": jsonPage(`{"files":[` + strings.Join(files, ",") + `]}`)})
			x := remote(t, index.Options{Indexes: []index.Remote{{Name: "ours", URL: s.URL}}})
			w := index.Want{Project: "a", Version: version(t, "1.0"), Tags: tags(t, target...), Python: version(t, "3.11.2")}
			_, err := x.Choose(t.Context(), candidates(t, x, "a"), w)
			var e *index.NoWheelError
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			if e.Newest != test.newest {
				t.Errorf("newest %q, want %q", e.Newest, test.newest)
			}
			if diff := cmp.Diff([]string{"a-1.0.tar.gz", "a-1.0.zip"}, e.Sources); diff != "" {
				t.Errorf("sources (-want +got):\n%s", diff)
			}
			if got, err := x.Newest(t.Context(), w); err != nil || got != test.newest {
				t.Errorf("Newest: %q, %v", got, err)
			}
		})
	}
}

// TestEggs: eggs in folders are candidates, as files and as folders.
func TestEggs(t *testing.T) {
	dir := wheels(t, "a-1.0-py3.11.egg", "b-1.0-py3.11.egg/EGG-INFO/PKG-INFO", "b-1.0-py2.7.egg", "c-1.0-py3.11-linux-x86_64.egg", "d.whl/x", "bad egg.egg")
	x := open(t, dir)
	tests := map[string]struct {
		want   string
		folder bool
		tag    string
	}{
		"a": {"a-1.0-py3.11.egg", false, "py311-none-any"},
		"b": {"b-1.0-py3.11.egg", true, "py311-none-any"},
		"c": {"c-1.0-py3.11-linux-x86_64.egg", false, "cp311-cp311-linux_x86_64"},
	}
	for project, test := range tests {
		w := index.Want{Project: project, Version: version(t, "1.0"), Tags: tags(t, append([]string{"cp311-cp311-linux_x86_64"}, target...)...)}
		c, err := x.Choose(t.Context(), candidates(t, x, project), w)
		if err != nil || c.Filename.Raw != test.want || c.Folder != test.folder || c.Filename.Tags[0].String() != test.tag {
			t.Errorf("%s: %+v, %v", project, c, err)
			continue
		}
		f, err := x.Fetch(t.Context(), c, nil)
		if err == nil {
			f.Close()
		}
		if (err != nil) != test.folder {
			t.Errorf("%s: fetched: %v", project, err)
		}
	}
	direct, err := index.Direct(filepath.Join(dir, "b-1.0-py3.11.egg"))
	if err != nil || !direct.Folder {
		t.Errorf("direct: %+v, %v", direct, err)
	}
	// A folder has no hash that could be allowed.
	w := index.Want{Project: "b", Version: version(t, "1.0"), Tags: tags(t, "py311-none-any", "py27-none-any"), Hashes: []index.Hash{sum256("b-1.0-py2.7.egg")}}
	c, err := x.Choose(t.Context(), candidates(t, x, "b"), w)
	if err != nil || c.Filename.Raw != "b-1.0-py2.7.egg" {
		t.Errorf("by hash: %+v, %v", c, err)
	}
	if skipped := x.Skipped(); len(skipped) != 1 || filepath.Base(skipped[0].Path) != "bad egg.egg" {
		t.Errorf("skipped %v", skipped)
	}
}

// TestDirect has URLs and names that a lock may state.
func TestDirect(t *testing.T) {
	h := sum256("x")
	c, err := index.Direct("https://user:hunter2@h.example.org/f/a-1.0%2Bcpu-py3-none-any.whl?token=x#sha256=" + h.Hex)
	if err != nil || c.Filename.Version.String() != "1.0+cpu" || c.URL != "https://h.example.org/f/a-1.0%2Bcpu-py3-none-any.whl?token=x" ||
		c.Source != "https://h.example.org/f/a-1.0%2Bcpu-py3-none-any.whl" || len(c.Hashes) != 1 || c.Hashes[0] != h {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = index.DirectFile("https://h.example.org/blob?id=1", "a-1-py3-none-any.whl")
	if err != nil || c.Filename.Raw != "a-1-py3-none-any.whl" || c.URL != "https://h.example.org/blob?id=1" {
		t.Errorf("%+v, %v", c, err)
	}
	s, err := index.DirectSource("https://h.example.org/a.b-1.tar.gz", "", "A-b")
	if err != nil || s.Version.String() != "1" || s.Project != "a-b" || s.Name != "a.b-1.tar.gz" {
		t.Errorf("%+v, %v", s, err)
	}
	dir := wheels(t, "a-1.tar.gz")
	if s, err = index.DirectSource(filepath.Join(dir, "a-1.tar.gz"), "", "a"); err != nil {
		t.Fatal(err)
	}
	f, err := open(t).FetchSource(t.Context(), s, []index.Hash{sum256("a-1.tar.gz")})
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if sources, err := open(t, dir).Sources(t.Context(), "a"); err != nil || len(sources) != 1 {
		t.Errorf("%v, %v", sources, err)
	}
	var e *index.PlaceError
	for _, place := range []string{"https://u:hunter2@h.example.org/a.zip", "https://h.example.org/", ""} {
		if _, err := index.DirectSource(place, "", "a"); !errors.As(err, &e) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", place, err)
		}
		if _, err := index.Direct(place); !errors.As(err, &e) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", place, err)
		}
	}
	if _, err := os.Stat(s.Path); err != nil {
		t.Error(err)
	}
}
