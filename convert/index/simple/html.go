package simple

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// maxToken bounds one tag or one stretch of text of a page, in bytes.
const maxToken = 4 << 20

// readHTML takes the tags one after the other: no tree is built, which a page
// could make deep.
func (p *reader) readHTML(text string, page *url.URL) error {
	z := html.NewTokenizer(strings.NewReader(text))
	z.SetMaxBuf(maxToken)
	// The first base counts, wherever it stands; anchors before it too.
	var anchors []attributes
	base := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return fmt.Errorf("malformed HTML: %w", err)
			}
			return p.addAnchors(anchors, base, page)
		case html.StartTagToken, html.SelfClosingTagToken:
		default:
			continue
		}
		name, more := z.TagName()
		switch string(name) {
		case "a":
			if a := readAttributes(z, more); a.href != "" {
				if len(anchors) == MaxLinks {
					return ErrTooManyLinks
				}
				anchors = append(anchors, a)
			}
		case "base":
			if a := readAttributes(z, more); base == "" {
				base = a.href
			}
		case "meta":
			if err := p.readTag(readAttributes(z, more)); err != nil {
				return err
			}
		}
	}
}

// attributes are those of a tag that mean something here. nil is absent.
type attributes struct {
	href, name, content                                 string
	requires, yanked, metadata, oldMetadata, provenance *string
}

func readAttributes(z *html.Tokenizer, more bool) attributes {
	var a attributes
	var key, value []byte
	for more {
		key, value, more = z.TagAttr()
		switch string(key) {
		case "href":
			a.href = string(value)
		case "name":
			a.name = string(value)
		case "content":
			a.content = string(value)
		case "data-requires-python":
			a.requires = text(value)
		case "data-yanked":
			a.yanked = text(value)
		case "data-core-metadata":
			a.metadata = text(value)
		case "data-dist-info-metadata":
			a.oldMetadata = text(value)
		case "data-provenance":
			a.provenance = text(value)
		}
	}
	return a
}

func text(value []byte) *string {
	s := string(value)
	return &s
}

// readTag reads what a meta element says of the whole page (PEP 629, PEP 792).
func (p *reader) readTag(a attributes) error {
	switch strings.ToLower(a.name) {
	case "pypi:repository-version":
		return p.version(a.content)
	case "pypi:project-status":
		p.Status = a.content
	case "pypi:project-status-reason":
		p.Reason = a.content
	}
	return nil
}

func (p *reader) addAnchors(anchors []attributes, href string, page *url.URL) error {
	base := page
	if href != "" {
		if u, err := resolve(href, page); err == nil {
			base = u
		}
	}
	for _, a := range anchors {
		l := Link{Yanked: a.yanked}
		if a.requires != nil {
			l.RequiresPython = *a.requires
		}
		if a.provenance != nil {
			l.Provenance = *a.provenance
		}
		said := a.metadata
		if said == nil {
			said = a.oldMetadata
		}
		if said != nil {
			l.HasMetadata, l.Metadata = anchorMetadata(*said)
		}
		if err := p.add(l, a.href, base); err != nil {
			return err
		}
	}
	return nil
}

// anchorMetadata is "true" or "sha256=0123…". Other texts mean a file without a
// hash, as in pip, but for those that say that there is none.
func anchorMetadata(value string) (bool, []Hash) {
	if value == "" || value == "false" {
		return false, nil
	}
	algorithm, digest, ok := strings.Cut(value, "=")
	if !ok {
		return true, nil
	}
	return true, []Hash{{algorithm, digest}}
}

// decode makes UTF-8 of a page. Its encoding is what the server says it is, not
// what the page says of itself.
func decode(body []byte, charset string) (string, error) {
	switch strings.ToLower(charset) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return strings.ToValidUTF8(string(body), string(utf8.RuneError)), nil
	case "iso-8859-1", "latin-1", "latin1", "windows-1252":
		var b strings.Builder
		for _, c := range body {
			b.WriteRune(rune(c))
		}
		return b.String(), nil
	}
	return "", fmt.Errorf("the page is in the encoding %q; UTF-8 and ISO-8859-1 are read", charset)
}
