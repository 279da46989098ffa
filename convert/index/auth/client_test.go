package auth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/auth"
)

// server is an index that writes down who asked what.
type server struct {
	*httptest.Server
	lock sync.Mutex
	log  []string // "PATH NAME:PASSWORD" or "PATH -"
	// need is what credentials a path asks for: the one with the longest name that
	// the path begins with. "" for none.
	need map[string]string
	// to is where a path redirects to, pages what it says.
	to, pages map[string]string
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{need: map[string]string{}, to: map[string]string{}}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.answer))
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	s.lock.Lock()
	defer s.lock.Unlock()
	who := "-"
	if name, password, ok := r.BasicAuth(); ok {
		who = name + ":" + password
	} else if other := r.Header.Get("Authorization"); other != "" {
		who = other
	}
	for _, name := range []string{"Cookie", "Referer"} {
		if value := r.Header.Get(name); value != "" {
			who += " " + name + "=" + value
		}
	}
	s.log = append(s.log, r.URL.Path+" "+who)
	needed, longest := "", -1
	for path, need := range s.need {
		if strings.HasPrefix(r.URL.Path, path) && len(path) > longest {
			needed, longest = need, len(path)
		}
	}
	if needed != "" && needed != who {
		w.Header().Set("WWW-Authenticate", `Basic realm="index"`)
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	if to := s.to[r.URL.Path]; to != "" {
		w.Header().Set("Set-Cookie", "a=b")
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	if page, ok := s.pages[r.URL.Path]; ok || s.pages == nil {
		fmt.Fprint(w, page)
		return
	}
	http.NotFound(w, r)
}

// taken gives what was written down since the last time.
func (s *server) taken() []string {
	s.lock.Lock()
	defer s.lock.Unlock()
	log := s.log
	s.log = nil
	return log
}

// as is a URL on the server with a user.
func (s *server) as(user, path string) string {
	return strings.Replace(s.URL, "://", "://"+user+"@", 1) + path
}

// get asks for a URL and gives the status code.
func get(t *testing.T, c *auth.Client, url string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := c.Do(r)
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	defer response.Body.Close()
	if _, err := io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

func client(t *testing.T, o auth.Options) *auth.Client {
	t.Helper()
	c, err := auth.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// netrc writes a netrc file.
func netrc(t *testing.T, format string, args ...any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(path, fmt.Appendf(nil, format, args...), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// passwords is a keyring: of "PLACE USER", user may be empty, credentials.
type passwords map[string]string

func (p passwords) get(asked *[]string) auth.Keyring {
	var lock sync.Mutex
	return func(_ context.Context, place, user string) (string, string, error) {
		lock.Lock()
		defer lock.Unlock()
		*asked = append(*asked, place+" "+user)
		name, password, _ := strings.Cut(p[place+" "+user], ":")
		return name, password, nil
	}
}

// TestCredentials asks in the order of the credentials' sources.
func TestCredentials(t *testing.T) {
	s := newServer(t)
	s.need["/"] = "right:pass"
	host := strings.TrimPrefix(s.URL, "http://")
	index := s.URL + "/simple/"
	tests := map[string]struct {
		places  []string
		netrc   string
		keyring passwords
		url     string // s.URL + "/simple/a/" where empty
		want    []string
		asked   []string // of the keyring
	}{
		"none":                      {want: []string{"/simple/a/ -"}},
		"the URL's":                 {url: s.as("right:pass", "/x"), places: []string{s.as("other:other", "/x")}, netrc: "default password n", want: []string{"/x right:pass"}},
		"the URL's, wrong":          {url: s.as("wrong:pass", "/x"), keyring: passwords{host + " ": "right:pass"}, want: []string{"/x wrong:pass"}},
		"percent signs":             {places: []string{s.as("%72ight:p%61ss", "/simple")}, want: []string{"/simple/a/ right:pass"}},
		"what url.Parse refuses":    {places: []string{s.as("right:p^[100%]", "/simple")}, want: []string{"/simple/a/ right:p^[100%]"}},
		"the index's":               {places: []string{s.as("right:pass", "/simple")}, netrc: "machine 127.0.0.1 login n password n", want: []string{"/simple/a/ right:pass"}},
		"the nearest index's":       {places: []string{s.as("a:a", "/"), s.as("b:b", "/sim"), s.as("right:pass", "/simple/"), s.as("c:c", "/simple/b/")}, want: []string{"/simple/a/ right:pass"}},
		"the first index's":         {places: []string{s.as("right:pass", "/x"), s.as("b:b", "/y")}, want: []string{"/simple/a/ right:pass"}},
		"another index's":           {places: []string{index, s.as("right:pass", "/x"), s.as("b:b", "/y")}, want: []string{"/simple/a/ right:pass"}},
		"netrc's, before another's": {places: []string{index, s.as("o:o", "/x")}, netrc: "machine 127.0.0.1 login right password pass", want: []string{"/simple/a/ right:pass"}},
		"another port's":            {places: []string{"http://right:pass@127.0.0.1:1/simple"}, want: []string{"/simple/a/ -"}},
		"another scheme's":          {places: []string{"https://right:pass@" + host + "/simple"}, want: []string{"/simple/a/ -"}},
		"another host's":            {places: []string{strings.Replace(s.as("right:pass", "/simple"), "127.0.0.1", "127.0.0.2", 1)}, want: []string{"/simple/a/ -"}},
		"netrc's":                   {netrc: "machine 127.0.0.2 login n password n machine 127.0.0.1 login right password pass", want: []string{"/simple/a/ right:pass"}},
		"netrc's, by the account":   {netrc: "machine 127.0.0.1 account right password pass", want: []string{"/simple/a/ right:pass"}},
		"netrc's, for a name":       {places: []string{s.as("right", "/simple")}, netrc: "machine 127.0.0.1 login right password pass", want: []string{"/simple/a/ right:pass"}},
		"netrc's, another name":     {places: []string{s.as("token", "/simple")}, netrc: "machine 127.0.0.1 login right password pass", want: []string{"/simple/a/ token:"}},
		"netrc's default":           {places: []string{index}, netrc: "default login right password pass", want: []string{"/simple/a/ right:pass"}},
		"netrc's default, unnamed":  {netrc: "default login right password pass", want: []string{"/simple/a/ -"}},
		"a token":                   {places: []string{s.as("token", "/simple")}, want: []string{"/simple/a/ token:"}},
		"a token and no password":   {places: []string{s.as("token:", "/simple")}, keyring: passwords{index + " token": "right:pass"}, want: []string{"/simple/a/ token:"}},
		"a password and no name":    {places: []string{s.as(":pass", "/simple")}, want: []string{"/simple/a/ :pass"}},
		"an empty user":             {places: []string{s.as("", "/simple")}, want: []string{"/simple/a/ -"}},
		"the keyring's for index":   {places: []string{index}, keyring: passwords{index + " ": "right:pass"}, want: []string{"/simple/a/ -", "/simple/a/ right:pass"}, asked: []string{index + " "}},
		"the keyring's for host":    {places: []string{index}, keyring: passwords{host + " ": "right:pass"}, want: []string{"/simple/a/ -", "/simple/a/ right:pass"}, asked: []string{index + " ", host + " "}},
		"the keyring's for a name":  {places: []string{s.as("right", "/simple")}, keyring: passwords{index + " right": "right:pass"}, want: []string{"/simple/a/ right:", "/simple/a/ right:pass"}, asked: []string{index + " right"}},
		"the keyring's after netrc": {netrc: "machine 127.0.0.1 login n password n", keyring: passwords{host + " ": "right:pass"}, want: []string{"/simple/a/ n:n", "/simple/a/ right:pass"}, asked: []string{host + " "}},
		"the keyring's, wrong":      {keyring: passwords{host + " ": "wrong:pass"}, want: []string{"/simple/a/ -", "/simple/a/ wrong:pass"}, asked: []string{host + " "}},
		"the keyring's, the same":   {netrc: "machine 127.0.0.1 login n password n", keyring: passwords{host + " ": "n:n"}, want: []string{"/simple/a/ n:n"}, asked: []string{host + " "}},
		"nothing in the keyring":    {places: []string{index}, keyring: passwords{}, want: []string{"/simple/a/ -"}, asked: []string{index + " ", host + " "}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var asked []string
			o := auth.Options{Places: test.places, Netrc: netrc(t, "%s", test.netrc), Warn: func(m string) { t.Errorf("warning: %s", m) }}
			if test.keyring != nil {
				o.Keyring = test.keyring.get(&asked)
			}
			url := test.url
			if url == "" {
				url = s.URL + "/simple/a/"
			}
			s.taken()
			code := get(t, client(t, o), url)
			got := s.taken()
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if right := strings.HasSuffix(got[len(got)-1], " right:pass"); right != (code == 200) {
				t.Errorf("the answer is %d", code)
			}
			if diff := cmp.Diff(test.asked, asked); diff != "" {
				t.Errorf("asked of the keyring (-want +got):\n%s", diff)
			}
		})
	}
}

// TestKeyringOnce has many requests at once need the keyring: it is asked once,
// one question at a time, and later requests know the answer.
func TestKeyringOnce(t *testing.T) {
	s := newServer(t)
	s.need["/"] = "right:pass"
	index := s.URL + "/simple/"
	var asked []string
	o := auth.Options{Places: []string{index}, Keyring: passwords{index + " ": "right:pass"}.get(&asked)}
	c := client(t, o)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if code := get(t, c, fmt.Sprintf("%s%d/", index, i)); code != 200 {
				t.Errorf("the answer is %d", code)
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff([]string{index + " "}, asked); diff != "" {
		t.Errorf("asked of the keyring (-want +got):\n%s", diff)
	}
	s.taken()
	get(t, c, s.URL+"/files/a.whl")
	if diff := cmp.Diff([]string{"/files/a.whl right:pass"}, s.taken()); diff != "" {
		t.Errorf("a later request (-want +got):\n%s", diff)
	}
}

// TestKeyringFails: what goes wrong with a keyring is a warning, once.
func TestKeyringFails(t *testing.T) {
	s := newServer(t)
	s.need["/"] = "right:pass"
	var warnings []string
	c := client(t, auth.Options{
		Keyring: func(context.Context, string, string) (string, string, error) {
			return "", "", errors.New("it is locked: https://u:SECRET@h/")
		},
		Warn: func(m string) { warnings = append(warnings, m) },
	})
	for range 2 {
		if code := get(t, c, s.URL); code != 401 {
			t.Errorf("the answer is %d", code)
		}
	}
	if diff := cmp.Diff([]string{"the keyring gives nothing: it is locked: https://****@h/"}, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// TestKeyringOfFiles asks a real one.
func TestKeyringOfFiles(t *testing.T) {
	s := newServer(t)
	s.need["/"] = "right:pass"
	index := s.URL + "/simple/"
	program, environ := keyringHome(t, index, "right", "pass")
	c := client(t, auth.Options{Places: []string{s.as("right", "/simple")}, Keyring: auth.KeyringCommand(program, environ)})
	if code := get(t, c, index+"a/"); code != 200 {
		t.Errorf("the answer is %d", code)
	}
	if diff := cmp.Diff([]string{"/simple/a/ right:", "/simple/a/ right:pass"}, s.taken()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestRedirects: what a redirect takes along.
func TestRedirects(t *testing.T) {
	a, b := newServer(t), newServer(t) // one host, two ports
	elsewhere := strings.Replace(b.URL, "127.0.0.1", "localhost", 1)
	keyed := passwords{}
	tests := map[string]struct {
		to     string
		places []string
		netrc  string
		wantA  []string
		wantB  []string
	}{
		"on the same host":       {to: "/b", places: []string{a.as("u:SECRET", "")}, wantA: []string{"/a u:SECRET", "/b u:SECRET"}},
		"to another port":        {to: b.URL + "/b", places: []string{a.as("u:SECRET", "")}, wantA: []string{"/a u:SECRET"}, wantB: []string{"/b -"}},
		"to another host":        {to: elsewhere + "/b", places: []string{a.as("u:SECRET", "")}, wantA: []string{"/a u:SECRET"}, wantB: []string{"/b -"}},
		"to another index":       {to: b.URL + "/b", places: []string{a.as("u:SECRET", ""), b.as("v:OTHER", "/")}, wantA: []string{"/a u:SECRET"}, wantB: []string{"/b v:OTHER"}},
		"of netrc's host":        {to: elsewhere + "/b", netrc: "machine 127.0.0.1 login n password SECRET", wantA: []string{"/a n:SECRET"}, wantB: []string{"/b -"}},
		"to netrc's host":        {to: elsewhere + "/b", netrc: "machine localhost login n password OTHER", wantA: []string{"/a -"}, wantB: []string{"/b n:OTHER"}},
		"of netrc's default":     {to: elsewhere + "/b", places: []string{a.URL}, netrc: "default login n password SECRET", wantA: []string{"/a n:SECRET"}, wantB: []string{"/b -"}},
		"with the server's user": {to: b.as("x:y", "/b"), places: []string{a.as("u:SECRET", "")}, wantA: []string{"/a u:SECRET"}, wantB: []string{"/b x:y"}},
		"with a user, and back":  {to: b.as("x:y", "/back"), places: []string{a.as("u:SECRET", "")}, wantA: []string{"/a u:SECRET", "/end u:SECRET"}, wantB: []string{"/back x:y"}},
	}
	b.to["/back"] = a.URL + "/end"
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a.taken()
			b.taken()
			a.to["/a"] = test.to
			var asked []string
			c := client(t, auth.Options{Places: test.places, Netrc: netrc(t, "%s", test.netrc), Keyring: keyed.get(&asked)})
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL+"/a", nil)
			if err != nil {
				t.Fatal(err)
			}
			// What a caller sets in the place of ours would be taken along.
			for _, header := range []string{"Authorization", "Cookie", "Referer"} {
				r.Header.Set(header, "SECRET")
			}
			response, err := c.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if u := response.Request.URL; u.User != nil || response.Request.Header.Get("Authorization") != "" && strings.Contains(response.Request.Header.Get("Authorization"), "Basic") {
				t.Errorf("the answer's request shows credentials: %v %v", u, response.Request.Header)
			}
			if diff := cmp.Diff(test.wantA, a.taken()); diff != "" {
				t.Errorf("first server (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.wantB, b.taken()); diff != "" {
				t.Errorf("second server (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("the URL's own", func(t *testing.T) {
		a.taken()
		b.taken()
		a.to["/a"] = b.URL + "/b"
		get(t, client(t, auth.Options{}), a.as("u:SECRET", "/a"))
		if diff := cmp.Diff([]string{"/a u:SECRET", "/b -"}, append(a.taken(), b.taken()...)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("without end", func(t *testing.T) {
		a.to["/a"] = "/a"
		_, err := client(t, auth.Options{}).Do(httptestRequest(t, a.URL+"/a"))
		want := fmt.Sprintf("Get %q: redirected too often", "/a")
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	})
}

func httptestRequest(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestUnencrypted sends credentials over http to trusted hosts alone. The hosts
// stand behind a proxy, which sees what goes out.
func TestUnencrypted(t *testing.T) {
	proxy := newServer(t)
	tests := map[string]struct {
		trusted []string
		want    []string
		warned  bool
	}{
		"not trusted":    {nil, []string{"/a -"}, true},
		"another's port": {[]string{"index.example.org:81", "other.example.org"}, []string{"/a -"}, true},
		"trusted":        {[]string{"INDEX.example.org"}, []string{"/a u:SECRET"}, false},
		"its port":       {[]string{"index.example.org:80"}, []string{"/a u:SECRET"}, false},
		"as uv has it":   {[]string{"http://index.example.org/"}, []string{"/a u:SECRET"}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			proxy.taken()
			var warnings []string
			c := client(t, auth.Options{
				Places: []string{"http://u:SECRET@index.example.org/"}, TrustedHosts: test.trusted, Proxy: proxy.URL,
				Warn: func(m string) { warnings = append(warnings, m) },
			})
			get(t, c, "http://index.example.org/a")
			get(t, c, "http://index.example.org/a")
			if diff := cmp.Diff(append(test.want, test.want...), proxy.taken()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			var want []string
			if test.warned {
				want = []string{"credentials for http://index.example.org are not sent: the connection is not encrypted and the host is not a trusted one"}
			}
			if diff := cmp.Diff(want, warnings); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNetrcUnreadable: as with pip it is no error, but it is said.
func TestNetrcUnreadable(t *testing.T) {
	s := newServer(t)
	broken := netrc(t, "machine a\npassword p SECRET")
	folder := t.TempDir()
	for path, want := range map[string][]string{
		broken:           {"credentials of " + broken + " are not used: line 2: neither login, account nor password"},
		folder:           {"credentials of " + folder + " are not used: is a directory"},
		folder + "/none": nil,
	} {
		var warnings []string
		c := client(t, auth.Options{Netrc: path, Warn: func(m string) { warnings = append(warnings, m) }})
		get(t, c, s.URL)
		get(t, c, s.URL)
		if diff := cmp.Diff(want, warnings); diff != "" {
			t.Errorf("warnings (-want +got):\n%s", diff)
		}
	}
}

func TestStrip(t *testing.T) {
	for place, want := range map[string]string{
		"https://u:p@h.example.org:1/a?b=c": "https://h.example.org:1/a?b=c",
		"https://token@h.example.org":       "https://h.example.org",
		"https://h.example.org/a@b":         "https://h.example.org/a@b",
		"https://u:p@x@h.example.org/":      "https://h.example.org/",
		"/home/u@h/wheels":                  "/home/u@h/wheels",
		"file:///a@b":                       "file:///a@b",
	} {
		if got := auth.Strip(place); got != want {
			t.Errorf("%q: %q, want %q", place, got, want)
		}
	}
}
