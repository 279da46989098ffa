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

// TestKeyringSlow has a keyring that takes longer than a request may: the next
// request has its answer.
func TestKeyringSlow(t *testing.T) {
	s := newServer(t)
	s.need["/"] = "right:pass"
	asked, answer := make(chan struct{}), make(chan struct{})
	c := client(t, auth.Options{Keyring: func(ctx context.Context, _, _ string) (string, string, error) {
		close(asked) // a second question would panic
		<-answer
		return "right", "pass", ctx.Err()
	}})
	errHurry := errors.New("no time")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-asked
		cancel(errHurry)
	}()
	if _, err := c.Do(httptestRequest(t, s.URL).WithContext(ctx)); !errors.Is(err, errHurry) {
		t.Errorf("%v, want %v", err, errHurry)
	}
	if _, err := c.Do(httptestRequest(t, s.URL).WithContext(ctx)); !errors.Is(err, errHurry) {
		t.Errorf("%v, want %v", err, errHurry)
	}
	close(answer)
	if code := get(t, c, s.URL); code != 200 {
		t.Errorf("the answer is %d", code)
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
