package repo

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"wain/repo/store"
)

// check refuses options that cannot work, before anything is read.
func (c *Commit) check(signs bool) error {
	var errs []error
	if c.Store == nil && c.Dir == "" {
		errs = append(errs, errors.New("publish: no repository given"))
	}
	if c.Time.IsZero() {
		errs = append(errs, errors.New("publish: no time given"))
	}
	if signs && c.Signer == nil && !c.Unsigned && !c.DryRun {
		errs = append(errs, ErrNoSigner)
	}
	return errors.Join(errs...)
}

// home returns the store to publish in.
func (c *Commit) home() store.Store {
	s := c.Store
	if s == nil {
		s = store.NewFolder(c.Dir, store.FolderOptions{Waiting: func() { c.progress(Event{Step: "wait", Label: c.Dir}) }})
	}
	if c.DryRun {
		return store.DryRun{Reader: s}
	}
	return s
}

func (c *Commit) await(ctx context.Context, date time.Time) error {
	if c.Await == nil || c.DryRun {
		return nil
	}
	return c.Await(ctx, date)
}

func (c *Commit) progress(e Event) {
	if c.Progress != nil {
		c.Progress(e)
	}
}

// oneAtATime keeps calls of progress apart.
func oneAtATime(progress func(Event)) func(Event) {
	if progress == nil {
		return nil
	}
	var mu sync.Mutex
	return func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		progress(e)
	}
}

// store adds the files of packages to the change.
func (e *editor) store(plans []*suitePlan, more []incoming, change *store.Change) {
	all := more
	for _, p := range plans {
		all = append(all, p.pool...)
	}
	var opened atomic.Int64
	for _, in := range all {
		file := store.File{Name: in.Path, Size: in.Size, SHA256: in.SHA256}
		if in.link != "" {
			file = store.File{Name: in.Path, Link: in.link}
		} else {
			file.Open = func() (io.ReadCloser, error) {
				e.commit.progress(Event{Step: "copy", Label: in.source, Done: int(opened.Add(1)), Total: len(all)})
				return os.Open(in.source)
			}
		}
		change.Pool = append(change.Pool, file)
	}
}
