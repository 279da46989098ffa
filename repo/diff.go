package repo

import (
	"context"
	"slices"

	"wain/repo/store"
)

// A SuiteDifference is what a suite has in one generation and not in another.
type SuiteDifference struct {
	Format  string    `json:"format"`
	Suite   string    `json:"suite"`
	Added   []Package `json:"added"`
	Removed []Package `json:"removed"`
}

// Diff compares two generations; 0 stands for the current one.
func Diff(ctx context.Context, at store.Reader, a, b int) ([]SuiteDifference, error) {
	return nil, errNotBuilt
}

// differ returns the packages that only after has, and those that only before has, in the order of an index. A package
// with other bytes is another package.
func differ(format string, before, after []Package) (added, removed []Package) {
	had := map[Package]bool{}
	for _, p := range before {
		had[p] = true
	}
	for _, p := range after {
		if had[p] {
			delete(had, p)
			continue
		}
		added = append(added, p)
	}
	for _, p := range before {
		if had[p] {
			removed = append(removed, p)
		}
	}
	order := func(a, b Package) int { return comparePackages(format, a, b) }
	slices.SortFunc(added, order)
	slices.SortFunc(removed, order)
	return added, removed
}
