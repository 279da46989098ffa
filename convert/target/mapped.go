package target

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A LibraryError lists what is wrong with libraries that a user maps to
// packages, one issue a line.
type LibraryError struct{ Issues []string }

func (e *LibraryError) Error() string { return strings.Join(e.Issues, "\n") }

// WithLibraries gives the target with a user's own knowledge of libraries:
// sonames and what brings them, in the syntax of a Debian relation, "libfoo3",
// "libfoo3 (>= 1.2)" or "libfoo3t64 | libfoo3". They are taken before the table
// of the release, and without its minimum versions.
//
// For rpm the packages are passed over, as rpm finds the library by its soname.
// For both formats an empty relation says that no package is to bring the
// library: the host has it from elsewhere, as it has the libraries of drivers.
//
// The error is a *LibraryError.
func (t Target) WithLibraries(libraries map[string]string) (Target, error) {
	e := &LibraryError{}
	mapped := maps.Clone(t.mapped)
	if mapped == nil {
		mapped = map[string]string{}
	}
	for _, soname := range slices.Sorted(maps.Keys(libraries)) {
		relation := strings.TrimSpace(libraries[soname])
		if !sonameRule.MatchString(soname) {
			e.Issues = append(e.Issues, fmt.Sprintf("libraries: %q: expected a soname, such as libfoo.so.3", soname))
		}
		if relation != "" && !isRelation(relation) {
			e.Issues = append(e.Issues, fmt.Sprintf("libraries: %s: %q: expected a package, such as libfoo3 or libfoo3 (>= 1.2)", soname, relation))
		}
		mapped[soname] = relation
	}
	if len(e.Issues) > 0 {
		return Target{}, e
	}
	t.mapped = mapped
	return t, nil
}

var (
	sonameRule = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.+-]*$`)
	symbolRule = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.:+~^-]*$`)
	// https://www.debian.org/doc/debian-policy/ch-relationships.html#syntax-of-relationship-fields
	relationRule = regexp.MustCompile(`^([a-z0-9][a-z0-9+.-]+)( \((<<|<=|=|>=|>>) [0-9][A-Za-z0-9.+~:-]*\))?$`)
)

// isRelation reports whether s is one relation, of one package or of several
// that will do.
func isRelation(s string) bool {
	for _, one := range strings.Split(s, " | ") {
		if !relationRule.MatchString(one) {
			return false
		}
	}
	return true
}
