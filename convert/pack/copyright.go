package pack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"wain/convert/venv"
)

// maxLicense is the size, in bytes, of the longest licence file that is copied
// into the copyright file; a longer one is only named.
const maxLicense = 64 << 10

// copyright gives the machine-readable copyright file: a header, a Files stanza
// for each component, and a License stanza for each licence that they name.
func copyright(s *Spec) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n")
	if len(s.Components) > 0 {
		field(&b, "Upstream-Name", oneLine(s.Components[0].Project))
	}
	field(&b, "Source", homepage(s.Homepage))
	field(&b, "Comment", "Made from the metadata of the wheels inside.")

	bodies := newStanzas()
	for i, c := range s.Components {
		globs := []string{"*"} // the first stands for all that no other has
		if i > 0 {
			globs = clean(c.Paths, pattern)
		}
		if len(globs) == 0 {
			continue // a project without files, as some that only name requirements
		}
		b.WriteString("\nFiles:")
		for _, g := range globs {
			b.WriteString(" " + g + "\n")
		}
		b.WriteString("Copyright:")
		for _, a := range authors(c) {
			b.WriteString(" " + a + "\n")
		}
		names, err := bodies.add(s, c)
		if err != nil {
			return nil, err
		}
		field(&b, "License", names)
		if h := homepage(c.Homepage); h != "" {
			field(&b, "Comment", oneLine(c.Project)+" "+oneLine(c.Version)+", "+h)
		} else {
			field(&b, "Comment", oneLine(c.Project)+" "+oneLine(c.Version))
		}
	}
	bodies.write(&b)
	return b.Bytes(), nil
}

// field writes one line of a stanza, unless the value is empty.
func field(b *bytes.Buffer, name, value string) {
	if value != "" {
		fmt.Fprintf(b, "%s: %s\n", name, value)
	}
}

// authors gives the holders that the metadata names; it has no years.
func authors(c Component) []string {
	lines := clean(c.Authors, func(s string) string { return strings.TrimLeft(oneLine(s), ". ") })
	if len(lines) == 0 {
		lines = []string{"The authors of " + oneLine(c.Project)}
	}
	return lines
}

// clean puts each text through wash and drops what is empty or there before.
func clean(texts []string, wash func(string) string) []string {
	var all []string
	for _, t := range texts {
		if t = wash(t); t != "" && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}

// pattern gives a path pattern as a stanza takes it: relative to the root, with
// "?" for what would end it, and for a full stop at its start.
func pattern(p string) string {
	p = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || isFormat(r) {
			return '?'
		}
		return r
	}, strings.TrimPrefix(strings.ToValidUTF8(p, "?"), "/"))
	if strings.HasPrefix(p, ".") {
		return "?" + p[1:]
	}
	return p
}

// stanzas gathers the License stanzas, one a licence.
type stanzas struct {
	terms map[string]term     // by the licence's name in DEP-5
	texts map[string][]string // its paragraphs, where this file has to bring them
	files map[string][]string // the files in the package that hold its text
}

func newStanzas() *stanzas {
	return &stanzas{make(map[string]term), make(map[string][]string), make(map[string][]string)}
}

// add takes the component's licence in and gives the value of its License
// field.
func (t *stanzas) add(s *Spec, c Component) (string, error) {
	l := componentLicense(c)
	if l == nil { // the project's own words
		l = license{{id: privateLicense(c)}}
		t.texts[l[0].id] = paragraphs(firstNonEmpty(c.LicenseText, c.License, "Its metadata names no licence."))
	}
	for _, one := range l {
		if one.op != "" {
			continue
		}
		name := one.debian()
		t.terms[name] = one
		t.files[name] = append(t.files[name], c.LicenseFiles...)
		if !strings.HasPrefix(name, "LicenseRef-") {
			continue
		}
		for _, file := range c.LicenseFiles {
			text, err := licenseBody(s, file)
			if err != nil {
				return "", fmt.Errorf("licence file %q: %w", file, err)
			}
			t.texts[name] = append(t.texts[name], text...)
		}
	}
	return l.debian(), nil
}

// licenseBody reads a licence file of the tree: its lines, or none where it is
// not there, too long, or no text.
func licenseBody(s *Spec, file string) ([]string, error) {
	i := slices.IndexFunc(s.Entries, func(e venv.Entry) bool { return e.Path == file })
	if i < 0 || s.Entries[i].Open == nil || s.Entries[i].Size > maxLicense {
		return nil, nil
	}
	r, err := s.Entries[i].Open()
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(r, maxLicense+1))
	if err = errors.Join(err, r.Close()); err != nil || !utf8.Valid(body) {
		return nil, err
	}
	return paragraphs(string(body)), nil
}

func (t *stanzas) write(b *bytes.Buffer) {
	for _, name := range slices.Sorted(maps.Keys(t.terms)) {
		fmt.Fprintf(b, "\nLicense: %s\n", name)
		for i, p := range t.texts[name] {
			if i > 0 {
				b.WriteString(" .\n")
			}
			for _, line := range wrap(p, descriptionWidth) {
				b.WriteString(" " + line + "\n")
			}
		}
		if text := t.terms[name].whereabouts(); text != "" {
			b.WriteString(" " + text + "\n")
		}
		files := clean(slices.Sorted(slices.Values(t.files[name])), oneLine)
		if len(files) > 0 {
			b.WriteString(" In this package:\n")
		}
		for _, f := range files {
			b.WriteString("  " + f + "\n")
		}
	}
}

// firstNonEmpty gives the first text with something in it.
func firstNonEmpty(texts ...string) string {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return ""
}
