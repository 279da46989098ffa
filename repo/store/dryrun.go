package store

import "context"

// A DryRun reads from a store and plans, but commits nothing.
type DryRun struct{ Reader }

// Update implements [Store] without the commit and without waiting for anybody. It reports whether the plan has
// anything new in it; completing what a dead publisher began does not count.
func (d DryRun) Update(ctx context.Context, plan Plan) (bool, error) {
	change, err := plan(ctx, d.Reader)
	if err != nil || change == nil {
		return false, err
	}
	if err := change.check(); err != nil {
		return false, err
	}
	return len(change.Pool)+len(change.Index) > 0 || change.Head.State != nil, nil
}
