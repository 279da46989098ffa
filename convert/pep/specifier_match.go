package pep

// Contains reports whether every clause holds for v. Pre-releases are out
// unless prereleases is set or a clause (other than "!=") itself names a
// pre-release. The zero version is in no set with a clause.
func (s Specifiers) Contains(v Version, prereleases bool) bool {
	if v.IsPrerelease() && !prereleases && !s.namesPrerelease() {
		return false
	}
	text := v.String()
	for _, c := range s.clauses {
		if !c.holds(v, text) {
			return false
		}
	}
	return true
}

func (s Specifiers) namesPrerelease() bool {
	for _, c := range s.clauses {
		if c.operator != "!=" && c.version.IsPrerelease() {
			return true
		}
	}
	return false
}

// holds judges one clause. text is the version as its source spells it: "==="
// compares that, letter case aside, and nothing else looks at it. v may be the
// zero value, for text that is no version: then only "===" can hold.
func (c clause) holds(v Version, text string) bool {
	if c.operator == "===" {
		return lowerASCII(text) == lowerASCII(c.text)
	}
	if v.IsZero() {
		return false
	}
	switch c.operator {
	case "==":
		return c.equal(v)
	case "!=":
		return !c.equal(v)
	case ">=":
		return v.Compare(c.version) >= 0
	case "<=":
		return v.Public().Compare(c.version) <= 0
	case ">":
		return c.below(v)
	case "<":
		return c.above(v)
	default: // "~="
		n := len(c.version.release) - 1
		return v.Compare(c.version) >= 0 && hasPrefix(v, c.version, n)
	}
}

// equal is "==": by prefix with a wildcard; with v's local label only if the
// clause has one.
func (c clause) equal(v Version) bool {
	if c.wildcard {
		return hasPrefix(v, c.version, len(c.version.release))
	}
	if c.version.local == "" {
		v = v.Public()
	}
	return v.Compare(c.version) == 0
}

// below is ">": the clause's version lies strictly below v. Local versions of
// the clause's version do not count as above it, nor do its post-releases,
// unless it is itself a post- or development release.
func (c clause) below(v Version) bool {
	w := c.version
	if v.Public().Compare(w) <= 0 {
		return false
	}
	if w.post != "" || w.dev != "" {
		return true
	}
	return !sameRelease(v, w) || v.preLabel != w.preLabel || v.pre != w.pre
}

// above is "<": pre-releases of the clause's version do not count as below it,
// unless it is itself a pre-release.
func (c clause) above(v Version) bool {
	w := c.version
	if !w.IsPrerelease() {
		w.dev = "0"
	}
	return v.Compare(w) < 0
}

func sameRelease(v, w Version) bool {
	return v.epoch == w.epoch && compareReleases(v.release, w.release) == 0
}

// hasPrefix reports whether the epoch and the first n numbers of v and w are
// the same; v is filled up with zeros.
func hasPrefix(v, w Version, n int) bool {
	if v.epoch != w.epoch {
		return false
	}
	for i := range n {
		if at(v.release, i) != w.release[i] {
			return false
		}
	}
	return true
}
