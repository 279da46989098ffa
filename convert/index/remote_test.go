package index_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index"
	"wain/convert/index/cache"
	"wain/fixtures"
)

// wheelText is a wheel of the fixtures, and its file name and hash.
func wheelText(name string) (text string, file string, hash index.Hash) {
	text = string(fixtures.Wheel(name))
	return text, fixtures.WheelFilename(name), sum256(text)
}

// pauses counts how long would have been waited.
type pauses struct {
	mu   sync.Mutex
	list []time.Duration
}

func (p *pauses) sleep(ctx context.Context, d time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, d)
	return ctx.Err()
}

// remote opens an Index with a new cache, that waits for nothing.
func remote(t testing.TB, o index.Options) *index.Index {
	t.Helper()
	if o.Cache == nil {
		c, err := cache.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		o.Cache = c
	}
	if o.Retry.Sleep == nil {
		o.Retry.Sleep = (&pauses{}).sleep
	}
	if o.Retry.Jitter == nil {
		o.Retry.Jitter = func() float64 { return 1 }
	}
	x, err := index.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// site serves paths from functions, and remembers what it was asked.
type site struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string // "GET /simple/a/"
	routes map[string]http.HandlerFunc
}

func newSite(t testing.TB, routes map[string]http.HandlerFunc) *site {
	t.Helper()
	s := &site{routes: routes}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.URL.RequestURI())
		route := s.routes[r.URL.Path]
		s.mu.Unlock()
		if route == nil {
			http.NotFound(w, r)
			return
		}
		route(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(slices.Values(s.asked))
}

// page answers with HTML, jsonPage with JSON, file with bytes.
func page(body string) http.HandlerFunc { return typed("text/html", body) }

func jsonPage(body string) http.HandlerFunc {
	return typed("application/vnd.pypi.simple.v1+json", body)
}

func file(body string) http.HandlerFunc { return typed("application/octet-stream", body) }

func typed(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, body)
	}
}

func link(name, attributes string) string {
	return fmt.Sprintf(`<a href="../../files/%s" %s>%[1]s</a><br>`, name, attributes)
}

func candidates(t testing.TB, x *index.Index, project string) []index.Candidate {
	t.Helper()
	list, err := x.Candidates(t.Context(), project)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestRemoteCandidates has what an index says of its files.
func TestRemoteCandidates(t *testing.T) {
	s := newSite(t, map[string]http.HandlerFunc{
		"/simple/zope-interface/": jsonPage(`{"meta":{"api-version":"1.0"},"files":[
			{"filename":"zope.interface-1.0-py3-none-any.whl","url":"/f/zope.interface-1.0-py3-none-any.whl?token=hunter2","hashes":{"sha256":"` + strings.Repeat("AB", 32) + `","md5":"00","sha512":"short"},
			 "requires-python":">=3.9","core-metadata":{"sha256":"` + strings.Repeat("cd", 32) + `"},"size":5,"yanked":"no good","provenance":"/p"},
			{"url":"zope_interface-1.0-cp311-cp311-linux_x86_64.whl"},
			{"url":"zope_interface-1.0-cp311-cp311-linux_x86_64.manylinux2014_x86_64.whl"},
			{"url":"zope_interface-1.0-py3.11-linux-x86_64.egg"},
			{"url":"other-1.0-py3-none-any.whl"},
			{"url":"zope_interface-bad.whl"},
			{"url":"zope.interface-1.0.tar.gz"},{"url":"zope.interface-1.0.tar.gz.asc"},
			{"url":"file:///etc/zope_interface-7-py3-none-any.whl"},
			{"url":"ftp://h.example.org/zope_interface-8-py3-none-any.whl"}]}`),
	})
	at, _ := url.Parse(s.URL)
	at.User = url.UserPassword("user", "hunter2")
	x := remote(t, index.Options{Indexes: []index.Remote{{Name: "ours", URL: at.String() + "/simple"}}})
	got := candidates(t, x, "Zope.Interface")
	want := []string{"zope.interface-1.0-py3-none-any.whl", "zope_interface-1.0-cp311-cp311-linux_x86_64.manylinux2014_x86_64.whl", "zope_interface-1.0-py3.11-linux-x86_64.egg"}
	if diff := cmp.Diff(want, names(got)); diff != "" {
		t.Fatalf("candidates (-want +got):\n%s", diff)
	}
	yanked := "no good"
	entry := index.Entry{
		URL: s.URL + "/f/zope.interface-1.0-py3-none-any.whl?token=hunter2", Source: s.URL + "/f/zope.interface-1.0-py3-none-any.whl", Index: "ours",
		Hashes: []index.Hash{{Algorithm: "sha256", Hex: strings.Repeat("ab", 32)}}, Size: 5, RequiresPython: ">=3.9", Yanked: &yanked,
		Provenance: s.URL + "/p", HasMetadata: true, Metadata: []index.Hash{{Algorithm: "sha256", Hex: strings.Repeat("cd", 32)}},
	}
	if diff := cmp.Diff(entry, got[0].Entry, cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "user" }, cmp.Ignore())); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
	if len(got[1].Filename.Tags) != 1 || got[1].Filename.Tags[0].Platform != "manylinux2014_x86_64" {
		t.Errorf("a linux_ tag of a remote wheel is kept: %v", got[1].Filename.Tags)
	}
	sources, err := x.Sources(t.Context(), "zope-interface")
	if err != nil || len(sources) != 1 || sources[0].Name != "zope.interface-1.0.tar.gz" || sources[0].Project != "zope-interface" || sources[0].Version.String() != "1.0" {
		t.Errorf("sources: %v, %v", sources, err)
	}
	var skipped []string
	for _, sk := range x.Skipped() {
		skipped = append(skipped, fmt.Sprintf("%s: %s", strings.Replace(sk.Path, s.URL, "", 1), sk.Err))
	}
	wantSkipped := []string{
		"file:///etc/zope_interface-7-py3-none-any.whl: a page on the network names a file of this host",
		"ftp://h.example.org/zope_interface-8-py3-none-any.whl: links of its kind are not followed",
		"/simple/zope-interface/zope_interface-1.0-cp311-cp311-linux_x86_64.whl: its platform tag names no C library, and such wheels are taken from folders alone",
		"/simple/zope-interface/zope_interface-bad.whl: wheel file name \"zope_interface-bad.whl\": expected NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM[-VARIANT].whl",
	}
	slices.Sort(wantSkipped)
	slices.Sort(skipped)
	if diff := cmp.Diff(wantSkipped, skipped); diff != "" {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
	for _, c := range got {
		if text := fmt.Sprintf("%v %+v", c.Source, c.Index); strings.Contains(text, "hunter2") {
			t.Errorf("credentials shown: %s", text)
		}
	}
}

