package pep

import (
	"fmt"
	"strings"
)

// MaxTags is the largest number of tags that one compressed tag set may stand
// for. Real wheels stay below 100.
const MaxTags = 1000

// A Tag names one kind of interpreter that a wheel works with: PEP 425. Its
// parts are in lower case.
type Tag struct {
	Python   string // "cp311", "py3"
	ABI      string // "cp311", "abi3", "none"
	Platform string // "manylinux_2_17_x86_64", "any"
}

// String gives "cp311-abi3-manylinux_2_17_x86_64".
func (t Tag) String() string { return t.Python + "-" + t.ABI + "-" + t.Platform }

// ParseTags reads a tag or a compressed tag set, "py2.py3-none-any", and gives
// every tag it stands for in the order of writing, the last part running
// fastest. The error is a *SyntaxError.
func ParseTags(s string) ([]Tag, error) {
	tags, detail := parseTags(s)
	if detail != "" {
		return nil, &SyntaxError{What: "tag", Text: s, Offset: -1, Detail: detail}
	}
	return tags, nil
}

// parseTags gives the tags, or what is wrong with the text.
func parseTags(s string) (tags []Tag, detail string) {
	parts := strings.Split(lowerASCII(s), "-")
	if len(parts) != 3 {
		return nil, "expected three parts: Python, ABI, platform"
	}
	sets := make([][]string, 3)
	product := 1
	for i, part := range parts {
		sets[i] = strings.Split(part, ".")
		if product *= len(sets[i]); product > MaxTags {
			return nil, fmt.Sprintf("stands for more than %d tags", MaxTags)
		}
		for _, member := range sets[i] {
			if !isTagMember(member) {
				return nil, fmt.Sprintf("%q is not a tag: expected letters, digits and \"_\"", member)
			}
		}
	}
	tags = make([]Tag, 0, product)
	for _, python := range sets[0] {
		if isDigit(python[0]) {
			return nil, fmt.Sprintf("%q is not a Python tag: it begins with a digit", python)
		}
		for _, abi := range sets[1] {
			for _, platform := range sets[2] {
				tags = append(tags, Tag{python, abi, platform})
			}
		}
	}
	return tags, ""
}

func isTagMember(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) {
			return false
		}
	}
	return s != ""
}
