package pack

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	synopsisWidth    = 79 // columns; policy 3.4.1 asks for less than 80
	descriptionWidth = 78 // columns, one more for the blank before each line
	descriptionLines = 40 // a README goes no further into a package's header
)

// oneLine gives s as one line: every run of white space and control characters
// is one blank, bytes that are not UTF-8 are replaced.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || isFormat(r)
	}), " ")
}

// isFormat reports the invisible characters that reorder or join the text
// around them on a terminal.
func isFormat(r rune) bool {
	return unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// paragraphs splits s at blank lines and cleans each part to one line.
func paragraphs(s string) []string {
	var all, lines []string
	flush := func() {
		if p := oneLine(strings.Join(lines, " ")); p != "" {
			all = append(all, p)
		}
		lines = nil
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimSpace(line) == "" {
			flush()
			continue
		}
		lines = append(lines, line)
	}
	flush()
	return all
}

// wrap breaks one cleaned line at blanks so that no part is wider than width
// columns, but for words that are. No part begins with a full stop: deb-control
// keeps such lines for itself.
func wrap(line string, width int) []string {
	var lines []string
	var b strings.Builder
	columns := 0
	for word := range strings.FieldsSeq(line) {
		n := utf8.RuneCountInString(word)
		if columns == 0 {
			if word = strings.TrimLeft(word, "."); word == "" {
				continue
			}
			n = utf8.RuneCountInString(word)
		} else if columns+1+n > width && word[0] != '.' {
			lines = append(lines, b.String())
			b.Reset()
			columns = 0
		} else {
			b.WriteByte(' ')
			columns++
		}
		b.WriteString(word)
		columns += n
	}
	if columns > 0 {
		lines = append(lines, b.String())
	}
	return lines
}

// synopsis gives the package's one-line description, and whether it had to be
// cut to fit.
func synopsis(s *Spec) (line string, cut bool) {
	line = strings.TrimSuffix(oneLine(s.Summary), ".")
	if line == "" {
		return s.Name + " in a virtual environment of its own", false
	}
	if utf8.RuneCountInString(line) <= synopsisWidth {
		return line, false
	}
	first := string([]rune(line)[:synopsisWidth-3])
	if i := strings.LastIndexByte(first, ' '); i > synopsisWidth/2 {
		first = first[:i]
	}
	return strings.TrimRight(first, " .,;:") + "...", true
}

// description gives the lines below the synopsis: the whole summary where that
// was cut, the description, and what the package installs where. Paragraphs are
// set apart by an empty line.
func description(s *Spec) []string {
	parts := paragraphs(s.Description)
	summary := oneLine(s.Summary)
	if len(parts) > 0 && parts[0] == summary {
		parts = parts[1:]
	}
	if _, cut := synopsis(s); cut {
		parts = append([]string{summary}, parts...)
	}
	var lines []string
	for _, p := range parts {
		lines = append(append(lines, wrap(p, descriptionWidth)...), "")
	}
	if len(lines) > descriptionLines {
		lines = append(lines[:descriptionLines-2], "[...]", "")
	}
	last := "It installs a virtual environment for Python " + s.Python + ", with everything it needs, in " + s.Dir + "."
	return append(lines, wrap(last, descriptionWidth)...)
}

// homepage gives the URL, or "" where it is none that a browser opens.
func homepage(s string) string {
	words := strings.Fields(oneLine(s))
	if len(words) == 0 {
		return ""
	}
	u, err := url.Parse(words[0])
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return ""
	}
	return u.String()
}

// plainName takes from a person's name what would end it in an address list
// (RFC 5322, 3.2.3): several people in one quoted name stay one maintainer.
var plainName = strings.NewReplacer(", ", " / ", ",", " / ", "; ", " / ", ";", " / ", ":", "", `\`, "", `"`, "", "[", "(", "]", ")")

// Maintainer gives "Name <address>", the form that the control file and the
// changelog's last line need. ok is false for a text without an address, and
// the contact then a placeholder that says so.
func Maintainer(s string) (contact string, ok bool) {
	const unknown = "Unknown maintainer <unknown@example.org>"
	name, rest, bracketed := strings.Cut(oneLine(s), "<")
	address, _, closed := strings.Cut(rest, ">")
	name, address = plainName.Replace(strings.Trim(strings.TrimSpace(name), `"`)), strings.TrimSpace(address)
	switch {
	case !bracketed && strings.Contains(name, "@") && !strings.Contains(name, " "):
		return name + " <" + name + ">", true
	case !bracketed || !closed || !strings.Contains(address, "@") || strings.ContainsAny(address, " <"):
		return unknown, false
	case name == "":
		return address + " <" + address + ">", true
	}
	return name + " <" + address + ">", true
}

// maintainer is Maintainer's contact for the package.
func (s *Spec) maintainer() string {
	contact, _ := Maintainer(s.Maintainer)
	return contact
}
