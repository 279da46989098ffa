package convert

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"wain/convert/index"
	"wain/convert/lock"
	"wain/convert/pack"
	"wain/convert/pep"
	"wain/convert/target"
	"wain/convert/venv"
)

// plan is what one target gets.
type plan struct {
	target target.Target
	tags   []pep.Tag // what the target takes, best first
	chosen []chosen  // the SOURCE projects first, the rest by name
	tree   *venv.Tree
	spec   pack.Spec
}

// chosen is a wheel of the environment and why it is there.
type chosen struct {
	book   *book
	source bool
	url    string // the pin's URL, "" for one taken by name and version
}

// planTarget plans one target, and tells its steps.
func (r *run) planTarget(ctx context.Context, t target.Target, tell func(step string)) (*plan, error) {
	p := &plan{target: t, tags: t.Tags()}
	tell("choose")
	if err := r.choose(ctx, p); err != nil {
		return nil, err
	}
	items := make([]venv.Item, len(p.chosen))
	for i, c := range p.chosen {
		r.notes.addOf(c.book.wheel.Filename.Raw, c.book.wheel.Warnings)
		direct, err := directURL(c)
		if err != nil {
			return nil, err
		}
		items[i] = venv.Item{Wheel: c.book.wheel, Requested: c.source, Source: c.source, DirectURL: direct}
	}
	var err error
	p.tree, err = venv.Lay(items, venv.Options{Dir: r.dir(), Target: t, Prompt: r.app()})
	if err != nil {
		return nil, err
	}
	r.notes.add(p.tree.Warnings...)
	// Staged bytes are verified ones, and each is inflated once: the ELF files
	// are read from there.
	tell("stage")
	if err := r.stage.Add(ctx, p.tree.Entries, r.Jobs); err != nil {
		return nil, err
	}
	return p, r.specify(ctx, p)
}

// app is the name of the environment's folder.
func (r *run) app() string {
	if r.App != "" {
		return r.App
	}
	return r.sources[0].project
}

// dir is the environment's final folder.
func (r *run) dir() string {
	prefix := r.Prefix
	if prefix == "" {
		prefix = "/opt/venvs"
	}
	return path.Join(prefix, r.app())
}

