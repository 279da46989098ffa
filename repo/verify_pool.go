package repo

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"wain/repo/store"
)

// verifyPool looks for package files that no index names. It needs all suites, and a store that can be listed.
func (v *verification) verifyPool(ctx context.Context, trees []tree) error {
	if len(v.options.Suites) > 0 || v.options.IndexesOnly {
		return nil
	}
	if _, err := v.at.List(ctx, "."); errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	kept, err := v.keptPackages(ctx)
	if err != nil {
		return err
	}
	w := &poolWalk{v: v, kept: kept, seen: map[string]bool{}}
	var apt, yum []string
	for _, t := range trees {
		switch {
		case t.format == formatYum:
			yum = append(yum, t.base)
		case t.flat:
			apt = append(apt, t.base)
		default:
			apt = append(apt, path.Join(t.base, "pool"))
		}
	}
	if err := w.walk(ctx, apt, debianFile); err != nil {
		return err
	}
	clear(w.seen)
	return w.walk(ctx, yum, func(name string) bool { return strings.HasSuffix(name, ".rpm") })
}

// debianFile reports whether apt's indexes would name a file.
func debianFile(name string) bool {
	suffixes := []string{".deb", ".udeb", ".ddeb", ".dsc"}
	return slices.ContainsFunc(suffixes, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

// A poolWalk looks through folders once each.
type poolWalk struct {
	v    *verification
	kept map[string]bool // packages that earlier generations name

	mu   sync.Mutex
	seen map[string]bool
	next []string
}

const (
	// maxPoolFolders bounds the folders of all pools: a link may make them endless.
	maxPoolFolders = 1_000_000
	// poolReaders is how many folders are listed at once: an object store is slow to answer.
	poolReaders = 16
)

// walk looks through folders and all below them, level by level.
func (w *poolWalk) walk(ctx context.Context, folders []string, wanted func(name string) bool) error {
	w.next = folders
	for depth := 0; len(w.next) > 0 && depth <= 2*maxTreeDepth; depth++ {
		level := w.next
		w.next = nil
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(poolReaders)
		for _, folder := range level {
			if w.seen[folder] {
				continue
			}
			w.seen[folder] = true
			if len(w.seen) > maxPoolFolders {
				return errors.Join(&LayoutError{maxPoolFolders}, g.Wait())
			}
			g.Go(func() error { return w.look(ctx, folder, wanted) })
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// look looks at one folder, and notes those in it.
func (w *poolWalk) look(ctx context.Context, folder string, wanted func(name string) bool) error {
	entries, err := w.v.at.List(ctx, folder)
	if err != nil {
		return fmt.Errorf("list %s: %w", folder, err)
	}
	isBase := slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Folder && e.Name == "repodata" })
	for _, e := range entries {
		name := path.Join(folder, e.Name)
		switch {
		case e.Folder && (strings.HasPrefix(e.Name, ".") || e.Name == "repodata" || e.Name == "dists" || e.Name == "generations" && isBase):
		case e.Folder:
			w.mu.Lock()
			w.next = append(w.next, name)
			w.mu.Unlock()
		case wanted(e.Name) && w.v.packages[name] == nil && !w.kept[name]:
			w.v.find("orphan-file", name, "no index names it")
		}
	}
	return nil
}

// keptPackages are those that generations kept for a rollback name, or that were added and not yet published.
func (v *verification) keptPackages(ctx context.Context) (map[string]bool, error) {
	if !v.state {
		return nil, nil
	}
	kept, err := keptPackages(ctx, v.at)
	if err != nil {
		return nil, v.brokenState(err)
	}
	return kept, nil
}
