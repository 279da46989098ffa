package repo

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"wain/repo/store"
)

var errNotBuilt = errors.New("not built yet")

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
	now, err := openCurrent(ctx, at)
	if err != nil {
		return nil, err
	}
	if !now.exists() {
		return nil, ErrNoRepository
	}
	all := make([]Generation, len(now.head.Kept))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i, k := range now.head.Kept {
		g.Go(func() error {
			then, err := loadManifest(ctx, at, k.Manifest)
			if err == nil {
				all[i] = then.summary(now.Number)
			}
			return err
		})
	}
	return all, g.Wait()
}

// summary is a generation's line in the history.
func (g *generation) summary(current int) Generation {
	line := Generation{
		Number: g.Number, Date: g.Date, Action: g.Action, Added: g.Added, Removed: g.Removed,
		Suites: []string{}, Current: g.Number == current,
	}
	for _, s := range g.Suites {
		if s.Generation == g.Number {
			line.Suites = append(line.Suites, s.Name)
		}
	}
	return line
}
