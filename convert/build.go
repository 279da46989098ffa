package convert

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"wain/convert/index"
	"wain/convert/lock"
	"wain/convert/pack"
)

// Build makes one package for each target. A target that cannot be served is
// left out: the packages of the others are written, all or none, and the error,
// which may join several, says what stands in the way of it. A Result comes
// with such an error, and names those targets; any other error comes without.
func Build(ctx context.Context, o Options) (*Result, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	r := &run{Options: o, shelf: newShelf(o.HealRecord, o.Scratch), libraries: newLibraries(), building: make(chan struct{}, o.Jobs)}
	defer r.close()

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
	plans, failures, err := r.plan(ctx)
	if err != nil {
		return nil, err
	}
	// 5. Packages.
	result, err := r.write(ctx, plans)
	if err != nil {
		return nil, err
	}
	result.Failures = failures
	return result, distinct(failures)
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
	telling   sync.Mutex    // held while Progress is called
	building  chan struct{} // holds as many as there are builds under way
	leave     []func()      // what the end of the run removes
}

func (r *run) close() {
	r.shelf.close()
	for _, leave := range slices.Backward(r.leave) {
		leave()
	}
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
	if err := r.openIndex(); err != nil {
		return err
	}
	r.sources, err = r.readSources(ctx)
	return err
}

// plan plans every target before any package is written, so that one run tells
// all that stands in its way.
func (r *run) plan(ctx context.Context) (plans []*plan, failures []Failure, err error) {
	for i, t := range r.Targets {
		p, err := r.planTarget(ctx, t, func(step string) {
			r.progress(step, t.Folder(), i, len(r.Targets))
		})
		switch {
		case ctx.Err() != nil:
			return nil, nil, ctx.Err()
		case err != nil:
			failures = append(failures, Failure{Target: t.Folder(), Err: err})
		default:
			plans = append(plans, p)
		}
	}
	return plans, failures, nil
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
	r.notes.add(r.index.Warnings()...)
	result.Warnings = r.notes.list()
	return result, nil
}

func (r *run) progress(step, label string, done, total int) {
	r.telling.Lock()
	defer r.telling.Unlock()
	if r.Progress != nil {
		r.Progress(Event{Step: step, Label: label, Done: done, Total: total})
	}
}
