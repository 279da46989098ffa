package lock

import (
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// shape holds a document against the struct that it was decoded into, where the
// decoder lets pass what TOML tells apart: a key in another case for the key, a
// table for an array of tables. What one reader takes and another passes over,
// or refuses, would be two locks in one.
type shape struct {
	parser  unstable.Parser
	fields  map[reflect.Type]map[string]reflect.Type // by key
	arrays  map[string]bool                          // the headers [[name]] so far
	problem *problem                                 // the first
	text    string                                   // its key
	at      int                                      // its offset
}

func checkShape(path string, data []byte, into any) []Issue {
	s := &shape{fields: map[reflect.Type]map[string]reflect.Type{}, arrays: map[string]bool{}}
	s.parser.Reset(data)
	root := reflect.TypeOf(into).Elem()
	table := root
	for s.problem == nil && s.parser.NextExpression() {
		switch e := s.parser.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = s.header(root, e)
		case unstable.KeyValue:
			s.value(s.follow(table, e.Key()), e.Value())
		}
	}
	if s.problem == nil {
		return nil
	}
	issue := s.problem.at(place{file: path, text: s.text})
	issue.Line, issue.Column = position(data, s.at)
	return []Issue{issue}
}

// wrong notes the first problem.
func (s *shape) wrong(key *unstable.Node, p *problem) {
	if s.problem == nil {
		s.problem, s.text, s.at = p, string(key.Data), int(key.Raw.Offset)
	}
}

// header gives the type of the table that a header begins, nil for one that is
// not decoded. It may go through arrays that are there already.
func (s *shape) header(t reflect.Type, e *unstable.Node) reflect.Type {
	var name strings.Builder
	for key := e.Key(); key.Next(); {
		if t = s.member(t, key.Node()); t == nil {
			return nil
		}
		name.Write(key.Node().Data)
		switch last := key.IsLast(); {
		case t.Kind() != reflect.Slice:
		case last && e.Kind == unstable.ArrayTable:
			s.arrays[name.String()] = true
		case last || !s.arrays[name.String()]:
			s.wrong(key.Node(), problemf(RuleField, "is an array of tables, in [[]], not a table"))
		}
		t = element(t)
		name.WriteByte(0)
	}
	return t
}

// follow gives the type of what a key names in a table, nil for what is not
// decoded.
func (s *shape) follow(t reflect.Type, key unstable.Iterator) reflect.Type {
	for t != nil && key.Next() {
		if t = s.member(t, key.Node()); t == nil {
			return nil
		}
		if t.Kind() == reflect.Slice && !key.IsLast() {
			s.wrong(key.Node(), problemf(RuleField, "is an array, not a table"))
			return nil
		}
	}
	return t
}

// element is the type of what an array holds, and any other type itself.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// member gives the type of a member of a table, without pointers; nil where
// there is none.
func (s *shape) member(t reflect.Type, key *unstable.Node) reflect.Type {
	switch t.Kind() {
	case reflect.Map:
		t = t.Elem()
	case reflect.Struct:
		t = s.field(t, key)
	default:
		return nil
	}
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// field gives the type of a field of a struct, nil where there is none.
func (s *shape) field(t reflect.Type, key *unstable.Node) reflect.Type {
	fields, known := s.fields[t]
	if !known {
		fields = map[string]reflect.Type{}
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("toml"), ",")
			fields[name] = t.Field(i).Type
		}
		s.fields[t] = fields
	}
	if field, ok := fields[string(key.Data)]; ok {
		return field
	}
	for name := range fields {
		if strings.EqualFold(name, string(key.Data)) {
			s.wrong(key, problemf(RuleField, "is a key that is written %q: case matters in TOML", name))
		}
	}
	return nil
}

// value looks into arrays and inline tables.
func (s *shape) value(t reflect.Type, v *unstable.Node) {
	if t == nil {
		return
	}
	switch v.Kind {
	case unstable.Array:
		for it := v.Children(); it.Next(); {
			s.value(element(t), it.Node())
		}
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			s.value(s.follow(t, it.Node().Key()), it.Node().Value())
		}
	}
}
