package lock

import (
	"strings"

	"wain/convert/pep"
)

// setMarkers parses the markers of locks in which extra is a set (uv.lock,
// poetry.lock), each text once.
type setMarkers map[string]setMarker

type setMarker struct {
	marker  *pep.Marker // nil always holds
	problem *problem
}

// parse reads a marker of an edge. There, extra stands for all that is active
// together: extras, groups and projects of conflicts, under names like
// "extra-4-name-cpu". So `extra == 'x'` asks whether x is among them, which the
// markers of other locks write `'x' in extras`, and is read as that.
func (m setMarkers) parse(text string) (*pep.Marker, *problem) {
	if text == "" {
		return nil, nil
	}
	known, ok := m[text]
	if !ok {
		marker, err := pep.ParseMarker(extrasAsSet(text))
		if err != nil {
			known.problem = problemf(RuleMarker, "the marker %s: %s", quote(text), syntaxDetail(err))
		}
		known.marker = marker
		m[text] = known
	}
	return known.marker, known.problem
}

// extrasAsSet writes `'x' in extras` for each `extra == 'x'` of a marker, and
// `'x' not in extras` for each `extra != 'x'`. Quoted strings stay as they are.
func extrasAsSet(text string) string {
	if !strings.Contains(text, "extra") {
		return text
	}
	var b strings.Builder
	for text != "" {
		if quote := text[0]; quote == '"' || quote == '\'' {
			end := strings.IndexByte(text[1:], quote)
			if end < 0 {
				break
			}
			b.WriteString(text[:end+2])
			text = text[end+2:]
			continue
		}
		n := strings.IndexAny(text, `"'`)
		if n < 0 {
			break
		}
		before, operator := cutExtra(text[:n])
		end := strings.IndexByte(text[n+1:], text[n])
		if operator == "" || end < 0 {
			b.WriteString(text[:n])
			text = text[n:]
			continue
		}
		end += n + 2
		b.WriteString(before + text[n:end] + " " + operator + " extras")
		text = text[end:]
	}
	return b.String() + text
}

// cutExtra takes `extra ==` or `extra !=` off the end of a text without quotes
// and gives the operator of sets that means the same, "" where neither is there.
func cutExtra(text string) (before, operator string) {
	rest := strings.TrimRight(text, " \t")
	switch {
	case strings.HasSuffix(rest, "=="):
		operator = "in"
	case strings.HasSuffix(rest, "!="):
		operator = "not in"
	default:
		return text, ""
	}
	before, ok := strings.CutSuffix(strings.TrimRight(rest[:len(rest)-2], " \t"), "extra")
	if !ok || before != "" && !strings.ContainsAny(before[len(before)-1:], " \t(") {
		return text, ""
	}
	return before, operator
}
