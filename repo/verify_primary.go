package repo

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// records cuts primary, filelists or other into its packages' records. What is between them has to be blank. first is
// all that comes before the first record, or the whole of a document without any.
func records(r io.Reader, limit int, each func(record []byte) error) (first []byte, err error) {
	const start, end = "<package ", "</package>"
	in := bufio.NewReaderSize(r, 256<<10)
	var text []byte
	inside, begun := false, false
	open := -1 // where in the text the tag begins that the next > ends
	for {
		part, err := in.ReadSlice('>')
		if at := bytes.LastIndexByte(part, '<'); at >= 0 {
			open = len(text) + at
		}
		text = append(text, part...)
		if len(text) > limit {
			return nil, fmt.Errorf("a record of more than %d bytes", limit)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && inside:
			return nil, errors.New("it ends within a package")
		case errors.Is(err, io.EOF) && !begun:
			return bytes.Clone(text), nil
		case errors.Is(err, io.EOF):
			return first, epilogue(text)
		case err != nil:
			return nil, err
		case inside && bytes.HasSuffix(text, []byte(end)):
			// Ours end in a newline, which belongs to the record.
			if next, err := in.Peek(1); err == nil && next[0] == '\n' {
				_, _ = in.Discard(1)
				text = append(text, '\n')
			}
			if err := each(text); err != nil {
				return nil, err
			}
			text, inside, open = text[:0], false, -1
		case !inside:
			at := open
			if open = -1; at < 0 || !bytes.HasPrefix(text[at:], []byte(start)) {
				continue
			}
			if !begun {
				first = bytes.Clone(text[:at])
			} else if len(bytes.TrimSpace(text[:at])) > 0 {
				return nil, fmt.Errorf("%.60q between two packages", text[:at])
			}
			text, inside, begun = append(text[:0], text[at:]...), true, true
		}
	}
}

// epilogue judges what follows the last record.
func epilogue(text []byte) error {
	rest := bytes.TrimSpace(text)
	if !bytes.HasPrefix(rest, []byte("</")) || bytes.Count(rest, []byte("<")) != 1 || !bytes.HasSuffix(rest, []byte(">")) {
		return fmt.Errorf("it ends in %.60q", rest)
	}
	return nil
}

// opening reads what comes before the first record: the root element and the number of packages that it announces.
func opening(first []byte, into *document) error {
	d := xml.NewDecoder(bytes.NewReader(first))
	for {
		token, err := d.Token()
		if err != nil {
			return fmt.Errorf("no root element: %w", noEnd(err))
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range start.Attr {
			if a.Name.Local == "packages" {
				into.announced, err = strconv.Atoi(a.Value)
				return err
			}
		}
		return fmt.Errorf("the element %s does not say how many packages there are", start.Name.Local)
	}
}

// primaryIndex reads primary.
func (v *verification) primaryIndex(t tree, doc *document, r io.Reader) error {
	weak := ""
	first, err := records(r, maxStanza, func(record []byte) error {
		if v.ours {
			doc.records = append(doc.records, sha256.Sum256(record))
		}
		p, err := readRecord(record)
		if err != nil {
			return err
		}
		doc.ids = append(doc.ids, p.sum.Value)
		sum, ok := vouches(&p.sum, &p.size)
		name := strings.Join(p.name[:], " ")
		switch {
		case !ok:
			doc.batch.find("stanza-incomplete", doc.file, "%s has no usable checksum or size", name)
			return nil
		case p.base != "":
			doc.batch.find("location-elsewhere", doc.file, "%s lies at %q, and was not looked into", name, p.base)
			return nil
		case escapes(p.href):
			doc.batch.find("path-escape", doc.file, "%s lies at %q", name, p.href)
			return nil
		}
		if kind, _ := strongest(sum); !strong(kind) && weak == "" {
			weak = p.sum.Type
			doc.batch.find("digest-weak", doc.file, "packages have a checksum of type %q", weak)
		}
		return doc.batch.add(claim{
			format: formatYum, name: p.name, index: doc.file, tree: t.folder, href: p.href, path: path.Join(t.base, p.href),
			size: sum.size, sums: sum.sums, header: p.header,
		}, nil)
	})
	if err != nil {
		return err
	}
	return opening(first, doc)
}

// listIndex reads filelists or other: which packages it is about.
func (v *verification) listIndex(doc *document, r io.Reader) error {
	first, err := records(r, maxRecord, func(record []byte) error {
		if v.ours {
			doc.records = append(doc.records, sha256.Sum256(record))
		}
		if len(doc.ids) >= maxPackages {
			return &LimitError{"packages", maxPackages}
		}
		id, err := listRecord(record)
		doc.ids = append(doc.ids, id)
		return err
	})
	if err != nil {
		return err
	}
	return opening(first, doc)
}

// A primaryRecord is what is read of a package in primary.
type primaryRecord struct {
	name   [3]string // name, epoch:version-release, architecture
	sum    checksum
	size   string
	base   string
	href   string
	header [2]int64
}

// maxDepth is how deep elements of a record may lie in each other; three is usual.
const maxDepth = 32

// readRecord parses a package's record in primary.
func readRecord(record []byte) (*primaryRecord, error) {
	p := &primaryRecord{}
	d := xml.NewDecoder(bytes.NewReader(record))
	var path []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if path = append(path, token.Name.Local); len(path) > maxDepth {
				return nil, errors.New("elements lie too deep in each other")
			}
			if len(path) == 1 && d.InputOffset() > 0 && p.name[0] != "" {
				return nil, errors.New("two packages in one record")
			}
			p.element(path, token.Attr)
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if len(path) == 2 {
				p.text(path[1], string(token))
			}
		}
	}
}

