package repo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"golang.org/x/sync/errgroup"

	"wain/repo/store"
)

// A waitingFile lists packages that one call of [Add] has stored, and that wait for a publish.
type waitingFile struct {
	Schema   string           `json:"schema"`
	Packages []waitingPackage `json:"packages"`
}

type waitingPackage struct {
	Package
	Format    string            `json:"format"`
	Suite     string            `json:"suite"`
	Release   string            `json:"release"`
	Component string            `json:"component,omitempty"`
	Href      string            `json:"href"`
	Naked     bool              `json:"naked,omitempty"`
	Texts     map[string][]byte `json:"texts"`
}

// Add stores packages and records them. Clients do not see them until the next [Publish]. Like a publish, it refuses
// what cannot be published. It signs nothing; o.Signer and o.Unsigned do not matter.
func Add(ctx context.Context, o Options) (*Result, error) {
	o.Signer, o.Unsigned = nil, false
	if err := o.check(false); err != nil {
		return nil, err
	}
	if len(o.Paths) == 0 {
		return nil, &NoPackagesError{}
	}
	o.Progress = oneAtATime(o.Progress)
	packages, warnings, err := readPackages(ctx, o)
	if err != nil {
		return nil, err
	}
	result, err := edit(ctx, o.Commit, "add", func(ctx context.Context, now *current) (*edits, error) {
		return now.addWaiting(ctx, o, packages)
	})
	if err != nil {
		return nil, err
	}
	result.Warnings = append(warnings, result.Warnings...)
	return result, nil
}

// addWaiting plans to store the packages that are neither published nor waiting.
func (c *current) addWaiting(ctx context.Context, o Options, packages []incoming) (*edits, error) {
	waiting, err := c.waiting(ctx)
	if err != nil {
		return nil, err
	}
	wanted := &edits{identity: o.identity()}
	wanted.identity.change = false // nothing is signed here
	wanted.insert(slices.Concat(waiting, packages))
	var file waitingFile
	var conflicts []error
	for _, one := range wanted.suites {
		p, err := planSuite(ctx, c, one)
		var exists *ExistsError
		if err != nil && !errors.As(err, &exists) {
			return nil, err
		}
		if err != nil {
			conflicts = append(conflicts, err)
			continue
		}
		r := SuiteResult{Format: p.name.format, Suite: p.name.suite, Unchanged: p.unchanged}
		for _, b := range p.buckets {
			for _, in := range b.more {
				if in.waits {
					continue
				}
				r.Added = append(r.Added, in.Package)
				file.Packages = append(file.Packages, in.record())
			}
		}
		for _, in := range one.add {
			in.Path = p.name.join(in.href)
			if in.waits || !slices.ContainsFunc(waiting, func(w incoming) bool { return w.Package == in.Package }) {
				continue
			}
			r.Unchanged = append(r.Unchanged, in.Package)
			size, err := c.at.Size(ctx, in.Path)
			if errors.Is(err, fs.ErrNotExist) || err == nil && size != in.Size {
				wanted.pool = append(wanted.pool, in)
			} else if err != nil {
				return nil, fmt.Errorf("look for %s: %w", in.Path, err)
			}
		}
		wanted.pool = append(wanted.pool, p.pool...)
		r.sort()
		wanted.result = append(wanted.result, r)
	}
	wanted.suites = nil
	if len(file.Packages) > 0 {
		file.Schema = waitingSchema
		data, err := encodeState(file)
		if err != nil {
			return nil, err
		}
		name := stateName(waitingFolder, c.Number+1, data)
		all := append(slices.Clone(c.Waiting), name)
		wanted.waiting, wanted.state = &all, []store.File{{Name: name, Data: data}}
	}
	return wanted, errors.Join(conflicts...)
}

func (in *incoming) record() waitingPackage {
	return waitingPackage{
		Package: in.Package, Format: in.name.format, Suite: in.name.suite, Release: in.name.release,
		Component: in.component, Href: in.href, Naked: in.naked, Texts: in.texts,
	}
}

// waiting returns the packages that were added and not published. It reads them once.
func (c *current) waiting(ctx context.Context) ([]incoming, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.addedRead {
		return c.added, nil
	}
	files := make([]waitingFile, len(c.Waiting))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i, name := range c.Waiting {
		g.Go(func() error { return loadState(ctx, c.at, name, waitingSchema, &files[i]) })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for _, file := range files {
		for _, p := range file.Packages {
			c.added = append(c.added, incoming{
				entry: entry{Package: p.Package, texts: p.Texts}, source: p.Path, component: p.Component, href: p.Href, naked: p.Naked,
				waits: true, stored: true, name: suiteName{format: p.Format, suite: p.Suite, release: p.Release},
			})
		}
	}
	c.addedRead = true
	return c.added, nil
}

// waitingReady returns the packages that were added, to be published: the file of each must be there.
func (c *current) waitingReady(ctx context.Context) ([]incoming, error) {
	all, err := c.waiting(ctx)
	if err != nil {
		return nil, err
	}
	errs := make([]error, len(all))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i, in := range all {
		g.Go(func() error {
			size, err := c.at.Size(ctx, in.Path)
			if errors.Is(err, fs.ErrNotExist) || err == nil && size != in.Size {
				errs[i] = &WaitingError{Path: in.Path}
				return nil
			}
			return err
		})
	}
	return all, cmp.Or(g.Wait(), errors.Join(errs...))
}

// A WaitingError reports a package that was added and whose file is not there any more.
type WaitingError struct{ Path string }

func (e *WaitingError) Error() string {
	return fmt.Sprintf("%s was added, and its file is gone", e.Path)
}

// waitsFor returns the package that waits for a publish under the path of p, or for the same suite under its name,
// version and architecture; nil if there is none.
func (c *current) waitsFor(ctx context.Context, name suiteName, p Package) (*incoming, error) {
	all, err := c.waiting(ctx)
	for i := range all {
		in := &all[i]
		same := in.Name == p.Name && in.Version == p.Version && in.Architecture == p.Architecture
		if in.Path == p.Path || same && in.name.format == name.format && in.name.suite == name.suite {
			return in, nil
		}
	}
	return nil, err
}
