package main

import "wain/repo"

// publishDocument is what the commands that change a repository print under
// --json, schemas wain/publish/1, wain/promote/1 and so on.
type publishDocument struct {
	Schema       string           `json:"schema"`
	Changed      bool             `json:"changed"`
	Generation   int              `json:"generation"`
	Origin       string           `json:"origin"`
	Fingerprint  string           `json:"fingerprint"` // of the first signing key
	Fingerprints []string         `json:"fingerprints"`
	Suites       []publishedSuite `json:"suites"`
	Warnings     []string         `json:"warnings"`
}

type publishedSuite struct {
	Format    string         `json:"format"`
	Suite     string         `json:"suite"`
	Added     []repo.Package `json:"added"`
	Removed   []repo.Package `json:"removed"`
	Unchanged []repo.Package `json:"unchanged"`
}

func newPublishDocument(schema string, r *repo.Result) publishDocument {
	doc := publishDocument{
		Schema: schema, Changed: r.Changed, Generation: r.Generation,
		Origin: r.Origin, Fingerprint: first(r.Fingerprints), Fingerprints: append([]string{}, r.Fingerprints...),
		Suites: []publishedSuite{}, Warnings: append([]string{}, r.Warnings...),
	}
	for _, s := range r.Suites {
		doc.Suites = append(doc.Suites, publishedSuite{
			Format: s.Format, Suite: s.Suite,
			Added:     append([]repo.Package{}, s.Added...),
			Removed:   append([]repo.Package{}, s.Removed...),
			Unchanged: append([]repo.Package{}, s.Unchanged...),
		})
	}
	return doc
}

// showPublished prints a package a line: what became of it, its suite, name,
// version and architecture.
func (c *console) showPublished(schema string, r *repo.Result) error {
	c.remarks(r)
	if c.json {
		return c.document(newPublishDocument(schema, r))
	}
	for _, line := range changeLines(r.Suites) {
		c.line(line)
	}
	return nil
}

// first is the first of several; "" of none.
func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}
