package index_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index"
	"wain/convert/index/cache"
	"wain/convert/index/simple"
)

// TestPage has the ways in which an index misbehaves where it should answer with
// a page.
func TestPage(t *testing.T) {
	const wheel = "a-1.0-py3-none-any.whl"
	good := page(link(wheel, ""))
	trickle := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for r.Context().Err() == nil {
			io.WriteString(w, " ")
			w.(http.Flusher).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	}
	endless := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		block := strings.Repeat("<p>more</p>\n", 10_000)
		for r.Context().Err() == nil {
			io.WriteString(w, block)
		}
	}
	announced := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "10000000000")
		w.Header().Set("Content-Type", "text/html")
		w.(http.Flusher).Flush()
	}
	bomb := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "text/html")
		z := gzip.NewWriter(w)
		block := strings.Repeat(" ", 1<<20)
		for r.Context().Err() == nil && z.Flush() == nil {
			io.WriteString(z, block)
		}
	}
	packed := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "text/html")
		z := gzip.NewWriter(w)
		io.WriteString(z, link(wheel, ""))
		z.Close()
	}
	tests := map[string]struct {
		serve    http.HandlerFunc
		want     string // in the error; "" for success
		requests int    // -1: not counted, since a busy machine looks like a stalled server
	}{
		"good":                  {good, "", 1},
		"packed":                {packed, "", 1},
		"truncated":             {script(cut(link(wheel, ""), 10, "Content-Type", "text/html"), good), "", 2},
		"busy":                  {script(says(503), says(429, "Retry-After", "1"), good), "", 3},
		"busy for ever":         {says(503), "the server answers 503 Service Unavailable (asked 5 times)", 5},
		"too busy":              {says(503, "Retry-After", "86400"), "asks to be left alone for 24h0m0s", 1},
		"denied":                {says(401), "the server answers 401 Unauthorized", 1},
		"gone":                  {says(410), "", 1},
		"no answer for nothing": {says(304), "the server answers 304 Not Modified", 1},
		"a wrong type":          {file("PK"), `of the type "application/octet-stream"`, 1},
		"no type":               {says(200, "Content-Type", ""), `of the type ""`, 1},
		"the next API":          {typed("application/vnd.pypi.simple.v2+json", "{}"), `version "2" of the index API`, 1},
		"broken JSON":           {jsonPage(`{"files":[{`), "ends too early", 1},
		"trickling":             {trickle, "the server sends too slowly", -1},
		"endless":               {endless, "it is larger than is taken", 1},
		"larger than is taken":  {announced, "it is larger than is taken", 1},
		"gzip-bomb":             {bomb, "it is larger than is taken", 1},
		"another encoding":      {says(200, "Content-Encoding", "br", "Content-Type", "text/html"), `encoded as "br"`, 1},
		"redirect-loop":         {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "stopped after 10 redirects", 10},
		"redirect to nowhere":   {says(302), "the server answers 302 Found", 1},
		"redirect to a file":    {http.RedirectHandler("file:///etc/passwd", http.StatusFound).ServeHTTP, "unsupported protocol scheme", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]http.HandlerFunc{"/simple/a/": test.serve})
			timeout := 10 * time.Second
			if name == "trickling" {
				timeout = 300 * time.Millisecond
			}
			x := remote(t, index.Options{Indexes: []index.Remote{{Name: "ours", URL: s.URL + "/simple"}}, Timeout: timeout})
			list, err := x.Candidates(t.Context(), "a")
			var e *index.PageError
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (!errors.As(err, &e) || !strings.Contains(err.Error(), test.want) || e.Index != "ours" || e.Project != "a"):
				t.Errorf("%v, %v; want %s", list, err, test.want)
			}
			if n := len(s.requests()); n != test.requests && test.requests >= 0 {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
		})
	}
}

// TestRedirectedPage: links are relative to where the page came from in the end.
func TestRedirectedPage(t *testing.T) {
	text, wheel, hash := wheelText("greetings")
	there := newSite(t, map[string]http.HandlerFunc{"/new/greetings/": page(`<a href="` + wheel + `">`), "/new/greetings/" + wheel: file(text)})
	here := newSite(t, map[string]http.HandlerFunc{"/simple/greetings/": http.RedirectHandler(there.URL+"/new/greetings/", http.StatusMovedPermanently).ServeHTTP})
	x := remote(t, index.Options{Indexes: []index.Remote{{Name: "ours", URL: here.URL + "/simple"}}})
	list := candidates(t, x, "greetings")
	if len(list) != 1 || list[0].URL != there.URL+"/new/greetings/"+wheel || list[0].Index != "ours" {
		t.Fatalf("%+v", list)
	}
	f, err := x.Fetch(t.Context(), list[0], []index.Hash{hash})
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// TestDowngrade: nobody leads from https to http.
func TestDowngrade(t *testing.T) {
	plain := newSite(t, map[string]http.HandlerFunc{"/simple/a/": page(link("a-1-py3-none-any.whl", ""))})
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, plain.URL+r.URL.Path, http.StatusFound)
	}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	x := remote(t, index.Options{Indexes: []index.Remote{{URL: secure.URL + "/simple"}}, Client: secure.Client()})
	if list, err := x.Candidates(t.Context(), "a"); !errors.Is(err, index.ErrDowngrade) {
		t.Errorf("%v, %v", list, err)
	}
	// A certificate that nobody vouches for will not get better by asking again.
	waited := &pauses{}
	x = remote(t, index.Options{Indexes: []index.Remote{{URL: secure.URL + "/simple"}}, Retry: index.Retry{Sleep: waited.sleep}})
	if _, err := x.Candidates(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "certificate") || len(waited.list) > 0 {
		t.Errorf("%v, after %v", err, waited.list)
	}
}

