package convert

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"wain/convert/elf"
	"wain/convert/target"
)

// LoadError is a wheel with compiled files that the target's loader refuses,
// for what the target's libraries do not have.
type LoadError struct {
	Target  string
	Project string // normalised
	Wheel   string // its file name
	Err     error  // *elf.GlibcError, or a *NeedError of a *target.SymbolError: of the file that asks for most
	Newest  string // highest other version of which the index has a wheel that the target takes by its name; ""
	Files   int    // how many of the wheel's files are refused
}

func (e *LoadError) Error() string {
	text := fmt.Sprintf("%s: %s: %s", e.Target, e.Wheel, e.Err)
	if e.Files > 1 {
		text += fmt.Sprintf(", and %d more of its files cannot be loaded", e.Files-1)
	}
	return text
}

func (e *LoadError) Unwrap() error { return e.Err }

// loadErrors are those among the errors that err joins.
func loadErrors(err error) []*LoadError {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var list []*LoadError
		for _, part := range joined.Unwrap() {
			list = append(list, loadErrors(part)...)
		}
		return list
	}
	if load, ok := errors.AsType[*LoadError](err); ok {
		return []*LoadError{load}
	}
	return nil
}

// NeedError is what one file needs and the target does not have.
type NeedError struct {
	Path string // in the package
	Err  error
}

func (e *NeedError) Error() string { return e.Path + " " + e.Err.Error() }

func (e *NeedError) Unwrap() error { return e.Err }

// loadable sorts out the ELF files that the target's loader takes. A file for
// another machine or another C library is data as long as its wheel also brings
// one for the target; a wheel that brings others alone is the wrong one. Refused
// for lack of a symbol is every file: nobody carries those as data.
func (r *run) loadable(p *plan, objects []*elf.Object) ([]*elf.Object, error) {
	t := p.target
	platform := elf.Platform{
		Machine: t.Arch.Machine, Class: t.Arch.Class,
		Glibc: elf.Glibc{Major: t.Glibc.Major, Minor: t.Glibc.Minor}, Musl: t.Musl != target.Musl{},
	}
	var loaded []*elf.Object
	foreign, native, refused := map[string]error{}, map[string]bool{}, map[string]*LoadError{}
	for _, o := range objects {
		origin := o.Origin
		switch err := platform.Check(o); {
		case err == nil:
			native[origin] = true
			loaded = append(loaded, o)
		case !lacksSymbols(err):
			if foreign[origin] == nil {
				foreign[origin] = err
			}
		default:
			refuse(refused, origin, err)
		}
	}
	tree := elf.NewTree(loaded)
	for _, o := range loaded {
		if err := checkSymbols(t, tree, o); err != nil {
			refuse(refused, o.Origin, err)
		}
	}
	var errs []error
	for _, origin := range slices.Sorted(maps.Keys(foreign)) {
		err := foreign[origin]
		if native[origin] {
			r.notes.add(fmt.Sprintf("%s: %s, and is taken for data", t.Folder(), err))
			continue
		}
		errs = append(errs, &ForeignError{Target: t.Folder(), Wheel: origin, Err: err})
	}
	for origin, e := range refused {
		e.Target, e.Project, e.Wheel = t.Folder(), origin, p.filename(origin)
		errs = append(errs, e)
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return loaded, errors.Join(errs...)
}

// lacksSymbols tells a file that needs more than the target's libraries have
// from one that is for another platform.
func lacksSymbols(err error) bool {
	var glibc *elf.GlibcError
	return errors.As(err, &glibc)
}

// checkSymbols asks the target's table for what one file needs of the system.
func checkSymbols(t target.Target, tree *elf.Tree, o *elf.Object) error {
	for _, soname := range tree.System(o) {
		if err := t.Check(target.Need{Soname: soname, Versions: o.Versions[soname]}); err != nil {
			return &NeedError{o.Path, err}
		}
	}
	return nil
}

// refuse keeps, for a wheel, the error that asks for the latest glibc, else the
// first.
func refuse(refused map[string]*LoadError, origin string, err error) {
	e := refused[origin]
	if e == nil {
		refused[origin] = &LoadError{Err: err, Files: 1}
		return
	}
	e.Files++
	var kept, other *elf.GlibcError
	if errors.As(err, &other) && (!errors.As(e.Err, &kept) || kept.Needs.Less(other.Needs)) {
		e.Err = err
	}
}

// filename is that of a chosen project's wheel.
func (p *plan) filename(project string) string {
	for _, c := range p.chosen {
		if name := c.book.wheel.Filename; name.Name == project {
			return name.Raw
		}
	}
	return project
}
