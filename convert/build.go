package convert

import (
	"context"
	"io"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"wain/convert/index"
	"wain/convert/lock"
	"wain/convert/pack"
)

// Build makes one package for each target. It writes all of them, or none.
// The error may join several, one for each target that cannot be served.
func Build(ctx context.Context, o Options) (*Result, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	r := &run{Options: o, shelf: newShelf(o.HealRecord), libraries: newLibraries()}
	defer r.shelf.close()

	// 1. The lock, the places where wheels are, the SOURCE.
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	stage, err := pack.NewStage(r.Scratch)
	if err != nil {
		return nil, err
	}
	defer stage.Close()
	r.stage = stage
	// 2, 3, 4. What each target gets.
	plans, err := r.plan(ctx)
	if err != nil {
		return nil, err
	}
	// 5. Packages.
	return r.write(ctx, plans)
}

// run is what one Build knows.
type run struct {
	Options
	shelf     *shelf
	lock      *lock.Lock
	index     *index.Index
	sources   []source
	stage     *pack.Stage
	libraries *libraries
	notes     notes
}

// read reads what is the same for all targets.
func (r *run) read(ctx context.Context) error {
	var err error
	r.lock = &lock.Lock{}
	if r.Lock != "" {
		r.lock, err = lock.Read(r.Lock, lock.Options{Getenv: r.Getenv, AllowUnhashed: r.AllowUnhashed})
		if err != nil {
			return err
		}
		r.notes.add(r.lock.Warnings...)
	}
	if r.lock.IndexURL != "" || len(r.lock.ExtraIndexURLs) > 0 {
		r.notes.add(r.Lock + " names an index, which is not asked: wheels come from --find-links folders and from paths in the lock")
	}
	r.index, err = index.New(index.Options{FindLinks: slices.Concat(r.FindLinks, r.lock.FindLinks)})
	if err != nil {
		return err
	}
	r.sources, err = r.readSources(ctx)
	return err
}

// plan plans every target before any package is written, so that one run tells
// all that stands in its way.
func (r *run) plan(ctx context.Context) ([]*plan, error) {
	plans := make([]*plan, len(r.Targets))
	errs := make([]error, len(r.Targets))
	for i, t := range r.Targets {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		plans[i], errs[i] = r.planTarget(ctx, t, func(step string) {
			r.progress(step, t.Folder(), i, len(r.Targets))
		})
	}
	return plans, distinct(errs)
}

// write writes the packages beside their final names and renames them together.
func (r *run) write(ctx context.Context, plans []*plan) (*Result, error) {
	var outputs []*output
	defer func() {
		for _, out := range slices.Backward(outputs) {
			out.discard()
		}
	}()
	for _, p := range plans {
		out, err := newOutput(filepath.Join(r.Output, p.target.Folder(), p.spec.Filename()), r.DryRun)
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, out)
	}
	group, packing := errgroup.WithContext(ctx)
	group.SetLimit(r.Jobs)
	for i, p := range plans {
		r.progress("pack", p.target.Folder(), i, len(plans))
		group.Go(func() error {
			return outputs[i].write(func(w io.Writer) error { return pack.Write(packing, r.stage, p.spec, w) })
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return r.keep(plans, outputs)
}

// keep gives the packages their final names.
func (r *run) keep(plans []*plan, outputs []*output) (*Result, error) {
	result := &Result{}
	for i, p := range plans {
		changed, err := outputs[i].keep()
		if err != nil {
			return nil, err
		}
		result.Changed = result.Changed || changed
		result.Packages = append(result.Packages, p.describe(outputs[i], r.Sign.Fingerprint))
	}
	result.Warnings = r.notes.list()
	return result, nil
}

func (r *run) progress(step, label string, done, total int) {
	if r.Progress != nil {
		r.Progress(Event{Step: step, Label: label, Done: done, Total: total})
	}
}
