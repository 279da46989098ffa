package apt

import (
	"strings"

	"wain/repo/deb"
)

// Contents returns a package's lines of a Contents index: for each path a
// line of path, blank, section and name ("python/example"; the name alone
// where the control file has no section). Paths are those of [deb.Paths].
//
// A Contents index is the concatenation of its packages' lines. What reads it
// (apt-file, grep) takes the last word of a line for the package and all that
// precedes it for the path, so names with blanks need no quoting, and no
// order is needed. A path that two packages have gets two lines, where
// apt-ftparchive writes one with both names. Names that a line cannot hold
// (with a line feed, or with blanks at either end) are left out; dpkg-deb
// does not write the former.
func Contents(p *deb.Package, paths []string) []byte {
	location := p.Name
	if section := p.Control.Get("Section"); section != "" && !strings.ContainsAny(section, " \t\r\n,") {
		location = section + "/" + p.Name
	}
	size := 0
	for _, path := range paths {
		size += len(path) + len(location) + len(" \n")
	}
	text := make([]byte, 0, size)
	for _, path := range paths {
		if path == "" || strings.ContainsRune(path, '\n') || strings.Trim(path, " \t\r\v\f") != path {
			continue
		}
		text = append(text, path...)
		text = append(text, ' ')
		text = append(text, location...)
		text = append(text, '\n')
	}
	return text
}
