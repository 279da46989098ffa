package index

import (
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
)

// place is what one text names: a path, or a URL on the network.
type place struct {
	path string   // "" for a URL
	url  *url.URL // nil for a path
}

// parsePlace reads a path, a file: URL or an http(s) URL. What looks like any
// other URL is a *RemoteError.
func parsePlace(text string) (place, error) {
	scheme, rest, ok := strings.Cut(text, ":")
	switch {
	case text == "":
		return place{}, fmt.Errorf("an empty path")
	case ok && strings.EqualFold(scheme, "file"):
		path, err := filePath(text)
		return place{path: path}, err
	case ok && strings.HasPrefix(rest, "//") && isScheme(scheme):
		if scheme = strings.ToLower(scheme); scheme != "http" && scheme != "https" {
			return place{}, &RemoteError{Scheme: scheme}
		}
		u, err := httpURL(text)
		return place{url: u}, err
	}
	return place{path: filepath.Clean(text)}, nil
}

// httpURL reads a URL of the network. The error does not hold it, since it may
// hold a password.
func httpURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("not a URL: %s", blame(text, err))
	case u.Host == "" || u.Hostname() == "":
		return nil, fmt.Errorf("a URL needs a host")
	}
	return u, nil
}

// variable is how locks and settings have variables; one that is set is gone
// from a URL.
var variable = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

// blame says what is wrong with a URL. What net/url says quotes a part of it,
// which is only repeated where there are no credentials to quote.
func blame(text string, err error) string {
	if name := variable.FindString(text); name != "" {
		return "the variable " + name + " in it is not set"
	}
	e, ok := err.(*url.Error)
	if !ok || strings.Contains(text, "@") {
		return "it is malformed"
	}
	return e.Err.Error()
}

// filePath is the path of a file: URL (RFC 8089), on this host only.
func filePath(raw string) (string, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "", fmt.Errorf("not a URL: %s", blame(raw, err))
	case u.Host != "" && u.Host != "localhost":
		return "", fmt.Errorf("a file: URL of another host, %q", u.Host)
	case u.Opaque != "" || !strings.HasPrefix(u.Path, "/"):
		return "", fmt.Errorf("a file: URL needs an absolute path, as in file:///srv/wheels")
	}
	return filepath.Clean(u.Path), nil
}

// isScheme holds to RFC 3986, 3.1.
func isScheme(s string) bool {
	for i, c := range s {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", c)) {
			return false
		}
	}
	return s != ""
}

// bare is a URL as it is asked for, without credentials and fragment.
func bare(u *url.URL) string {
	c := *u
	c.User, c.Fragment, c.RawFragment = nil, "", ""
	return c.String()
}

// shown is a URL as people see it: the query is left out too, where tokens are
// put as well.
func shown(u *url.URL) string {
	c := *u
	c.RawQuery, c.ForceQuery = "", false
	return bare(&c)
}

// origin is what credentials belong to: scheme, host and port.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// redact takes user and password out of a place before it is printed, whether
// it is a URL or only looks like one.
func redact(place string) string {
	scheme, rest, ok := strings.Cut(place, "://")
	if !ok {
		return place
	}
	authority, path, slash := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		authority = authority[at+1:]
	}
	if slash {
		path, _, _ = strings.Cut(path, "?")
		path = "/" + path
	}
	return scheme + "://" + authority + path
}
