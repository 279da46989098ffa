package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

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
	waiting, err := c.waiting(ctx, c.Waiting, nil)
	if err != nil {
		return nil, err
	}
	wanted := &edits{identity: o.identity()}
	wanted.insert(append(waiting, packages...))
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
				if in.source == "" {
					continue // waits already
				}
				r.Added = append(r.Added, in.Package)
				file.Packages = append(file.Packages, in.waits())
			}
		}
		for _, in := range one.add {
			if in.source != "" && slices.ContainsFunc(waiting, func(w incoming) bool { return w.Package == in.Package }) {
				r.Unchanged = append(r.Unchanged, in.Package)
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

func (in *incoming) waits() waitingPackage {
	return waitingPackage{
		Package: in.Package, Format: in.name.format, Suite: in.name.suite, Release: in.name.release,
		Component: in.component, Href: in.href, Naked: in.naked, Texts: in.texts,
	}
}

// waiting returns the packages that were added and not published. Those of a file that the change brings are left out.
func (c *current) waiting(ctx context.Context, files []string, change *store.Change) ([]incoming, error) {
	var all []incoming
	for _, name := range files {
		if change != nil && slices.ContainsFunc(change.Index, func(f store.File) bool { return f.Name == name }) {
			continue
		}
		var file waitingFile
		if err := loadState(ctx, c.at, name, waitingSchema, &file); err != nil {
			return nil, err
		}
		for _, p := range file.Packages {
			in := incoming{
				entry: entry{Package: p.Package, texts: p.Texts}, component: p.Component, href: p.Href, naked: p.Naked, stored: true,
				name: suiteName{format: p.Format, suite: p.Suite, release: p.Release},
			}
			size, err := c.at.Size(ctx, p.Path)
			if errors.Is(err, fs.ErrNotExist) || err == nil && size != p.Size {
				return nil, &StateError{Name: name, Detail: fmt.Sprintf("%s was added and its file is gone", p.Path)}
			}
			if err != nil {
				return nil, err
			}
			all = append(all, in)
		}
	}
	return all, nil
}
