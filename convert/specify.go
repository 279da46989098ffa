package convert

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"wain/convert/elf"
	"wain/convert/pack"
	"wain/convert/target"
	"wain/convert/venv"
)

// specify fills p.spec: all that the package says besides its tree.
func (r *run) specify(ctx context.Context, p *plan) error {
	objects, err := r.libraries.objects(ctx, r.stage, p.tree.Entries, &r.notes)
	if err != nil {
		return err
	}
	loaded, err := r.loadable(p.target, p.tree.Entries, objects)
	if err != nil {
		return err
	}
	main := p.chosen[0].book.wheel
	epoch, version, err := pack.Versions(main.Filename.Version)
	if err != nil {
		return err
	}
	p.spec = pack.Spec{
		Format: p.target.Format, Name: firstOf(r.Name, packageName(main.Filename.Name)),
		Epoch: epoch, Version: version, Release: release(p.target, r.Revision), Arch: architecture(p.target, objects),
		Summary: main.Metadata.Summary, Homepage: main.Metadata.Homepage,
		Maintainer: r.maintainer(main),
		Depends:    r.depends(p.target, loaded),
		Target:     p.target.String(), Suite: p.target.Suite,
		Time: r.epoch(main.Newest),
		Dir:  r.dir(), Python: p.target.Python.Version, PythonPath: p.target.Python.Path,
		Compression: p.target.Compression,
		Entries:     p.tree.Entries, Components: components(p, r.dir()),
	}
	if r.Sign.Sign != nil {
		p.spec.Sign = func(body io.Reader) ([]byte, error) { return r.Sign.Sign(body, p.spec.Time) }
	}
	return nil
}

// loadable sorts out the ELF files that the target's loader takes. A file for
// another machine is data as long as its wheel also brings one for this machine;
// a wheel that brings others alone is the wrong one.
func (r *run) loadable(t target.Target, entries []venv.Entry, objects []*elf.Object) ([]*elf.Object, error) {
	platform := elf.Platform{
		Machine: t.Arch.Machine, Class: t.Arch.Class,
		Glibc: elf.Glibc{Major: t.Glibc.Major, Minor: t.Glibc.Minor},
	}
	origins := map[string]string{}
	for _, e := range entries {
		origins[e.Path] = e.Origin
	}
	var loaded []*elf.Object
	var errs []error
	foreign, native := map[string]error{}, map[string]bool{}
	for _, o := range objects {
		var machine *elf.MachineError
		switch err := platform.Check(o); {
		case errors.As(err, &machine):
			if origin := origins[o.Path]; foreign[origin] == nil {
				foreign[origin] = err
			}
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", t.Folder(), err))
		default:
			native[origins[o.Path]] = true
			loaded = append(loaded, o)
		}
	}
	for _, origin := range slices.Sorted(maps.Keys(foreign)) {
		err := foreign[origin]
		if native[origin] {
			r.notes.add(fmt.Sprintf("%s: %s, and is taken for data", t.Folder(), err))
			continue
		}
		errs = append(errs, &ForeignError{Target: t.Folder(), Wheel: origin, Err: err})
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return loaded, errors.Join(errs...)
}

// depends is the interpreter and what the ELF files take from the system.
func (r *run) depends(t target.Target, loaded []*elf.Object) []string {
	needs := elf.Needs(loaded)
	asked := make([]target.Need, len(needs))
	for i, n := range needs {
		asked[i] = target.Need{Soname: n.Soname, Versions: n.Versions, GNUHashOnly: n.GNUHashOnly}
	}
	relations, unknown := t.Depends(asked)
	for _, what := range unknown {
		r.notes.add(t.Folder() + ": " + unknownNeed(what, needs))
	}
	if t.Format == "deb" {
		return append([]string{t.Python.Package}, relations...)
	}
	return append([]string{"python(abi) = " + t.Python.Version, t.Python.Path}, relations...)
}

// unknownNeed says what it means that the target's table does not have a
// library, or SONAME(SYMBOL VERSION), that one of needs names.
func unknownNeed(what string, needs []elf.Need) string {
	for _, n := range needs {
		if what == n.Soname {
			return fmt.Sprintf("no known package brings %s, which %s needs: the package depends on nothing for it", what, n.By[0])
		}
		if symbol, ok := strings.CutPrefix(what, n.Soname+"("); ok {
			return fmt.Sprintf("no known version of %s has %s: the package depends on any version, and files such as %s may not load",
				n.Soname, strings.TrimSuffix(symbol, ")"), n.By[0])
		}
	}
	return what
}

// architecture is all or noarch only for a tree without any ELF file.
func architecture(t target.Target, objects []*elf.Object) string {
	switch {
	case len(objects) > 0:
		return t.Arch.In(t.Format)
	case t.Format == "deb":
		return "all"
	}
	return "noarch"
}

// release is the revision as the format wants it: none by default in a deb, so
// that name=1.2.3 finds the package; 1 and the distribution's suffix in an rpm.
func release(t target.Target, revision string) string {
	if t.Format == "deb" {
		return revision
	}
	return firstOf(revision, "1") + t.Dist
}

// epoch dates the package: as told, or by the newest entry of the SOURCE wheel,
// so that two releases never share a time stamp by accident.
func (r *run) epoch(newest time.Time) time.Time {
	if !r.Epoch.IsZero() {
		return r.Epoch
	}
	return newest
}
