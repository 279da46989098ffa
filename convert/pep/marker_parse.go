package pep

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// MaxMarkerDepth is how deep the parentheses of a marker may nest.
	MaxMarkerDepth = 100
	// MaxRequirement is the length, in bytes, of the longest text that is read
	// as a requirement or a marker.
	MaxRequirement = 1 << 16
)

// ParseMarker reads a marker: what follows the ";" of a requirement. The error
// is a *SyntaxError.
func ParseMarker(s string) (*Marker, error) {
	p := &markerParser{what: "marker", text: s}
	if len(s) > MaxRequirement {
		return nil, p.fail(-1, "too long")
	}
	return p.marker()
}

// A markerParser reads a marker from pos to the end of text.
type markerParser struct {
	what  string // for errors
	text  string
	pos   int
	depth int // of parentheses
}

func (p *markerParser) fail(offset int, detail string) error {
	return &SyntaxError{What: p.what, Text: p.text, Offset: offset, Detail: detail}
}

// marker = or, end of text
func (p *markerParser) marker() (*Marker, error) {
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.pos < len(p.text) {
		return nil, p.fail(p.pos, "expected \"and\", \"or\" or the end of the marker")
	}
	if len(root) == 1 && len(root[0]) == 1 && root[0][0].comparison == nil {
		root = root[0][0].group // parentheses around the whole mean nothing
	}
	return &Marker{root}, nil
}

// or = and ("or" and)*
func (p *markerParser) or() (alternatives, error) {
	var either alternatives
	for {
		all, err := p.and()
		if err != nil {
			return nil, err
		}
		either = append(either, all)
		if !p.keyword("or") {
			return either, nil
		}
	}
}

// and = condition ("and" condition)*
func (p *markerParser) and() (conjunction, error) {
	var all conjunction
	for {
		c, err := p.condition()
		if err != nil {
			return nil, err
		}
		all = append(all, c)
		p.space()
		if !p.keyword("and") {
			return all, nil
		}
	}
}

// condition = "(" or ")" | comparison
func (p *markerParser) condition() (condition, error) {
	p.space()
	if !p.literal("(") {
		c, err := p.comparison()
		return condition{comparison: c}, err
	}
	open := p.pos - 1
	if p.depth++; p.depth > MaxMarkerDepth {
		return condition{}, p.fail(open, "too many parentheses inside each other")
	}
	group, err := p.or()
	if err != nil {
		return condition{}, err
	}
	p.depth--
	if !p.literal(")") {
		return condition{}, p.fail(p.pos, fmt.Sprintf("expected the \")\" for column %d, \"and\" or \"or\"", open+1))
	}
	if len(group) == 1 && len(group[0]) == 1 {
		return group[0][0], nil // parentheses around a single condition mean nothing
	}
	return condition{group: group}, nil
}

// comparison = operand operator operand
func (p *markerParser) comparison() (*comparison, error) {
	var c comparison
	var err error
	if c.left, err = p.operand(); err != nil {
		return nil, err
	}
	if c.operator, err = p.operator(); err != nil {
		return nil, err
	}
	if c.right, err = p.operand(); err != nil {
		return nil, err
	}
	c.normalizeNames()
	return &c, nil
}

// normalizeNames brings the literal beside extra, extras or dependency_groups
// to normal form (PEP 685, 735).
func (c *comparison) normalizeNames() {
	switch {
	case c.left.variable && c.left.text == "extra" && !c.right.variable:
		c.right.text = Normalize(c.right.text)
	case c.right.variable && !c.left.variable && (c.right.text == "extra" || isSetVariable(c.right.text)):
		c.left.text = Normalize(c.left.text)
	}
}

func (p *markerParser) operand() (operand, error) {
	p.space()
	start := p.pos
	if p.literal(`"`) || p.literal(`'`) {
		return p.quoted(p.text[start])
	}
	name, ok := variable(p.dottedWord())
	if !ok {
		return operand{}, p.fail(start, "expected a marker variable or a quoted string")
	}
	return operand{text: name, variable: true}, nil
}

// dottedWord reads a word; one that old metadata continues with a dot, such as
// "os.name", is read up to the end of the second word.
func (p *markerParser) dottedWord() string {
	start := p.pos
	switch word := p.word(); word {
	case "os", "sys", "platform":
		if p.literal(".") {
			p.word()
		}
	}
	return p.text[start:p.pos]
}

// quoted reads on from the opening quote up to the closing one.
func (p *markerParser) quoted(quote byte) (operand, error) {
	start := p.pos
	n := strings.IndexByte(p.text[start:], quote)
	if n < 0 {
		return operand{}, p.fail(start-1, "this quoted string has no end")
	}
	text := p.text[start : start+n]
	for i, c := range text {
		if c < ' ' || c == 0x7f || c == '\\' || c == utf8.RuneError {
			return operand{}, p.fail(start+i, "not allowed in a quoted string")
		}
	}
	p.pos += n + 1
	return operand{text: text}, nil
}

func (p *markerParser) operator() (string, error) {
	p.space()
	start := p.pos
	for _, operator := range operators() {
		if p.literal(operator) {
			return operator, nil
		}
	}
	if p.keyword("in") {
		return "in", nil
	}
	if p.keyword("not") && p.space() && p.keyword("in") {
		return "not in", nil
	}
	return "", p.fail(start, "expected an operator: ==, !=, <=, >=, <, >, ~=, ===, in or not in")
}

// keyword reads the word, if it stands here and ends here.
func (p *markerParser) keyword(word string) bool {
	start := p.pos
	if p.word() == word {
		return true
	}
	p.pos = start
	return false
}

func (p *markerParser) word() string {
	start := p.pos
	for p.pos < len(p.text) && isWord(p.text[p.pos]) {
		p.pos++
	}
	return p.text[start:p.pos]
}

func (p *markerParser) literal(s string) bool {
	if !strings.HasPrefix(p.text[p.pos:], s) {
		return false
	}
	p.pos += len(s)
	return true
}

// space skips spaces and tabs, the white space of PEP 508, and reports whether
// there were any.
func (p *markerParser) space() bool {
	start := p.pos
	for p.pos < len(p.text) && (p.text[p.pos] == ' ' || p.text[p.pos] == '\t') {
		p.pos++
	}
	return p.pos > start
}
