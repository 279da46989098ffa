package repo

import (
	"context"
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

// Rollback publishes an earlier generation's packages under a new, later date.
func Rollback(ctx context.Context, o RollbackOptions) (*Result, error) { return nil, errNotBuilt }
