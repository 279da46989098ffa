package index_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"wain/convert/index"
	"wain/convert/index/cache"
)

// TestCached: a file is downloaded once, by its hash or by its URL, and a
// damaged one once more.
func TestCached(t *testing.T) {
	text, wheel, hash := wheelText("greetings")
	s := newSite(t, map[string]http.HandlerFunc{"/" + wheel: honest(text, "1"), "/mirror/" + wheel: honest(text, "1")})
	c, err := cache.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	fetch := func(o index.Options, place string, allowed ...index.Hash) error {
		t.Helper()
		o.Cache = c
		candidate, err := index.Direct(s.URL + place + wheel)
		if err != nil {
			t.Fatal(err)
		}
		f, err := remote(t, o).Fetch(t.Context(), candidate, allowed)
		if err == nil {
			f.Close()
		}
		return err
	}
	count := func(what string, want int) {
		t.Helper()
		if n := len(s.requests()); n != want {
			t.Errorf("%s: %d requests so far, want %d", what, n, want)
		}
	}
	offline := index.Options{Offline: true}
	if err := fetch(offline, "/", hash); !errors.Is(err, index.ErrOffline) {
		t.Errorf("offline, before: %v", err)
	}
	if err := fetch(index.Options{}, "/", hash); err != nil {
		t.Fatal(err)
	}
	count("the first", 1)
	for what, err := range map[string]error{
		"again":                     fetch(index.Options{}, "/", hash),
		"by another algorithm":      fetch(index.Options{}, "/", sum512(text)),
		"from a mirror, by hash":    fetch(index.Options{}, "/mirror/", hash),
		"offline":                   fetch(offline, "/", hash),
		"offline, without its hash": fetch(offline, "/"),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	count("from the cache", 1)
	if err := fetch(index.Options{}, "/"); err != nil {
		t.Fatal(err)
	}
	count("without a hash the URL may lead elsewhere now", 2)
	path, err := c.Path(hash.Hex)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text[:10]), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, allowed := range [][]index.Hash{{hash}, nil} {
		if err := fetch(offline, "/", allowed...); !errors.Is(err, index.ErrOffline) {
			t.Errorf("offline, damaged: %v", err)
		}
	}
	if err := fetch(index.Options{}, "/", hash); err != nil {
		t.Fatal(err)
	}
	count("a damaged one", 3)
	var wrong *index.HashError
	if err := fetch(index.Options{}, "/", sum256("x")); !errors.As(err, &wrong) {
		t.Errorf("another hash: %v", err)
	}
}

// TestCredentials: they go to their own host alone, also when that host leads
// elsewhere, and no error shows them.
func TestCredentials(t *testing.T) {
	text, wheel, hash := wheelText("greetings")
	foreign := newSite(t, map[string]http.HandlerFunc{"/" + wheel: func(w http.ResponseWriter, r *http.Request) {
		if _, _, sent := r.BasicAuth(); sent {
			t.Error("another host is told the password")
		}
		file(text)(w, r)
	}})
	elsewhere := strings.Replace(foreign.URL, "127.0.0.1", "localhost", 1)
	guarded := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if user, password, _ := r.BasicAuth(); user != "us%er" || password != "hunter2" {
				w.WriteHeader(401)
				return
			}
			next(w, r)
		}
	}
	s := newSite(t, nil)
	s.routes = map[string]http.HandlerFunc{
		"/simple/greetings/": guarded(page(`<a href="/own/` + wheel + `"><a href="` + s.URL + `/absolute/` + wheel + `"><a href="/away/` + wheel + `"><a href="` + elsewhere + "/" + wheel + `">`)),
		"/own/" + wheel:      guarded(file(text)),
		"/absolute/" + wheel: guarded(file(text)),
		"/away/" + wheel:     guarded(http.RedirectHandler(elsewhere+"/"+wheel, http.StatusFound).ServeHTTP),
		"/simple/closed/":    says(401),
		"/simple/odd/":       page(`<a href="/x/odd-1-py3-none-any.whl">`),
		"/simple/loop/":      http.RedirectHandler("/simple/loop/", http.StatusFound).ServeHTTP,
	}
	at, err := url.Parse(s.URL + "/simple/")
	if err != nil {
		t.Fatal(err)
	}
	at.User = url.UserPassword("us%er", "hunter2")
	x := remote(t, index.Options{Indexes: []index.Remote{{URL: at.String()}}})
	list := candidates(t, x, "greetings")
	if len(list) != 4 {
		t.Fatalf("candidates %v", list)
	}
	for _, c := range list {
		// With a cache of its own, or the first one would do for all.
		f, err := remote(t, index.Options{}).Fetch(t.Context(), c, []index.Hash{hash})
		if err != nil {
			t.Errorf("%s: %v", c.Source, err)
			continue
		}
		f.Close()
	}
	for _, project := range []string{"closed", "loop"} {
		_, err := x.Candidates(t.Context(), project)
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "hunter2") || strings.Contains(err.Error(), "us%") {
			t.Errorf("%s: %v", project, err)
		}
	}
	_, err = x.Fetch(t.Context(), candidates(t, x, "odd")[0], nil)
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("an absent file: %v", err)
	}
}
