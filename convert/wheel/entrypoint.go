package wheel

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The groups that become scripts; on Linux they are the same thing.
const (
	ConsoleScripts = "console_scripts"
	GUIScripts     = "gui_scripts"
)

// EntryPoint is a script that the wheel asks to be made: NAME runs
// Module's Attr.
type EntryPoint struct {
	Group  string // ConsoleScripts or GUIScripts
	Name   string // a plain file name of ASCII letters, digits, "_", "." and "-"
	Module string // "package.module", identifiers joined by dots
	Attr   string // "main" or "Class.method", likewise
}

// String gives the line of entry_points.txt, without extras.
func (e EntryPoint) String() string {
	return e.Name + " = " + e.Module + ":" + e.Attr
}

// maxScripts bounds the scripts of a wheel. Real ones have some hundreds; each
// becomes a file of every package.
const maxScripts = 10_000

// scriptName is what the public index accepts as the name of a script.
var scriptName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// interpreterName matches, in lower case, the names that must stay with the
// interpreter of a virtual environment.
var interpreterName = regexp.MustCompile(`^(python|pythonw|python3|python3\.[0-9]+t?|pypy.*|graalpy.*)(\.py|\.exe)?$`)

// ReservedScript reports whether no wheel may put a file of this name into the
// bin folder of a virtual environment: it would stand for the interpreter.
func ReservedScript(name string) bool {
	return interpreterName.MatchString(strings.ToLower(name))
}

// ParseEntryPoints reads entry_points.txt and returns its scripts, those for the
// console first, each group in the order of the file. Extras in a value are
// checked and forgotten, as the specification allows. Other groups than the two
// of scripts are passed over. The errors are *Error, joined.
func ParseEntryPoints(text []byte) ([]EntryPoint, error) {
	if !utf8.Valid(text) {
		return nil, refuse("entry-points-syntax", "", "the text is not UTF-8")
	}
	groups, err := readGroups(string(text), ConsoleScripts, GUIScripts)
	if n := len(groups[ConsoleScripts]) + len(groups[GUIScripts]); n > maxScripts {
		return nil, refuse("entry-point-count", "", "%d scripts, the limit is %d", n, maxScripts)
	}
	var found issues
	found.add(err)
	var points []EntryPoint
	seen := map[string]EntryPoint{}
	for _, group := range []string{ConsoleScripts, GUIScripts} {
		for _, s := range groups[group] {
			point, err := parseEntryPoint(s)
			if err != nil {
				found.add(err)
				continue
			}
			point.Group = group
			before, twice := seen[point.Name]
			switch {
			case !twice:
				seen[point.Name] = point
				points = append(points, point)
			case before.Group == group, before.String() != point.String():
				found.add(refuse("entry-point-duplicate", "", "line %d: the script %q is there twice", s.line, point.Name))
			}
		}
	}
	return points, found.err()
}

// parseEntryPoint reads one "NAME = MODULE:ATTR [EXTRA, EXTRA]".
func parseEntryPoint(s setting) (EntryPoint, error) {
	switch {
	case !scriptName.MatchString(s.key) || strings.HasPrefix(s.key, "-") || strings.Trim(s.key, ".") == "":
		return EntryPoint{}, refuse("entry-point-name", "", "line %d: %q is no name for a script: ASCII letters, digits, \"_\", \".\" and \"-\", not beginning with \"-\"", s.line, clip(s.key))
	case len(s.key) > maxComponent:
		return EntryPoint{}, refuse("entry-point-name", "", "line %d: the name of a script has %d bytes, the limit is %d", s.line, len(s.key), maxComponent)
	case ReservedScript(s.key):
		return EntryPoint{}, refuse("entry-point-reserved", "", "line %d: the script %q would stand for the interpreter", s.line, s.key)
	}
	value := s.value
	if at := strings.IndexByte(value, '['); at >= 0 {
		extras := strings.TrimSpace(value[at:])
		if !extrasList.MatchString(extras) {
			return EntryPoint{}, refuse("entry-point-value", "", "line %d: %q are no extras", s.line, clip(extras))
		}
		value = value[:at]
	}
	module, attr, found := strings.Cut(value, ":")
	module, attr = strings.TrimSpace(module), strings.TrimSpace(attr)
	if !found || !dottedName(module) || !dottedName(attr) {
		return EntryPoint{}, refuse("entry-point-value", "", "line %d: %q is not MODULE:ATTR, both Python names", s.line, clip(s.value))
	}
	return EntryPoint{Name: s.key, Module: module, Attr: attr}, nil
}

// extrasList matches "[a, b]", also empty.
var extrasList = regexp.MustCompile(`^\[\s*([A-Za-z0-9._-]+\s*(,\s*[A-Za-z0-9._-]+\s*)*)?\]$`)

// dottedName reports whether text is one or more Python identifiers joined by
// dots; it goes into generated code, so nothing else may pass.
func dottedName(text string) bool {
	for part := range strings.SplitSeq(text, ".") {
		for i, r := range part {
			if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc)) {
				return false
			}
		}
		if part == "" {
			return false
		}
	}
	return true
}
