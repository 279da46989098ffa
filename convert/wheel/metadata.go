package wheel

import (
	"fmt"
	"strconv"
	"strings"

	"wain/convert/pep"
)

// Metadata is a wheel's METADATA file, core metadata 1.0 to 2.6. Texts are as
// written, in UTF-8; single-line fields are folded to one line; "UNKNOWN",
// which old tools wrote for nothing, is "".
type Metadata struct {
	MetadataVersion string // "2.4"
	Name            string // as written
	Version         string // as written
	Summary         string
	Description     string // the long one, usually reStructuredText or Markdown
	Homepage        string // Home-page, else the Project-URL that comes closest; "" without any
	ProjectURLs     []ProjectURL
	Author          string
	AuthorEmail     string
	Maintainer      string
	MaintainerEmail string

	License           string   // the License field: a name or a whole text, may have several lines
	LicenseExpression string   // License-Expression, SPDX
	LicenseFiles      []string // License-File: paths below dist-info/licenses, in older wheels below dist-info
	Classifiers       []string

	RequiresDist   []pep.Requirement
	RequiresPython pep.Specifiers
	ProvidesExtra  []string // as written
}

// ProjectURL is one Project-URL field.
type ProjectURL struct{ Label, URL string }

// Newest core metadata that is known: PEP 808.
const (
	metadataMajor = 2
	metadataMinor = 6
)

// ParseMetadata reads a METADATA file. What can be read around comes back as
// warnings; the errors are *Error, joined.
func ParseMetadata(text []byte) (Metadata, []string, error) {
	m := readMessage(string(text))
	warnings := m.defects
	known := func(name string) string {
		if v := m.first(name); v != "UNKNOWN" {
			return v
		}
		return ""
	}
	md := Metadata{
		MetadataVersion:   m.first("metadata-version"),
		Name:              m.first("name"),
		Version:           m.first("version"),
		Summary:           known("summary"),
		Description:       m.body,
		Author:            known("author"),
		AuthorEmail:       known("author-email"),
		Maintainer:        known("maintainer"),
		MaintainerEmail:   known("maintainer-email"),
		License:           m.text("license"),
		LicenseExpression: m.first("license-expression"),
		LicenseFiles:      m.all("license-file"),
		Classifiers:       m.all("classifier"),
		ProvidesExtra:     m.all("provides-extra"),
	}
	if m.has("description") {
		md.Description = m.text("description")
	}
	if md.License == "UNKNOWN" {
		md.License = ""
	}
	for _, value := range m.all("project-url") {
		label, url, _ := strings.Cut(value, ",")
		md.ProjectURLs = append(md.ProjectURLs, ProjectURL{strings.TrimSpace(label), strings.TrimSpace(url)})
	}
	md.Homepage = homepage(known("home-page"), md.ProjectURLs)
	more, err := md.judge(m)
	return md, append(warnings, more...), err
}

// judge checks the fields that decide what is installed, and reads those with a
// grammar of their own.
func (md *Metadata) judge(m message) (warnings []string, err error) {
	warning, err := checkMetadataVersion(md.MetadataVersion)
	if warning != "" {
		warnings = append(warnings, warning)
	}
	var found issues
	found.add(err)
	if !pep.ValidName(md.Name) {
		found.add(refuse("metadata-name", "", "Name %q is no project name", clip(md.Name)))
	}
	if _, err := pep.ParseVersion(md.Version); err != nil {
		found.add(refuse("metadata-version", "", "Version: %v", err))
	}
	for _, value := range m.all("requires-dist") {
		r, err := pep.ParseRequirement(value)
		if err != nil {
			found.add(refuse("metadata-requires-dist", "", "Requires-Dist: %v", err))
			continue
		}
		md.RequiresDist = append(md.RequiresDist, r)
	}
	// Installers take an unreadable Requires-Python for none, and old wheels
	// have such: it only ever narrows.
	if md.RequiresPython, err = pep.ParseSpecifiers(m.first("requires-python")); err != nil {
		warnings = append(warnings, fmt.Sprintf("Requires-Python is ignored: %v", err))
	}
	return warnings, found.err()
}

// checkMetadataVersion refuses a major version that is not known; a newer minor
// one only adds fields.
func checkMetadataVersion(version string) (warning string, err error) {
	majorText, minorText, found := strings.Cut(version, ".")
	major, err1 := strconv.ParseUint(majorText, 10, 16)
	minor, err2 := strconv.ParseUint(minorText, 10, 16)
	switch {
	case version == "":
		return "", refuse("metadata-format", "", "Metadata-Version is missing")
	case !found || err1 != nil || err2 != nil || major == 0:
		return "", refuse("metadata-format", "", "Metadata-Version %q is no version of core metadata", clip(version))
	case major > metadataMajor:
		return "", refuse("metadata-format", "", "Metadata-Version %s: at most %d.x can be read", version, metadataMajor)
	case major == metadataMajor && minor > metadataMinor:
		return fmt.Sprintf("Metadata-Version %s is newer than %d.%d; fields that are new in it are not read", version, metadataMajor, metadataMinor), nil
	}
	return "", nil
}

// homepage prefers the field of that name, then the well-known labels of
// https://packaging.python.org/en/latest/specifications/well-known-project-urls/
// in order of closeness, then the first URL.
func homepage(field string, urls []ProjectURL) string {
	if field != "" {
		return field
	}
	labels := []string{"homepage", "source", "repository", "sourcecode", "github", "documentation", "docs"}
	for _, label := range labels {
		for _, u := range urls {
			if normalLabel(u.Label) == label && u.URL != "" {
				return u.URL
			}
		}
	}
	if len(urls) > 0 {
		return urls[0].URL
	}
	return ""
}

// normalLabel drops punctuation and white space and lowers the case, as the
// specification has it for comparing labels.
func normalLabel(label string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t\n\v\f\r", r) {
			return -1
		}
		return r
	}, strings.ToLower(label))
}