// element takes the attributes of an element of a record.
func (p *primaryRecord) element(path []string, attributes []xml.Attr) {
	value := map[string]string{}
	for _, a := range attributes {
		value[a.Name.Local] = a.Value
	}
	if len(path) == 2 {
		switch path[1] {
		case "version":
			p.name[1] = value["ver"] + "-" + value["rel"]
			if epoch := value["epoch"]; epoch != "" && epoch != "0" {
				p.name[1] = epoch + ":" + p.name[1]
			}
		case "checksum":
			p.sum.Type = value["type"]
		case "size":
			p.size = value["package"]
		case "location":
			p.href, p.base = value["href"], value["base"]
		}
	}
	if len(path) == 3 && path[1] == "format" && path[2] == "header-range" {
		start, errStart := strconv.ParseInt(value["start"], 10, 64)
		end, errEnd := strconv.ParseInt(value["end"], 10, 64)
		if errStart == nil && errEnd == nil {
			p.header = [2]int64{start, end}
		}
	}
}

// text takes the text of an element of a record.
func (p *primaryRecord) text(element, text string) {
	switch element {
	case "name":
		p.name[0] += text
	case "arch":
		p.name[2] += text
	case "checksum":
		p.sum.Value = strings.ToLower(strings.TrimSpace(p.sum.Value + text))
	}
}

// listRecord returns the pkgid of a record in filelists or other, whose elements have to nest. A record may have a
// million lines, so it is read by hand.
func listRecord(record []byte) (string, error) {
	var open [][]byte
	id := ""
	for rest := record; ; {
		text, after, found := bytes.Cut(rest, []byte("<"))
		if !found {
			if len(open) > 0 {
				return "", fmt.Errorf("the element %.60q does not end", open[0])
			}
			return id, nil
		}
		if bytes.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' }) {
			return "", errors.New("a control character")
		}
		end := tagEnd(after)
		if end < 0 {
			return "", errors.New("a tag that does not end")
		}
		tag := after[:end]
		rest = after[end+1:]
		name := tag
		if at := bytes.IndexAny(tag, " \t\r\n"); at >= 0 {
			name = tag[:at]
		}
		switch {
		case bytes.HasPrefix(tag, []byte("/")):
			if len(open) == 0 || !bytes.Equal(open[len(open)-1], bytes.TrimSpace(tag[1:])) {
				return "", fmt.Errorf("the tag <%.60s> closes another element", tag)
			}
			open = open[:len(open)-1]
		case bytes.HasSuffix(tag, []byte("/")), bytes.HasPrefix(tag, []byte("!")), bytes.HasPrefix(tag, []byte("?")):
		default:
			if len(open) == 0 {
				id = attribute(tag, "pkgid")
			}
			if open = append(open, name); len(open) > maxDepth {
				return "", errors.New("elements lie too deep in each other")
			}
		}
	}
}

// tagEnd returns where a tag ends; -1 where it does not. Attributes may have that character in them.
func tagEnd(tag []byte) int {
	quote := byte(0)
	for i, c := range tag {
		switch {
		case c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i
		}
	}
	return -1
}

// attribute returns the value of a tag's attribute.
func attribute(tag []byte, name string) string {
	_, rest, found := bytes.Cut(tag, []byte(" "+name+"="))
	if !found || len(rest) < 2 {
		return ""
	}
	value, _, _ := bytes.Cut(rest[1:], rest[:1])
	return strings.ToLower(string(value))
}
