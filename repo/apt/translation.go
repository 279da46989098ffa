package apt

import (
	"crypto/md5"
	"encoding/hex"
	"strings"

	"wain/repo/deb"
)

// Translation returns a package's entry in Translation-en, with the blank
// line that closes it: its whole description under the digest by which apt
// finds it. A package without a description has no entry.
//
// The index goes with stanzas by [ShortStanza]. It is what "apt-ftparchive
// generate" writes, but that a description occurs for each package that has
// it; apt takes the first.
func Translation(p *deb.Package) []byte {
	description := p.Control.Get("Description")
	if description == "" {
		return nil
	}
	text := "Package: " + p.Name + "\nDescription-md5: " + descriptionMD5(description) + "\nDescription-en:"
	if description[0] != '\n' {
		text += " "
	}
	return []byte(text + description + "\n\n")
}

// ShortStanza is [Stanza] for a suite with Translation-en: of the description
// it has the first line and the digest of all of it.
func ShortStanza(p *deb.Package, path string) []byte {
	description := p.Control.Get("Description")
	if description == "" {
		return Stanza(p, path)
	}
	short := *p
	short.Control.Fields = make([]deb.Field, 0, len(p.Control.Fields)+1)
	for _, f := range p.Control.Fields {
		switch {
		case strings.EqualFold(f.Name, "Description"):
			f.Value, _, _ = strings.Cut(f.Value, "\n")
		case strings.EqualFold(f.Name, "Description-md5"):
			continue
		}
		short.Control.Fields = append(short.Control.Fields, f)
	}
	short.Control.Fields = append(short.Control.Fields, deb.Field{Name: "Description-md5", Value: descriptionMD5(description)})
	return Stanza(&short, path)
}

// descriptionMD5 is the digest of a description as it stands in the control
// file, from behind the blanks that follow the colon to the end of its last
// line, line feed included.
func descriptionMD5(description string) string {
	sum := md5.Sum([]byte(description + "\n"))
	return hex.EncodeToString(sum[:])
}
