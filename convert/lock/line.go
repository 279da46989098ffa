package lock

import (
	"iter"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLine is the most bytes of a logical line: hashes of some ten thousand
// files.
const maxLine = 1 << 20

// line is a logical line: continuation lines joined, the comment taken off.
type line struct {
	number  int    // of its first physical line
	text    string // never empty, no white space around it
	tooLong bool   // text is missing
}

// lines gives the logical lines of a text that hold more than a comment.
func lines(text string) iter.Seq[line] {
	return func(yield func(line) bool) {
		for l := range join(text) {
			if l.tooLong {
				l.text = ""
			} else if l.text = strings.TrimFunc(uncomment(l.text), isSpace); l.text == "" {
				continue
			}
			if !yield(l) {
				return
			}
		}
	}
}

// join joins lines that end in a backslash with the next. A comment line ends
// such a run; its text becomes a comment behind what came before.
func join(text string) iter.Seq[line] {
	return func(yield func(line) bool) {
		var run strings.Builder
		first, number, tooLong := 0, 0, false
		add := func(s string) {
			if tooLong = tooLong || run.Len()+len(s) > maxLine; !tooLong {
				run.WriteString(s)
			}
		}
		flush := func() bool {
			l := line{first, run.String(), tooLong}
			first, tooLong = 0, false
			run.Reset()
			return yield(l)
		}
		for text != "" {
			var physical string
			physical, text = cutLine(text)
			number++
			if first == 0 {
				first = number
			}
			comment := strings.HasPrefix(strings.TrimLeftFunc(physical, isSpace), "#")
			switch {
			case comment:
				// The space keeps the comment a comment when it is joined.
				add(" " + physical)
			case strings.HasSuffix(physical, `\`):
				add(strings.Trim(physical, `\`))
				continue
			default:
				add(physical)
			}
			if !flush() {
				return
			}
		}
		if first != 0 {
			flush()
		}
	}
}

// cutLine cuts a text behind its first line, where Python's str.splitlines
// does: at \n, \r, \r\n, and at the less usual separators too, since a line that
// hid behind one of them would be another to pip than to us.
func cutLine(text string) (line, rest string) {
	i := 0
	for i < len(text) && !endsLine(text[i:]) {
		i++
	}
	if i == len(text) {
		return text, ""
	}
	line, rest = text[:i], text[i:]
	if strings.HasPrefix(rest, "\r\n") {
		return line, rest[2:]
	}
	_, size := utf8.DecodeRuneInString(rest)
	return line, rest[size:]
}

// endsLine tells whether a text begins with a line separator.
func endsLine(text string) bool {
	switch text[0] {
	case '\n', '\r', '\v', '\f', 0x1c, 0x1d, 0x1e:
		return true
	case 0xc2, 0xe2: // the first bytes of those beyond ASCII
		return strings.HasPrefix(text, "\u0085") || strings.HasPrefix(text, "\u2028") || strings.HasPrefix(text, "\u2029")
	}
	return false
}

// uncomment cuts off a # at the beginning or after white space, and all behind.
func uncomment(text string) string {
	space := true
	for i, r := range text {
		if r == '#' && space {
			return text[:i]
		}
		space = isSpace(r)
	}
	return text
}

// isSpace is what Python strips: Unicode's white space, and four separators
// that Unicode leaves out.
func isSpace(r rune) bool { return unicode.IsSpace(r) || '\x1c' <= r && r <= '\x1f' }

// variable is the one form of a variable that is expanded.
var variable = regexp.MustCompile(`\$\{[A-Z0-9_]+\}`)

// expanded is a line with the values of its variables.
type expanded struct {
	text  string
	set   bool     // at least one value was put in
	unset []string // names of the variables that have none and stay as they are
}

// expand puts in the values of the variables that are set. A value is not
// expanded again. ok is false when the line becomes too long.
func expand(text string, getenv func(string) string) (e expanded, ok bool) {
	if !strings.Contains(text, "${") {
		return expanded{text: text}, true
	}
	var b strings.Builder
	rest := text
	for {
		at := variable.FindStringIndex(rest)
		if at == nil {
			break
		}
		name := rest[at[0]+2 : at[1]-1]
		value := ""
		if getenv != nil {
			value = getenv(name)
		}
		if value == "" {
			e.unset = append(e.unset, name)
			value = rest[at[0]:at[1]]
		} else {
			e.set = true
		}
		b.WriteString(rest[:at[0]])
		b.WriteString(value)
		rest = rest[at[1]:]
		if b.Len() > maxLine {
			return e, false
		}
	}
	b.WriteString(rest)
	e.text = b.String()
	return e, len(e.text) <= maxLine
}