// choose fills p.chosen: one wheel for each SOURCE and each pin of the lock
// that the target's markers keep. What stands in the way is gathered.
func (r *run) choose(ctx context.Context, p *plan) error {
	env := p.target.Environment()
	pins, err := r.lock.Select(env, lock.Want{Projects: r.projects(), Extras: r.Extras, Groups: r.Groups})
	if err != nil {
		return err
	}
	members := map[string]member{}
	var errs []error
	for _, s := range r.sources {
		c, err := r.chooseSource(ctx, p, s, pins)
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
	for _, pin := range pins {
		if slices.ContainsFunc(r.sources, func(s source) bool { return s.project == pin.Name }) {
			continue
		}
		b, err := r.choosePin(ctx, p, pin)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		p.chosen = append(p.chosen, chosen{book: b, url: pin.URL})
		members[pin.Name] = member{wheel: b.wheel, extras: pin.Extras}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, c := range p.chosen {
		errs = append(errs, fitsPython(p.target, c.book))
	}
	r.noteKernel(p)
	errs = append(errs, closure(p.target.Folder(), env, members, r.excluded(pins)))
	return errors.Join(errs...)
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

// excluded tells, by project, why the lock's pin of it is not among the chosen.
func (r *run) excluded(pins []lock.Pin) map[string]string {
	reasons := map[string]string{}
	for _, pin := range r.lock.Pins() {
		if !slices.ContainsFunc(pins, func(p lock.Pin) bool { return p.Name == pin.Name }) {
			reasons[pin.Name] = fmt.Sprintf("%s:%d pins it only where %s", pin.File, pin.Line, pin.Marker)
		}
	}
	return reasons
}

// chooseSource takes the SOURCE's own wheel, which the target must be able to
// run, or the wheel that the lock pins for it. Where both are there they must
// agree.
func (r *run) chooseSource(ctx context.Context, p *plan, s source, pins []lock.Pin) (chosen, error) {
	i := slices.IndexFunc(pins, func(pin lock.Pin) bool { return pin.Name == s.project })
	if i < 0 {
		if s.book == nil {
			return chosen{}, &SourceError{s.given, fmt.Sprintf("the lock %s does not pin it for %s", r.Lock, p.target.Folder())}
		}
		return chosen{book: s.book, source: true}, fitsTags(p, s)
	}
	pin := pins[i]
	if v, err := pep.ParseVersion(pin.Version); pin.Version != "" && (err != nil || v.Compare(s.version) != 0) {
		return chosen{}, &SourceError{s.given, fmt.Sprintf("%s:%d pins %s==%s", pin.File, pin.Line, pin.Name, pin.Version)}
	}
	if s.book == nil {
		b, err := r.choosePin(ctx, p, pin)
		return chosen{book: b, source: true, url: pin.URL}, err
	}
	if hashes := hashesOf(pin); len(hashes) > 0 {
		if _, err := r.shelf.take(ctx, r.index, s.book.file.Candidate, hashes); err != nil {
			return chosen{}, &PinError{Pin: pin, Err: err}
		}
	}
	return chosen{book: s.book, source: true}, fitsTags(p, s)
}

// choosePin finds the wheel of a pin, by URL or among the candidates, and
// opens it verified.
func (r *run) choosePin(ctx context.Context, p *plan, pin lock.Pin) (*book, error) {
	b, err := r.findPin(ctx, p, pin)
	if err != nil {
		return nil, &PinError{Pin: pin, Target: p.target.Folder(), Err: err}
	}
	if b.wheel.Filename.Name != pin.Name {
		return nil, &PinError{Pin: pin, Target: p.target.Folder(), Err: fmt.Errorf("%s is a wheel of %s", b.source, b.wheel.Filename.Name)}
	}
	return b, nil
}

func (r *run) findPin(ctx context.Context, p *plan, pin lock.Pin) (*book, error) {
	var candidates []index.Candidate
	var version pep.Version
	if place := firstOf(pin.Path, pin.URL); place != "" {
		c, err := index.Direct(place)
		if err != nil {
			return nil, err
		}
		candidates, version = []index.Candidate{c}, c.Filename.Version
	} else {
		var err error
		if version, err = pep.ParseVersion(pin.Version); err != nil {
			return nil, err
		}
		if candidates, err = r.index.Candidates(ctx, pin.Name); err != nil {
			return nil, err
		}
	}
	hashes := hashesOf(pin)
	c, err := r.index.Choose(ctx, candidates, index.Want{Project: pin.Name, Version: version, Tags: p.tags, Hashes: hashes})
	if err != nil {
		return nil, r.explain(pin.Name, err)
	}
	return r.shelf.take(ctx, r.index, c, hashes)
}

// explain adds what looks like wheels of the project, and was passed over for
// its name, to an error that there is none.
func (r *run) explain(project string, err error) error {
	for _, skipped := range r.index.Skipped() {
		if !strings.HasPrefix(pep.Normalize(filepath.Base(skipped.Path)), project) {
			continue
		}
		err = fmt.Errorf("%w\n%s is passed over: %w", err, skipped.Path, skipped.Err)
	}
	return err
}

func hashesOf(pin lock.Pin) []index.Hash {
	hashes := make([]index.Hash, len(pin.Hashes))
	for i, h := range pin.Hashes {
		hashes[i] = index.Hash(h)
	}
	return hashes
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

// describe reports a plan whose package is written.
func (p *plan) describe(o *output, fingerprint string) Package {
	d := Package{
		Target: p.target.Folder(), Format: p.spec.Format, Name: p.spec.Name,
		Version: strings.TrimPrefix(p.spec.Epoch+":", ":") + p.spec.Version, Release: p.spec.Release,
		Architecture: p.spec.Arch, Path: o.path, Size: o.size, SHA256: o.digest(), SignedBy: fingerprint,
		Depends: p.spec.Depends,
	}
	for _, c := range p.chosen {
		name := c.book.wheel.Filename
		d.Wheels = append(d.Wheels, Wheel{
			Name: name.Name, Version: name.Version.String(), Filename: name.Raw,
			SHA256: c.book.file.SHA256, Source: c.book.source,
		})
	}
	return d
}
