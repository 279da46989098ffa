package index_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index"
)

// TestFindLinks has the forms of places, and that what they give is fetched.
func TestFindLinks(t *testing.T) {
	text, wheel, hash := wheelText("greetings")
	s := newSite(t, map[string]http.HandlerFunc{
		"/flat/":           page(fmt.Sprintf(`<base href="%s">%s`, "/deep/er/x", `<a href="../`+wheel+`#sha256=`+hash.Hex+`">`)),
		"/deep/" + wheel:   file(text),
		"/direct/" + wheel: file(text),
	})
	dir := t.TempDir()
	local := filepath.Join(dir, "wheels", wheel)
	if err := errors.Join(os.Mkdir(filepath.Dir(local), 0o755), os.WriteFile(local, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
	write := func(name, body string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	files := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(local))))
	t.Cleanup(files.Close)
	tests := map[string]struct{ place, want string }{
		"a folder":                    {filepath.Dir(local), local},
		"a page":                      {s.URL + "/flat/", s.URL + "/deep/" + wheel},
		"a wheel":                     {s.URL + "/direct/" + wheel, s.URL + "/direct/" + wheel},
		"a wheel with its hash":       {s.URL + "/direct/" + wheel + "#sha256=" + hash.Hex, s.URL + "/direct/" + wheel},
		"a listing of a plain folder": {files.URL, files.URL + "/" + wheel},
		"a page of this host":         {write("a.html", `<a href="wheels/`+wheel+`#sha256=`+hash.Hex+`">`), local},
		"a page of this host, as URL": {"file://" + write("b.html", `<a href="file://`+local+`">`), local},
		"a page that leads away":      {write("c.html", `<a href="`+s.URL+`/direct/`+wheel+`">`), s.URL + "/direct/" + wheel},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := remote(t, index.Options{FindLinks: []string{test.place}})
			list := candidates(t, x, "greetings")
			if len(list) != 1 || list[0].Source != test.want {
				t.Fatalf("candidates %+v", list)
			}
			if supplied, err := x.Supplied(t.Context(), "Greetings"); err != nil || len(supplied) != 1 || supplied[0].Source != test.want {
				t.Errorf("supplied: %+v, %v", supplied, err)
			}
			if isLocal := list[0].Path != ""; len(x.Local("greetings")) > 0 != isLocal {
				t.Errorf("local: %+v", x.Local("greetings"))
			}
			f, err := x.Fetch(t.Context(), list[0], []index.Hash{hash})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if f.SHA256 != hash.Hex || f.Size != int64(len(text)) {
				t.Errorf("%s, %d bytes", f.SHA256, f.Size)
			}
		})
	}
	x := remote(t, index.Options{FindLinks: []string{s.URL + "/absent/"}})
	var e *index.PageError
	if _, err := x.Candidates(t.Context(), "a"); !errors.As(err, &e) || e.URL != s.URL+"/absent/" {
		t.Errorf("an absent page: %v", err)
	}
	x = remote(t, index.Options{FindLinks: []string{write("d.html", `<a href="wheels/`+wheel+`#sha256=`+strings.Repeat("00", 32)+`">`)}})
	var wrong *index.HashError
	if _, err := x.Fetch(t.Context(), candidates(t, x, "greetings")[0], nil); !errors.As(err, &wrong) {
		t.Errorf("a page of this host with another hash: %v", err)
	}
}

// TestFolderIndex: an index may be a folder of this host.
func TestFolderIndex(t *testing.T) {
	dir := wheels(t, "listed/listed-1-py3-none-any.whl", "listed/other-1-py3-none-any.whl", "paged/no-1-py3-none-any.whl", "files/paged-1-py3-none-any.whl")
	body := `<a href="../files/paged-1-py3-none-any.whl">`
	if err := os.WriteFile(filepath.Join(dir, "paged", "index.html"), []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
	next := newSite(t, map[string]http.HandlerFunc{"/absent/": page(`<a href="absent-1-py3-none-any.whl">`)})
	x := remote(t, index.Options{Indexes: []index.Remote{{Name: "folder", URL: "file://" + dir}, {Name: "next", URL: next.URL}}})
	for _, project := range []string{"listed", "paged", "absent"} {
		if diff := cmp.Diff([]string{project + "-1-py3-none-any.whl"}, names(candidates(t, x, project))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", project, diff)
		}
	}
}

// TestProjectStatus has the states of PEP 792.
func TestProjectStatus(t *testing.T) {
	status := func(s string) http.HandlerFunc {
		return jsonPage(`{"meta":{"api-version":"1.4"},"project-status":{"status":"` + s + `","reason":"mal\u001b[31mware"},"files":[{"url":"a-1-py3-none-any.whl"}]}`)
	}
	s := newSite(t, map[string]http.HandlerFunc{
		"/active/": status("active"), "/archived/": status("archived"), "/deprecated/": status("deprecated"), "/quarantined/": status("quarantined"),
	})
	x := remote(t, index.Options{Indexes: []index.Remote{{Name: "ours", URL: s.URL}}})
	for _, project := range []string{"active", "archived", "deprecated"} {
		candidates(t, x, project)
	}
	if diff := cmp.Diff([]string{"deprecated is deprecated, as the index ours says: mal [31mware"}, x.Warnings()); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	var e *index.StatusOfProjectError
	if _, err := x.Candidates(t.Context(), "quarantined"); !errors.As(err, &e) || err.Error() != `quarantined is in the state "quarantined" on ours, which offers no file of it: mal [31mware` {
		t.Errorf("quarantined: %v", err)
	}
}