// TestFirstMatch has who is asked for a project, and whose files are taken.
func TestFirstMatch(t *testing.T) {
	const wheel = "a-1.0-py3-none-any.whl"
	has := newSite(t, map[string]http.HandlerFunc{"/simple/a/": page(link(wheel, ""))})
	also := newSite(t, map[string]http.HandlerFunc{"/simple/a/": page(link("a-2.0-py3-none-any.whl", ""))})
	empty := newSite(t, map[string]http.HandlerFunc{"/simple/a/": page("")})
	absent := newSite(t, nil)
	denied := newSite(t, map[string]http.HandlerFunc{"/simple/a/": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) }})
	at := func(name string, s *site) index.Remote { return index.Remote{Name: name, URL: s.URL + "/simple/"} }
	only := func(r index.Remote) index.Remote { r.Explicit = true; return r }
	tests := map[string]struct {
		indexes  []index.Remote
		assigned map[string]string
		want     []string
		warning  string
		fails    string
	}{
		"one":                         {indexes: []index.Remote{at("one", has)}, want: []string{wheel}},
		"the first is without":        {indexes: []index.Remote{at("one", absent), at("two", has)}, want: []string{wheel}},
		"none has it":                 {indexes: []index.Remote{at("one", absent)}},
		"the first wins":              {indexes: []index.Remote{at("one", has), at("two", also)}, want: []string{wheel}, warning: "a is on the index one and on two: the files of one are taken; assign the project to one of them to be sure"},
		"the first wins, empty":       {indexes: []index.Remote{at("one", empty), at("two", also)}, warning: "a is on the index one and on two: the files of one are taken; assign the project to one of them to be sure"},
		"assigned":                    {indexes: []index.Remote{at("one", has), at("two", also)}, assigned: map[string]string{"A": "two"}, want: []string{"a-2.0-py3-none-any.whl"}},
		"assigned to who is without":  {indexes: []index.Remote{at("one", has), at("two", absent)}, assigned: map[string]string{"a": "two"}},
		"explicit is not asked":       {indexes: []index.Remote{only(at("one", has)), at("two", also)}, want: []string{"a-2.0-py3-none-any.whl"}},
		"explicit and assigned":       {indexes: []index.Remote{only(at("one", has)), at("two", also)}, assigned: map[string]string{"a": "one"}, want: []string{wheel}},
		"the first says no":           {indexes: []index.Remote{at("one", denied), at("two", has)}, fails: "ask index one for a at URL/simple/a/: the server answers 403 Forbidden"},
		"the second says no":          {indexes: []index.Remote{at("one", has), at("two", denied)}, want: []string{wheel}, warning: "a is taken from the index one; whether two has it too is not known: ask index two for a at URL/simple/a/: the server answers 403 Forbidden"},
		"the same one twice, unnamed": {indexes: []index.Remote{at("one", has), {URL: has.URL + "/simple"}}, want: []string{wheel}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := remote(t, index.Options{Indexes: test.indexes, Assigned: test.assigned})
			got, err := x.Candidates(t.Context(), "a")
			clean := func(s string) string {
				for _, site := range []*site{has, also, empty, absent, denied} {
					s = strings.ReplaceAll(s, site.URL, "URL")
				}
				return s
			}
			var e *index.PageError
			switch {
			case test.fails != "" && (!errors.As(err, &e) || clean(err.Error()) != test.fails):
				t.Fatalf("error %v, want %s", err, test.fails)
			case test.fails == "" && err != nil:
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, names(got)); diff != "" {
				t.Errorf("candidates (-want +got):\n%s", diff)
			}
			if warnings := clean(strings.Join(x.Warnings(), "\n")); warnings != test.warning {
				t.Errorf("warnings %q, want %q", warnings, test.warning)
			}
		})
	}
	x := remote(t, index.Options{Indexes: []index.Remote{at("one", has)}, NoIndex: true})
	if got := candidates(t, x, "a"); len(got) > 0 {
		t.Errorf("with NoIndex: %v", names(got))
	}
}

