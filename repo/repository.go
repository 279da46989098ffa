package repo

import (
	"context"
	"time"

	"wain/repo/store"
)

// A Repository describes what is published.
type Repository struct {
	Generation   int
	Origin       string
	Label        string
	BaseURL      string   // empty: not known
	Fingerprints []string // of the signing keys; none: unsigned
	Suites       []Suite
}

// A Suite is what one kind of client subscribes to.
type Suite struct {
	Format     string // "apt" or "yum"
	Name       string
	Base       string // the folder that paths in its indexes are relative to
	Date       time.Time
	ValidUntil time.Time // zero: no such date
	Components []string  // apt
	Config     SuiteConfig
	Packages   int
}

// Describe reads a repository's current generation. The error matches [ErrNoRepository] where there is none.
func Describe(ctx context.Context, at store.Reader) (*Repository, error) {
	g, err := loadGeneration(ctx, at)
	if err != nil {
		return nil, err
	}
	if g == nil {
		return nil, ErrNoRepository
	}
	r := &Repository{Generation: g.Number, Origin: g.Origin, Label: g.Label, BaseURL: g.BaseURL, Fingerprints: g.Keys}
	for _, s := range g.Suites {
		r.Suites = append(r.Suites, Suite{Format: s.Format, Name: s.Name, Base: s.Base, Date: s.Date, ValidUntil: s.ValidUntil, Components: s.Components, Config: s.Config, Packages: s.Packages})
	}
	return r, nil
}
