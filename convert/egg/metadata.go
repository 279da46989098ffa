package egg

import (
	"bytes"
	"strings"

	"wain/convert/pep"
	"wain/convert/wheel"
)

// minMetadata is the version of METADATA that knows Provides-Extra and markers
// with extras; what is older is lifted to it.
const minMetadata = "2.1"

// metadata makes METADATA of PKG-INFO, which has the same form, and of
// requires.txt.
func (c *conversion) metadata(pkgInfo *file) ([]byte, error) {
	text, err := pkgInfo.read()
	if err != nil {
		return nil, err
	}
	fields, body, defects := wheel.ParseFields(string(text))
	for _, defect := range defects {
		c.warn("PKG-INFO: %s", defect)
	}
	requires, found, err := c.requires()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("Metadata-Version: " + metadataVersion(fields) + "\n")
	for _, f := range fields {
		if c.keepField(f, found) {
			b.WriteString(f.Name + ": " + f.Value + "\n")
		}
	}
	b.Write(requires)
	if body != "" {
		b.WriteString("\n" + body)
	}
	if b.Len() > maxInfo {
		return nil, refuse("egg-info-size", pkgInfo.name, "METADATA would have %d bytes, the limit is %d", b.Len(), maxInfo)
	}
	md, _, err := wheel.ParseMetadata(b.Bytes())
	if err != nil {
		return nil, at(pkgInfo.name, err)
	}
	return b.Bytes(), c.checkProject(md)
}

// keepField tells whether a field of PKG-INFO goes into METADATA: not those
// written anew, none that says nothing, none about a file that is not there.
func (c *conversion) keepField(f wheel.Field, requires bool) bool {
	if strings.TrimSpace(f.Value) == "UNKNOWN" {
		return false
	}
	switch strings.ToLower(f.Name) {
	case "metadata-version":
		return false
	case "requires-dist", "provides-extra":
		return !requires
	case "license-file":
		name := strings.TrimSpace(f.Value)
		return c.has[infoFolder+name] != nil || c.has[infoFolder+"licenses/"+name] != nil
	}
	return true
}

// metadataVersion keeps a version of core metadata that is new enough.
func metadataVersion(fields []wheel.Field) string {
	for _, f := range fields {
		if !strings.EqualFold(f.Name, "metadata-version") {
			continue
		}
		value := strings.TrimSpace(f.Value)
		if v, err := pep.ParseVersion(value); err == nil {
			if least, _ := pep.ParseVersion(minMetadata); v.Compare(least) > 0 {
				return value
			}
		}
		break
	}
	return minMetadata
}

// checkProject holds PKG-INFO against the file name, as METADATA is in wheels.
func (c *conversion) checkProject(md wheel.Metadata) error {
	if pep.Normalize(md.Name) != c.name.Name {
		return refuse("metadata-name", pkgInfoName, "PKG-INFO names the project %q, the file name %q", md.Name, c.name.Name)
	}
	version, err := pep.ParseVersion(md.Version)
	if err != nil {
		return err // not reached: ParseMetadata has read it
	}
	if named := c.name.Version; version.Compare(named) != 0 && version.Compare(named.Public()) != 0 {
		return refuse("metadata-version", pkgInfoName, "PKG-INFO has the version %q, the file name %q", md.Version, named)
	}
	return nil
}
