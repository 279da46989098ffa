package repo

import (
	"context"
	"slices"
	"time"

	"wain/repo/store"
)

// ListOptions narrow a list.
type ListOptions struct {
	Suites   []string    // none: all
	Packages []Selection // none: all
}

// A Listed package is published in a suite.
type Listed struct {
	Package
	Format    string    `json:"format"`
	Suite     string    `json:"suite"`
	Component string    `json:"component,omitempty"` // apt
	Since     time.Time `json:"since"`               // when it was published there
}

// List returns the published packages, ordered by suite, name, version and architecture. The errors with facts are
// *UnknownSuiteError and *UnknownPackageError.
func List(ctx context.Context, at store.Reader, o ListOptions) ([]Listed, error) {
	now, suites, chosen, err := find(ctx, at, o)
	if err != nil {
		return nil, err
	}
	var all []Listed
	for i, s := range suites {
		packages, err := now.listed(ctx, s, chosen[i])
		if err != nil {
			return nil, err
		}
		all = append(all, packages...)
	}
	return all, nil
}

// find returns the packages of each suite that the options mean; nil for all of a suite.
func find(ctx context.Context, at store.Reader, o ListOptions) (now *current, suites []*suite, chosen [][]held, err error) {
	if now, err = openExisting(ctx, at); err != nil {
		return nil, nil, nil, err
	}
	if suites, err = now.suitesOf(o.Suites...); err != nil {
		return nil, nil, nil, err
	}
	in := ""
	if len(o.Suites) == 1 {
		in = o.Suites[0]
	}
	chosen, err = now.choose(ctx, in, suites, o.Packages)
	return now, suites, chosen, err
}

// listed describes packages of a suite, in the order of an index; nil stands for all.
func (c *current) listed(ctx context.Context, s *suite, packages []held) ([]Listed, error) {
	if packages == nil {
		var err error
		if packages, err = c.packages(ctx, s); err != nil {
			return nil, err
		}
	}
	list := make([]Listed, len(packages))
	for i, h := range packages {
		list[i] = Listed{
			Package: h.Package, Format: s.Format, Suite: s.Name, Component: h.Component, Since: time.Unix(h.Since, 0).UTC(),
		}
	}
	slices.SortFunc(list, func(a, b Listed) int { return comparePackages(s.Format, a.Package, b.Package) })
	return list, nil
}
