package pep

import (
	"cmp"
	"slices"
	"strings"
)

// MaxVersion is the length, in bytes, of the longest text that is read as a
// version.
const MaxVersion = 512

// A Version is one PEP 440 version. The zero value is no version: it orders
// below every version, and its String is "".
type Version struct {
	epoch    Number
	release  []Number // as written, trailing zeros included; empty only in the zero value
	preLabel string   // "a", "b", "rc" or ""
	pre      Number
	post     Number // "" without a post-release
	dev      Number // "" without a development release
	local    string // normal form, "" without one
}

// String gives the normal form: "1.0rc1", "1!2.0.post3.dev4+ubuntu.1". Trailing
// zeros of the release stay as they were written. Two versions that are equal
// under Compare may differ in them.
func (v Version) String() string {
	if v.IsZero() {
		return ""
	}
	var b strings.Builder
	if v.epoch != "0" {
		b.WriteString(string(v.epoch) + "!")
	}
	for i, n := range v.release {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(string(n))
	}
	b.WriteString(v.preLabel)
	b.WriteString(string(v.pre))
	if v.post != "" {
		b.WriteString(".post" + string(v.post))
	}
	if v.dev != "" {
		b.WriteString(".dev" + string(v.dev))
	}
	if v.local != "" {
		b.WriteString("+" + v.local)
	}
	return b.String()
}

// IsZero reports whether v is the zero value, that is, no version.
func (v Version) IsZero() bool { return len(v.release) == 0 }

// Epoch gives the number before "!", "0" when there is none.
func (v Version) Epoch() Number { return v.epoch }

// Release gives the dotted numbers, as many as were written. The caller owns
// the slice.
func (v Version) Release() []Number { return slices.Clone(v.release) }

// Pre gives the pre-release: its label, "a", "b" or "rc", and its number. ok is
// false when v has none.
func (v Version) Pre() (label string, n Number, ok bool) {
	return v.preLabel, v.pre, v.preLabel != ""
}

// Post gives the number of the post-release; ok is false when v has none.
func (v Version) Post() (n Number, ok bool) { return v.post, v.post != "" }

// Dev gives the number of the development release; ok is false when v has none.
func (v Version) Dev() (n Number, ok bool) { return v.dev, v.dev != "" }

// Local gives the label after "+" in its normal form, lower case with dots:
// "ubuntu.1"; "" when v has none.
func (v Version) Local() string { return v.local }

// Public gives v without its local label.
func (v Version) Public() Version {
	v.local = ""
	return v
}

// IsPrerelease reports whether v is an alpha, beta, candidate or development
// release. Post-releases and local versions of a final release are not.
func (v Version) IsPrerelease() bool { return v.preLabel != "" || v.dev != "" }

// Compare gives -1, 0 or +1 as v is below, equal to or above w in the order of
// PEP 440: 1.0.dev1 < 1.0a1.dev1 < 1.0a1 < 1.0rc1 < 1.0 < 1.0+local < 1.0.post1.
// Trailing zeros of the release do not count.
func (v Version) Compare(w Version) int {
	if c := v.epoch.Compare(w.epoch); c != 0 {
		return c
	}
	if c := compareReleases(v.release, w.release); c != 0 {
		return c
	}
	if c := strings.Compare(v.preRank(), w.preRank()); c != 0 {
		return c
	}
	if c := v.pre.Compare(w.pre); c != 0 {
		return c
	}
	if c := v.post.Compare(w.post); c != 0 {
		return c
	}
	if c := compareDev(v.dev, w.dev); c != 0 {
		return c
	}
	return compareLocal(v.local, w.local)
}

// preRank orders what follows the release: a development release of the final
// version first, then alphas, betas, candidates, then the final version.
func (v Version) preRank() string {
	switch {
	case v.preLabel != "":
		return v.preLabel // "a" < "b" < "rc"
	case v.post == "" && v.dev != "":
		return "" // 1.0.dev1 comes before 1.0a1
	default:
		return "z"
	}
}

func compareReleases(a, b []Number) int {
	for i := range max(len(a), len(b)) {
		if c := at(a, i).Compare(at(b, i)); c != 0 {
			return c
		}
	}
	return 0
}

// at gives the i-th number of a release, "0" beyond its end.
func at(release []Number, i int) Number {
	if i < len(release) {
		return release[i]
	}
	return "0"
}

// compareDev orders development releases before the release itself.
func compareDev(a, b Number) int {
	switch {
	case a == b:
		return 0
	case a == "":
		return 1
	case b == "":
		return -1
	default:
		return a.Compare(b)
	}
}

// compareLocal orders local labels segment by segment: no label first, text
// before numbers, fewer segments first.
func compareLocal(a, b string) int {
	if a == b {
		return 0
	}
	for a != "" && b != "" {
		var s, t string
		s, a, _ = strings.Cut(a, ".")
		t, b, _ = strings.Cut(b, ".")
		if c := compareLocalSegments(s, t); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b)) // at most one of them is not empty
}

func compareLocalSegments(a, b string) int {
	switch numericA, numericB := allDigits(a), allDigits(b); {
	case numericA && numericB:
		return Number(a).Compare(Number(b))
	case numericA:
		return 1
	case numericB:
		return -1
	default:
		return strings.Compare(a, b)
	}
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
