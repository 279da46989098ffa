package pep

import (
	"slices"
	"strings"
)

// A Marker is a condition on the environment: `python_version < "3.12" and
// extra == "test"`. A nil *Marker is the condition that always holds.
type Marker struct {
	root alternatives
}

// The tree of a marker: alternatives of conjunctions of comparisons, or of
// further alternatives in parentheses.
type (
	alternatives []conjunction // at least one of them holds
	conjunction  []condition   // all of them hold
	condition    struct {      // exactly one of the two is set
		comparison *comparison
		group      alternatives
	}
)

// A comparison is `left operator right`.
type comparison struct {
	left, right operand
	operator    string // one of operators(), "in" or "not in"
}

// An operand is a variable, by its present name, or the text of a literal.
type operand struct {
	text     string
	variable bool
}

// String gives the normal form, which ParseMarker reads back: present names of
// the variables, extras in normal form, double quotes where possible, no
// parentheses around a single comparison or around the whole. A nil marker
// gives "".
func (m *Marker) String() string {
	if m == nil {
		return ""
	}
	var b strings.Builder
	m.root.write(&b)
	return b.String()
}

func (a alternatives) write(b *strings.Builder) {
	for i, all := range a {
		if i > 0 {
			b.WriteString(" or ")
		}
		for j, c := range all {
			if j > 0 {
				b.WriteString(" and ")
			}
			c.write(b)
		}
	}
}

func (c condition) write(b *strings.Builder) {
	if c.comparison != nil {
		c.comparison.write(b)
		return
	}
	b.WriteByte('(')
	c.group.write(b)
	b.WriteByte(')')
}

func (c *comparison) write(b *strings.Builder) {
	c.left.write(b)
	b.WriteString(" " + c.operator + " ")
	c.right.write(b)
}

func (o operand) write(b *strings.Builder) {
	quote := `"`
	switch {
	case o.variable:
		quote = ""
	case strings.Contains(o.text, `"`):
		quote = "'" // a literal cannot hold both: it was in quotes itself
	}
	b.WriteString(quote + o.text + quote)
}

// Variables lists the names of the variables that the marker asks about,
// sorted, each once, in their present spelling.
func (m *Marker) Variables() []string {
	if m == nil {
		return nil
	}
	names := m.root.variables(nil)
	slices.Sort(names)
	return slices.Compact(names)
}

func (a alternatives) variables(names []string) []string {
	for _, all := range a {
		for _, c := range all {
			if c.comparison == nil {
				names = c.group.variables(names)
				continue
			}
			for _, o := range []operand{c.comparison.left, c.comparison.right} {
				if o.variable {
					names = append(names, o.text)
				}
			}
		}
	}
	return names
}
