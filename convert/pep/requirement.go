package pep

import (
	"fmt"
	"slices"
	"strings"
)

// A Requirement names a project, and which of its versions or which file of it
// will do (PEP 508): `requests[socks] >=2.8 ; python_version < "3.13"`.
type Requirement struct {
	Name       string     // as written
	Extras     []string   // as written, sorted, each once
	Specifiers Specifiers // empty with a URL
	URL        string     // "" without one
	Marker     *Marker    // nil without one
}

// String gives the normal form, which ParseRequirement reads back. Name and
// extras stay as they were written.
func (r Requirement) String() string {
	var b strings.Builder
	b.WriteString(r.Name)
	if len(r.Extras) > 0 {
		b.WriteString("[" + strings.Join(r.Extras, ",") + "]")
	}
	b.WriteString(r.Specifiers.String())
	if r.URL != "" {
		b.WriteString(" @ " + r.URL)
	}
	if r.Marker == nil {
		return b.String()
	}
	if r.URL != "" {
		b.WriteByte(' ')
	}
	b.WriteString("; " + r.Marker.String())
	return b.String()
}

// ParseRequirement reads one requirement. The error is a *SyntaxError.
func ParseRequirement(s string) (Requirement, error) {
	p := &requirementParser{markerParser{what: "requirement", text: s}}
	if len(s) > MaxRequirement {
		return Requirement{}, p.fail(-1, "too long")
	}
	r, err := p.requirement()
	if err != nil {
		return Requirement{}, err
	}
	return r, nil
}

// A requirementParser reads the parts in front of the marker; the marker's
// parser goes on from there.
type requirementParser struct{ markerParser }

// requirement = name extras? ("@" URL (space ";" marker)? | specifiers (";" marker)?)
func (p *requirementParser) requirement() (r Requirement, err error) {
	p.space()
	if r.Name, err = p.name("a project name"); err != nil {
		return r, err
	}
	p.space()
	if r.Extras, err = p.extras(); err != nil {
		return r, err
	}
	p.space()
	if p.literal("@") {
		r.URL, err = p.url()
	} else {
		r.Specifiers, err = p.specifiers()
	}
	if err != nil || p.pos == len(p.text) {
		return r, err
	}
	if !p.literal(";") {
		return r, p.fail(p.pos, "expected \";\" and a marker, or the end")
	}
	r.Marker, err = p.marker()
	return r, err
}

// name reads a project's or an extra's name. Separators at its end are left
// for whoever reads on, who then knows no use for them.
func (p *requirementParser) name(what string) (string, error) {
	start := p.pos
	for p.pos < len(p.text) && isNameByte(p.text[p.pos]) {
		p.pos++
	}
	for p.pos > start && !isAlnum(p.text[p.pos-1]) {
		p.pos--
	}
	name := p.text[start:p.pos]
	if !ValidName(name) {
		p.pos = start
		return "", p.fail(start, "expected "+what)
	}
	return name, nil
}

// extras = ("[" (name ("," name)*)? "]")?
func (p *requirementParser) extras() (extras []string, err error) {
	if !p.literal("[") {
		return nil, nil
	}
	p.space()
	if p.literal("]") {
		return nil, nil
	}
	for {
		p.space()
		extra, err := p.name("the name of an extra")
		if err != nil {
			return nil, err
		}
		extras = append(extras, extra)
		p.space()
		if p.literal("]") {
			slices.Sort(extras)
			return slices.Compact(extras), nil
		}
		if !p.literal(",") {
			return nil, p.fail(p.pos, "expected \",\" or \"]\"")
		}
	}
}

// url reads up to the next white space: a ";" is part of the URL unless white
// space stands before it.
func (p *requirementParser) url() (string, error) {
	p.space()
	start := p.pos
	for p.pos < len(p.text) && p.text[p.pos] != ' ' && p.text[p.pos] != '\t' {
		if c := p.text[p.pos]; c < ' ' || c == 0x7f {
			return "", p.fail(p.pos, "not allowed in a URL")
		}
		p.pos++
	}
	if start == p.pos {
		return "", p.fail(start, "expected a URL after \"@\"")
	}
	url := p.text[start:p.pos]
	p.space()
	return url, nil
}

// specifiers reads up to the marker or the end; old metadata has them in
// parentheses. A comma may follow the last clause, but no two commas stand
// together and none comes first.
func (p *requirementParser) specifiers() (Specifiers, error) {
	start := p.pos
	text, marker, _ := strings.Cut(p.text[start:], ";")
	text = strings.TrimRight(text, " \t")
	if strings.HasPrefix(text, "(") {
		if len(text) < 2 || !strings.HasSuffix(text, ")") {
			return Specifiers{}, p.fail(start, "this parenthesis has no end")
		}
		text = text[1 : len(text)-1]
	}
	clauses := strings.Split(text, ",")
	for i, c := range clauses[:len(clauses)-1] {
		if trimSpace(c) == "" {
			return Specifiers{}, p.fail(start, fmt.Sprintf("expected a version specifier before comma %d", i+1))
		}
	}
	set, err := ParseSpecifiers(text)
	if err != nil {
		detail := err.Error()
		if e, ok := err.(*SyntaxError); ok {
			detail = fmt.Sprintf("%q: %s", e.Text, e.Detail)
		}
		return Specifiers{}, p.fail(start, detail)
	}
	p.pos = len(p.text)
	if strings.Contains(p.text[start:], ";") {
		p.pos -= len(marker) + 1
	}
	return set, nil
}
