package apt

import (
	"cmp"
	"strings"
)

// CompareVersions orders two versions as dpkg does (deb-version(7)): negative
// when a is the earlier one, 0 when they are equal, positive otherwise. Any
// strings compare; numbers may be of any length.
func CompareVersions(a, b string) int {
	epochA, a := splitEpoch(a)
	epochB, b := splitEpoch(b)
	if c := compareNumbers(epochA, epochB); c != 0 {
		return c
	}
	upstreamA, revisionA := splitRevision(a)
	upstreamB, revisionB := splitRevision(b)
	if c := compareParts(upstreamA, upstreamB); c != 0 {
		return c
	}
	return compareParts(revisionA, revisionB)
}

// splitEpoch returns the epoch without leading zeros ("" for none and for
// 0), and the rest.
func splitEpoch(v string) (epoch, rest string) {
	epoch, rest, ok := strings.Cut(v, ":")
	if !ok {
		return "", v
	}
	return strings.TrimLeft(epoch, "0"), rest
}

// splitRevision cuts at the last hyphen.
func splitRevision(v string) (upstream, revision string) {
	if at := strings.LastIndexByte(v, '-'); at >= 0 {
		return v[:at], v[at+1:]
	}
	return v, ""
}

// compareParts compares two upstream versions or two revisions: by turns a
// run without digits, then a run of digits.
func compareParts(a, b string) int {
	for a != "" || b != "" {
		var textA, textB, numberA, numberB string
		textA, a = takeRun(a, false)
		textB, b = takeRun(b, false)
		if c := compareTexts(textA, textB); c != 0 {
			return c
		}
		numberA, a = takeRun(a, true)
		numberB, b = takeRun(b, true)
		if c := compareNumbers(numberA, numberB); c != 0 {
			return c
		}
	}
	return 0
}

// takeRun cuts the longest prefix of digits, or of anything else, off s.
func takeRun(s string, digits bool) (run, rest string) {
	n := 0
	for n < len(s) && isDigit(s[n]) == digits {
		n++
	}
	return s[:n], s[n:]
}

// compareTexts compares two runs without digits: a tilde before the end of
// the run, that before letters, letters before all else.
func compareTexts(a, b string) int {
	for i := range max(len(a), len(b)) {
		if c := cmp.Compare(weight(a, i), weight(b, i)); c != 0 {
			return c
		}
	}
	return 0
}

// weight orders the i-th byte of a run without digits.
func weight(s string, i int) int {
	switch {
	case i >= len(s):
		return 0
	case s[i] == '~':
		return -1
	case 'a' <= s[i] && s[i] <= 'z' || 'A' <= s[i] && s[i] <= 'Z':
		return int(s[i])
	default:
		return int(s[i]) + 256
	}
}

// compareNumbers compares runs of digits of any length; "" is 0.
func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
