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
	text := description(p)
	if text == "" {
		return nil
	}
	return []byte("Package: " + p.Name + "\nDescription-md5: " + descriptionMD5(text) + "\nDescription-en: " + text + "\n\n")
}

// ShortStanza is [Stanza] for a suite with Translation-en: of the description
// it has the first line and the digest of all of it.
func ShortStanza(p *deb.Package, path string) []byte {
	text := description(p)
	if text == "" {
		return Stanza(p, path)
	}
	short := *p
	short.Control.Fields = make([]deb.Field, 0, len(p.Control.Fields)+1)
	for _, f := range p.Control.Fields {
		switch {
		case strings.EqualFold(f.Name, "Description"):
			f.Value, _, _ = strings.Cut(text, "\n")
		case strings.EqualFold(f.Name, "Description-md5"):
			continue
		}
		short.Control.Fields = append(short.Control.Fields, f)
	}
	short.Control.Fields = append(short.Control.Fields, deb.Field{Name: "Description-md5", Value: descriptionMD5(text)})
	return Stanza(&short, path)
}

// description is that of the control file as apt reads it: without any white
// space in front, so that an empty first line is none.
func description(p *deb.Package) string {
	return strings.TrimLeft(p.Control.Get("Description"), " \t\r\n\v\f")
}

// descriptionMD5 is the digest of a description up to the end of its last
// line, line feed included.
func descriptionMD5(text string) string {
	sum := md5.Sum([]byte(text + "\n"))
	return hex.EncodeToString(sum[:])
}
