package yum

import (
	"bytes"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

const (
	// maxRepomd bounds a foreign repomd.xml in bytes; real ones have some
	// thousand.
	maxRepomd = 4 << 20
	// maxData bounds its entries.
	maxData = 1000
)

// ParseRepomd reads a repomd.xml that another publisher wrote, so that what it
// says of files that are no concern of ours can be carried along: each element
// keeps its bytes. It is an [*Error] where a client could read it in two ways
// or would look outside the repository: a type twice, no or two checksums or
// locations, a path that leaves the repository, a digest of the wrong length.
func ParseRepomd(text []byte) (*Repository, error) {
	if len(text) > maxRepomd {
		return nil, refuse("repomd-too-large", "%d bytes, more than %d", len(text), maxRepomd)
	}
	p := &parser{text: text, d: xml.NewDecoder(bytes.NewReader(text))}
	if err := p.root(); err != nil {
		return nil, err
	}
	for {
		// InputOffset is behind the token before, so where this one begins.
		at := p.d.InputOffset()
		token, err := p.d.Token()
		if err != nil {
			return nil, malformed(err)
		}
		switch token := token.(type) {
		case xml.EndElement:
			return &p.r, p.end()
		case xml.StartElement:
			if err := p.element(token, at); err != nil {
				return nil, err
			}
		}
	}
}

type parser struct {
	text []byte
	d    *xml.Decoder
	r    Repository
}

// root reads up to the element that holds all others.
func (p *parser) root() error {
	for {
		token, err := p.d.Token()
		if err != nil {
			return malformed(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			if start.Name.Local != "repomd" {
				return refuse("repomd-malformed", "the document is a %.40q", start.Name.Local)
			}
			return nil
		}
	}
}

// end reads what may follow the root: comments and blanks.
func (p *parser) end() error {
	for {
		token, err := p.d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return malformed(err)
		}
		if _, ok := token.(xml.StartElement); ok {
			return refuse("repomd-malformed", "a second document follows")
		}
	}
}

// element reads one child of the root.
func (p *parser) element(start xml.StartElement, at int64) error {
	switch start.Name.Local {
	case "revision":
		if err := p.d.DecodeElement(&p.r.Revision, &start); err != nil {
			return malformed(err)
		}
		p.r.Revision = strings.TrimSpace(p.r.Revision)
		return nil
	case "tags":
		if err := p.d.Skip(); err != nil {
			return malformed(err)
		}
		var err error
		p.r.Tags, err = p.raw(at)
		return err
	case "data":
		return p.data(start, at)
	}
	if err := p.d.Skip(); err != nil {
		return malformed(err)
	}
	return nil
}

// raw returns the element that began at an offset and has just been read.
func (p *parser) raw(at int64) (string, error) {
	text := string(p.text[at:p.d.InputOffset()])
	if err := standsAlone(text); err != nil {
		return "", err
	}
	return text, nil
}

// standsAlone refuses an element that uses a name space which our own root
// element does not declare.
func standsAlone(text string) error {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return malformed(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		names := []xml.Name{start.Name}
		for _, a := range start.Attr {
			names = append(names, a.Name)
		}
		for _, name := range names {
			if name.Space != "" && name.Space != "rpm" && name.Space != "xml" && name.Space != "xmlns" {
				return refuse("repomd-namespace", "the prefix %.40q of %.40q", name.Space, name.Local)
			}
		}
	}
}

// foreignData is an entry as others write it. What may occur once is a list,
// so that a second one is seen.
type foreignData struct {
	Type         []xml.Attr        `xml:",any,attr"`
	Checksum     []foreignChecksum `xml:"checksum"`
	OpenChecksum []foreignChecksum `xml:"open-checksum"`
	Size         []string          `xml:"size"`
	OpenSize     []string          `xml:"open-size"`
	Timestamp    []string          `xml:"timestamp"`
	Location     []struct {
		Href string `xml:"href,attr"`
		Base string `xml:"base,attr"`
	} `xml:"location"`
}

type foreignChecksum struct {
	Type  string `xml:"type,attr"`
	Value string `xml:",chardata"`
}

// data reads one entry.
func (p *parser) data(start xml.StartElement, at int64) error {
	var f foreignData
	if err := p.d.DecodeElement(&f, &start); err != nil {
		return malformed(err)
	}
	d := Data{Size: -1, OpenSize: -1}
	for _, a := range f.Type {
		if a.Name.Local == "type" {
			d.Type = a.Value
		}
	}
	for _, other := range p.r.Data {
		if other.Type == d.Type {
			return refuse("repomd-duplicate-type", "two entries are called %.40q", d.Type)
		}
	}
	if len(p.r.Data) == maxData {
		return refuse("repomd-too-large", "more than %d entries", maxData)
	}
	if err := f.fill(&d); err != nil {
		return err
	}
	var err error
	d.Raw, err = p.raw(at)
	p.r.Data = append(p.r.Data, d)
	return err
}

// fill checks an entry and takes what it says.
func (f *foreignData) fill(d *Data) error {
	if d.Type == "" || len(f.Checksum) != 1 || len(f.OpenChecksum) > 1 || len(f.Location) != 1 {
		return refuse("repomd-entry", "the entry %.40q has not one type, checksum and location", d.Type)
	}
	d.Href, d.Base = f.Location[0].Href, f.Location[0].Base
	if !fs.ValidPath(d.Href) || d.Href == "." {
		return refuse("repomd-path", "the entry %.40q has the location %.200q", d.Type, d.Href)
	}
	d.ChecksumType, d.Checksum = f.Checksum[0].Type, digest(f.Checksum[0])
	if d.Checksum == "" {
		return refuse("repomd-checksum", "the entry %.40q has the %.40q checksum %.200q", d.Type, d.ChecksumType, f.Checksum[0].Value)
	}
	if len(f.OpenChecksum) == 1 {
		d.OpenChecksumType, d.OpenChecksum = f.OpenChecksum[0].Type, digest(f.OpenChecksum[0])
		if d.OpenChecksum == "" {
			return refuse("repomd-checksum", "the entry %.40q has the %.40q open-checksum %.200q", d.Type, d.OpenChecksumType, f.OpenChecksum[0].Value)
		}
	}
	for _, n := range []struct {
		name string
		text []string
		into *int64
	}{{"size", f.Size, &d.Size}, {"open-size", f.OpenSize, &d.OpenSize}, {"timestamp", f.Timestamp, &d.Timestamp}} {
		if len(n.text) == 0 {
			continue
		}
		// The first createrepo wrote timestamps with a fraction.
		whole, _, _ := strings.Cut(strings.TrimSpace(n.text[0]), ".")
		value, err := strconv.ParseUint(whole, 10, 62)
		if err != nil || len(n.text) > 1 {
			return refuse("repomd-entry", "the entry %.40q has the %s %.40q", d.Type, n.name, n.text)
		}
		*n.into = int64(value)
	}
	return nil
}

// digest returns a checksum in lower case, "" where it is none of its type.
func digest(c foreignChecksum) string {
	value := strings.ToLower(strings.TrimSpace(c.Value))
	if h := newHash(c.Type); c.Type == "" || h == nil || len(value) != 2*h.Size() {
		return ""
	}
	if _, err := hex.DecodeString(value); err != nil {
		return ""
	}
	return value
}

// malformed names the rule for whatever the XML reader reports.
func malformed(err error) error {
	var refusal *Error
	if errors.As(err, &refusal) {
		return err
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &Error{Rule: "repomd-malformed", Err: err}
}
