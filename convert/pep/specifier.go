package pep

import (
	"slices"
	"strings"
)

// MaxSpecifiers is the largest number of clauses in one set of specifiers.
const MaxSpecifiers = 200

// Specifiers is a set of version clauses, all of which must hold:
// ">=1.2,!=1.3.*,<2". The zero value has no clauses and holds every version.
type Specifiers struct {
	clauses []clause // sorted, no two the same
}

// A clause is one comparison: an operator and what follows it.
type clause struct {
	operator string // one of the operators below
	text     string // as written, without white space around it
	version  Version
	wildcard bool // "==1.2.*": version is the part before ".*"
}

// The longer operators come first: each is tried as a prefix.
func operators() [8]string {
	return [...]string{"===", "==", "~=", "!=", "<=", ">=", "<", ">"}
}

// ParseSpecifiers reads clauses that commas separate; empty clauses are
// dropped, so "" gives the set that holds every version. The error is a
// *SyntaxError.
func ParseSpecifiers(s string) (Specifiers, error) {
	var set Specifiers
	for text := range strings.SplitSeq(s, ",") {
		text = trimSpace(text)
		if text == "" {
			continue
		}
		c, detail := parseClause(text)
		if detail == "" && len(set.clauses) == MaxSpecifiers {
			detail = "too many clauses"
		}
		if detail != "" {
			return Specifiers{}, &SyntaxError{What: "specifier", Text: text, Offset: -1, Detail: detail}
		}
		set.clauses = append(set.clauses, c)
	}
	slices.SortStableFunc(set.clauses, func(a, b clause) int { return strings.Compare(a.String(), b.String()) })
	set.clauses = dropRepeated(set.clauses)
	return set, nil
}

// parseClause reads one clause; detail says what is wrong, "" when nothing is.
func parseClause(text string) (c clause, detail string) {
	for _, operator := range operators() {
		if rest, ok := strings.CutPrefix(text, operator); ok {
			c.operator, c.text = operator, trimSpace(rest)
			break
		}
	}
	switch c.operator {
	case "":
		return c, "expected an operator: ==, !=, ~=, <=, >=, <, > or ==="
	case "===":
		return parseIdentity(c)
	}
	base := c.text
	if c.operator == "==" || c.operator == "!=" {
		base, c.wildcard = strings.CutSuffix(c.text, ".*")
	}
	if base != trimSpace(base) {
		return c, "expected no white space before \".*\""
	}
	v, err := ParseVersion(base)
	if err != nil {
		return c, clauseDetail(c, err)
	}
	c.version = v
	switch {
	case c.wildcard && (v.IsPrerelease() || v.post != "" || v.local != ""):
		return c, "\".*\" goes with a release only, not with a pre-, post-, development or local version"
	case v.local != "" && c.operator != "==" && c.operator != "!=":
		return c, "a local version goes with == and != only"
	case c.operator == "~=" && len(v.release) < 2:
		return c, "~= needs two numbers at least"
	}
	return c, ""
}

func clauseDetail(c clause, err error) string {
	if strings.HasSuffix(c.text, ".*") && !c.wildcard {
		return "\".*\" goes with == and != only"
	}
	return err.Error()
}

// parseIdentity reads what follows "===": any text without white space,
// semicolon or closing parenthesis, so that it can stand in a requirement.
func parseIdentity(c clause) (clause, string) {
	if i := strings.IndexAny(c.text, asciiSpace+";)"); i >= 0 {
		return c, "expected text without white space, semicolon or parenthesis after ==="
	}
	c.version, _ = ParseVersion(c.text) // the zero value for other text
	return c, ""
}

// dropRepeated keeps the first of the clauses that mean the same: "==1.0" and
// "==1.0.0". clauses is sorted and is overwritten.
func dropRepeated(clauses []clause) []clause {
	kept := clauses[:0]
	for _, c := range clauses {
		if !slices.ContainsFunc(kept, c.same) {
			kept = append(kept, c)
		}
	}
	return kept
}

func (c clause) same(d clause) bool {
	if c.operator != d.operator || c.wildcard != d.wildcard {
		return false
	}
	if c.operator == "===" || c.wildcard {
		return c.text == d.text
	}
	if c.operator == "~=" && len(c.version.release) != len(d.version.release) {
		return false // ~=1.0 allows 1.9, ~=1.0.0 does not
	}
	return c.version.Compare(d.version) == 0
}

func (c clause) String() string { return c.operator + c.text }

// String gives the clauses in sorted order, versions as they were written:
// "!=1.3.*,<2,>=1.2".
func (s Specifiers) String() string {
	parts := make([]string, len(s.clauses))
	for i, c := range s.clauses {
		parts[i] = c.String()
	}
	return strings.Join(parts, ",")
}

// Empty reports whether there is no clause.
func (s Specifiers) Empty() bool { return len(s.clauses) == 0 }

// Pinned gives the version, as written, when the set is exactly one clause
// that allows one version: "==1.2.3" or "===1.2.3", without ".*". Another clause
// beside it, or nothing after the operator, makes it not pinned.
func (s Specifiers) Pinned() (version string, ok bool) {
	if len(s.clauses) != 1 {
		return "", false
	}
	c := s.clauses[0]
	if c.operator != "==" && c.operator != "===" || c.wildcard || c.text == "" {
		return "", false
	}
	return c.text, true
}
