package pack

import (
	"encoding/json"
	"strings"
	"time"

	"wain/convert/pep"
)

// bom is a CycloneDX document, as far as this package fills it in.
// Specification: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/
type bom struct {
	Format      string         `json:"bomFormat"`
	SpecVersion string         `json:"specVersion"`
	Version     int            `json:"version"`
	Metadata    bomMetadata    `json:"metadata"`
	Components  []bomComponent `json:"components"`
}

type bomMetadata struct {
	Timestamp string       `json:"timestamp"`
	Component bomComponent `json:"component"`
}

type bomComponent struct {
	Type       string        `json:"type"`
	Ref        string        `json:"bom-ref"`
	Name       string        `json:"name"`
	Version    string        `json:"version"`
	Hashes     []bomHash     `json:"hashes,omitempty"`
	Licenses   []bomLicense  `json:"licenses,omitempty"`
	PURL       string        `json:"purl,omitempty"`
	Properties []bomProperty `json:"properties,omitempty"`
}

type bomHash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type bomLicense struct {
	Expression string          `json:"expression,omitempty"`
	License    *bomLicenseName `json:"license,omitempty"`
}

type bomLicenseName struct {
	Name string `json:"name"`
}

type bomProperty struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// sbom lists the projects inside the package, each with the wheel that brought
// it: the file's name and SHA-256, and how it came to be where that was not by
// download alone. It carries no serial number, which would have to be random.
func sbom(s *Spec) ([]byte, error) {
	doc := bom{
		Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata: bomMetadata{
			Timestamp: s.stamp().Format(time.RFC3339),
			Component: bomComponent{Type: "application", Ref: s.Name + "@" + s.evr(), Name: s.Name, Version: s.evr()},
		},
		Components: []bomComponent{},
	}
	for _, c := range s.Components {
		doc.Components = append(doc.Components, bomOf(c))
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	return append(text, '\n'), err
}

func bomOf(c Component) bomComponent {
	// https://github.com/package-url/purl-spec/blob/main/types-doc/pypi-definition.md
	purl := "pkg:pypi/" + pep.Normalize(c.Project) + "@" + strings.ReplaceAll(oneLine(c.Version), "+", "%2B")
	out := bomComponent{Type: "library", Ref: purl, Name: oneLine(c.Project), Version: oneLine(c.Version), PURL: purl}
	if c.SHA256 != "" {
		out.Hashes = []bomHash{{"SHA-256", c.SHA256}}
	}
	if l := componentLicense(c); l != nil {
		out.Licenses = []bomLicense{{Expression: l.String()}}
	} else if name := oneLine(firstLine(c.LicenseText)); name != "" {
		out.Licenses = []bomLicense{{License: &bomLicenseName{name}}}
	}
	for _, p := range []bomProperty{{"wain:filename", c.Filename}, {"wain:origin", c.Origin}, {"wain:built", c.Built}} {
		if p.Value != "" {
			out.Properties = append(out.Properties, p)
		}
	}
	return out
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
