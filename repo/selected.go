package repo

import (
	"context"
	"errors"
	"slices"

	"wain/repo/store"
)

// openExisting reads the repository's state. The error matches [ErrNoRepository] where there is none.
func openExisting(ctx context.Context, at store.Reader) (*current, error) {
	now, err := openCurrent(ctx, at)
	if err == nil && !now.exists() || errors.Is(err, errors.ErrUnsupported) {
		err = ErrNoRepository // or a web server that does not serve its state
	}
	return now, err
}

// changeSuites commits edits of suites that exist. Plan is told of them before anything is written; it may be nil.
func changeSuites(ctx context.Context, c Commit, action string, plan func([]SuiteResult), decide func(ctx context.Context, now *current) ([]suiteEdit, error)) (*Result, error) {
	e := &editor{commit: c, action: action, planned: plan}
	e.decide = func(ctx context.Context, now *current) (*edits, error) {
		if !now.exists() {
			return nil, ErrNoRepository
		}
		suites, err := decide(ctx, now)
		return &edits{suites: suites}, err
	}
	return e.run(ctx)
}

// suitesOf returns the suites with the names, which may stand for one of each format; all of them, where no name is
// given. One that is not there is an *UnknownSuiteError.
func (c *current) suitesOf(names ...string) ([]*suite, error) {
	var found []*suite
	for i := range c.Suites {
		if len(names) == 0 || slices.Contains(names, c.Suites[i].Name) {
			found = append(found, &c.Suites[i])
		}
	}
	var errs []error
	for _, name := range names {
		if !slices.ContainsFunc(found, func(s *suite) bool { return s.Name == name }) {
			errs = append(errs, &UnknownSuiteError{Suite: name, Have: c.suiteNames()})
		}
	}
	return found, errors.Join(errs...)
}

func (c *current) suiteNames() []string {
	var names []string
	for _, s := range c.Suites {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// choose returns the packages of each suite that the selections mean; nil for all, where there are no selections. It
// reads the segments alone in which such names can be. A selection that means nothing in any of the suites is an
// *UnknownPackageError, which calls them by the given name.
func (c *current) choose(ctx context.Context, of string, suites []*suite, selections []Selection) ([][]held, error) {
	chosen := make([][]held, len(suites))
	var names []string
	for _, s := range selections {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	met := make([]bool, len(selections))
	for i, s := range suites {
		for _, name := range names {
			packages, err := c.named(ctx, s, name)
			if err != nil {
				return nil, err
			}
			for _, h := range packages {
				means := false
				for k, selection := range selections {
					if selection.Chooses(s.Format, h.Package) {
						means, met[k] = true, true
					}
				}
				if means {
					chosen[i] = append(chosen[i], h)
				}
			}
		}
		if chosen[i] == nil && len(selections) > 0 {
			chosen[i] = []held{}
		}
	}
	if !slices.Contains(met, false) {
		return chosen, nil
	}
	return nil, c.absent(ctx, of, suites, selections, met)
}

// absent says of each selection that means nothing what there is instead.
func (c *current) absent(ctx context.Context, of string, suites []*suite, selections []Selection, met []bool) error {
	var all []Listed
	for _, s := range suites {
		packages, err := c.listed(ctx, s, nil)
		if err != nil {
			return err
		}
		all = append(all, packages...)
	}
	var errs []error
	for i, s := range selections {
		if !met[i] {
			errs = append(errs, unknownPackage(of, all, s))
		}
	}
	return errors.Join(errs...)
}
