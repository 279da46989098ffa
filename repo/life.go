package repo

import (
	"context"
	"errors"
	"time"

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

// History lists the kept generations, newest first.
func History(ctx context.Context, at store.Reader) ([]Generation, error) { return nil, errNotBuilt }
