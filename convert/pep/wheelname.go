package pep

import (
	"fmt"
	"strings"
)

// A WheelFilename is what the name of a wheel file says (PEP 427, 825):
//
//	NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM[-VARIANT].whl
type WheelFilename struct {
	Raw     string // the whole file name, as given
	Name    string // the project, in normal form
	Version Version
	Build   BuildTag
	Tags    []Tag  // the compressed tag set written out, in the order of ParseTags
	Variant string // the variant label, "" for an ordinary wheel
}

// A BuildTag decides between wheels that are otherwise equal: the higher wins.
// The zero value, no build tag, is the lowest.
type BuildTag struct {
	Number Number // "" without a build tag
	Suffix string // what follows the number, any text without "-"
}

// Compare gives -1, 0 or +1 as b is below, equal to or above c: by number, then
// by suffix.
func (b BuildTag) Compare(c BuildTag) int {
	if order := b.Number.Compare(c.Number); order != 0 {
		return order
	}
	return strings.Compare(b.Suffix, c.Suffix)
}

// String gives "1", "2local", or "" without a build tag. Leading zeros are
// gone.
func (b BuildTag) String() string { return string(b.Number) + b.Suffix }

// ParseWheelFilename reads the last path component of a wheel. Names in the
// spelling of old tools (upper case, dots) are accepted. The error is a
// *SyntaxError.
func ParseWheelFilename(s string) (WheelFilename, error) {
	f := WheelFilename{Raw: s}
	if detail := f.parse(); detail != "" {
		return WheelFilename{}, &SyntaxError{What: "wheel file name", Text: s, Offset: -1, Detail: detail}
	}
	return f, nil
}

// parse fills f from f.Raw; detail says what is wrong, "" when nothing is.
func (f *WheelFilename) parse() (detail string) {
	stem, ok := strings.CutSuffix(f.Raw, ".whl")
	if !ok {
		return "expected a name that ends in .whl"
	}
	if strings.ContainsFunc(stem, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "expected printable ASCII characters without white space"
	}
	parts := strings.Split(stem, "-")
	if len(parts) < 5 || len(parts) > 7 {
		return "expected NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM[-VARIANT].whl"
	}
	// 1. The project. PEP 427 replaces each run of separators by one "_".
	if !ValidName(parts[0]) || strings.Contains(parts[0], "__") {
		return fmt.Sprintf("%q is not a project name", parts[0])
	}
	f.Name = Normalize(parts[0])
	// 2. The version.
	var err error
	if f.Version, err = ParseVersion(parts[1]); err != nil {
		return err.Error()
	}
	// 3. The build tag: a sixth part is one if it stands third and begins with a
	// digit, and a variant label otherwise; with seven parts there are both.
	rest := parts[2:]
	if len(parts) == 7 || len(parts) == 6 && beginsWithDigit(parts[2]) {
		if f.Build, ok = parseBuildTag(parts[2]); !ok {
			return fmt.Sprintf("%q is not a build tag: expected a digit first", parts[2])
		}
		rest = rest[1:]
	}
	// 4. The variant label.
	if len(rest) == 4 {
		if f.Variant = rest[3]; !isVariantLabel(f.Variant) {
			return fmt.Sprintf("%q is neither a build tag nor a variant label", f.Variant)
		}
	}
	// 5. The tags.
	f.Tags, detail = parseTags(strings.Join(rest[:3], "-"))
	return detail
}

func beginsWithDigit(s string) bool { return s != "" && isDigit(s[0]) }

func parseBuildTag(s string) (BuildTag, bool) {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n == 0 {
		return BuildTag{}, false
	}
	return BuildTag{Number: number(s[:n]), Suffix: s[n:]}, true
}

func isVariantLabel(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '.' && (!isWord(c) || c != lower(c)) {
			return false
		}
	}
	return s != ""
}
