package repo

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"wain/repo/store"
)

// orphanAge is how old a package file is that no publisher will name any more: one at work has written its packages
// minutes ago.
const orphanAge = 24 * time.Hour

// DropOrphans removes the package files in the pools that nothing names: no suite, no generation that is kept, nothing
// that waits for a publish. Publishers that died before their commit leave such files; the next publish of the same
// package takes them over. Files of the last day stay, since they may be another publisher's at work. It returns the
// names of what is removed, or would be.
func DropOrphans(ctx context.Context, c Commit) ([]string, error) {
	if err := c.check(false); err != nil {
		return nil, err
	}
	var orphans []string
	_, err := c.home().Update(ctx, func(ctx context.Context, at store.Reader) (*store.Change, error) {
		now, err := openCurrent(ctx, at)
		if err != nil {
			return nil, err
		}
		if !now.exists() {
			return nil, ErrNoRepository
		}
		named, err := keptPackages(ctx, at)
		if err != nil {
			return nil, err
		}
		orphans = nil
		for _, pool := range now.pools() {
			found, err := orphansIn(ctx, at, pool, named, c.Time.Add(-orphanAge))
			if err != nil {
				return nil, err
			}
			orphans = append(orphans, found...)
		}
		return &store.Change{Stale: orphans}, nil
	})
	return orphans, err
}

// pools are the folders in which publishers put packages.
func (g *generation) pools() []string {
	var pools []string
	for i := range g.Suites {
		pool := g.Suites[i].name().join(map[string]string{formatApt: "pool", formatYum: "Packages"}[g.Suites[i].Format])
		if !slices.Contains(pools, pool) {
			pools = append(pools, pool)
		}
	}
	return pools
}

func orphansIn(ctx context.Context, at store.Reader, folder string, named map[string]bool, before time.Time) ([]string, error) {
	entries, err := at.List(ctx, folder)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", folder, err)
	}
	var orphans []string
	for _, e := range entries {
		name := path.Join(folder, e.Name)
		switch {
		case e.Folder:
			below, err := orphansIn(ctx, at, name, named, before)
			if err != nil {
				return nil, err
			}
			orphans = append(orphans, below...)
		case !named[name] && e.Modified.Before(before) && (strings.HasSuffix(name, ".deb") || strings.HasSuffix(name, ".rpm")):
			orphans = append(orphans, name)
		}
	}
	return orphans, nil
}
