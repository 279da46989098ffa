package main_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"wain/fixtures"
)

// What only looks at a repository looks at a served one, too.
func TestServedRepositoryIsListed(t *testing.T) {
	w := newWorkshop(t)
	fixtures.Wheelhouse(t, w.path("wheelhouse"))
	w.write("requirements.txt", []byte(fixtures.Requirements(t)))
	w.convert("myproject-1.2.3", "wheelhouse", "requirements.txt", "debian12")
	w.wain("publish", "dist", "--repo", "repo", "--origin", "Example")
	server := httptest.NewServer(http.FileServer(http.Dir(w.path("repo"))))
	defer server.Close()
	for _, c := range []struct{ command, want string }{
		{"list", "bookworm python-myproject 1.2.3 all\n"},
		{"show python-myproject", "apt-get install python-myproject=1.2.3\n"},
		{"history", "publish +1 -0 bookworm (current)\n"},
		{"diff 1", "have the same packages"},
		{"suite bookworm", "bookworm apt\n"},
	} {
		args := append(strings.Fields(c.command), "--repo", server.URL)
		if out := w.wain(args...); !strings.Contains(out, c.want) {
			t.Errorf("wain %s printed:\n%s", strings.Join(args, " "), out)
		}
	}
	for _, command := range []string{"remove python-myproject=1.2.3 --suite bookworm", "suite bookworm --not-automatic"} {
		if err := w.try(append(strings.Fields(command), "--repo", server.URL)...); err == nil || !strings.Contains(err.Error(), "a repository to change is a folder") {
			t.Errorf("wain %s: %v", command, err)
		}
	}

	// A web server that keeps the state to itself.
	hidden := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }))
	defer hidden.Close()
	if err := w.try("list", "--repo", hidden.URL); err == nil || !strings.Contains(err.Error(), "no repository here") || !strings.Contains(err.Error(), "look at the URL") {
		t.Errorf("without the state: %v", err)
	}
}
