package store

import (
	"path"
	"strings"
)

// The Cache-Control of each kind of object.
const (
	// cacheImmutable is for names that never get other content.
	cacheImmutable = "public, max-age=31536000, immutable"

	// cacheHead is for names whose content changes. A cache may keep them, but asks each time: a copy kept even for a
	// minute could pair an old repomd.xml with its new signature.
	cacheHead = "public, max-age=0, must-revalidate"

	// cachePrivate is for the publisher's own files.
	cachePrivate = "no-store"
)

// contentTypes are by the end of the name, the first that fits.
var contentTypes = []struct{ end, kind string }{
	{".deb", "application/vnd.debian.binary-package"},
	{".rpm", "application/x-rpm"},
	{"/InRelease", "text/plain; charset=utf-8"},
	{"/Release", "text/plain; charset=utf-8"},
	{"/Packages", "text/plain; charset=utf-8"},
	{"/mirrorlist", "text/plain; charset=utf-8"},
	{"/Release.gpg", "application/pgp-signature"},
	{"/repomd.xml.asc", "application/pgp-signature"},
	{"/repomd.xml.key", "application/pgp-keys"},
	{".asc", "application/pgp-keys"},
	{".gpg", "application/pgp-keys"},
	{".xml", "application/xml"},
	{".gz", "application/gzip"}, // no Content-Encoding: clients want the file, not its content
	{".zst", "application/zstd"},
	{".xz", "application/x-xz"},
	{".bz2", "application/x-bzip2"},
	{".json", "application/json"},
	{".html", "text/html; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".txt", "text/plain; charset=utf-8"},
	{".sources", "text/plain; charset=utf-8"},
	{".repo", "text/plain; charset=utf-8"},
}

// headers are the Content-Type and the Cache-Control of an object.
func headers(name string, head bool) (content, cache string) {
	content = "application/octet-stream"
	for _, t := range contentTypes {
		if strings.HasSuffix("/"+name, t.end) {
			content = t.kind
			break
		}
	}
	switch {
	case name == Private || strings.HasPrefix(path.Clean(name), Private+"/"):
		return content, cachePrivate
	case head:
		return content, cacheHead
	}
	return content, cacheImmutable
}