// TestNewerAPI: a newer minor version is read, with a warning.
func TestNewerAPI(t *testing.T) {
	s := newSite(t, map[string]http.HandlerFunc{
		"/a/": jsonPage(`{"meta":{"api-version":"1.77"},"files":[{"url":"a-1-py3-none-any.whl"}]}`),
		"/b/": jsonPage(`{"meta":{"api-version":"1.77"},"files":[{"url":"b-1-py3-none-any.whl"}]}`),
		"/c/": jsonPage(`{"meta":{"api-version":"2.0"},"files":[{"url":"c-1-py3-none-any.whl"}]}`),
	})
	x := remote(t, index.Options{Indexes: []index.Remote{{Name: "ours", URL: s.URL}}})
	if len(candidates(t, x, "a")) != 1 || len(candidates(t, x, "b")) != 1 {
		t.Error("not read")
	}
	if diff := cmp.Diff([]string{"index ours: the index speaks version 1.77 of its API, newer than the 1.4 that is known"}, x.Warnings()); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	var e *simple.VersionError
	if _, err := x.Candidates(t.Context(), "c"); !errors.As(err, &e) || e.Version != "2.0" {
		t.Error(err)
	}
}

// TestPageCache: what did not change is not sent again, and offline nothing is
// asked.
// A page whose links carry credentials is read, and written nowhere.
func TestPageWithCredentials(t *testing.T) {
	s := newSite(t, map[string]http.HandlerFunc{
		"/a/": page(`<a href="https://ann:sesame@files.example.org/a-1-py3-none-any.whl">a</a>`),
	})
	dir := t.TempDir()
	c, err := cache.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	x := remote(t, index.Options{Cache: c, Indexes: []index.Remote{{Name: "ours", URL: s.URL}}})
	if got := candidates(t, x, "a"); len(got) != 1 {
		t.Errorf("%d candidates", len(got))
	}
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), "sesame") {
			t.Errorf("%s holds the password", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPageCache(t *testing.T) {
	body := link("a-1-py3-none-any.whl", "")
	tag := `"1"`
	s := newSite(t, map[string]http.HandlerFunc{"/tagged/": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", tag)
		w.Header().Set("Content-Type", "text/html")
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, strings.ReplaceAll(body, "a-1", "tagged-1"))
	}, "/dated/": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		http.ServeContent(w, r, "", time.Unix(1e9, 0), strings.NewReader(strings.ReplaceAll(body, "a-1", "dated-1")))
	}, "/bare/": page(strings.ReplaceAll(body, "a-1", "bare-1"))})
	c, err := cache.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o := index.Options{Cache: c, Indexes: []index.Remote{{Name: "ours", URL: s.URL}}}
	offline := o
	offline.Offline = true
	var e *index.PageError
	if _, err := remote(t, offline).Candidates(t.Context(), "tagged"); !errors.As(err, &e) || !errors.Is(err, index.ErrOffline) {
		t.Errorf("offline, before: %v", err)
	}
	for range 2 {
		x := remote(t, o)
		for _, project := range []string{"tagged", "dated", "bare", "absent"} {
			list := candidates(t, x, project)
			want := []string{project + "-1-py3-none-any.whl"}
			if project == "absent" {
				want = nil
			}
			if diff := cmp.Diff(want, names(list)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", project, diff)
			}
		}
	}
	asked := len(s.requests())
	x := remote(t, offline)
	for _, project := range []string{"tagged", "dated", "bare", "absent"} {
		candidates(t, x, project)
	}
	if n := len(s.requests()); n != asked {
		t.Errorf("offline, %d requests were sent", n-asked)
	}
	tag = `"2"`
	s.mu.Lock()
	s.routes["/tagged/"] = tagged(tag, page(`<a href="tagged-2-py3-none-any.whl">`))
	s.mu.Unlock()
	if diff := cmp.Diff([]string{"tagged-2-py3-none-any.whl"}, names(candidates(t, remote(t, o), "tagged"))); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	// Offline, local files are enough where the index's page is not there.
	offline.FindLinks = []string{wheels(t, "new-1-py3-none-any.whl")}
	x = remote(t, offline)
	if list := candidates(t, x, "new"); len(list) != 1 || len(x.Warnings()) != 1 {
		t.Errorf("%v, %v", list, x.Warnings())
	}
}

// TestClient: requests go through the client that was given, with the
// credentials in the URL.
func TestClient(t *testing.T) {
	var seen []string
	client := doer(func(r *http.Request) (*http.Response, error) {
		seen = append(seen, r.URL.String()+" "+r.Header.Get("Accept"))
		return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: errors.New("no luck")}
	})
	x := remote(t, index.Options{Client: client, Indexes: []index.Remote{{URL: "https://user:hunter2@index.example.org/simple?x=1#y"}}})
	_, err := x.Candidates(t.Context(), "a")
	if want := "ask https://index.example.org/simple for a: no luck"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	want := []string{"https://user:hunter2@index.example.org/simple/a/?x=1 " + simple.Accept}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }
