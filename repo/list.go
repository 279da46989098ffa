package repo

import (
	"context"
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

// List returns the published packages, ordered by suite, name, version and architecture.
func List(ctx context.Context, at store.Reader, o ListOptions) ([]Listed, error) {
	return nil, errNotBuilt
}
