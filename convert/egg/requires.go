package egg

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"wain/convert/pep"
)

// Requires is what a requires.txt says.
type Requires struct {
	Requirements []pep.Requirement // those of a section carry its extra and marker
	Extras       []string          // normalised, in the order of the file, each once
	Warnings     []string          // one a line

	seen map[string]bool // the extras
}

// Bounds of a requires.txt, and of what it may grow to: a section's marker is
// repeated for each of its requirements.
const (
	maxRequires = 4 << 20  // bytes read
	maxWritten  = 16 << 20 // bytes of requirements
	maxLines    = 100_000  // requirements
)

// ParseRequires reads a requires.txt: a requirement a line, in sections
// "[extra]", "[extra:marker]" and "[:marker]", "#" begins a comment. The errors
// are *wheel.Error.
func ParseRequires(text []byte) (Requires, error) {
	if len(text) > maxRequires {
		return Requires{}, refuse("egg-info-size", "", "%d bytes, the limit is %d", len(text), maxRequires)
	}
	var r Requires
	var s section
	written, number := 0, 0
	for line := range strings.Lines(string(text)) {
		number++
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		var err error
		if line[0] == '[' {
			if s, err = r.section(line); err != nil {
				return Requires{}, atLine(number, err)
			}
			continue
		}
		if s.skip {
			continue
		}
		requirement, err := s.requirement(line)
		if err != nil {
			return Requires{}, atLine(number, err)
		}
		if written += len(s.marker) + len(line); written > maxWritten {
			return Requires{}, refuse("egg-info-size", "", "the requirements with their markers have more than %d bytes", maxWritten)
		}
		if len(r.Requirements) == maxLines {
			return Requires{}, refuse("egg-info-size", "", "more than %d requirements", maxLines)
		}
		r.Requirements = append(r.Requirements, requirement)
	}
	return r, nil
}

func atLine(number int, err error) error {
	return refuse("egg-requires", "", "line %d: %v", number, err)
}

// section is what the requirements below a header have in common.
type section struct {
	marker string // with the extra; "" without any
	skip   bool
}

// notExtra matches what setuptools replaces by "_" in the name of an extra.
var notExtra = regexp.MustCompile(`[^A-Za-z0-9.-]+`)

// section reads a header line.
func (r *Requires) section(line string) (section, error) {
	inner, ok := strings.CutSuffix(line[1:], "]")
	if !ok {
		return section{}, fmt.Errorf("%q is no header of a section", line)
	}
	extra, marker, _ := strings.Cut(strings.TrimSpace(inner), ":")
	var s section
	if s.marker = strings.TrimSpace(marker); s.marker != "" {
		if _, err := pep.ParseMarker(s.marker); err != nil {
			return section{}, err
		}
	}
	if extra = strings.TrimSpace(extra); extra == "" {
		return s, nil
	}
	name := pep.Normalize(notExtra.ReplaceAllString(extra, "_"))
	if !pep.ValidName(name) {
		r.Warnings = append(r.Warnings, fmt.Sprintf("the extra %q is left out: nothing can ask for it by that name", extra))
		return section{skip: true}, nil
	}
	r.extra(name)
	s.marker = join(s.marker, `extra == "`+name+`"`)
	return s, nil
}

// extra notes the name of an extra.
func (r *Requires) extra(name string) {
	if r.seen == nil {
		r.seen = map[string]bool{}
	}
	if !r.seen[name] {
		r.seen[name] = true
		r.Extras = append(r.Extras, name)
	}
}

// requirement reads a line below the header.
func (s section) requirement(line string) (pep.Requirement, error) {
	r, err := pep.ParseRequirement(line)
	if err != nil || s.marker == "" {
		return r, err
	}
	marker := s.marker
	if r.Marker != nil {
		marker = join(r.Marker.String(), marker)
	}
	r.Marker, err = pep.ParseMarker(marker)
	return r, err
}

// join makes a marker of two that must both hold; the first may be "".
func join(a, b string) string {
	if a == "" {
		return b
	}
	return "(" + a + ") and (" + b + ")"
}

// requires gives the fields of METADATA for requires.txt and its old name,
// depends.txt; found is whether there is one at all.
func (c *conversion) requires() (fields []byte, found bool, err error) {
	var b bytes.Buffer
	extras := map[string]bool{}
	for _, name := range []string{requiresName, dependsName} {
		f := c.has[name]
		if f == nil {
			continue
		}
		found = true
		text, err := f.read()
		if err != nil {
			return nil, false, err
		}
		r, err := ParseRequires(text)
		if err != nil {
			return nil, false, at(name, err)
		}
		c.warnings = append(c.warnings, r.Warnings...)
		for _, extra := range r.Extras {
			if !extras[extra] {
				extras[extra] = true
				b.WriteString("Provides-Extra: " + extra + "\n")
			}
		}
		for _, requirement := range r.Requirements {
			b.WriteString("Requires-Dist: " + requirement.String() + "\n")
		}
	}
	return b.Bytes(), found, nil
}
