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
		now, err := openExisting(ctx, at)
		if err != nil {
			return nil, err
		}
		named, err := now.allNamed(ctx)
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

// allNamed are the package files that a kept generation has, that wait for a publish, or that a publisher at work is
// about to name.
func (c *current) allNamed(ctx context.Context) (map[string]bool, error) {
	generations, err := c.load(ctx, c.head.Kept)
	if err != nil {
		return nil, err
	}
	segments := map[string]bool{}
	for _, g := range generations {
		for i := range g.Suites {
			t, err := c.table(ctx, g.Suites[i].Table)
			if err != nil {
				return nil, err
			}
			for _, r := range t.Segments {
				segments[segmentName(r.ID)] = true
			}
		}
	}
	for _, folder := range []string{segmentFolder, waitingFolder} {
		entries, err := c.at.List(ctx, folder)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", folder, err)
		}
		for _, e := range entries {
			if madeFor(e.Name) > c.Number && strings.HasSuffix(e.Name, ".json") {
				segments[folder+"/"+e.Name] = true
			}
		}
	}
	named := map[string]bool{}
	for name := range segments {
		if err := keptIn(ctx, c.at, name, named); err != nil {
			return nil, err
		}
	}
	waiting, err := c.waiting(ctx)
	for _, in := range waiting {
		named[in.Path] = true
	}
	return named, err
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
		case !named[name] && !e.Modified.IsZero() && e.Modified.Before(before) && (strings.HasSuffix(name, ".deb") || strings.HasSuffix(name, ".rpm")):
			orphans = append(orphans, name)
		}
	}
	return orphans, nil
}
