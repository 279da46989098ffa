package page

import (
	"cmp"
	"slices"
	"strings"
)

// choose returns the packages of a suite that the page lists: by name, the highest version first.
func choose(s Suite, d detail) []Package {
	listed := slices.Clone(s.Listed)
	if s.Packages > d.all || len(listed) > d.all {
		slices.SortStableFunc(listed, func(a, b Package) int {
			return cmp.Or(b.Since.Compare(a.Since), byName(a, b))
		})
		listed = listed[:min(d.newest, len(listed))]
	}
	slices.SortStableFunc(listed, byName)
	return listed
}

func byName(a, b Package) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), compareVersions(b.Version, a.Version), cmp.Compare(a.Architecture, b.Architecture))
}

// compareVersions orders versions for the eye: runs of digits by their value, "~" before everything, as dpkg and rpm
// have it. What those two order differently, this does in one of the two ways; no client sees it.
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a = run(a, false)
		y, b = run(b, false)
		if order := compareText(x, y); order != 0 {
			return order
		}
		x, a = run(a, true)
		y, b = run(b, true)
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		if order := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); order != 0 {
			return order
		}
	}
	return 0
}

// run cuts the leading digits, or what is none, off a text.
func run(text string, digits bool) (head, rest string) {
	i := strings.IndexFunc(text, func(r rune) bool { return (r >= '0' && r <= '9') != digits })
	if i < 0 {
		return text, ""
	}
	return text[:i], text[i:]
}

// compareText compares byte by byte: "~", then the end, then all else.
func compareText(a, b string) int {
	rank := func(s string, i int) int {
		switch {
		case i >= len(s):
			return 0
		case s[i] == '~':
			return -1
		}
		return int(s[i])
	}
	for i := range max(len(a), len(b)) {
		if order := cmp.Compare(rank(a, i), rank(b, i)); order != 0 {
			return order
		}
	}
	return 0
}
