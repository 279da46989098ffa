package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"wain/repo/store"
)

// The generations that are kept, to be looked at and gone back to: the newest, all of some days, and never more than
// so many. Packages stay as long as a kept generation names them.
const (
	keptNewest = 20
	keptDays   = 7 * 24 * time.Hour
	keptMost   = 500

	// sweepAt is how many generations may be left over before their state is swept: that takes reading all that is
	// kept, which one publish in so many does.
	sweepAt = 16
)

// record adds the generation's own file and the head to the change.
func (e *editor) record(ctx context.Context, now *current, next *generation, change *store.Change) error {
	data, err := encodeState(next)
	if err != nil {
		return err
	}
	next.manifest = stateName(generationFolder, next.Number, data)
	change.Index = append(change.Index, store.File{Name: next.manifest, Data: data})
	all := append([]kept{{next.Number, next.Date, next.manifest, next.Removed}}, now.head.Kept...)
	stay := all[:next.keep(all)]
	if len(all)-len(stay) >= sweepAt {
		if err := sweep(ctx, now, next, stay, all[len(stay):], change); err != nil {
			return err
		}
	} else {
		stay = all
	}
	data, err = encodeState(head{Schema: headSchema, Generation: next.Number, Manifest: next.manifest, Kept: stay})
	if err != nil {
		return err
	}
	change.Head.State = &store.File{Name: headName, Data: data}
	change.Head.Mark = next.manifest // later heads keep it in their list
	return nil
}

// keep returns how many of all generations, newest first, are kept.
func (g *generation) keep(all []kept) int {
	n := 0
	for n < len(all) && n < keptMost && (n < keptNewest || all[n].Date.After(g.Date.Add(-keptDays))) {
		n++
	}
	return n
}

// sweep makes the state stale that no kept generation names, and the packages that only dropped generations name. What
// was made for a generation that is not decided may belong to another publisher, and stays.
func sweep(ctx context.Context, now *current, next *generation, stay, gone []kept, change *store.Change) error {
	named := map[string]bool{}
	earlier, err := now.load(ctx, stay[1:])
	if err != nil {
		return err
	}
	generations := append([]*generation{next}, earlier...)
	dropped, err := now.load(ctx, gone)
	if err != nil {
		return err
	}
	keptTables, err := nameState(ctx, now, generations, named)
	if err != nil {
		return err
	}
	if err := sweepPool(ctx, now, keptTables, dropped, change, next); err != nil {
		return err
	}
	for _, folder := range []string{generationFolder, tableFolder, segmentFolder, pastFolder, waitingFolder} {
		entries, err := now.at.List(ctx, folder)
		if err != nil {
			return fmt.Errorf("list %s: %w", folder, err)
		}
		for _, entry := range entries {
			if name := path.Join(folder, entry.Name); !named[name] && madeFor(entry.Name) <= now.Number {
				change.Stale = append(change.Stale, name)
			}
		}
	}
	return nil
}

// load reads generations and the lists of their segments, those that are there.
func (c *current) load(ctx context.Context, wanted []kept) ([]*generation, error) {
	all := make([]*generation, len(wanted))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i, k := range wanted {
		g.Go(func() error {
			then, err := c.manifest(ctx, k.Manifest)
			for k := 0; err == nil && k < len(then.Suites); k++ {
				_, err = c.table(ctx, then.Suites[k].Table)
			}
			if errors.Is(err, fs.ErrNotExist) {
				return nil // removed by hand
			}
			all[i] = then
			return err
		})
	}
	err := g.Wait()
	return slices.DeleteFunc(all, func(g *generation) bool { return g == nil }), err
}

// madeFor returns the generation that a file of the state was made for: its name begins with it.
func madeFor(name string) int {
	number, _, _ := strings.Cut(name, "-")
	n, _ := strconv.Atoi(number)
	return n
}

// nameState collects the names of all files that generations need, and their tables by suite.
func nameState(ctx context.Context, now *current, generations []*generation, named map[string]bool) (map[string][]*table, error) {
	tables := map[string][]*table{}
	for i, g := range generations {
		named[g.manifest] = true
		if i == 0 { // only the current one's readers need them
			for _, name := range g.Waiting {
				named[name] = true
			}
		}
		for k := range g.Suites {
			s := &g.Suites[k]
			if i == 0 {
				named[s.Past] = true
			}
			if named[s.Table] {
				continue
			}
			named[s.Table] = true
			t, err := now.table(ctx, s.Table)
			if err != nil {
				return nil, err
			}
			tables[s.Format] = append(tables[s.Format], t)
			for _, r := range t.Segments {
				named[segmentName(r.ID)], named[partsName(r.ID)] = true, true
			}
		}
	}
	return tables, nil
}

// sweepPool makes the packages stale that were in dropped generations and are in no kept one.
func sweepPool(ctx context.Context, now *current, keptTables map[string][]*table, dropped []*generation, change *store.Change, next *generation) error {
	wanted := map[string]bool{}
	for _, file := range change.Pool {
		wanted[file.Name] = true
	}
	waiting, err := now.waiting(ctx)
	if err != nil {
		return err
	}
	for _, in := range waiting {
		wanted[in.Path] = true
	}
	seen := map[string]bool{}
	for format, tables := range keptTables {
		for _, t := range tables {
			for _, r := range t.Segments {
				seen[format+r.ID] = true
			}
		}
	}
	for _, g := range dropped {
		for i := range g.Suites {
			if err := sweepSuite(ctx, now, &g.Suites[i], keptTables[g.Suites[i].Format], seen, wanted, change); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepSuite looks at the segments of one dropped suite that are in no kept generation.
func sweepSuite(ctx context.Context, now *current, s *suite, keptTables []*table, seen, wanted map[string]bool, change *store.Change) error {
	t, err := now.table(ctx, s.Table)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for i, r := range t.Segments {
		if seen[s.Format+r.ID] {
			continue
		}
		seen[s.Format+r.ID] = true
		packages, err := now.hold(ctx, []*ref{&t.Segments[i]}, nil)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, h := range packages {
			if wanted[h.Path] || slices.Contains(change.Stale, h.Path) {
				continue
			}
			here, err := now.anyHas(ctx, keptTables, h.Package)
			if err != nil {
				return err
			}
			if !here {
				change.Stale = append(change.Stale, h.Path)
			}
		}
	}
	return nil
}

// anyHas reports whether a package's file is named in any of the tables.
func (c *current) anyHas(ctx context.Context, tables []*table, p Package) (bool, error) {
	for _, t := range tables {
		have, err := c.placed(ctx, t, p)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
		if have != nil {
			return true, nil
		}
	}
	return false, nil
}
