package target

import (
	"fmt"
	"slices"
	"strings"

	"wain/convert/pep"
)

// A Library is a Debian package of shared libraries.
type Library struct {
	Package string   // "libstdc++6"
	Sonames []string // the libraries it has: "libstdc++.so.6"

	// Numbered is a prefix of symbol versions that are named after the
	// package's version: with "GLIBC_", GLIBC_2.34 needs 2.34. "" without one.
	Numbered string
	// Versions is the version of the package that each symbol version needs:
	// GLIBCXX_3.4.30 needs "12". It lists all that the release's libraries have,
	// in the words of the package's symbols file.
	Versions map[string]string
}

// check lists everything that is wrong with the entry.
func (l Library) check() (issues []string) {
	if !isPackageName(l.Package) {
		issues = append(issues, fmt.Sprintf("libraries: %q: expected the name of a package", l.Package))
	}
	if len(l.Sonames) == 0 {
		issues = append(issues, fmt.Sprintf("libraries: %s: expected a soname", l.Package))
	}
	for symbol, version := range l.Versions {
		if minimumKey(version).IsZero() {
			issues = append(issues, fmt.Sprintf("libraries: %s: %s: %q: expected a version of numbers and dots", l.Package, symbol, version))
		}
	}
	slices.Sort(issues)
	return issues
}

// minimum gives the version of the package that the symbol version needs; ok is
// false if no version of the release has it. A package without a table has any
// symbol version, as far as we know.
func (l Library) minimum(symbol string, glibc Glibc) (version string, ok bool) {
	if l.Numbered == "" && len(l.Versions) == 0 {
		return "", true
	}
	if version, ok = l.Versions[symbol]; ok {
		return version, true
	}
	version, ok = strings.CutPrefix(symbol, l.Numbered)
	if !ok || l.Numbered == "" || minimumKey(version).IsZero() {
		return "", false // GLIBC_PRIVATE, for one
	}
	return version, compareMinimums(version, glibc.String()) <= 0
}

// compareMinimums orders versions of the form [EPOCH:]N[.N]… as dpkg does.
func compareMinimums(a, b string) int { return minimumKey(a).Compare(minimumKey(b)) }

// minimumKey reads [EPOCH:]N[.N]… as a version of PEP 440, whose order is the
// same for this form. Anything else gives the zero value, the lowest.
func minimumKey(s string) pep.Version {
	if strings.Trim(s, "0123456789.:") != "" {
		return pep.Version{}
	}
	v, _ := pep.ParseVersion(strings.Replace(s, ":", "!", 1))
	return v
}

// isPackageName reports whether s is a name that both dpkg and rpm take.
func isPackageName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
		if !letter && (i == 0 || c != '+' && c != '.' && c != '-') {
			return false
		}
	}
	return len(s) > 1
}
