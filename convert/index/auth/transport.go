package auth

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func newSender(o Options, w *wallet) (*sender, error) {
	authorities, err := readAuthorities(o.CABundle)
	if err != nil {
		return nil, err
	}
	certificate, err := readClientCert(o.ClientCert, o.ClientKey)
	if err != nil {
		return nil, err
	}
	proxies, err := readProxies(o)
	if err != nil {
		return nil, err
	}
	timeout := o.Timeout
	if timeout == 0 {
		timeout = 15 * time.Second
	}
	s := &sender{wallet: w, userAgent: o.UserAgent, transports: map[kind]*http.Transport{}}
	for _, k := range []kind{{}, {trusted: true}, {named: true}, {trusted: true, named: true}} {
		config := &tls.Config{RootCAs: authorities, InsecureSkipVerify: k.trusted}
		if k.named && certificate != nil {
			config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return certificate, nil }
			config.Renegotiation = tls.RenegotiateOnceAsClient // servers that ask for it by path
		}
		s.transports[k] = newTransport(config, proxies, max(0, timeout))
	}
	return s, nil
}

func newTransport(config *tls.Config, p *proxies, timeout time.Duration) *http.Transport {
	d := &net.Dialer{Timeout: timeout}
	t := &http.Transport{
		Proxy:                 p.choose,
		DialContext:           d.DialContext,
		TLSClientConfig:       config,
		TLSHandshakeTimeout:   timeout,
		ResponseHeaderTimeout: timeout,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   16,
		ForceAttemptHTTP2:     true,
	}
	if len(p.encrypted) > 0 {
		// The first connection may be one to a proxy, which is no host that was
		// named and none that is trusted.
		t.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			c := config.Clone()
			c.NextProtos = []string{"h2", "http/1.1"}
			if slices.Contains(p.encrypted, address) {
				c = &tls.Config{RootCAs: config.RootCAs}
			}
			c.ServerName, _, _ = net.SplitHostPort(address)
			conn, err := d.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			secure := tls.Client(conn, c)
			if err := secure.HandshakeContext(ctx); err != nil {
				conn.Close()
				return nil, err
			}
			return secure, nil
		}
	}
	return t
}

// maxPEM bounds a file of certificates; the whole web's have a quarter of a megabyte.
const maxPEM = 16 << 20

// readAuthorities reads a PEM file or all files of a folder, and adds them to the
// system's; nil for those alone.
func readAuthorities(name string) (*x509.CertPool, error) {
	if name == "" {
		return nil, nil
	}
	fail := func(err error) (*x509.CertPool, error) { return nil, &OptionError{"CABundle", name, plain(err)} }
	info, err := os.Stat(name)
	if err != nil {
		return fail(err)
	}
	files := []string{name}
	if info.IsDir() {
		entries, err := os.ReadDir(name)
		if err != nil {
			return fail(err)
		}
		files = files[:0]
		for _, e := range entries {
			files = append(files, filepath.Join(name, e.Name()))
		}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	any := false
	for _, file := range files {
		data, err := readFile(file, maxPEM)
		if err != nil && !info.IsDir() {
			return fail(err)
		}
		any = pool.AppendCertsFromPEM(data) || any
	}
	if !any {
		return fail(errors.New("no certificate in PEM form"))
	}
	return pool, nil
}

// readClientCert reads a certificate and its key; nil if there is none.
func readClientCert(certFile, keyFile string) (*tls.Certificate, error) {
	if certFile == "" {
		return nil, nil
	}
	cert, err := readFile(certFile, maxPEM)
	if err != nil {
		return nil, &OptionError{"ClientCert", certFile, plain(err)}
	}
	key, option, file := cert, "ClientCert", certFile
	if keyFile != "" {
		option, file = "ClientKey", keyFile
		if key, err = readFile(keyFile, maxPEM); err != nil {
			return nil, &OptionError{option, file, plain(err)}
		}
	}
	if text := string(key); strings.Contains(text, "ENCRYPTED PRIVATE KEY") || strings.Contains(text, "Proc-Type: 4,ENCRYPTED") {
		return nil, &OptionError{option, file, errors.New("the key has a passphrase, which nobody can be asked for")}
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, &OptionError{option, file, err}
	}
	return &pair, nil
}
