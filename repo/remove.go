package repo

import (
	"context"
	"errors"
)

// RemoveOptions say which packages leave a suite.
type RemoveOptions struct {
	Commit
	Packages    []Selection
	AllVersions bool // leave to select without a version
	Suite       string

	// Plan is called with what will be done, before anything is written; once more where another publisher was faster
	// and the plan is another one now. It may be nil.
	Plan func([]SuiteResult)
}

// Remove takes packages out of a suite. Their files stay for as long as a kept generation, or another suite, has them. A
// suite may lose its last package.
//
// The errors with facts are *UnknownSuiteError and *UnknownPackageError, and for a name without a version, unless
// AllVersions is set, an *OptionError.
func Remove(ctx context.Context, o RemoveOptions) (*Result, error) {
	errs := []error{o.check(true)}
	if len(o.Packages) == 0 {
		errs = append(errs, &OptionError{"suite", o.Suite, "no package to remove was named"})
	}
	for _, s := range o.Packages {
		if s.Version == "" && !o.AllVersions {
			errs = append(errs, &OptionError{"all-versions", s.Name, "the package was named without a version"})
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return changeSuites(ctx, o.Commit, "remove", o.Plan, func(ctx context.Context, now *current) ([]suiteEdit, error) {
		suites, err := now.suitesOf(o.Suite)
		if err != nil {
			return nil, err
		}
		chosen, err := now.choose(ctx, o.Suite, suites, o.Packages)
		if err != nil {
			return nil, err
		}
		var edits []suiteEdit
		for i, s := range suites {
			if len(chosen[i]) == 0 {
				continue
			}
			edit := suiteEdit{name: s.name()}
			for _, h := range chosen[i] {
				edit.remove = append(edit.remove, h.Package)
			}
			edits = append(edits, edit)
		}
		return edits, nil
	})
}
