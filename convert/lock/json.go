package lock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// jsonMember is a member of a JSON object.
type jsonMember struct {
	name   string
	value  json.RawMessage
	offset int // of the value in the document
	line   int // of the name
}

// jsonMembers gives the members of the object at an offset of a document, in
// its order. At offset 0 the document as a whole is checked: what is not JSON
// has its line and column. A name that comes twice is an issue: readers differ
// in which they take.
func jsonMembers(path string, data []byte, offset int) ([]jsonMember, *Issue) {
	where := place{file: path}
	fail := func(at int, p *problem) ([]jsonMember, *Issue) {
		issue := p.at(where)
		issue.Line, issue.Column = position(data, at)
		return nil, &issue
	}
	if offset == 0 {
		if p, at := notUTF8(data, "JSON"); p != nil {
			return fail(at, p)
		}
		var whole json.RawMessage
		if err := json.Unmarshal(data, &whole); err != nil {
			at := len(data)
			var e *json.SyntaxError
			if errors.As(err, &e) && e.Offset > 0 {
				at = int(e.Offset) - 1
			}
			return fail(min(at, max(0, len(data)-1)), problemf(RuleSyntax, "not JSON: %s", plainJSON(err)))
		}
	}
	d := json.NewDecoder(bytes.NewReader(data[offset:]))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fail(offset, problemf(RuleField, "is not an object, in {}"))
	}
	line, at := 1+bytes.Count(data[:offset], []byte("\n")), offset
	var members []jsonMember
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return fail(offset+int(d.InputOffset()), problemf(RuleSyntax, "not JSON"))
		}
		end := offset + int(d.InputOffset())
		if seen[name] {
			where.text = name
			return fail(end-1, problemf(RuleField, "stands here a second time"))
		}
		seen[name] = true
		line += bytes.Count(data[at:end], []byte("\n"))
		at = end
		m := jsonMember{name: name, line: line}
		if err := d.Decode(&m.value); err != nil {
			return fail(end, problemf(RuleSyntax, "not JSON: %s", plainJSON(err)))
		}
		m.offset = offset + int(d.InputOffset()) - len(m.value)
		members = append(members, m)
	}
	return members, nil
}

// plainJSON is the decoder's message without the names of Go's types.
func plainJSON(err error) string {
	var e *json.UnmarshalTypeError
	if errors.As(err, &e) {
		return fmt.Sprintf("%s is of the wrong type: %s", quote(e.Field), e.Value)
	}
	return strings.TrimPrefix(redact(err.Error()), "json: ")
}
