package deb

import (
	"bytes"
	"strings"
)

// Paragraph is one paragraph of a control file, in the order and the bytes in
// which it was written.
type Paragraph struct {
	// Raw is the paragraph as it stands in the file, without blank lines
	// around it.
	Raw []byte
	// Fields are its fields in file order.
	Fields []Field
}

// Field is one field of a paragraph.
type Field struct {
	// Name as written; names compare without case.
	Name string
	// Value is what follows the colon: blanks at both ends are dropped,
	// continuation lines keep their bytes and follow after "\n". Bytes that
	// are not UTF-8 are kept.
	Value string
}

// Get returns the value of the named field, "" when it is absent. Case of the
// name does not matter.
func (p Paragraph) Get(name string) string {
	for _, f := range p.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// ParseParagraph reads a text that holds exactly one paragraph, as
// deb822(5) describes it. Lines may end in CR LF (the CR is not part of a
// value), and the last one may lack its newline. Refused are: no field at
// all, a second paragraph, a field that occurs twice, a line that is neither
// field nor continuation, and NUL bytes.
func ParseParagraph(text []byte) (Paragraph, error) {
	if at := bytes.IndexByte(text, 0); at >= 0 {
		return Paragraph{}, refuse("control-nul", "control", "a NUL byte at offset %d", at)
	}
	raw := trimBlankLines(text)
	p := Paragraph{Raw: raw}
	seen := make(map[string]bool)
	var value strings.Builder
	finish := func() {
		if n := len(p.Fields); n > 0 {
			p.Fields[n-1].Value = trimValue(value.String())
		}
		value.Reset()
	}
	number := 0
	for line := range bytes.Lines(raw) {
		number++
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		switch {
		case isBlank(line):
			return Paragraph{}, refuse("control-paragraphs", "control", "a second paragraph begins after line %d", number)
		case line[0] == ' ' || line[0] == '\t':
			if len(p.Fields) == 0 {
				return Paragraph{}, refuse("control-line", "control", "line %d continues no field", number)
			}
			value.WriteByte('\n')
			value.Write(line)
		default:
			finish()
			name, first, ok := strings.Cut(string(line), ":")
			if !ok || !validFieldName(name) {
				return Paragraph{}, refuse("control-line", "control", "line %d is not a field: %.60q", number, line)
			}
			if key := strings.ToLower(name); seen[key] {
				return Paragraph{}, refuse("control-duplicate-field", "control", "line %d has %q a second time", number, name)
			} else {
				seen[key] = true
			}
			p.Fields = append(p.Fields, Field{Name: name})
			value.WriteString(first)
		}
	}
	finish()
	if len(p.Fields) == 0 {
		return Paragraph{}, refuse("control-empty", "control", "no field")
	}
	return p, nil
}

// trimBlankLines drops blank lines before and after the text, and nothing
// else.
func trimBlankLines(text []byte) []byte {
	for {
		line, rest, ok := bytes.Cut(text, []byte("\n"))
		if !ok || !isBlank(line) {
			break
		}
		text = rest
	}
	for {
		body := bytes.TrimSuffix(text, []byte("\n"))
		at := bytes.LastIndexByte(body, '\n') + 1
		if len(text) == 0 || !isBlank(body[at:]) {
			return text
		}
		text = text[:at]
	}
}

// isBlank reports whether a line ends a paragraph. Like dpkg and apt, a line
// of blanks alone counts.
func isBlank(line []byte) bool {
	return len(bytes.Trim(line, " \t\r")) == 0
}

// trimValue drops the blanks around a whole value, not those inside it.
func trimValue(v string) string {
	return strings.TrimRight(strings.TrimLeft(v, " \t"), " \t\r\n")
}

// validFieldName follows deb822(5): printable ASCII but blank and colon, not
// beginning with a hash or a hyphen.
func validFieldName(name string) bool {
	if name == "" || name[0] == '#' || name[0] == '-' {
		return false
	}
	for i := range len(name) {
		if name[i] <= ' ' || name[i] > '~' {
			return false
		}
	}
	return true
}
