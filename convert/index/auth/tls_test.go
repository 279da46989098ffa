package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/auth"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	a := &authority{}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	a.pem, a.key, a.cert = sign(t, template, nil)
	return a
}

func sign(t *testing.T, template *x509.Certificate, by *authority) ([]byte, *ecdsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), key, cert
}

// issue makes a certificate and its key, in PEM.
func (a *authority) issue(t *testing.T, name string) (cert, key []byte) {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost", "index.example.org", "other.example.org"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	cert, private, _ := sign(t, template, a)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return cert, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// newTLSServer is a server whose certificate the authority has signed. It asks
// its clients for certificates, and writes down whose it got.
func newTLSServer(t *testing.T, a *authority) *server {
	t.Helper()
	cert, key := a.issue(t, "server")
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{need: map[string]string{}, to: map[string]string{}}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if peers := r.TLS.PeerCertificates; len(peers) > 0 {
			r.Header.Set("Cookie", peers[0].Subject.CommonName) // where answer looks
		}
		s.answer(w, r)
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequestClientCert}
	s.Config.ErrorLog = quiet(t)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// file writes a file and gives its path.
func file(t *testing.T, name string, parts ...[]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	var data []byte
	for _, part := range parts {
		data = append(data, part...)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAuthorities(t *testing.T) {
	ours, theirs := newAuthority(t, "ours"), newAuthority(t, "theirs")
	s := newTLSServer(t, ours)
	host := strings.TrimPrefix(s.URL, "https://")
	both := file(t, "both.pem", theirs.pem, []byte("# ours\n"), ours.pem)
	for name, test := range map[string]struct {
		o  auth.Options
		ok bool
	}{
		"the system's":           {auth.Options{}, false},
		"in a file":              {auth.Options{CABundle: both}, true},
		"in a folder":            {auth.Options{CABundle: filepath.Dir(both)}, true},
		"another":                {auth.Options{CABundle: file(t, "theirs.pem", theirs.pem)}, false},
		"a trusted host":         {auth.Options{TrustedHosts: []string{"127.0.0.1"}}, true},
		"a trusted port":         {auth.Options{TrustedHosts: []string{host}, Places: []string{s.URL}}, true},
		"another port":           {auth.Options{TrustedHosts: []string{"127.0.0.1:1"}}, false},
		"another, a trusted":     {auth.Options{TrustedHosts: []string{"localhost", "[::1]", "::1", "other.example.org:443"}}, false},
		"another's, but trusted": {auth.Options{CABundle: file(t, "theirs.pem", theirs.pem), TrustedHosts: []string{"127.0.0.1"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := client(t, test.o).Do(httptestRequest(t, s.URL))
			if err == nil {
				response.Body.Close()
			}
			var unknown x509.UnknownAuthorityError
			if test.ok != (err == nil) || err != nil && !errors.As(err, &unknown) {
				t.Errorf("%v, want success: %v", err, test.ok)
			}
		})
	}
}

// TestSystemAuthorities shows that SSL_CERT_FILE is heard, in a process of its
// own: Go reads the system's authorities once.
func TestSystemAuthorities(t *testing.T) {
	const variable = "WAIN_TEST_SERVER"
	if url := os.Getenv(variable); url != "" {
		get(t, client(t, auth.Options{CABundle: os.Getenv("BUNDLE")}), url)
		return
	}
	ours := newAuthority(t, "ours")
	s := newTLSServer(t, ours)
	right, wrong := file(t, "ours.pem", ours.pem), file(t, "theirs.pem", newAuthority(t, "theirs").pem)
	for bundles, ok := range map[[2]string]bool{{right, ""}: true, {wrong, ""}: false, {right, wrong}: true, {wrong, right}: true, {wrong, wrong}: false} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestSystemAuthorities$")
		cmd.Env = []string{variable + "=" + s.URL, "SSL_CERT_FILE=" + bundles[0], "SSL_CERT_DIR=" + t.TempDir(), "BUNDLE=" + bundles[1]}
		if out, err := cmd.CombinedOutput(); (err == nil) != ok {
			t.Errorf("%v, want success: %v\n%s", err, ok, out)
		}
	}
}

// TestClientCert shows the certificate to the hosts that were named, and to no
// other, though all of them ask for it.
func TestClientCert(t *testing.T) {
	ca := newAuthority(t, "ours")
	a, b := newTLSServer(t, ca), newTLSServer(t, ca)
	cert, key := ca.issue(t, "me")
	one, certFile, keyFile := file(t, "one.pem", key, cert), file(t, "cert.pem", cert), file(t, "key.pem", key)
	a.to["/to-b"], b.to["/to-a"] = b.URL+"/b", a.URL+"/a"
	bundle := file(t, "ca.pem", ca.pem)
	for name, test := range map[string]struct {
		o            auth.Options
		url          string
		wantA, wantB []string
	}{
		"named, one file":      {auth.Options{Places: []string{a.URL + "/simple"}, ClientCert: one}, a.URL + "/a", []string{"/a - Cookie=me"}, nil},
		"named, two files":     {auth.Options{Places: []string{a.URL}, ClientCert: certFile, ClientKey: keyFile}, a.URL + "/a", []string{"/a - Cookie=me"}, nil},
		"named and trusted":    {auth.Options{Places: []string{a.URL}, ClientCert: one, TrustedHosts: []string{"127.0.0.1"}}, a.URL + "/a", []string{"/a - Cookie=me"}, nil},
		"not named":            {auth.Options{Places: []string{b.URL}, ClientCert: one}, a.URL + "/a", []string{"/a -"}, nil},
		"named for http":       {auth.Options{Places: []string{strings.Replace(a.URL, "https", "http", 1)}, ClientCert: one}, a.URL + "/a", []string{"/a -"}, nil},
		"redirected from it":   {auth.Options{Places: []string{a.URL}, ClientCert: one}, a.URL + "/to-b", []string{"/to-b - Cookie=me"}, []string{"/b -"}},
		"redirected to it":     {auth.Options{Places: []string{a.URL}, ClientCert: one}, b.URL + "/to-a", []string{"/a - Cookie=me"}, []string{"/to-a -"}},
		"with credentials too": {auth.Options{Places: []string{a.as("u:p", "")}, ClientCert: one}, a.URL + "/a", []string{"/a u:p Cookie=me"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			test.o.CABundle = bundle
			get(t, client(t, test.o), test.url)
			if diff := cmp.Diff(test.wantA, a.taken()); diff != "" {
				t.Errorf("first server (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.wantB, b.taken()); diff != "" {
				t.Errorf("second server (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOptionsRefused(t *testing.T) {
	ca := newAuthority(t, "ours")
	cert, _ := ca.issue(t, "me")
	_, other := ca.issue(t, "other")
	locked := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")})
	empty, certFile := file(t, "empty.pem"), file(t, "cert.pem", cert)
	lockedFile, mixed, otherFile := file(t, "locked.pem", cert, locked), file(t, "mixed.pem", cert, other), file(t, "other.pem", other)
	for name, test := range map[string]struct {
		o    auth.Options
		want string
	}{
		"no bundle":         {auth.Options{CABundle: "/nowhere/ca.pem"}, "read certificate authorities /nowhere/ca.pem: no such file or directory"},
		"an empty bundle":   {auth.Options{CABundle: empty}, "read certificate authorities " + empty + ": no certificate in PEM form"},
		"no certificate":    {auth.Options{ClientCert: "/nowhere/me.pem"}, "read client certificate /nowhere/me.pem: no such file or directory"},
		"no key":            {auth.Options{ClientCert: certFile, ClientKey: "/nowhere/me.key"}, "read key of client certificate /nowhere/me.key: no such file or directory"},
		"no key in it":      {auth.Options{ClientCert: certFile}, "read client certificate " + certFile + `: tls: found a certificate rather than a key in the PEM for the private key`},
		"a passphrase":      {auth.Options{ClientCert: lockedFile}, "read client certificate " + lockedFile + ": the key has a passphrase, which nobody can be asked for"},
		"another's key":     {auth.Options{ClientCert: mixed}, "read client certificate " + mixed + ": tls: private key does not match public key"},
		"another key file":  {auth.Options{ClientCert: certFile, ClientKey: otherFile}, "read key of client certificate " + otherFile + ": tls: private key does not match public key"},
		"a proxy's port":    {auth.Options{Proxy: "http://u:SECRET@h:port"}, "use proxy: it is no URL"},
		"a proxy's scheme":  {auth.Options{HTTPProxy: "ftp://u:SECRET@h"}, "use proxy for http: its scheme is none of http, https, socks5 and socks5h"},
		"a proxy's host":    {auth.Options{HTTPSProxy: "http://u:SECRET@"}, "use proxy for https: it is no URL"},
		"a proxy's control": {auth.Options{HTTPSProxy: "http://u:SECRET@h\n"}, "use proxy for https: it is no URL"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := auth.NewClient(test.o)
			var option *auth.OptionError
			if !errors.As(err, &option) || err.Error() != test.want {
				t.Errorf("%v\nwant %s", err, test.want)
			}
		})
	}
}
