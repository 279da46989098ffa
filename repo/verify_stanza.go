package repo

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"wain/repo/deb"
)

// paragraphs hands on the paragraphs of an index, one after the other, without the blank lines between them. The bytes
// are good until the function returns.
func paragraphs(r io.Reader, each func(text []byte) error) error {
	lines := bufio.NewReaderSize(r, 64<<10)
	var text []byte
	flush := func() error {
		if len(text) == 0 {
			return nil
		}
		err := each(text)
		text = text[:0]
		return err
	}
	fresh := true // the next bytes begin a line
	for {
		part, err := lines.ReadSlice('\n')
		whole := fresh && !errors.Is(err, bufio.ErrBufferFull)
		fresh = !errors.Is(err, bufio.ErrBufferFull)
		if whole && len(bytes.Trim(part, " \t\r\n")) == 0 {
			if err := flush(); err != nil {
				return err
			}
		} else {
			text = append(text, part...)
		}
		if len(text) > maxStanza {
			return fmt.Errorf("a stanza of more than %d bytes", maxStanza)
		}
		if errors.Is(err, io.EOF) {
			return flush()
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// A batch is what an index says of packages. It counts once the index is known to be the one that is vouched for.
type batch struct {
	claims   []claim
	findings []Finding
	kept     int64 // bytes of stanzas
}

func (b *batch) find(rule, path, format string, args ...any) {
	if len(b.findings) < maxFindings {
		b.findings = append(b.findings, Finding{Rule: rule, Path: path, Detail: detail(format, args...)})
	}
}

func (b *batch) add(c claim, text []byte) error {
	if len(b.claims) >= maxPackages {
		return &LimitError{"packages", maxPackages}
	}
	if b.kept += int64(len(text)); b.kept > maxKept {
		return &LimitError{"bytes of stanzas", maxKept}
	}
	c.stanza = bytes.Clone(text)
	b.claims = append(b.claims, c)
	return nil
}

// packagesIndex reads Packages. Names are relative to the tree's base.
func (v *verification) packagesIndex(t tree, file string, r io.Reader) (*batch, error) {
	b := &batch{}
	err := paragraphs(r, func(text []byte) error {
		stanza, err := deb.ParseParagraph(text)
		if err != nil {
			b.find("index-malformed", file, "%v", err)
			return nil
		}
		c := claim{
			format: formatApt, index: file, tree: t.folder, href: stanza.Get("Filename"), sums: map[string]string{},
			name: [3]string{stanza.Get("Package"), stanza.Get("Version"), stanza.Get("Architecture")},
		}
		if sum := strings.ToLower(stanza.Get("SHA256")); isDigest("SHA256", sum) {
			c.sums["SHA256"] = sum
		}
		c.size, err = strconv.ParseInt(stanza.Get("Size"), 10, 64)
		if err != nil || c.size < 0 || c.href == "" || len(c.sums) == 0 {
			b.find("stanza-incomplete", file, "the stanza of %q %q lacks Filename, Size or SHA256: apt cannot fetch the package", c.name[0], c.name[1])
			return nil
		}
		if c.path = path.Join(t.base, c.href); escapes(c.href) {
			b.find("path-escape", file, "the stanza of %q names %q", c.name[0], c.href)
			return nil
		}
		if v.options.IndexesOnly {
			text = nil
		}
		return b.add(c, text)
	})
	return b, err
}

// sourcesIndex reads Sources: its files are in the pool too.
func (v *verification) sourcesIndex(t tree, file string, r io.Reader) (*batch, error) {
	b := &batch{}
	err := paragraphs(r, func(text []byte) error {
		stanza, err := deb.ParseParagraph(text)
		if err != nil {
			b.find("index-malformed", file, "%v", err)
			return nil
		}
		field := stanza.Get("Checksums-Sha256")
		if field == "" {
			b.find("stanza-incomplete", file, "the stanza of source %q lacks Checksums-Sha256", stanza.Get("Package"))
			return nil
		}
		for line := range strings.SplitSeq(field, "\n") {
			words := strings.Fields(line)
			if len(words) == 0 {
				continue
			}
			if len(words) != 3 || !isDigest("SHA256", words[0]) {
				b.find("index-malformed", file, "source %q: line %q", stanza.Get("Package"), line)
				continue
			}
			size, err := strconv.ParseInt(words[1], 10, 64)
			href := path.Join(stanza.Get("Directory"), words[2])
			if err != nil || escapes(href) || strings.Contains(words[2], "/") {
				b.find("path-escape", file, "source %q names %q", stanza.Get("Package"), words[2])
				continue
			}
			c := claim{
				format: formatSource, index: file, tree: t.folder, href: href, path: path.Join(t.base, href), size: size,
				sums: map[string]string{"SHA256": words[0]}, name: [3]string{href},
			}
			if err := b.add(c, nil); err != nil {
				return err
			}
		}
		return nil
	})
	return b, err
}

// formatSource is that of the files of a source package.
const formatSource = "source"

// escapes reports whether a path of an index leads out of its base, or to no place that a client would ask for.
func escapes(href string) bool {
	clean := path.Clean(href)
	return !fs.ValidPath(clean) || clean == "." || strings.ContainsRune(href, 0)
}

// isDigest reports whether text is a digest of a kind, in lower-case hexadecimal.
func isDigest(kind, text string) bool {
	h := newHash(kind)
	return h != nil && len(text) == 2*h.Size() && strings.Trim(text, "0123456789abcdef") == ""
}
