package simple

import (
	"errors"
	"fmt"
	"mime"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Page is what one page says.
type Page struct {
	Links    []Link // in the page's order
	Status   string // of the project: "active", "archived", "deprecated", "quarantined", or new ones; "" where the page does not say
	Reason   string // for the status, may be empty
	Warnings []string
}

// reader is a page that is being read.
type reader struct {
	Page
	addresses int // bytes of those of Links
}

// Link is one file that a page offers.
type Link struct {
	Name           string // of the file
	URL            string // absolute, without a fragment; may hold credentials
	Hashes         []Hash
	RequiresPython string  // "" where the page does not say
	Yanked         *string // the reason, may be empty; nil: not yanked
	HasMetadata    bool    // there is a METADATA file at URL + ".metadata"
	Metadata       []Hash  // of that file; may be empty
	Size           int64   // bytes; 0 where the page does not say
	Provenance     string  // absolute URL; "" for none
}

// Hash is a digest as the page has it: any algorithm, any text.
type Hash struct {
	Algorithm string
	Hex       string
}

// MaxLinks is the largest number of links on a page.
const MaxLinks = 300_000

// ErrTooManyLinks is a page with more than MaxLinks links.
var ErrTooManyLinks = fmt.Errorf("more than %d links", MaxLinks)

// maxAddresses bounds what the addresses of a page's links take together, in
// bytes: each has the page's base before it, and a page says what that is.
const maxAddresses = 64 << 20

// ErrLongLinks is a page whose links have longer addresses than fit together
// into a page.
var ErrLongLinks = fmt.Errorf("links with more than %d bytes of addresses", maxAddresses)

// TypeError is an answer that is no index page.
type TypeError struct {
	ContentType string // as the server has it
}

func (e *TypeError) Error() string {
	return fmt.Sprintf("the answer is of the type %q, not a page of links (%s, %s)", e.ContentType, typeJSON, typeText)
}

// VersionError is a page of a version of the API that came after this program.
type VersionError struct {
	Version string // "2.0"
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the page is of version %q of the index API, and 1.%d is the newest that is known", e.Version, knownMinor)
}

// The content types of index pages.
const (
	typeJSON = "application/vnd.pypi.simple.v1+json"
	typeHTML = "application/vnd.pypi.simple.v1+html"
	typeText = "text/html"
)

// Accept is the header that asks for them, the best first.
const Accept = typeJSON + ", " + typeHTML + ";q=0.1, " + typeText + ";q=0.01"

// The newest version of the API that is known: PEP 792.
const (
	knownMajor = 1
	knownMinor = 4
)

// Parse reads a page. Its content type and its own URL, after redirects, are as
// the server has them. The errors are *TypeError, *VersionError,
// ErrTooManyLinks, ErrLongLinks, or say what is malformed.
func Parse(body []byte, contentType, pageURL string) (*Page, error) {
	base, err := url.Parse(pageURL)
	if err != nil {
		return nil, errors.New("the page has no URL")
	}
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		// What stands before a malformed parameter is good enough, as in pip.
		kind, _, _ = strings.Cut(strings.ToLower(contentType), ";")
		kind = strings.TrimSpace(kind)
	}
	p := &reader{}
	switch {
	case kind == typeJSON:
		err = p.readJSON(body, base)
	case kind == typeHTML || kind == typeText:
		var text string
		if text, err = decode(body, parameters["charset"]); err == nil {
			err = p.readHTML(text, base)
		}
	case strings.HasPrefix(kind, "application/vnd.pypi.simple.v"):
		version, _, _ := strings.Cut(strings.TrimPrefix(kind, "application/vnd.pypi.simple.v"), "+")
		err = &VersionError{version}
	default:
		err = &TypeError{contentType}
	}
	if err != nil {
		return nil, err
	}
	return &p.Page, nil
}

// version judges the API version that a page states.
func (p *reader) version(text string) error {
	major, minor, _ := strings.Cut(text, ".")
	a, errA := strconv.ParseUint(major, 10, 32)
	b, errB := strconv.ParseUint(minor, 10, 32)
	switch {
	case errA != nil || errB != nil:
		return fmt.Errorf("%q is no version of the index API", text)
	case a != knownMajor:
		return &VersionError{text}
	case b > knownMinor:
		p.Warnings = append(p.Warnings, fmt.Sprintf("the index speaks version %s of its API, newer than the 1.%d that is known", text, knownMinor))
	}
	return nil
}

// add keeps a link. One without a usable address is left out, as pip does.
func (p *reader) add(l Link, href string, base *url.URL) error {
	u, err := resolve(href, base)
	if err != nil {
		return nil
	}
	// What stands at the address counts before what stands beside it, as in pip.
	for _, h := range fragmentHashes(u) {
		l.Hashes = slices.DeleteFunc(l.Hashes, func(o Hash) bool { return o.Algorithm == h.Algorithm })
		l.Hashes = append(l.Hashes, h)
	}
	u.Fragment, u.RawFragment = "", ""
	l.URL = u.String()
	if l.Name == "" || strings.ContainsAny(l.Name, "/\\") {
		l.Name = path.Base(strings.TrimRight(u.Path, "/"))
	}
	if l.Provenance != "" {
		at, err := resolve(l.Provenance, base)
		if err != nil {
			l.Provenance = ""
		} else {
			l.Provenance = at.String()
		}
	}
	if len(p.Links) == MaxLinks {
		return ErrTooManyLinks
	}
	if p.addresses += len(l.URL) + len(l.Provenance); p.addresses > maxAddresses {
		return ErrLongLinks
	}
	p.Links = append(p.Links, l)
	return nil
}

// resolve makes an absolute URL of an address on a page.
func resolve(href string, base *url.URL) (*url.URL, error) {
	u, err := url.Parse(clean(href))
	if err != nil {
		return nil, err
	}
	u = base.ResolveReference(u)
	if u.Scheme == "" || u.Opaque != "" {
		return nil, errors.New("not an address")
	}
	// As pip asks for it: some servers take a plus sign for a space.
	u.RawPath = strings.ReplaceAll(u.EscapedPath(), "+", "%2B")
	return u, nil
}

// clean drops what a browser drops from an address (WHATWG URL, "basic URL
// parser" 1 to 3), and quotes a percent sign that quotes nothing.
func clean(href string) string {
	href = strings.TrimFunc(href, func(r rune) bool { return r <= ' ' })
	href = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(href)
	if !strings.Contains(href, "%") {
		return href
	}
	var b strings.Builder
	for i := range len(href) {
		b.WriteByte(href[i])
		if href[i] == '%' && (i+2 >= len(href) || !isHex(href[i+1]) || !isHex(href[i+2])) {
			b.WriteString("25")
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// fragmentHashes are those of "#sha256=0123…".
func fragmentHashes(u *url.URL) []Hash {
	var list []Hash
	for part := range strings.SplitSeq(u.Fragment, "&") {
		algorithm, digest, ok := strings.Cut(part, "=")
		if ok && isAlgorithm(algorithm) && !hasAlgorithm(list, algorithm) {
			list = append(list, Hash{algorithm, digest})
		}
	}
	return list
}

// isAlgorithm tells a hash from other things in a fragment: "egg=", "subdirectory=".
func isAlgorithm(name string) bool {
	switch name {
	case "md5", "sha1", "sha224", "sha256", "sha384", "sha512":
		return true
	}
	return false
}

func hasAlgorithm(list []Hash, algorithm string) bool {
	for _, h := range list {
		if h.Algorithm == algorithm {
			return true
		}
	}
	return false
}
