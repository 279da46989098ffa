package lock

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// decodeTOML decodes a TOML document into a struct. What does not fit is an
// issue with its line and column; keys that the struct has no field for are
// passed over. The memory it takes is bounded by the bounds of scanTOML.
func decodeTOML(path string, data []byte, into any) []Issue {
	if p, at := scanTOML(data); p != nil {
		issue := p.at(place{file: path})
		if at >= 0 {
			issue.Line, issue.Column = position(data, at)
		}
		return []Issue{issue}
	}
	err := toml.Unmarshal(data, into)
	if err == nil {
		return checkShape(path, data, into)
	}
	issue := Issue{File: path, Rule: RuleSyntax, Detail: "not TOML: " + plainTOML(err)}
	var e *toml.DecodeError
	if errors.As(err, &e) {
		issue.Line, issue.Column = e.Position()
	}
	if detail, ok := wrongType(err); ok {
		issue.Rule, issue.Detail = RuleField, detail
		if e != nil {
			issue.Text = strings.Join(e.Key(), ".")
		}
	}
	return []Issue{issue}
}

// position turns an offset into a line and a column, both from 1, in bytes.
func position(data []byte, at int) (line, column int) {
	before := data[:at]
	return 1 + bytes.Count(before, []byte("\n")), at - bytes.LastIndexByte(before, '\n')
}

// plainTOML is the decoder's message, fit to be shown.
func plainTOML(err error) string {
	text := redact(strings.TrimPrefix(err.Error(), "toml: "))
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// mismatch is what the decoder says of a value of the wrong type. The type is
// Go's.
var mismatch = regexp.MustCompile(`cannot decode TOML ([a-z ]+?) into (?:struct field \S+ of type )?(\S+)`)

// wrongType says the same in the words of TOML.
func wrongType(err error) (string, bool) {
	m := mismatch.FindStringSubmatch(err.Error())
	if m == nil {
		return "", false
	}
	needed := "a table"
	switch kind := strings.TrimLeft(m[2], "*"); {
	case kind == "string":
		needed = "a string"
	case kind == "bool":
		needed = "a boolean"
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"):
		needed = "an integer"
	case strings.HasPrefix(kind, "["):
		needed = "an array"
	}
	return fmt.Sprintf("is of the type %s, where %s belongs", m[1], needed), true
}

// tableLines gives the lines of the headers [[name]], in order; 1 is the first.
// name may have dots, as in "package.files". data is a document that was
// decoded.
func tableLines(data []byte, name string) []int {
	var list []int
	var p unstable.Parser
	p.Reset(data)
	line, at := 1, 0
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind != unstable.ArrayTable {
			continue
		}
		var parts []string
		offset := at
		for key := e.Key(); key.Next(); {
			parts = append(parts, string(key.Node().Data))
			offset = int(key.Node().Raw.Offset)
		}
		if strings.Join(parts, ".") != name {
			continue
		}
		line += bytes.Count(data[at:offset], []byte("\n"))
		at = offset
		list = append(list, line)
	}
	return list
}

// Bounds of a TOML document. Lock files of real applications have some thousand
// packages, some ten thousand files, and nest less than ten deep.
const (
	maxNesting  = 100     // of values, and parts of a key
	maxTables   = 1 << 16 // [[name]], or tables in one array
	maxElements = 1 << 20 // of one array or inline table, with all inside
	maxOpenings = 1 << 20 // tables and arrays of all kinds
)

// scan walks over the marks of a TOML document.
type scan struct {
	depth, dots, elements, tables, top, openings int
}

// scanTOML refuses what no lock has and a decoder should not be asked to hold:
// bytes that are no text, and too much or too deep of anything. at is the
// offset, -1 for the document as a whole. It only tells marks from strings and
// comments: what is no TOML is left for the decoder to say.
func scanTOML(data []byte) (p *problem, at int) {
	if len(data) > maxSize {
		return problemf(RuleSize, "more than %d bytes", int64(maxSize)), -1
	}
	if at := badUTF8(data); at >= 0 {
		return problemf(RuleEncoding, "not UTF-8, which TOML is"), at
	}
	var s scan
	for i := 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '#':
			i += lineLength(data[i:]) - 1
		case '"', '\'':
			i += stringLength(data[i:]) - 1
		default:
			if p := s.mark(c, data[i:]); p != nil {
				return p, i
			}
		}
	}
	return nil, 0
}

// badUTF8 is the offset of the first byte that is not UTF-8, -1 without one.
func badUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return -1
}

// mark takes a byte that is in no string and no comment; rest begins with it.
func (s *scan) mark(c byte, rest []byte) *problem {
	switch c {
	case '.':
		s.dots++
	case '\n':
		s.dots = 0
		if s.depth == 0 {
			s.elements, s.tables = 0, 0
		}
	case '=':
		s.dots = 0
	case ',':
		s.dots = 0
		s.elements++
	case '[', '{':
		if s.depth == 0 && bytes.HasPrefix(rest, []byte("[[")) {
			if name, _, _ := bytes.Cut(rest[:lineLength(rest)], []byte("]")); !bytes.ContainsRune(name, '.') {
				s.top++
			}
		}
		if s.depth == 1 && c == '{' {
			s.tables++
		}
		s.dots = 0
		s.depth++
		s.openings++
	case ']', '}':
		s.depth = max(0, s.depth-1)
	}
	switch {
	case s.depth > maxNesting, s.dots > maxNesting:
		return problemf(RuleSize, "nested more than %d deep", maxNesting)
	case s.elements > maxElements, s.openings > maxOpenings:
		return problemf(RuleSize, "more than %d values in arrays and tables", maxElements)
	case s.top > maxTables, s.tables > maxTables:
		return problemf(RuleSize, "more than %d tables in one array", maxTables)
	}
	return nil
}

// lineLength is the length of the first line, without its end, at least 1.
func lineLength(data []byte) int {
	if n := bytes.IndexByte(data, '\n'); n >= 0 {
		return max(1, n)
	}
	return len(data)
}

// stringLength is the length of the string that data begins with, in any of
// TOML's four kinds, or as much of it as there is.
func stringLength(data []byte) int {
	quote := data[0]
	if multi := []byte{quote, quote, quote}; bytes.HasPrefix(data, multi) {
		for i := 3; i < len(data); i++ {
			switch {
			case data[i] == '\\' && quote == '"':
				i++
			case bytes.HasPrefix(data[i:], multi):
				// Up to two more quotation marks belong to the string.
				for i += 3; i < len(data) && data[i] == quote; i++ {
				}
				return i
			}
		}
		return len(data)
	}
	for i := 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			if quote == '"' {
				i++
			}
		case quote:
			return i + 1
		case '\n':
			return i // not closed
		}
	}
	return len(data)
}
