package wheel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wain/convert/pep"
)

// format is what a WHEEL file says.
type format struct {
	rootIsPurelib bool
	tags          []string // the Tag fields, as written
}

// parseFormat reads a WHEEL file. Of a repeated Wheel-Version the first counts:
// there are wheels that repeat it.
func parseFormat(text []byte) (format, []string, error) {
	m := readMessage(string(text))
	warnings := m.defects
	version := m.first("wheel-version")
	majorText, minorText, found := strings.Cut(version, ".")
	major, err1 := strconv.ParseUint(majorText, 10, 16)
	minor, err2 := strconv.ParseUint(minorText, 10, 16)
	switch {
	case version == "":
		return format{}, nil, refuse("wheel-version", "", "Wheel-Version is missing")
	case !found || err1 != nil || err2 != nil:
		return format{}, nil, refuse("wheel-version", "", "Wheel-Version %q is no version of the wheel format", clip(version))
	case major > 1:
		return format{}, nil, refuse("wheel-version", "", "Wheel-Version %s: at most 1.x can be read", version)
	case major == 1 && minor > 0:
		warnings = append(warnings, fmt.Sprintf("Wheel-Version %s is newer than 1.0", version))
	}
	return format{
		rootIsPurelib: strings.EqualFold(m.first("root-is-purelib"), "true"),
		tags:          m.all("tag"),
	}, warnings, nil
}

// compareTags says how the Tag fields differ from the file name's tags, which
// are the ones that count; "" when they agree. Renamed wheels are common.
func compareTags(written []string, name []pep.Tag) string {
	var tags []pep.Tag
	for _, text := range written {
		some, err := pep.ParseTags(text)
		if err != nil {
			return fmt.Sprintf("WHEEL: %v", err)
		}
		tags = append(tags, some...)
	}
	compare := func(a, b pep.Tag) int { return strings.Compare(a.String(), b.String()) }
	name = slices.Clone(name)
	slices.SortFunc(tags, compare)
	slices.SortFunc(name, compare)
	if slices.Equal(slices.Compact(tags), slices.Compact(name)) {
		return ""
	}
	return fmt.Sprintf("WHEEL has the tags %q, not those of the file name, which are used", written)
}
