package apt

import (
	"slices"
	"strconv"
	"strings"

	"wain/repo/deb"
)

// Stanza returns a package's entry in Packages, with the blank line that
// closes it. The path is what clients append to the repository's URL.
//
// It is what "apt-ftparchive packages" prints, but for SHA512: the fields of
// the control file in apt's order, those that apt does not know after them in
// the control file's order; Filename, Size and the digests are ours, whatever
// the control file says, and Status is dropped. Values, unknown fields
// included, pass through byte for byte.
func Stanza(p *deb.Package, path string) []byte {
	fields := append(ownFields(p, path), controlFields(p.Control)...)
	slices.SortStableFunc(fields, func(a, b rankedField) int { return a.rank - b.rank })
	size := 1
	for _, f := range fields {
		size += len(f.name) + len(f.value) + len(": \n")
	}
	text := make([]byte, 0, size)
	for _, f := range fields {
		text = append(text, f.name...)
		text = append(text, ':')
		if f.value != "" && f.value[0] != '\n' {
			text = append(text, ' ')
		}
		text = append(text, f.value...)
		text = append(text, '\n')
	}
	return append(text, '\n')
}

// rankedField is a field with its place in the stanza.
type rankedField struct {
	name, value string
	rank        int
}

// ownFields are those that describe the file, not the package.
func ownFields(p *deb.Package, path string) []rankedField {
	fields := []rankedField{
		{name: "Filename", value: path},
		{name: "Size", value: strconv.FormatInt(p.Size, 10)},
		{name: "MD5sum", value: p.MD5},
		{name: "SHA1", value: p.SHA1},
		{name: "SHA256", value: p.SHA256},
	}
	for i, f := range fields {
		_, fields[i].rank = place(f.name)
	}
	return fields
}

// controlFields are the control file's, without those that are ours to say.
func controlFields(control deb.Paragraph) []rankedField {
	fields := make([]rankedField, 0, len(control.Fields)+5)
	for _, f := range control.Fields {
		switch strings.ToLower(f.Name) {
		case "filename", "size", "md5sum", "sha1", "sha256", "sha512", "status":
			continue
		}
		name, rank := place(f.Name)
		fields = append(fields, rankedField{name: name, value: f.Value, rank: rank})
	}
	return fields
}

// place returns a field's name as apt spells it and its rank; a field that
// apt does not know keeps its spelling and comes last.
func place(name string) (string, int) {
	for rank, known := range stanzaOrder {
		if strings.EqualFold(name, known) {
			return known, rank
		}
	}
	return name, len(stanzaOrder)
}

// stanzaOrder is the order in which apt-ftparchive 2.6 writes fields
// (https://salsa.debian.org/apt-team/apt, apt-pkg/tagfile-order.c).
var stanzaOrder = [...]string{
	"Package", "Package-Type", "Architecture", "Subarchitecture", "Version", "Kernel-Version",
	"Built-Using", "Static-Built-Using", "Built-For-Profiles", "Auto-Built-Package", "Multi-Arch",
	"Priority", "Build-Essential", "Protected", "Important", "Essential", "Installer-Menu-Item",
	"Section", "Source", "Origin", "Phased-Update-Percentage", "Maintainer", "Original-Maintainer",
	"Bugs", "Config-Version", "Conffiles", "Triggers-Awaited", "Triggers-Pending", "Installed-Size",
	"Provides", "Pre-Depends", "Depends", "Recommends", "Suggests", "Conflicts", "Breaks", "Replaces",
	"Enhances", "Filename", "MSDOS-Filename", "Size", "MD5sum", "SHA1", "SHA256", "SHA512",
	"Homepage", "Description", "Description-md5", "Tag", "Task",
}
