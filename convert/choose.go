package convert

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"wain/convert/index"
	"wain/convert/lock"
	"wain/convert/pep"
	"wain/convert/target"
)

// atOnce is how many pins are looked for together, at least: most of the time
// goes into waiting for servers.
const atOnce = 8

// choose fills p.chosen: one wheel for each SOURCE and each pin of the lock
// that the target's markers keep. What stands in the way is gathered.
func (r *run) choose(ctx context.Context, p *plan) error {
	env := p.target.Environment()
	pins, err := r.lock.Select(env, lock.Want{Projects: r.projects(), Extras: r.Extras, Groups: r.Groups})
	if err != nil {
		return &TargetError{Target: p.target.Folder(), Err: err}
	}
	members := map[string]member{}
	var errs []error
	for _, s := range r.sources {
		c, err := r.chooseSource(ctx, p, s, pins)
		if _, ok := errors.AsType[*SourceError](err); ok {
			err = &TargetError{Target: p.target.Folder(), Err: err}
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		p.chosen = append(p.chosen, c)
		members[s.project] = member{wheel: c.book.wheel, extras: r.Extras}
	}
	if len(errs) == 0 {
		errs = append(errs, r.checkExtras(p.chosen))
	}
	rest := slices.DeleteFunc(slices.Clone(pins), func(pin lock.Pin) bool { return slices.Contains(r.projects(), pin.Name) })
	found, refused := r.choosePins(ctx, p, rest)
	if err := errors.Join(causes(append(errs, refused...))...); err != nil {
		return err
	}
	for i, c := range found {
		p.chosen = append(p.chosen, c)
		members[rest[i].Name] = member{wheel: c.book.wheel, extras: rest[i].Extras}
	}
	for _, c := range p.chosen {
		errs = append(errs, fitsPython(p.target, c.book))
	}
	r.noteKernel(p)
	r.noteOrigins(p)
	errs = append(errs, closure(p.target.Folder(), env, members, r.excluded(pins), r.unmet()))
	return errors.Join(errs...)
}

// choosePins finds the wheels of pins, several at a time, in their order.
func (r *run) choosePins(ctx context.Context, p *plan, pins []lock.Pin) (found []chosen, errs []error) {
	found = make([]chosen, len(pins))
	errs = make([]error, len(pins))
	var group errgroup.Group
	group.SetLimit(max(r.Jobs, atOnce))
	for i, pin := range pins {
		group.Go(func() error {
			found[i], errs[i] = r.choosePin(ctx, p, pin)
			return nil
		})
	}
	group.Wait()
	return found, errs
}

// chooseSource takes the SOURCE's own wheel, which the target must be able to
// run, or the wheel that the lock pins for it. Where both are there they must
// agree.
func (r *run) chooseSource(ctx context.Context, p *plan, s source, pins []lock.Pin) (chosen, error) {
	i := slices.IndexFunc(pins, func(pin lock.Pin) bool { return pin.Name == s.project })
	if i < 0 {
		if s.book == nil {
			return r.chooseOwn(ctx, p, s)
		}
		return chosen{book: s.book, source: true}, fitsTags(p, s)
	}
	pin := pins[i]
	if v, err := pep.ParseVersion(pin.Version); pin.Version != "" && (err != nil || v.Compare(s.version) != 0) {
		return chosen{}, &SourceError{s.given, fmt.Sprintf("%s:%d pins %s==%s", pin.File, pin.Line, pin.Name, pin.Version)}
	}
	if s.book == nil {
		if pin.Version == "" {
			pin.Version = s.version.String()
		}
		c, err := r.choosePin(ctx, p, pin)
		c.source = true
		return c, err
	}
	if len(pin.Files) > 0 {
		return chosen{book: s.book, source: true}, errors.Join(r.isListed(ctx, s, pin), fitsTags(p, s))
	}
	if hashes := hashesOf(pin.Hashes); len(hashes) > 0 {
		if _, err := r.shelf.take(ctx, r.index, s.book.candidate, hashes); err != nil {
			return chosen{}, &PinError{Pin: pin, Err: err}
		}
	}
	return chosen{book: s.book, source: true}, fitsTags(p, s)
}

// chooseOwn finds the wheel of the project that the lock is of: the lock has no
// file of it, so the user supplies one.
func (r *run) chooseOwn(ctx context.Context, p *plan, s source) (chosen, error) {
	if !slices.Contains(r.lock.Own, s.project) {
		return chosen{}, &SourceError{s.given, fmt.Sprintf("the lock %s does not pin it", r.Lock)}
	}
	c, err := r.supplied(ctx, p, lock.Pin{Name: s.project, Version: s.version.String(), File: r.Lock})
	if err != nil {
		why := err.Error()
		if none, ok := errors.AsType[*OriginError](err); ok {
			why = "no --find-links folder has a wheel of it"
			if none.Err != nil {
				why = none.Err.Error()
			}
		}
		return chosen{}, &SourceError{s.given, fmt.Sprintf("the lock %s is of this project, and %s", r.Lock, why)}
	}
	return chosen{book: c.book, source: true}, nil
}

// fitsTags refuses a SOURCE wheel that the target cannot run.
func fitsTags(p *plan, s source) error {
	name := s.book.wheel.Filename
	for _, have := range name.Tags {
		if slices.Contains(p.tags, have) {
			return nil
		}
	}
	return &PinError{
		Pin: lock.Pin{Name: s.project, Version: s.version.String()}, Target: p.target.Folder(),
		Err: &index.NoWheelError{Project: s.project, Version: s.version, Found: []string{name.Raw}, Tags: p.tags},
	}
}

// fitsPython refuses a wheel whose Requires-Python leaves the target out.
func fitsPython(t target.Target, b *book) error {
	full, err := pep.ParseVersion(t.Python.Full)
	if err != nil {
		return err
	}
	requires := b.wheel.Metadata.RequiresPython
	if requires.Contains(full, true) {
		return nil
	}
	return &PythonError{Target: t.Folder(), Python: t.Python.Full, Wheel: b.wheel.Filename.Raw, Requires: requires.String()}
}

// noteKernel tells of markers that ask for the kernel of the host: it is not the
// target's to say, and counts as unknown.
func (r *run) noteKernel(p *plan) {
	note := func(where, variable string) {
		r.notes.add(fmt.Sprintf("%s depends on %s, which a target does not fix: it is taken for empty", where, variable))
	}
	for _, pin := range r.lock.Pins() {
		for _, variable := range kernelVariables(pin.Marker) {
			note(fmt.Sprintf("%s:%d", pin.File, pin.Line), variable)
		}
	}
	for _, c := range p.chosen {
		for _, requirement := range c.book.wheel.Metadata.RequiresDist {
			for _, variable := range kernelVariables(requirement.Marker) {
				note(fmt.Sprintf("%s: %q", c.book.wheel.Filename.Raw, requirement.String()), variable)
			}
		}
	}
}

// kernelVariables are those of a marker that ask for the host's kernel.
func kernelVariables(m *pep.Marker) []string {
	if m == nil {
		return nil
	}
	return slices.DeleteFunc(m.Variables(), func(name string) bool {
		return name != "platform_release" && name != "platform_version"
	})
}

// noteOrigins tells which wheels nothing in the lock vouches for.
func (r *run) noteOrigins(p *plan) {
	for _, c := range p.chosen {
		if c.origin != "" {
			r.notes.add(fmt.Sprintf("%s is taken for %s, of whose wheel the lock has no hash", c.book.candidate.Source, c.origin))
		}
	}
}

// unmet are the projects whose requirements, and the requirements of which, are
// not insisted on: the lock's user overrode them, or ours says so.
func (r *run) unmet() []string {
	names := r.lock.Overridden()
	for _, name := range r.AllowUnmet {
		names = append(names, pep.Normalize(name))
	}
	return names
}

// excluded tells, by project, why the lock's pin of it is not among the chosen.
func (r *run) excluded(pins []lock.Pin) map[string]string {
	reasons := map[string]string{}
	for _, pin := range r.lock.Pins() {
		if pin.Marker != nil && !slices.ContainsFunc(pins, func(p lock.Pin) bool { return p.Name == pin.Name }) {
			reasons[pin.Name] = fmt.Sprintf("%s:%d pins it only where %s", pin.File, pin.Line, pin.Marker)
		}
	}
	return reasons
}
