package repo

import (
	"context"
	"errors"
	"io/fs"
	"strconv"

	"golang.org/x/sync/errgroup"
)

// RollbackOptions say which generation's content comes back.
type RollbackOptions struct {
	Commit
	To     int      // 0: the one before the current
	Suites []string // none: all

	// Plan is called with what will be done, before anything is written; once more where another publisher was faster
	// and the plan is another one now. It may be nil.
	Plan func([]SuiteResult)
}

// Rollback publishes an earlier generation's packages under a new, later date. The configuration of suites stays, and a
// suite that the generation did not have becomes empty. To 0 stands for the newest kept generation with other packages.
//
// The errors with facts are *UnknownSuiteError, *GenerationError where a generation is not kept, and *StateError where a
// package's file is gone; [ErrNothingEarlier] matches where To is 0 and there is none.
func Rollback(ctx context.Context, o RollbackOptions) (*Result, error) {
	errs := []error{o.check(true)}
	if o.To < 0 {
		errs = append(errs, &OptionError{"to", strconv.Itoa(o.To), "generations are counted from 1"})
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return changeSuites(ctx, o.Commit, "rollback", o.Plan, func(ctx context.Context, now *current) ([]suiteEdit, error) {
		suites, err := now.suitesOf(o.Suites...)
		if err != nil {
			return nil, err
		}
		if o.To != 0 {
			then, err := now.earlier(ctx, o.To)
			if err != nil {
				return nil, err
			}
			return now.restored(ctx, suites, then)
		}
		for _, number := range now.numbers() {
			if number >= now.Number {
				continue
			}
			then, err := now.earlier(ctx, number)
			if err != nil {
				return nil, err
			}
			if edits, err := now.restored(ctx, suites, then); len(edits) > 0 || err != nil {
				return edits, err
			}
		}
		return nil, ErrNothingEarlier
	})
}

// restored are the edits by which suites get the packages back that they had; those that have them are left out.
func (c *current) restored(ctx context.Context, suites []*suite, then *generation) ([]suiteEdit, error) {
	var edits []suiteEdit
	for _, s := range suites {
		before, tableName := then.find(s.Format, s.Name), ""
		if before != nil {
			tableName = before.Table
		}
		if tableName == s.Table {
			continue
		}
		added, removed, err := c.differ(ctx, s, before)
		if err != nil {
			return nil, err
		}
		if len(added)+len(removed) == 0 {
			continue
		}
		if err := c.present(ctx, added); err != nil {
			return nil, err
		}
		edits = append(edits, suiteEdit{name: s.name(), restore: &tableName})
	}
	return edits, nil
}

// present wants the files of packages to be there: an index that names one which somebody deleted would be a broken one.
func (c *current) present(ctx context.Context, packages []Package) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for _, p := range packages {
		g.Go(func() error {
			size, err := c.at.Size(ctx, p.Path)
			if errors.Is(err, fs.ErrNotExist) || err == nil && size != p.Size {
				return &StateError{Name: p.Path, Detail: "the package's file is gone, or another one"}
			}
			return err
		})
	}
	return g.Wait()
}
