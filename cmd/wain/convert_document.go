package main

import (
	"wain/convert"
	"wain/convert/sdist"
)

// convertDocument is what `wain convert --json` prints, schema wain/convert/1.
type convertDocument struct {
	Schema   string             `json:"schema"`
	Changed  bool               `json:"changed"`
	Packages []convertedPackage `json:"packages"`
	Failures []convertFailure   `json:"failures"` // targets without a package
	Warnings []string           `json:"warnings"`
	Error    *errorFields       `json:"error,omitempty"` // of the run, where a target failed
}

type convertFailure struct {
	Target string      `json:"target"`
	Error  errorFields `json:"error"`
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
	Origin   string `json:"origin"` // the source code that the lock names in place of a file; else empty

	Built *sdist.Built `json:"built"` // how it was made here of a source archive; else null

	Provenance *provenance `json:"provenance"` // what the index says of its origin, not verified; else null
}

// provenance is where an index says that a wheel is from (PEP 740).
type provenance struct {
	URL        string   `json:"url"`
	Publishers []string `json:"publishers"`
}

func newConvertDocument(r *convert.Result, failed error) convertDocument {
	doc := convertDocument{
		Schema:   "wain/convert/1",
		Changed:  r.Changed,
		Packages: []convertedPackage{},
		Failures: []convertFailure{},
		Warnings: append([]string{}, r.Warnings...),
	}
	for _, f := range r.Failures {
		doc.Failures = append(doc.Failures, convertFailure{f.Target, adviceFor(f.Err).fields(f.Err)})
	}
	if failed != nil {
		fields := adviceFor(failed).fields(failed)
		doc.Error = &fields
	}
	for _, p := range r.Packages {
		wheels := []convertedWheel{}
		for _, w := range p.Wheels {
			wheels = append(wheels, convertedWheel{
				w.Name, w.Version, w.Filename, w.SHA256, w.Source, w.Origin, w.Built, (*provenance)(w.Provenance),
			})
		}
		doc.Packages = append(doc.Packages, convertedPackage{
			Target: p.Target, Format: p.Format, Name: p.Name, Version: p.Version, Release: p.Release,
			Architecture: p.Architecture, Path: p.Path, Size: p.Size, SHA256: p.SHA256, SignedBy: p.SignedBy,
			Depends: append([]string{}, p.Depends...), Wheels: wheels,
		})
	}
	return doc
}
