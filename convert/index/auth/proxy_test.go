package auth_test

import (
	"crypto/tls"
	"encoding/base64"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/auth"
)

// newProxy is a proxy that writes down what it is asked, with the credentials
// for itself, and leads every tunnel to one server.
func newProxy(t *testing.T, to *server, secure *authority) *server {
	t.Helper()
	p := &server{need: map[string]string{}, to: map[string]string{}}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := "-"
		if text, ok := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "Basic "); ok {
			plain, _ := base64.StdEncoding.DecodeString(text)
			who = string(plain)
		}
		if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
			who += " and a certificate"
		}
		if other := r.Header.Get("Authorization"); other != "" && r.Method == http.MethodConnect {
			who += " and " + other
		}
		p.lock.Lock()
		p.log = append(p.log, r.Method+" "+r.Host+" "+who)
		need := p.need[""]
		p.lock.Unlock()
		switch {
		case need != "" && need != who:
			http.Error(w, "who are you?", http.StatusProxyAuthRequired)
		case r.Method == http.MethodConnect:
			tunnel(w, to.Listener.Addr().String())
		}
	}))
	p.Config.ErrorLog = quiet(t)
	if secure == nil {
		p.Start()
	} else {
		cert, key := secure.issue(t, "proxy")
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		p.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequestClientCert}
		p.StartTLS()
	}
	t.Cleanup(p.Close)
	return p
}

// tunnel joins a client to an address.
func tunnel(w http.ResponseWriter, address string) {
	server, err := net.Dial("tcp", address)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		io.Copy(server, buffered)
		server.Close()
	}()
	io.Copy(client, server)
}

// quiet is a log that nobody reads: what a client refuses, a server complains of.
func quiet(*testing.T) *log.Logger { return log.New(io.Discard, "", 0) }

func TestProxies(t *testing.T) {
	ca := newAuthority(t, "ours")
	secure := newTLSServer(t, ca)
	plain := newServer(t)
	p := newProxy(t, secure, nil)
	host := strings.TrimPrefix(p.URL, "http://")
	bundle := file(t, "ca.pem", ca.pem)
	tests := map[string]struct {
		o    auth.Options
		url  string
		want []string
	}{
		"for http":            {auth.Options{HTTPProxy: p.URL}, "http://index.example.org/a", []string{"GET index.example.org -"}},
		"for https":           {auth.Options{HTTPSProxy: p.URL}, "https://index.example.org/a", []string{"CONNECT index.example.org:443 -"}},
		"no scheme":           {auth.Options{HTTPSProxy: host}, "https://index.example.org/a", []string{"CONNECT index.example.org:443 -"}},
		"for all":             {auth.Options{Proxy: p.URL, HTTPSProxy: "http://127.0.0.1:1", NoProxy: "*"}, "https://index.example.org/a", []string{"CONNECT index.example.org:443 -"}},
		"for all, even here":  {auth.Options{Proxy: host}, plain.URL, []string{"GET " + strings.TrimPrefix(plain.URL, "http://") + " -"}},
		"not for here":        {auth.Options{HTTPProxy: p.URL}, plain.URL, nil},
		"not for these":       {auth.Options{HTTPSProxy: "http://127.0.0.1:1", HTTPProxy: p.URL, NoProxy: "localhost,.example.org"}, "http://index.example.com/a", []string{"GET index.example.com -"}},
		"a user":              {auth.Options{HTTPProxy: p.as("me:pass", "")}, "http://index.example.org/a", []string{"GET index.example.org me:pass"}},
		"a user of a tunnel":  {auth.Options{Proxy: p.as("me:pass", "")}, "https://index.example.org/a", []string{"CONNECT index.example.org:443 me:pass"}},
		"a user, no scheme":   {auth.Options{Proxy: "me:p%40ss@" + host}, "https://index.example.org/a", []string{"CONNECT index.example.org:443 me:p@ss"}},
		"an odd password":     {auth.Options{HTTPSProxy: "me:p^[%]ss@" + host}, "https://index.example.org/a", []string{"CONNECT index.example.org:443 me:p^[%]ss"}},
		"not the index's":     {auth.Options{Proxy: p.URL, Places: []string{"https://u:SECRET@index.example.org"}}, "https://index.example.org/a", []string{"CONNECT index.example.org:443 -"}},
		"not to another name": {auth.Options{Proxy: p.as("me:pass", ""), Netrc: netrc(t, "default login u password SECRET")}, "https://other.example.org/a", []string{"CONNECT other.example.org:443 me:pass"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.o.CABundle = bundle
			secure.taken()
			get(t, client(t, test.o), test.url)
			if diff := cmp.Diff(test.want, p.taken()); diff != "" {
				t.Errorf("asked of the proxy (-want +got):\n%s", diff)
			}
			for _, line := range secure.taken() {
				if strings.Contains(line, "pass") {
					t.Errorf("the server sees the proxy's credentials: %s", line)
				}
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		p.need[""] = "me:pass"
		_, err := client(t, auth.Options{Proxy: p.as("me:SECRET", "")}).Do(httptestRequest(t, "https://index.example.org/a"))
		if want := `Get "https://index.example.org/a": Proxy Authentication Required`; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	})
}

// TestEncryptedProxy speaks TLS to the proxy: it is shown no certificate, and
// its own is judged though the server's is not.
func TestEncryptedProxy(t *testing.T) {
	ca, theirs := newAuthority(t, "ours"), newAuthority(t, "theirs")
	s := newTLSServer(t, theirs)
	p := newProxy(t, s, ca)
	cert, key := ca.issue(t, "me")
	o := auth.Options{
		Places: []string{"https://u:p@index.example.org/simple"}, Proxy: p.as("me:pass", ""), CABundle: file(t, "ca.pem", ca.pem),
		ClientCert: file(t, "me.pem", cert, key), TrustedHosts: []string{"index.example.org"},
	}
	get(t, client(t, o), "https://index.example.org/a")
	if diff := cmp.Diff([]string{"CONNECT index.example.org:443 me:pass"}, p.taken()); diff != "" {
		t.Errorf("asked of the proxy (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"/a u:p Cookie=me"}, s.taken()); diff != "" {
		t.Errorf("asked of the server (-want +got):\n%s", diff)
	}
	o.CABundle = file(t, "theirs.pem", theirs.pem)
	if response, err := client(t, o).Do(httptestRequest(t, "https://index.example.org/a")); err == nil {
		response.Body.Close()
		t.Error("the proxy's certificate was not judged")
	}
}
