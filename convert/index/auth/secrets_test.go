package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"wain/convert/index/auth"
)

// TestSecrets has everything go wrong with secrets in every place, and looks for
// them in all that could be printed.
func TestSecrets(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	nobody := closed.Addr().String()
	s := newServer(t)
	s.need["/no"] = "nobody:at all"
	for path, to := range map[string]string{
		"/signed":    "http://" + nobody + "/f.whl?sig=SECRET",
		"/user":      "http://u:SECRET@" + nobody + "/f.whl",
		"/token":     "http://SECRET@" + nobody + "/f.whl",
		"/malformed": "http://u:SECRET@h:port/?sig=SECRET",
		"/escape":    "http://u:SECRET%@h/%zz?sig=SECRET",
		"/scheme":    "ftp://u:SECRET@h/",
		"/loop":      "/loop?sig=SECRET",
		"/again":     s.as("SECRET:SECRET", "/again?sig=SECRET"),
	} {
		s.to[path] = to
	}
	tlsServer := newTLSServer(t, newAuthority(t, "ours"))
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nNo colon u:SECRET\r\n\r\n")
			conn.Close()
		}
	}))
	defer broken.Close()

	var shown []string
	show := func(values ...any) {
		for _, v := range values {
			shown = append(shown, fmt.Sprintf("%v", v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%s", v))
		}
	}
	keyring := func(context.Context, string, string) (string, string, error) {
		return "", "", errors.New(`dbus: no "https://u:SECRET@index.example.org/?key=SECRET"`)
	}
	failed := 0
	ask := func(o auth.Options, url string) {
		o.Keyring, o.Warn = keyring, func(m string) { show(m) }
		show(o)
		c, err := auth.NewClient(o)
		if err != nil {
			failed++
			show(err)
			return
		}
		show(c, *c)
		r := httptestRequest(t, url)
		response, err := c.Do(r)
		if err != nil {
			failed++
			for ; err != nil; err = errors.Unwrap(err) {
				show(err)
			}
			return
		}
		response.Body.Close()
		show(response.Request.URL.User, response.Request.Header)
	}

	places := []string{s.as("u:SECRET", "/"), "https://SECRET@index.example.org", "http://u:SECRET@h:port", "SECRET"}
	entries := netrc(t, "machine 127.0.0.1 login SECRET password SECRET\ndefault password SECRET")
	for _, path := range []string{"/no", "/signed", "/user", "/token", "/malformed", "/escape", "/scheme", "/loop", "/again"} {
		ask(auth.Options{Places: places, Netrc: entries}, s.URL+path)
		ask(auth.Options{Netrc: entries}, s.as("SECRET", path+"?key=SECRET"))
	}
	ask(auth.Options{}, "http://u:SECRET@"+nobody+"/?key=SECRET")
	ask(auth.Options{}, "http://SECRET@"+nobody)
	ask(auth.Options{}, tlsServer.as("SECRET", "/"))
	ask(auth.Options{}, strings.Replace(broken.URL, "://", "://SECRET@", 1))
	ask(auth.Options{Netrc: netrc(t, "machine a password p SECRET")}, s.URL+"/no")
	ask(auth.Options{Netrc: netrc(t, "SECRET")}, s.URL+"/no")
	for _, proxy := range []string{"http://u:SECRET@" + nobody, "SECRET@" + nobody, "http://u:SECRET@h:port", "SECRET://h", "socks5://u:SECRET@" + nobody} {
		ask(auth.Options{Proxy: proxy}, "https://index.example.org")
		ask(auth.Options{HTTPProxy: proxy, HTTPSProxy: proxy}, "http://SECRET@index.example.org")
	}
	key := file(t, "key.pem", []byte("-----BEGIN CERTIFICATE-----\nSECRET\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n"))
	ask(auth.Options{ClientCert: key}, s.URL)
	ask(auth.Options{CABundle: key}, s.URL)
	n, err := auth.ParseNetrc([]byte("machine a login SECRET password SECRET"))
	if err != nil {
		t.Fatal(err)
	}
	m, _, _ := n.Lookup("a")
	show(m)

	for _, text := range shown {
		if strings.Contains(text, "SECRET") {
			t.Errorf("shows a secret: %s", text)
		}
	}
	if failed < 20 || len(shown) < 200 {
		t.Errorf("%d failures, %d texts: they prove little", failed, len(shown))
	}
}

// FuzzOptions: whatever stands in the options, there is a client or an error,
// and what was a user in a URL is not shown.
func FuzzOptions(f *testing.F) {
	for _, text := range []string{
		"https://u:p@h.example.org/simple", "h:1", "[::1]:443", "//u@h", "http://u:p@[::1", "https://h/%zz?a=b#c", "socks5://x@y:0", "u:%@h:port",
	} {
		f.Add(text, "s3cr3t")
	}
	f.Fuzz(func(t *testing.T, text, user string) {
		if got := auth.Strip(text); auth.Strip(got) != got {
			t.Errorf("%q: stripped %q, and again %q", text, got, auth.Strip(got))
		}
		secret := "https://" + user + "@" + text
		if at := strings.IndexAny(user, "/?#@"); len(user) > 5 && at < 0 && !strings.Contains(text, user) && strings.Contains(auth.Strip(secret), user) {
			t.Errorf("%q: stripped %q", secret, auth.Strip(secret))
		}
		o := auth.Options{Places: []string{text, secret}, TrustedHosts: []string{text}, NoProxy: text, Proxy: secret}
		for _, proxy := range []string{secret, ""} {
			o.Proxy, o.HTTPSProxy = proxy, text
			c, err := auth.NewClient(o)
			if err != nil {
				if len(user) > 12 && strings.Contains(err.Error(), user) {
					t.Errorf("%q: %v", secret, err)
				}
				continue
			}
			c.CloseIdleConnections()
		}
	})
}
