package target

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A SymbolError says that the release's library is too old for a file: the
// loader refuses the file for the symbol version that the library does not
// have.
type SymbolError struct {
	Soname  string // "libstdc++.so.6"
	Symbol  string // "GLIBCXX_3.4.32"
	Package string // "libstdc++6"
	Has     string // the latest of the family that the library has, "GLIBCXX_3.4.30"; "" where it has none
}

func (e *SymbolError) Error() string {
	text := fmt.Sprintf("needs %s of %s, which the target's %s does not have", e.Symbol, e.Soname, e.Package)
	if e.Has != "" {
		text += fmt.Sprintf(" (it has %s)", e.Has)
	}
	return text
}

// Check tells whether the release has the symbol versions of a need: a
// *SymbolError, of the first that it has not. It answers from the table, so that
// for rpm, for a library without a table and for one by WithLibraries there is
// no error. Which GLIBC_2.N the target has is not asked here but by the file.
func (t Target) Check(need Need) error {
	if _, ok := t.mapped[need.Soname]; ok {
		return nil
	}
	library, ok := t.library(need.Soname)
	if !ok {
		return nil
	}
	for _, symbol := range need.Versions {
		if _, ok := library.minimum(symbol, t.Glibc); ok || library.private(symbol) {
			continue
		}
		return &SymbolError{need.Soname, symbol, library.Package, library.latest(symbol)}
	}
	return nil
}

// library finds the table's entry for a soname.
func (t Target) library(soname string) (Library, bool) {
	i := slices.IndexFunc(t.Libraries, func(l Library) bool { return slices.Contains(l.Sonames, soname) })
	if i < 0 {
		return Library{}, false
	}
	return t.Libraries[i], true
}

// private reports whether a symbol version is one that the library changes at
// will, or one that goes by number.
func (l Library) private(symbol string) bool {
	rest, numbered := strings.CutPrefix(symbol, l.Numbered)
	return strings.Contains(symbol, "PRIVATE") || numbered && l.Numbered != "" && !minimumKey(rest).IsZero()
}

// latest gives the highest symbol version of the library that differs from
// symbol in its number alone.
func (l Library) latest(symbol string) string {
	const digits = "0123456789."
	family := strings.TrimRight(symbol, digits)
	best := ""
	for _, have := range slices.Sorted(maps.Keys(l.Versions)) {
		number, ok := strings.CutPrefix(have, family)
		if ok && family != "" && compareMinimums(number, strings.TrimPrefix(best, family)) > 0 {
			best = have
		}
	}
	return best
}
