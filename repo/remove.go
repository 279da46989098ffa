package repo

import (
	"context"
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

// Remove takes packages out of a suite.
func Remove(ctx context.Context, o RemoveOptions) (*Result, error) { return nil, errNotBuilt }
