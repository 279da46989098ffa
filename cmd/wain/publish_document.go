package main

import (
	"fmt"

	"wain/repo"
)

// publishDocument is what `wain publish --json` prints, schema wain/publish/1.
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

func newPublishDocument(r *repo.Result) publishDocument {
	doc := publishDocument{
		Schema: "wain/publish/1", Changed: r.Changed, Generation: r.Generation,
		Origin: r.Origin, Fingerprint: first(r.Fingerprints), Fingerprints: append([]string{}, r.Fingerprints...),
		Suites: []publishedSuite{}, Warnings: append([]string{}, r.Warnings...),
	}
	for _, s := range r.Suites {
		doc.Suites = append(doc.Suites, publishedSuite{
			Format: s.Format, Suite: s.Suite,
			Added:     append([]repo.Package{}, s.Added...),
			Removed:   []repo.Package{},
			Unchanged: append([]repo.Package{}, s.Unchanged...),
		})
	}
	return doc
}

// showPublished prints a package a line: what became of it, its suite, name,
// version and architecture.
func (c *console) showPublished(r *repo.Result) error {
	for _, w := range r.Warnings {
		c.warnf("%s", w)
	}
	c.detail("generation %d of %s", r.Generation, r.Origin)
	if c.dryRun {
		c.say("dry run: nothing was written")
	}
	if c.json {
		return c.document(newPublishDocument(r))
	}
	for _, s := range r.Suites {
		for _, p := range s.Added {
			c.line(fmt.Sprintf("added %s %s %s %s", s.Suite, p.Name, p.Version, p.Architecture))
		}
		for _, p := range s.Unchanged {
			c.line(fmt.Sprintf("unchanged %s %s %s %s", s.Suite, p.Name, p.Version, p.Architecture))
		}
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
