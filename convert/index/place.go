package index

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
)

// RemoteError reports a place on the network, which cannot be read yet.
type RemoteError struct {
	Scheme string // "https"
}

func (e *RemoteError) Error() string {
	return fmt.Sprintf("%s: places are not read: download the wheels into a folder and name that", e.Scheme)
}

// localPath is the path that a place names: a file: URL or a path. What looks
// like any other URL is a *RemoteError.
func localPath(place string) (string, error) {
	scheme, rest, ok := strings.Cut(place, ":")
	switch {
	case place == "":
		return "", fmt.Errorf("an empty path")
	case ok && strings.EqualFold(scheme, "file"):
		return filePath(place)
	case ok && strings.HasPrefix(rest, "//") && isScheme(scheme):
		return "", &RemoteError{Scheme: strings.ToLower(scheme)}
	}
	return filepath.Clean(place), nil
}

// filePath is the path of a file: URL (RFC 8089), on this host only.
func filePath(raw string) (string, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "", fmt.Errorf("not a URL: %w", err.(*url.Error).Err)
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

// redact takes user and password out of a URL before it is printed.
func redact(place string) string {
	scheme, rest, ok := strings.Cut(place, "://")
	if !ok {
		return place
	}
	authority, path, slash := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		authority = "****@" + authority[at+1:]
	}
	if slash {
		path = "/" + path
	}
	return scheme + "://" + authority + path
}
