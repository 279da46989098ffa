package lock

import (
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// spelling finds keys that differ from a known one in case alone. TOML tells
// them apart, and so does every tool that writes locks; the decoder does not.
// What one reader takes and another passes over would be two locks in one.
type spelling struct {
	parser unstable.Parser
	fields map[reflect.Type]map[string]reflect.Type // by key
	wrong  string                                   // the first such key
	at     int                                      // its offset
}

// checkSpelling looks for such keys in a document that decodes into a struct.
func checkSpelling(path string, data []byte, into any) []Issue {
	s := &spelling{fields: map[reflect.Type]map[string]reflect.Type{}}
	s.parser.Reset(data)
	root := reflect.TypeOf(into)
	table := root
	for s.wrong == "" && s.parser.NextExpression() {
		switch e := s.parser.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = s.follow(root, e.Key())
		case unstable.KeyValue:
			s.value(s.follow(table, e.Key()), e.Value())
		}
	}
	if s.wrong == "" {
		return nil
	}
	issue := problemf(RuleField, "is a key that is written %q: case matters in TOML", strings.ToLower(s.wrong)).at(place{file: path, text: s.wrong})
	issue.Line, issue.Column = position(data, s.at)
	return []Issue{issue}
}

// follow gives the type of what a key names in a table, nil for what is not
// decoded.
func (s *spelling) follow(t reflect.Type, key unstable.Iterator) reflect.Type {
	for key.Next() {
		for t != nil && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice) {
			t = t.Elem()
		}
		switch {
		case t == nil:
			return nil
		case t.Kind() == reflect.Map:
			t = t.Elem()
		case t.Kind() == reflect.Struct:
			t = s.field(t, key.Node())
		default:
			return nil
		}
	}
	return t
}

// field gives the type of a field of a struct, nil where there is none.
func (s *spelling) field(t reflect.Type, key *unstable.Node) reflect.Type {
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
		if s.wrong == "" && strings.EqualFold(name, string(key.Data)) {
			s.wrong, s.at = string(key.Data), int(key.Raw.Offset)
		}
	}
	return nil
}

// value looks into arrays and inline tables.
func (s *spelling) value(t reflect.Type, v *unstable.Node) {
	if t == nil {
		return
	}
	switch v.Kind {
	case unstable.Array:
		for it := v.Children(); it.Next(); {
			if t.Kind() == reflect.Pointer {
				t = t.Elem()
			}
			if t.Kind() == reflect.Slice {
				s.value(t.Elem(), it.Node())
			}
		}
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			s.value(s.follow(t, it.Node().Key()), it.Node().Value())
		}
	}
}
