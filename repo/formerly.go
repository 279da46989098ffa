package repo

import (
	"context"
	"errors"
	"io/fs"
	"slices"
)

// formerly returns the package of a kept generation that had the path of in and that no suite has any more, and the
// suite that had it; nil if there is none. A rollback may bring it back, and hosts may have it: its bytes stay what they
// are.
//
// Most repositories never lost a package, and are asked nothing. Of the others the store is asked for the file alone.
func (c *current) formerly(ctx context.Context, in incoming) (*held, string, error) {
	if !slices.ContainsFunc(c.head.Kept, func(k kept) bool { return k.Removed > 0 }) {
		return nil, "", nil
	}
	_, err := c.at.Size(ctx, in.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	seen := map[string]bool{}
	for _, number := range c.numbers() {
		g, err := c.earlier(ctx, number)
		if err != nil {
			return nil, "", err
		}
		for i := range g.Suites {
			s := &g.Suites[i]
			if s.Format != in.name.format || s.Base != in.name.base() || seen[s.Table] {
				continue
			}
			seen[s.Table] = true
			t, err := c.table(ctx, s.Table)
			if err != nil {
				return nil, "", err
			}
			if have, err := c.placed(ctx, t, in.Package); err != nil || have != nil {
				return have, s.Name, err
			}
		}
	}
	return nil, "", nil
}
