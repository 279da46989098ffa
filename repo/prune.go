package repo

import (
	"context"
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

// Prune takes old packages out of suites.
func Prune(ctx context.Context, o PruneOptions) (*Result, error) { return nil, errNotBuilt }

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
