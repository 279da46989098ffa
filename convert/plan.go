package convert

import (
	"context"
	"path"
	"slices"
	"strings"

	"wain/convert/index"
	"wain/convert/pack"
	"wain/convert/pep"
	"wain/convert/sdist"
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
	url    string       // the pin's URL, "" for one taken by name and version
	built  *sdist.Built // of a wheel that was made here; else nil
	origin string       // the source code the lock names, of which the user supplied this wheel; without credentials
}

// planTarget plans one target, and tells its steps.
func (r *run) planTarget(ctx context.Context, t target.Target, tell func(step string)) (*plan, error) {
	t, err := t.WithLibraries(r.Libraries)
	if err != nil {
		return nil, err
	}
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
	err = r.specify(ctx, p)
	for _, load := range loadErrors(err) {
		load.Newest = r.newest(ctx, p, load.Project, p.version(load.Project))
	}
	return p, err
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

// version is the chosen version of a project.
func (p *plan) version(project string) pep.Version {
	i := slices.IndexFunc(p.chosen, func(c chosen) bool { return c.book.wheel.Filename.Name == project })
	return p.chosen[i].book.wheel.Filename.Version
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
		var provenance *index.Provenance
		if c.book.file != nil {
			provenance = c.book.file.Provenance
		}
		d.Wheels = append(d.Wheels, Wheel{
			Name: name.Name, Version: name.Version.String(), Filename: c.book.candidate.Filename.Raw,
			SHA256: c.book.sha256(), Source: c.book.candidate.Source, Origin: c.origin, Built: c.built, Provenance: provenance,
		})
	}
	return d
}
