package pipconf

import (
	"fmt"
	"strings"
)

// Origin is where a setting was found. The zero Origin: nowhere.
type Origin struct {
	File     string // a pip.conf
	Line     int    // in File, from 1
	Section  string // of File
	Variable string // of the environment
}

// String is the variable's name, or the file, the line and the section.
func (o Origin) String() string {
	if o.Variable != "" {
		return o.Variable
	}
	text := o.File
	switch {
	case o.Line > 0 && text == "":
		text = fmt.Sprintf("line %d", o.Line)
	case o.Line > 0:
		text = fmt.Sprintf("%s:%d", text, o.Line)
	case text == "":
		text = "nowhere"
	}
	if o.Section != "" {
		text += " [" + clip(o.Section) + "]"
	}
	return text
}

// Place is a URL or a path, perhaps with credentials. However it is formatted,
// they are not shown.
type Place struct {
	text string
	From Origin
}

// Reveal gives the place as it was set, credentials included: for a request,
// never for a message.
func (p Place) Reveal() string { return p.text }

// IsZero tells whether nothing is set.
func (p Place) IsZero() bool { return p.text == "" }

// String shows the place without user, password and query. A password may hold
// any character, so what is left out ends at the last "@".
func (p Place) String() string {
	scheme, rest, ok := strings.Cut(p.text, "://")
	switch {
	case ok:
		scheme += "://"
	case strings.HasPrefix(p.text, "/"), strings.HasPrefix(p.text, "."), strings.HasPrefix(p.text, "~"):
		return p.text
	default:
		scheme, rest = "", p.text
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = "****" + rest[at:]
	}
	if before, _, ok := strings.Cut(rest, "?"); ok {
		rest = before + "?****"
	}
	return scheme + rest
}

// GoString is String, for %#v.
func (p Place) GoString() string { return fmt.Sprintf("pipconf.Place(%q)", p.String()) }

// MarshalText is String, for JSON and the like.
func (p Place) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
