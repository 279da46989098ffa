package pep

import (
	"fmt"
	"slices"
	"strings"
)

// Eval judges the marker of a requirement or of a project's metadata. The
// variable extra takes the value of each of the extras in turn, and one that
// makes the marker true is enough; without extras it is "". A nil marker is
// true. The error is an *EvalError: a comparison that has no meaning, or the
// variables extras and dependency_groups, which only lock files have.
func (m *Marker) Eval(env Environment, extras []string) (bool, error) {
	if m == nil {
		return true, nil
	}
	if len(extras) == 0 {
		extras = []string{""}
	}
	e := evaluation{marker: m, env: &env, hasExtra: true}
	result := false
	for _, extra := range extras {
		e.extra = Normalize(extra)
		holds, err := e.alternatives(m.root)
		if err != nil {
			return false, err
		}
		result = result || holds
	}
	return result, nil
}

// EvalSets judges a marker of a lock file (PEP 751), where `"x" in extras` and
// `"x" in dependency_groups` ask for the extras and groups to install, and
// extra is not defined. Otherwise it is like Eval.
func (m *Marker) EvalSets(env Environment, extras, groups []string) (bool, error) {
	if m == nil {
		return true, nil
	}
	e := evaluation{marker: m, env: &env, hasSets: true, extras: normalizeAll(extras), groups: normalizeAll(groups)}
	return e.alternatives(m.root)
}

func normalizeAll(names []string) []string {
	normal := make([]string, len(names))
	for i, name := range names {
		normal[i] = Normalize(name)
	}
	return normal
}

// An evaluation is one marker with all its variables bound.
type evaluation struct {
	marker         *Marker
	env            *Environment
	hasExtra       bool
	extra          string
	hasSets        bool
	extras, groups []string
}

func (e *evaluation) fail(format string, args ...any) error {
	return &EvalError{Marker: e.marker.String(), Detail: fmt.Sprintf(format, args...)}
}

// alternatives judges every comparison, also when the result is known before,
// so that a mistake shows on every target and not only on some.
func (e *evaluation) alternatives(either alternatives) (bool, error) {
	result := false
	for _, all := range either {
		holds := true
		for _, c := range all {
			ok, err := e.condition(c)
			if err != nil {
				return false, err
			}
			holds = holds && ok
		}
		result = result || holds
	}
	return result, nil
}

func (e *evaluation) condition(c condition) (bool, error) {
	if c.comparison == nil {
		return e.alternatives(c.group)
	}
	return e.comparison(c.comparison)
}

func (e *evaluation) comparison(c *comparison) (bool, error) {
	if c.left.variable == c.right.variable {
		return false, e.fail("%s and %s: expected one variable and one quoted string", c.left.text, c.right.text)
	}
	name := c.left.text
	if c.right.variable {
		name = c.right.text
	}
	if isSetVariable(name) {
		return e.membership(c, name)
	}
	value, ok := e.env.value(name)
	if name == "extra" {
		value, ok = e.extra, e.hasExtra
	}
	if !ok {
		return false, e.fail("%s has no value in a lock file", name)
	}
	left, right := c.left.text, value
	if c.left.variable {
		left, right = value, c.right.text
	}
	return e.compare(name, left, c.operator, right)
}

func (e *evaluation) membership(c *comparison, name string) (bool, error) {
	if !e.hasSets {
		return false, e.fail("%s has a value in a lock file only", name)
	}
	set := e.extras
	if name == "dependency_groups" {
		set = e.groups
	}
	found := slices.Contains(set, c.left.text)
	switch {
	case c.left.variable:
		return false, e.fail("%s is a set: it stands on the right side of \"in\" or \"not in\"", name)
	case c.operator == "in":
		return found, nil
	case c.operator == "not in":
		return !found, nil
	}
	return false, e.fail("%s is a set: it knows \"in\" and \"not in\" only", name)
}

// compare judges left operator right. Where the variable is a version and the
// right side makes a valid specifier, versions are compared, pre-releases
// included; a left side that is no version is then in none. Otherwise it is
// text: the order operators know equality only.
func (e *evaluation) compare(name, left, operator, right string) (bool, error) {
	if isVersionVariable(name) && operator != "in" && operator != "not in" {
		if c, detail := parseClause(operator + trimSpace(right)); detail == "" {
			v, _ := ParseVersion(left) // the zero value for other text
			return c.holds(v, left), nil
		}
	}
	switch operator {
	case "in":
		return strings.Contains(right, left), nil
	case "not in":
		return !strings.Contains(right, left), nil
	case "==", "<=", ">=":
		return left == right, nil
	case "!=":
		return left != right, nil
	case "<", ">":
		return false, nil
	default: // "~=", "==="
		return false, e.fail("%s compares versions, and %q %s %q is none", operator, left, operator, right)
	}
}
