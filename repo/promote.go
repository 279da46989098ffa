package repo

import (
	"context"
)

// PromoteOptions say which packages go from one suite to another.
type PromoteOptions struct {
	Commit
	Packages []Selection // none: all; without a version: the newest one of each architecture
	From, To string

	// Plan is called with what will be done, before anything is written; once more where another publisher was faster
	// and the plan is another one now. It may be nil.
	Plan func([]SuiteResult)
}

// Promote publishes packages of one suite in another one: the same bytes.
func Promote(ctx context.Context, o PromoteOptions) (*Result, error) { return nil, errNotBuilt }
