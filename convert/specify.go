package convert

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"wain/convert/elf"
	"wain/convert/pack"
	"wain/convert/target"
)

// specify fills p.spec: all that the package says besides its tree.
func (r *run) specify(ctx context.Context, p *plan) error {
	objects, err := r.libraries.objects(ctx, r.stage, p.tree.Entries, &r.notes)
	if err != nil {
		return err
	}
	loaded, err := r.loadable(p, objects)
	if err != nil {
		return err
	}
	depends, err := r.depends(p.target, loaded)
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
		Depends:    depends,
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

// depends is the interpreter and what the ELF files take from the system. What
// nothing is known of is an error or a warning, as the user chose.
func (r *run) depends(t target.Target, loaded []*elf.Object) ([]string, error) {
	needs := elf.Needs(loaded)
	asked := make([]target.Need, len(needs))
	for i, n := range needs {
		asked[i] = target.Need{Soname: n.Soname, Versions: n.Versions, GNUHashOnly: n.GNUHashOnly}
	}
	relations, unknown := t.Depends(asked)
	for _, what := range unknown {
		text := unknownNeed(what, needs, loaded)
		switch r.UnknownLibrary {
		case "error":
			return nil, &UnknownLibraryError{Target: t.Folder(), Library: what, Detail: text}
		case "ignore":
		default:
			r.notes.add(t.Folder() + ": " + text)
		}
	}
	return append(t.Interpreter(), relations...), nil
}

// unknownNeed says what it means that the target's table does not have a
// library, or SONAME(SYMBOL VERSION), that one of needs names.
func unknownNeed(what string, needs []elf.Need, loaded []*elf.Object) string {
	for _, n := range needs {
		if what == n.Soname {
			return fmt.Sprintf("no known package brings %s, which %s needs: the package depends on nothing for it", what, n.By[0])
		}
		if symbol, ok := strings.CutPrefix(what, n.Soname+"("); ok {
			symbol = strings.TrimSuffix(symbol, ")")
			return fmt.Sprintf("no known version of %s has %s: the package depends on any version, and files such as %s may not load",
				n.Soname, symbol, asks(loaded, n, symbol))
		}
	}
	return what
}

// asks is the first of the files that ask for a symbol version of a library.
func asks(loaded []*elf.Object, n elf.Need, symbol string) string {
	for _, o := range loaded {
		if slices.Contains(n.By, o.Path) && slices.Contains(o.Versions[n.Soname], symbol) {
			return o.Path
		}
	}
	return n.By[0]
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
