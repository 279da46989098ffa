package repo

import (
	"cmp"
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

// Diff compares two generations; 0 stands for the current one. Suites without a difference are left out. A generation
// that is not kept is a *GenerationError.
func Diff(ctx context.Context, at store.Reader, a, b int) ([]SuiteDifference, error) {
	now, err := openExisting(ctx, at)
	if err != nil {
		return nil, err
	}
	var sides [2]*generation
	for i, number := range []int{a, b} {
		if sides[i] = now.generation; number == 0 || number == now.Number {
			continue
		}
		if sides[i], err = now.earlier(ctx, number); err != nil {
			return nil, err
		}
	}
	var names []suiteName
	for _, side := range sides {
		for i := range side.Suites {
			name := suiteName{format: side.Suites[i].Format, suite: side.Suites[i].Name}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.SortFunc(names, func(a, b suiteName) int {
		return cmp.Or(cmp.Compare(a.format, b.format), cmp.Compare(a.suite, b.suite))
	})
	var differences []SuiteDifference
	for _, name := range names {
		d := SuiteDifference{Format: name.format, Suite: name.suite}
		d.Added, d.Removed, err = now.differ(ctx, sides[0].find(name.format, name.suite), sides[1].find(name.format, name.suite))
		if err != nil {
			return nil, err
		}
		if len(d.Added)+len(d.Removed) == 0 {
			continue
		}
		for _, packages := range [][]Package{d.Added, d.Removed} {
			slices.SortFunc(packages, func(a, b Package) int { return comparePackages(name.format, a, b) })
		}
		differences = append(differences, d)
	}
	return differences, nil
}
