package auth_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/auth"
)

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
