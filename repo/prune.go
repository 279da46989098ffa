package repo

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

// PruneOptions say which packages are too old to stay.
type PruneOptions struct {
	Commit
	Keep      int           // so many versions of each name and architecture stay; 0: no such rule
	OlderThan time.Duration // packages published for a shorter time stay; 0: no such rule
	Suites    []string      // none: all

	// Plan is called with what will be done, before anything is written; once more where another publisher was faster
	// and the plan is another one now. It may be nil.
	Plan func([]SuiteResult)
}

// Prune takes packages out of suites that no rule keeps. Where both rules are given, what either keeps stays. The newest
// version of each name and architecture stays always, and so does what another suite has and keeps.
//
// The errors with facts are *OptionError and *UnknownSuiteError.
func Prune(ctx context.Context, o PruneOptions) (*Result, error) {
	errs := []error{o.check(true)}
	if o.Keep < 0 || o.OlderThan < 0 || o.Keep == 0 && o.OlderThan == 0 {
		errs = append(errs, &OptionError{"keep", strconv.Itoa(o.Keep), "a rule is needed: how many versions stay, or for how long"})
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	rule := pruneRule{keep: o.Keep}
	if o.OlderThan > 0 {
		rule.before = o.Time.Add(-o.OlderThan)
	}
	return changeSuites(ctx, o.Commit, "prune", o.Plan, func(ctx context.Context, now *current) ([]suiteEdit, error) {
		pruned, err := now.suitesOf(o.Suites...)
		if err != nil {
			return nil, err
		}
		var expired, all []Listed
		for i := range now.Suites {
			s := &now.Suites[i]
			packages, err := now.listed(ctx, s, nil)
			if err != nil {
				return nil, err
			}
			all = append(all, packages...)
			if slices.Contains(pruned, s) {
				expired = append(expired, rule.expired(packages)...)
			}
		}
		var edits []suiteEdit
		for _, p := range unshared(expired, all) {
			i := slices.IndexFunc(edits, func(e suiteEdit) bool { return e.name.format == p.Format && e.name.suite == p.Suite })
			if i < 0 {
				i = len(edits)
				edits = append(edits, suiteEdit{name: now.generation.find(p.Format, p.Suite).name()})
			}
			edits[i].remove = append(edits[i].remove, p.Package)
		}
		return edits, nil
	})
}

// A pruneRule says which packages of a suite stay.
type pruneRule struct {
	keep   int       // so many versions of each name and architecture; 0: no such rule
	before time.Time // those published later; the zero time: no such rule
}

// expired returns the packages of one suite that no rule keeps. The newest of a name and architecture always stays.
func (r pruneRule) expired(packages []Listed) []Listed {
	var expired []Listed
	for _, versions := range byNameAndArchitecture(packages) {
		for i, p := range versions {
			switch {
			case i == 0, i < r.keep, !r.before.IsZero() && p.Since.After(r.before):
			default:
				expired = append(expired, p)
			}
		}
	}
	return expired
}

// unshared leaves out of the expired packages what a suite has in which it is not expired: what was promoted from
// staging to production stays in both.
func unshared(expired, all []Listed) []Listed {
	type file struct{ format, sha256 string }
	keepers := map[file]int{}
	for _, p := range all {
		keepers[file{p.Format, p.SHA256}]++
	}
	for _, p := range expired {
		keepers[file{p.Format, p.SHA256}]--
	}
	var alone []Listed
	for _, p := range expired {
		if keepers[file{p.Format, p.SHA256}] == 0 {
			alone = append(alone, p)
		}
	}
	return alone
}
