package auth

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// proxies says which proxy serves a request.
type proxies struct {
	choose    func(*http.Request) (*url.URL, error)
	encrypted []string // host:port of those that are spoken to in TLS
}

func readProxies(o Options) (*proxies, error) {
	p := &proxies{}
	read := func(option, text string) (string, error) {
		u, err := parseProxy(text)
		if err != nil {
			return "", &OptionError{Option: option, Err: err}
		}
		if u == nil {
			return "", nil
		}
		if u.Scheme == "https" {
			p.encrypted = append(p.encrypted, net.JoinHostPort(u.Hostname(), originOf(u).port))
		}
		return u.String(), nil
	}
	all, err := read("Proxy", o.Proxy)
	if err != nil {
		return nil, err
	}
	if all != "" {
		u, err := url.Parse(all)
		p.choose = func(*http.Request) (*url.URL, error) { return u, err }
		return p, nil
	}
	config := httpproxy.Config{NoProxy: o.NoProxy}
	if config.HTTPProxy, err = read("HTTPProxy", o.HTTPProxy); err != nil {
		return nil, err
	}
	if config.HTTPSProxy, err = read("HTTPSProxy", o.HTTPSProxy); err != nil {
		return nil, err
	}
	choose := config.ProxyFunc()
	p.choose = func(r *http.Request) (*url.URL, error) { return choose(r.URL) }
	return p, nil
}

// parseProxy reads a proxy's URL, of which the scheme may be absent; nil where
// there is none. No error shows it.
func parseProxy(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	clean, user := split(text)
	u, err := url.Parse(clean)
	switch {
	case err != nil || u.Host == "":
		return nil, errors.New("it is no URL")
	case !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme):
		return nil, errors.New("its scheme is none of http, https, socks5 and socks5h")
	case user.hasPassword:
		u.User = url.UserPassword(user.name, user.password)
	case user.hasName:
		u.User = url.User(user.name)
	}
	return u, nil
}
