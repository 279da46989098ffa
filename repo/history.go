package repo

import (
	"context"
	"time"

	"wain/repo/store"
)

// A Generation is a repository after one commit.
type Generation struct {
	Number  int       `json:"number"`
	Date    time.Time `json:"date"`
	Action  string    `json:"action"`  // "publish", "promote", "remove", "prune", "rollback", "suite", "add", "rescan"
	Added   int       `json:"added"`   // packages
	Removed int       `json:"removed"` // packages
	Suites  []string  `json:"suites"`  // those that changed
	Current bool      `json:"current"`
}

// History lists the kept generations, newest first. The error matches [ErrNoRepository] where there is no repository.
func History(ctx context.Context, at store.Reader) ([]Generation, error) {
	now, err := openExisting(ctx, at)
	if err != nil {
		return nil, err
	}
	var all []Generation
	for _, number := range now.numbers() {
		g, err := now.earlier(ctx, number)
		if err != nil {
			return nil, err
		}
		one := Generation{
			Number: g.Number, Date: g.Date, Action: g.Action, Added: g.Added, Removed: g.Removed, Current: g.Number == now.Number,
		}
		for i := range g.Suites {
			if s := &g.Suites[i]; s.Generation == g.Number {
				one.Suites = append(one.Suites, s.Name)
			}
		}
		all = append(all, one)
	}
	return all, nil
}
