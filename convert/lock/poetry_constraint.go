package lock

import (
	"fmt"
	"strconv"
	"strings"

	"wain/convert/pep"
)

// poetryConstraint is what Poetry's language of versions allows: one of the
// alternatives. Without any, nothing is allowed.
// https://python-poetry.org/docs/dependency-specification/#version-constraints
type poetryConstraint []pep.Specifiers

// maxConstraint bounds the text of a constraint.
const maxConstraint = 16 << 10

// allows tells whether a version is allowed; pre-releases are where they stand
// in the order.
func (c poetryConstraint) allows(v pep.Version) bool {
	for _, s := range c {
		if s.Contains(v, true) {
			return true
		}
	}
	return false
}

// parseConstraint reads a constraint: alternatives between "||" or "|", each of
// clauses between commas or spaces. "" is "*".
func parseConstraint(text string) (poetryConstraint, error) {
	return parseAlternatives(text, poetryClause)
}

// parsePythonConstraint reads a constraint of Python, where a bare "3.11" is any
// 3.11: Poetry compares it to the variable python_version.
func parsePythonConstraint(text string) (poetryConstraint, error) {
	return parseAlternatives(text, func(operator, version string) (string, error) {
		if (operator == "" || operator == "=" || operator == "==") && strings.Count(version, ".") == 1 && !strings.Contains(version, "*") {
			version += ".*"
		}
		return poetryClause(operator, version)
	})
}

func parseAlternatives(text string, clause func(operator, version string) (string, error)) (poetryConstraint, error) {
	fail := func(detail string) (poetryConstraint, error) {
		return nil, fmt.Errorf("not a version constraint: %s: %s", quote(text), detail)
	}
	if len(text) > maxConstraint {
		return fail("too long")
	}
	var all poetryConstraint
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "||", "|"), "|") {
		if strings.TrimSpace(part) == "" && strings.TrimSpace(text) != "" {
			return fail("an alternative is empty")
		}
		var clauses []string
		for rest := part; ; {
			var operator, version string
			if operator, version, rest = cutClause(rest); operator+version == "" {
				break
			}
			c, err := clause(operator, version)
			if err != nil {
				return fail(err.Error())
			}
			if c != "" {
				clauses = append(clauses, c)
			}
		}
		s, err := pep.ParseSpecifiers(strings.Join(clauses, ","))
		if err != nil {
			return fail(syntaxDetail(err))
		}
		all = append(all, s)
	}
	return all, nil
}

// cutClause takes the first clause off an alternative.
func cutClause(text string) (operator, version, rest string) {
	text = strings.TrimLeft(text, ", \t\n")
	n := 0
	for n < len(text) && strings.IndexByte("^~=<>!", text[n]) >= 0 {
		n++
	}
	operator, text = text[:n], strings.TrimLeft(text[n:], " \t\n")
	if n = strings.IndexAny(text, ", \t\n"); n < 0 {
		n = len(text)
	}
	return operator, text[:n], text[n:]
}

// poetryClause writes one clause as specifiers of PEP 440; "" allows all.
func poetryClause(operator, version string) (string, error) {
	wildcard := false
	for strings.HasSuffix(version, ".*") {
		version, wildcard = version[:len(version)-2], true
	}
	if (version == "*" || version == "x" || version == "X") && (operator == "" || operator == "==") {
		return "", nil
	}
	v, err := pep.ParseVersion(version)
	if err != nil {
		return "", err
	}
	switch operator {
	case "", "=", "==":
		operator = "=="
	case "!=", "<>":
		operator = "!="
	case "===":
		return "===" + version, nil
	case "^":
		return upTo(v, breaking(v))
	case "~":
		return upTo(v, min(1, len(v.Release())-1))
	case "~=":
		return upTo(v, max(0, len(v.Release())-2))
	case "<", "<=", ">", ">=":
		// A local label of a bound orders only versions that are alike but for
		// theirs; PEP 440 has none there.
		return operator + v.Public().String(), nil
	default:
		return "", fmt.Errorf("an unknown operator: %s", quote(operator))
	}
	if wildcard {
		return operator + v.Public().String() + ".*", nil
	}
	return operator + v.String(), nil
}

// breaking is the place of the number that the next breaking release counts up:
// the first that is not zero, of three at most.
func breaking(v pep.Version) int {
	release := v.Release()
	for i, n := range release[:min(3, len(release))] {
		if number, ok := n.Int(); !ok || number > 0 {
			return i
		}
	}
	return min(3, len(release)) - 1
}

// upTo allows what is from a version on, and below that whose number in a place
// is one more.
func upTo(v pep.Version, place int) (string, error) {
	release := v.Release()
	n, ok := release[place].Int()
	if !ok {
		return "", fmt.Errorf("a number too large to count up from: %s", quote(v.String()))
	}
	var b strings.Builder
	b.WriteString(">=" + v.Public().String() + ",<")
	if epoch := v.Epoch(); epoch != "0" {
		b.WriteString(string(epoch) + "!")
	}
	for _, number := range release[:place] {
		b.WriteString(string(number) + ".")
	}
	b.WriteString(strconv.Itoa(n + 1))
	return b.String(), nil
}
