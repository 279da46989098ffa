package rpm

import (
	"cmp"
	"strings"
)

// CompareVersions orders two versions, or two releases, as rpm's rpmvercmp
// does: negative when a is the earlier one, 0 when they are equal, positive
// otherwise. Runs of digits or of letters are compared in turn and all else
// only separates them; a tilde sorts before the end, a caret behind the end
// but before any further run.
func CompareVersions(a, b string) int {
	for {
		a, b = skipSeparators(a), skipSeparators(b)
		// 1. A tilde on one side only makes that side earlier.
		if c, both := compareMark(a, b, '~', -1, -1); c != 0 {
			return c
		} else if both {
			a, b = a[1:], b[1:]
			continue
		}
		// 2. A caret is later than the end and earlier than all else.
		if c, both := compareMark(a, b, '^', 1, -1); c != 0 {
			return c
		} else if both {
			a, b = a[1:], b[1:]
			continue
		}
		// 3. At the end of either, the longer one is later.
		if a == "" || b == "" {
			return cmp.Compare(len(a), len(b))
		}
		// 4. Otherwise two runs of the kind that a begins with.
		var c int
		if c, a, b = compareRuns(a, b); c != 0 {
			return c
		}
	}
}

// compareMark handles a mark in front of a or b. The side that has it alone
// is ordered by atEnd when the other side is at its end, else by before.
func compareMark(a, b string, mark byte, atEnd, before int) (c int, both bool) {
	hasA, hasB := a != "" && a[0] == mark, b != "" && b[0] == mark
	switch {
	case hasA && hasB:
		return 0, true
	case hasA && b == "":
		return atEnd, false
	case hasA:
		return before, false
	case hasB && a == "":
		return -atEnd, false
	case hasB:
		return -before, false
	}
	return 0, false
}

// compareRuns compares the runs at the beginning of a and b and returns what
// follows them. Digits are later than letters.
func compareRuns(a, b string) (c int, restA, restB string) {
	class := isLetter
	if isDigit(a[0]) {
		class = isDigit
	}
	runA, restA := takeRun(a, class)
	runB, restB := takeRun(b, class)
	switch {
	case runB == "" && isDigit(a[0]):
		return 1, "", ""
	case runB == "":
		return -1, "", ""
	case isDigit(a[0]):
		runA, runB = strings.TrimLeft(runA, "0"), strings.TrimLeft(runB, "0")
		if c = cmp.Compare(len(runA), len(runB)); c != 0 {
			return c, "", ""
		}
	}
	return cmp.Compare(runA, runB), restA, restB
}

// takeRun cuts the longest prefix whose bytes are of one class off s.
func takeRun(s string, class func(byte) bool) (run, rest string) {
	n := 0
	for n < len(s) && class(s[n]) {
		n++
	}
	return s[:n], s[n:]
}

func skipSeparators(s string) string {
	for s != "" && !isDigit(s[0]) && !isLetter(s[0]) && s[0] != '~' && s[0] != '^' {
		s = s[1:]
	}
	return s
}

// CompareEVR orders "epoch:version-release" as rpm does. A missing epoch is
// 0; of two equal versions the one without a release is the earlier.
func CompareEVR(a, b string) int {
	epochA, versionA, releaseA := SplitEVR(a)
	epochB, versionB, releaseB := SplitEVR(b)
	if c := cmp.Or(CompareVersions(epochA, epochB), CompareVersions(versionA, versionB)); c != 0 {
		return c
	}
	if releaseA == "" || releaseB == "" {
		return cmp.Compare(len(releaseA), len(releaseB))
	}
	return CompareVersions(releaseA, releaseB)
}

// SplitEVR cuts "epoch:version-release" into its parts: the epoch is what
// stands before a colon if that is digits alone ("0" otherwise), the release
// what follows the last hyphen ("" without one).
func SplitEVR(evr string) (epoch, version, release string) {
	epoch, version = "0", evr
	digits, rest := takeRun(evr, isDigit)
	if strings.HasPrefix(rest, ":") {
		version = rest[1:]
		if digits != "" {
			epoch = digits
		}
	}
	if at := strings.LastIndexByte(version, '-'); at >= 0 {
		version, release = version[:at], version[at+1:]
	}
	return epoch, version, release
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