func TestIndexNames(t *testing.T) {
	tests := map[string]struct {
		o    index.Options
		want string
	}{
		"two of a name":      {index.Options{Indexes: []index.Remote{{Name: "a", URL: "https://h.example.org/1"}, {Name: "a", URL: "https://h.example.org/2"}}}, "index a: two indexes have this name"},
		"assigned to nobody": {index.Options{Assigned: map[string]string{"flask": "b"}}, "index b: flask is assigned to it, and no index has this name"},
		"odd scheme":         {index.Options{Indexes: []index.Remote{{Name: "a", URL: "git+https://u:hunter2@h.example.org/1"}}}, "git+https: places are not read"},
		"malformed":          {index.Options{Indexes: []index.Remote{{URL: "https://u:hunter2@h.example.org:x/1"}}}, "index https://h.example.org:x/1: not a URL"},
		"a variable":         {index.Options{Indexes: []index.Remote{{Name: "a", URL: "https://hunter2:${TOKEN_2}@h.example.org/1"}}}, "index a: not a URL: the variable ${TOKEN_2} in it is not set"},
		"no cache":           {index.Options{Indexes: []index.Remote{{Name: "a", URL: "https://h.example.org/1"}}}, "needs a cache folder"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := index.New(test.o)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("want an error with %q, got %v", test.want, err)
			}
		})
	}
}

// TestAskedOnce: whoever asks, and how often, the server sees one request.
func TestAskedOnce(t *testing.T) {
	const wheel = "a-1.0-py3-none-any.whl"
	slow := func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(20 * time.Millisecond)
		page(link(wheel, "")+link("b-1.0-py3-none-any.whl", ""))(w, r)
	}
	s := newSite(t, map[string]http.HandlerFunc{"/simple/a/": slow, "/flat": slow})
	x := remote(t, index.Options{Indexes: []index.Remote{{URL: s.URL + "/simple"}}, FindLinks: []string{s.URL + "/flat"}})
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for _, project := range []string{"a", "A", "b"} {
				list, err := x.Candidates(t.Context(), project)
				if err != nil || len(list) == 0 {
					t.Errorf("%s: %v, %v", project, list, err)
				}
			}
		})
	}
	group.Wait()
	if diff := cmp.Diff([]string{"GET /flat", "GET /simple/a/", "GET /simple/b/"}, s.requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestCancelled: who gives up does not take the answer from the others.
func TestCancelled(t *testing.T) {
	arrived, proceed := make(chan bool, 9), make(chan bool)
	s := newSite(t, map[string]http.HandlerFunc{"/simple/a/": func(w http.ResponseWriter, r *http.Request) {
		arrived <- true
		<-proceed
		page(link("a-1.0-py3-none-any.whl", ""))(w, r)
	}})
	x := remote(t, index.Options{Indexes: []index.Remote{{URL: s.URL + "/simple"}}})
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		if _, err := x.Candidates(ctx, "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("the one who gave up: %v", err)
		}
	})
	<-arrived
	group.Go(func() {
		if list, err := x.Candidates(t.Context(), "a"); err != nil || len(list) != 1 {
			t.Errorf("the other: %v, %v", list, err)
		}
	})
	time.Sleep(10 * time.Millisecond)
	cancel()
	<-arrived
	close(proceed)
	group.Wait()
}
