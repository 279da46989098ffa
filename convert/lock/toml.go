package lock

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// decodeTOML decodes a TOML document into a struct. What does not fit is an
// issue with its line and column; keys that the struct has no field for are
// passed over. The memory it takes is bounded by the bounds of scanTOML.
func decodeTOML(path string, data []byte, into any) []Issue {
	if p, at := scanTOML(data); p != nil {
		issue := p.at(place{file: path})
		if at >= 0 {
			issue.Line, issue.Column = position(data, at)
		}
		return []Issue{issue}
	}
	err := toml.Unmarshal(data, into)
	if err == nil {
		return checkShape(path, data, into)
	}
	issue := Issue{File: path, Rule: RuleSyntax, Detail: "not TOML: " + plainTOML(err)}
	var e *toml.DecodeError
	if errors.As(err, &e) {
		issue.Line, issue.Column = e.Position()
	}
	if detail, ok := wrongType(err); ok {
		issue.Rule, issue.Detail = RuleField, detail
		if e != nil {
			issue.Text = strings.Join(e.Key(), ".")
		}
	}
	return []Issue{issue}
}

// position turns an offset into a line and a column, both from 1, in bytes.
func position(data []byte, at int) (line, column int) {
	before := data[:at]
	return 1 + bytes.Count(before, []byte("\n")), at - bytes.LastIndexByte(before, '\n')
}

// plainTOML is the decoder's message, fit to be shown.
func plainTOML(err error) string {
	text := redact(strings.TrimPrefix(err.Error(), "toml: "))
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// mismatch is what the decoder says of a value of the wrong type. The type is
// Go's.
var mismatch = regexp.MustCompile(`cannot decode TOML ([a-z ]+?) into (?:struct field \S+ of type )?(\S+)`)

// wrongType says the same in the words of TOML.
func wrongType(err error) (string, bool) {
	m := mismatch.FindStringSubmatch(err.Error())
	if m == nil {
		return "", false
	}
	needed := "a table"
	switch kind := strings.TrimLeft(m[2], "*"); {
	case kind == "string":
		needed = "a string"
	case kind == "bool":
		needed = "a boolean"
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"):
		needed = "an integer"
	case strings.HasPrefix(kind, "["):
		needed = "an array"
	}
	return fmt.Sprintf("is of the type %s, where %s belongs", m[1], needed), true
}

// tableLines gives the lines of the headers [[name]], in order; 1 is the first.
// name may have dots, as in "package.files". data is a document that was
// decoded and has n of these tables: all lines are 0, unknown, where not each
// has a header.
func tableLines(data []byte, name string, n int) []int {
	var list []int
	var p unstable.Parser
	p.Reset(data)
	line, at := 1, 0
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind != unstable.ArrayTable {
			continue
		}
		var parts []string
		offset := at
		for key := e.Key(); key.Next(); {
			parts = append(parts, string(key.Node().Data))
			offset = int(key.Node().Raw.Offset)
		}
		if strings.Join(parts, ".") != name {
			continue
		}
		line += bytes.Count(data[at:offset], []byte("\n"))
		at = offset
		list = append(list, line)
	}
	if len(list) != n {
		return make([]int, n)
	}
	return list
}
