package lock

import (
	"bytes"
	"unicode/utf8"
)

// Bounds of a TOML document. Lock files of real applications have some thousand
// packages, some ten thousand files, and nest less than ten deep.
const (
	maxNesting  = 100     // of values, and parts of a key
	maxTables   = 1 << 16 // [[name]], or tables in one array
	maxElements = 1 << 20 // of one array or inline table, with all inside
	maxOpenings = 1 << 20 // tables and arrays of all kinds
	maxLookups  = 1 << 30 // comparisons of keys: a second or two
)

// scan walks over the marks of a TOML document.
type scan struct {
	depth, dots, elements, tables, top, openings int
	value                                        bool // a key's value has begun

	// The decoder compares each key with all that came before it, as far as
	// they may be of the same table; a header [[name]] makes it forget what is
	// below name. lookups is how often it will compare, at most.
	lookups int
	live    int                 // keys that it remembers
	roots   map[string]int      // of these, by the first part of their header
	root    string              // the first part of the present header
	inline  [maxNesting + 2]int // keys of the inline tables that are open
}

// scanTOML refuses what no lock has and a decoder should not be asked to hold:
// bytes that are no text, and too much or too deep of anything. at is the
// offset, -1 for the document as a whole. It only tells marks from strings and
// comments: what is no TOML is left for the decoder to say.
func scanTOML(data []byte) (p *problem, at int) {
	if len(data) > maxSize {
		return problemf(RuleSize, "more than %d bytes", int64(maxSize)), -1
	}
	if p, at := notUTF8(data, "TOML"); p != nil {
		return p, at
	}
	s := scan{roots: map[string]int{}}
	for i := 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '#':
			i += lineLength(data[i:]) - 1
		case '"', '\'':
			i += stringLength(data[i:]) - 1
		case '.', '\n', '=', ',', '[', '{', ']', '}':
			s.mark(c, data[i:])
			if p := s.problem(); p != nil {
				return p, i
			}
		}
	}
	return nil, 0
}

// notUTF8 tells whether a document is not in the encoding that its format has,
// and where.
func notUTF8(data []byte, format string) (p *problem, at int) {
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		return problemf(RuleEncoding, "begins with a byte order mark, which %s has not: save the file as UTF-8 without one", format), 0
	}
	if utf8.Valid(data) {
		return nil, 0
	}
	for at < len(data) {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		at += size
	}
	return problemf(RuleEncoding, "not UTF-8, which %s is: save the file as UTF-8", format), at
}

// mark takes a byte that is in no string and no comment; rest begins with it.
func (s *scan) mark(c byte, rest []byte) {
	if c == '.' {
		s.dots++
		return
	}
	s.dots = 0
	switch c {
	case '\n':
		if s.depth == 0 {
			s.elements, s.tables, s.value = 0, 0, false
		}
	case '=':
		if s.depth == 0 {
			s.value = true
			s.lookups += s.live
		} else {
			s.inline[s.depth]++
			s.lookups += s.inline[s.depth]
		}
		s.live++
		s.roots[s.root]++
	case ',':
		s.elements++
	case '[', '{':
		if s.depth == 0 && c == '[' && !s.value {
			s.header(rest)
		}
		if s.depth == 1 && c == '{' {
			s.tables++
		}
		s.depth++
		s.openings++
		s.inline[min(s.depth, maxNesting+1)] = 0
	case ']', '}':
		s.depth = max(0, s.depth-1)
	}
}

// header takes the first bracket of a header.
func (s *scan) header(rest []byte) {
	line := rest[:lineLength(rest)]
	array := bytes.HasPrefix(line, []byte("[["))
	name, _, _ := bytes.Cut(bytes.TrimLeft(line, "["), []byte("]"))
	first, _, deeper := bytes.Cut(name, []byte("."))
	if s.root = string(bytes.Trim(first, " \t\"'")); array && !deeper {
		s.top++
		s.live -= s.roots[s.root]
		s.roots[s.root] = 0
	}
	s.lookups += s.live
	s.live++
	s.roots[s.root]++
}

// problem tells which bound is passed.
func (s *scan) problem() *problem {
	switch {
	case s.depth > maxNesting, s.dots > maxNesting:
		return problemf(RuleSize, "nested more than %d deep", maxNesting)
	case s.elements > maxElements, s.openings > maxOpenings:
		return problemf(RuleSize, "more than %d values in arrays and tables", maxElements)
	case s.top > maxTables, s.tables > maxTables:
		return problemf(RuleSize, "more than %d tables in one array", maxTables)
	case s.lookups > maxLookups:
		return problemf(RuleSize, "so many keys in one table that nobody can have written them")
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
