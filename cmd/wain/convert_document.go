package main

import "wain/convert"

// convertDocument is what `wain convert --json` prints, schema wain/convert/1.
type convertDocument struct {
	Schema   string             `json:"schema"`
	Changed  bool               `json:"changed"`
	Packages []convertedPackage `json:"packages"`
	Warnings []string           `json:"warnings"`
}

type convertedPackage struct {
	Target       string           `json:"target"`
	Format       string           `json:"format"`
	Name         string           `json:"name"`
	Version      string           `json:"version"`
	Release      string           `json:"release"`
	Architecture string           `json:"architecture"`
	Path         string           `json:"path"`
	Size         int64            `json:"size"`
	SHA256       string           `json:"sha256"`
	SignedBy     string           `json:"signed_by"`
	Depends      []string         `json:"depends"`
	Wheels       []convertedWheel `json:"wheels"`
}

type convertedWheel struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Filename string `json:"filename"`
	SHA256   string `json:"sha256"`
	Source   string `json:"source"`
}

func newConvertDocument(r *convert.Result) convertDocument {
	doc := convertDocument{
		Schema:   "wain/convert/1",
		Changed:  r.Changed,
		Packages: []convertedPackage{},
		Warnings: append([]string{}, r.Warnings...),
	}
	for _, p := range r.Packages {
		wheels := []convertedWheel{}
		for _, w := range p.Wheels {
			wheels = append(wheels, convertedWheel(w))
		}
		doc.Packages = append(doc.Packages, convertedPackage{
			Target: p.Target, Format: p.Format, Name: p.Name, Version: p.Version, Release: p.Release,
			Architecture: p.Architecture, Path: p.Path, Size: p.Size, SHA256: p.SHA256, SignedBy: p.SignedBy,
			Depends: append([]string{}, p.Depends...), Wheels: wheels,
		})
	}
	return doc
}
