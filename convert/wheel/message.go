package wheel

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// message is a file in the form of an e-mail: METADATA and WHEEL.
type message struct {
	fields  []field
	body    string
	defects []string
}

// field is one header line with its continuation lines, which keep their
// indentation and stand behind "\n".
type field struct{ written, name, value string } // name is written in lower case

// Field is one header line of METADATA, of WHEEL or of an egg's PKG-INFO.
type Field struct {
	Name  string // as written
	Value string // with its continuation lines, which keep their indentation and stand behind "\n"
}

// ParseFields reads a text in the form of an e-mail, as METADATA is, and gives
// its headers, its body, and what is odd about it, one a line.
func ParseFields(text string) (fields []Field, body string, defects []string) {
	m := readMessage(text)
	for _, f := range m.fields {
		fields = append(fields, Field{f.written, f.value})
	}
	return fields, m.body, m.defects
}

// readMessage reads text as Python's e-mail parser does, since that is what
// wrote and what reads these files: a line that is no header ends the headers
// and begins the body, which is a defect unless it is empty.
func readMessage(text string) message {
	var m message
	if !utf8.ValidString(text) {
		m.defects = append(m.defects, "the text is not UTF-8")
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	var lines []string // the last field's value
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			text = rest
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(m.fields) == 0 {
				m.defects = append(m.defects, "the first line is a continuation line")
				break
			}
			lines = append(lines, line)
			text = rest
			continue
		}
		name, value, found := strings.Cut(line, ":")
		if !found || name == "" || strings.ContainsAny(name, " \t") {
			m.defects = append(m.defects, fmt.Sprintf("the headers end at %q, which is none; what follows is not read", clip(line)))
			break
		}
		m.endField(lines)
		m.fields = append(m.fields, field{written: name, name: strings.ToLower(name)})
		lines = []string{strings.TrimLeft(value, " \t")}
		text = rest
	}
	m.endField(lines)
	m.body = text
	return m
}

// endField gives the last field its value.
func (m *message) endField(lines []string) {
	if len(m.fields) > 0 {
		m.fields[len(m.fields)-1].value = strings.Join(lines, "\n")
	}
}

// first gives the first value of name, which is in lower case, folded to one
// line; "" when there is none.
func (m message) first(name string) string {
	for _, f := range m.fields {
		if f.name == name {
			return fold(f.value)
		}
	}
	return ""
}

// text gives the first value of name with its lines. The indentation that
// writers put before continuation lines is gone: "       |", eight blanks or
// a tab.
func (m message) text(name string) string {
	for _, f := range m.fields {
		if f.name != name {
			continue
		}
		lines := strings.Split(f.value, "\n")
		for i := range lines[1:] {
			line := &lines[i+1]
			for _, indent := range []string{"       |", "        ", "\t"} {
				if rest, found := strings.CutPrefix(*line, indent); found {
					*line = rest
					break
				}
			}
		}
		return strings.TrimSpace(strings.Join(lines, "\n"))
	}
	return ""
}

// all gives every value of name, each folded to one line.
func (m message) all(name string) []string {
	var values []string
	for _, f := range m.fields {
		if f.name == name {
			values = append(values, fold(f.value))
		}
	}
	return values
}

// has reports whether there is a field called name.
func (m message) has(name string) bool {
	for _, f := range m.fields {
		if f.name == name {
			return true
		}
	}
	return false
}

// fold puts a value on one line, with single blanks where lines met.
func fold(value string) string {
	if !strings.Contains(value, "\n") {
		return strings.TrimSpace(value)
	}
	return strings.Join(strings.Fields(value), " ")
}

// clip shortens foreign text for a message.
func clip(text string) string {
	const limit = 80
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}
