package wheel

import (
	"fmt"
	"strings"
	"unicode"
)

// setting is one "key = value" line of a group.
type setting struct {
	key, value string
	line       int // from 1
}

// readGroups reads the INI dialect of entry_points.txt and returns the settings
// of the wanted groups, by group, in the order of the file: "=" is the only
// delimiter, keys keep their case, "#" and ";" begin comment lines, a line that
// is indented deeper than the key above continues it. Groups that are not
// wanted are passed over whatever they hold. The errors are *Error, joined.
func readGroups(text string, wanted ...string) (map[string][]setting, error) {
	groups := map[string][]setting{}
	for _, name := range wanted {
		groups[name] = nil
	}
	var found issues
	seen := map[string]bool{}
	group, read := "", false    // the group that is open; whether it is wanted
	indented, inKey := 0, false // the indentation of the key above; whether there is one
	number := 0
	for line := range strings.SplitSeq(strings.TrimPrefix(text, "\uFEFF"), "\n") {
		number++
		odd := func(format string, args ...any) {
			detail := fmt.Sprintf(format, args...)
			found.add(refuse("entry-points-syntax", "", "line %d: %s", number, detail))
		}
		trimmed := strings.TrimSpace(line)
		indent := len(line) - len(strings.TrimLeftFunc(line, unicode.IsSpace))
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		case inKey && indent > indented:
			if read {
				odd("%q continues the line above, which a script's cannot", clip(trimmed))
			}
		case trimmed[0] == '[' && trimmed[len(trimmed)-1] == ']':
			group, inKey = trimmed[1:len(trimmed)-1], false
			_, read = groups[group]
			if read && seen[group] {
				odd("the group %s is there twice", group)
			}
			seen[group] = true
		case len(seen) == 0:
			odd("%q stands before the first group", clip(trimmed))
		default:
			indented, inKey = indent, true
			if !read {
				continue
			}
			key, value, ok := strings.Cut(trimmed, "=")
			if !ok {
				odd("no \"=\" in %q", clip(trimmed))
				continue
			}
			groups[group] = append(groups[group], setting{strings.TrimSpace(key), strings.TrimSpace(value), number})
		}
	}
	return groups, found.err()
}
