package pipconf

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Entry is one key of a section with its value.
type Entry struct {
	Section string
	Key     string // in lower case, as configparser has it
	Value   string // the lines of a value that has several are joined by "\n"
	Line    int    // of the key, from 1
}

// defaultSection is the section whose keys are those of all others too.
const defaultSection = "DEFAULT"

// Bounds of a pip.conf; real ones have a few lines. The entries are bounded
// because those of [DEFAULT] multiply.
const (
	maxFile    = 1 << 20
	maxEntries = 10_000
)

// Parse reads a pip.conf as Python's RawConfigParser does with its defaults,
// and gives the entries of all sections in the order of the file, those of
// [DEFAULT] repeated in front of each section's own unless it has them itself.
// "=" and ":" divide key from value, "#" and ";" begin lines of comment, a line
// that is indented deeper than its key continues the value. Values are taken as
// they are: nothing is put into them.
//
// The error is an *Error, whose issues have a Line and no File.
func Parse(data []byte) ([]Entry, error) {
	p := parser{sections: map[string]*section{}}
	switch {
	case len(data) > maxFile:
		p.wrong.add(Origin{Line: 1}, "the file has more than %d bytes", maxFile)
		return nil, p.wrong.err()
	case !utf8.Valid(data):
		p.wrong.add(Origin{Line: 1}, "the file is not in UTF-8")
		return nil, p.wrong.err()
	}
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data))
	for line := range strings.SplitSeq(text, "\n") {
		p.number++
		if !p.read(line) {
			break
		}
	}
	if n := p.count(); n > maxEntries {
		p.wrong.add(Origin{Line: 1}, "the file has more than %d settings", maxEntries)
	}
	if err := p.wrong.err(); err != nil {
		return nil, err
	}
	return p.entries(), nil
}

// parser is the state of Parse between two lines.
type parser struct {
	sections map[string]*section
	order    []*section
	open     *section
	key      *entry // that a deeper line continues; nil: none
	indented int    // of the last line that was no continuation
	number   int
	wrong    issues
}

type section struct {
	name    string
	entries []*entry
	keys    map[string]bool
}

type entry struct {
	key   string
	lines []string
	line  int
}

// read takes one line; false ends the reading, as in configparser.
func (p *parser) read(line string) bool {
	text := strings.TrimFunc(line, isSpace)
	if text == "" {
		if p.key != nil {
			p.key.lines = append(p.key.lines, "")
		}
		return true
	}
	if text[0] == '#' || text[0] == ';' {
		return true
	}
	indent := utf8.RuneCountInString(line) - utf8.RuneCountInString(strings.TrimLeftFunc(line, isSpace))
	if p.key != nil && indent > p.indented {
		p.key.lines = append(p.key.lines, text)
		return true
	}
	p.indented = indent
	// A header ends at the last "]"; what follows it is passed over.
	if end := strings.LastIndexByte(text, ']'); text[0] == '[' && end > 1 {
		return p.header(text[1:end])
	}
	if p.open == nil {
		p.wrong.add(Origin{Line: p.number}, "a line stands before the first [section]")
		return false
	}
	return p.option(text)
}

func (p *parser) header(name string) bool {
	if old, ok := p.sections[name]; ok && name != defaultSection {
		p.wrong.add(Origin{Line: p.number, Section: old.name}, "the section is there twice")
		return false
	} else if ok {
		p.open, p.key = old, nil
		return true
	}
	p.open, p.key = &section{name: name, keys: map[string]bool{}}, nil
	p.sections[name] = p.open
	p.order = append(p.order, p.open)
	return true
}

func (p *parser) option(text string) bool {
	from := Origin{Line: p.number, Section: p.open.name}
	at := strings.IndexAny(text, "=:")
	if at < 0 {
		// configparser keeps the key above open as well.
		p.wrong.add(from, "neither a [section] nor KEY = VALUE")
		return true
	}
	key := strings.ToLower(strings.TrimRightFunc(text[:at], isSpace))
	if key == "" {
		p.wrong.add(from, "a value has no key")
	}
	if p.open.keys[key] {
		p.wrong.add(from, "%s is there twice", clip(key))
		return false
	}
	p.open.keys[key] = true
	p.key = &entry{key: key, lines: []string{strings.TrimFunc(text[at+1:], isSpace)}, line: p.number}
	p.open.entries = append(p.open.entries, p.key)
	return true
}

// count is a bound of how many entries there are.
func (p *parser) count() int {
	n := 0
	for _, s := range p.order {
		n += len(s.entries)
	}
	if defaults := p.sections[defaultSection]; defaults != nil {
		n += len(defaults.entries) * len(p.order)
	}
	return n
}

// entries puts the sections in order.
func (p *parser) entries() []Entry {
	var list []Entry
	defaults := p.sections[defaultSection]
	for _, s := range p.order {
		if s == defaults {
			continue
		}
		own := map[string]*entry{}
		for _, e := range s.entries {
			own[e.key] = e
		}
		if defaults != nil {
			for _, e := range defaults.entries {
				// A key of both keeps its place in front, with the section's value.
				if mine := own[e.key]; mine != nil {
					e = mine
					delete(own, e.key)
				}
				list = append(list, e.in(s.name))
			}
		}
		for _, e := range s.entries {
			if own[e.key] != nil {
				list = append(list, e.in(s.name))
			}
		}
	}
	return list
}

func (e *entry) in(section string) Entry {
	value := strings.TrimRightFunc(strings.Join(e.lines, "\n"), isSpace)
	return Entry{Section: section, Key: e.key, Value: value, Line: e.line}
}

// isSpace is Python's str.isspace for one character.
func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// clip shortens a key for a message, and takes its control characters out.
func clip(key string) string {
	const longest = 40
	if len(key) > longest {
		key = strings.ToValidUTF8(key[:longest], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '?'
		}
		return r
	}, key)
}
