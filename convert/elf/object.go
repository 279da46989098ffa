package elf

import (
	"debug/elf"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Object is what one ELF file says about itself.
type Object struct {
	Path    string // as handed to Read; in a Tree, its place there
	Origin  string // what brought it into a Tree, as its user says; Read leaves it empty
	Type    elf.Type
	Machine elf.Machine
	Class   elf.Class
	Data    elf.Data // byte order: ppc64 and ppc64le differ in nothing else

	Interp  string   // the loader of a program (PT_INTERP); "" for most libraries and static programs
	Soname  string   // DT_SONAME, "" when there is none
	Needed  []string // DT_NEEDED, in the file's order
	Runpath []string // DT_RUNPATH, or DT_RPATH where there is none, split at colons; $ORIGIN is left as it is

	// Versions holds, by soname, the symbol versions without which the loader
	// refuses the file, sorted. A version all of whose symbols are weak
	// (VER_FLG_WEAK) is not among them: the loader does without it.
	Versions map[string][]string

	// GNUHashOnly is set when symbols can only be looked up through
	// DT_GNU_HASH, which rpm expresses as rtld(GNU_HASH).
	GNUHashOnly bool
}

// FormatError reports bytes that are not a well-formed ELF file.
type FormatError struct {
	Path   string
	Detail string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("read ELF file %s: %s", e.Path, e.Detail)
}

// Is tells whether a file that begins with prefix is an ELF file. Four bytes
// are enough.
func Is(prefix []byte) bool {
	return len(prefix) >= len(elf.ELFMAG) && string(prefix[:len(elf.ELFMAG)]) == elf.ELFMAG
}

// Read reads the ELF file r; path only names it. A file that is no ELF file, is
// cut short or contradicts itself gives a *FormatError; an error of r itself is
// wrapped and is not a *FormatError. A file without a dynamic table (a static
// program, a relocatable object) is no error: it needs nothing.
func Read(path string, r io.ReaderAt) (*Object, error) {
	o, err := read(path, r)
	switch e := err.(type) {
	case nil:
		return o, nil
	case malformed:
		return nil, &FormatError{Path: path, Detail: string(e)}
	default:
		return nil, fmt.Errorf("read ELF file %s: %w", path, err)
	}
}

// malformed is a FormatError on its way up, before the path is known.
type malformed string

func (m malformed) Error() string { return string(m) }

func malformedf(format string, args ...any) error {
	return malformed(fmt.Sprintf(format, args...))
}

func read(path string, r io.ReaderAt) (*Object, error) {
	img, err := readImage(r)
	if err != nil {
		return nil, err
	}
	o := &Object{Path: path, Type: img.typ, Machine: img.machine, Class: img.class, Data: img.data}
	if o.Interp, err = img.interp(); err != nil {
		return nil, err
	}
	d, err := readDynamic(img)
	if err != nil || d == nil {
		return o, err
	}
	if o.Needed, err = d.strings(d.needed); err != nil {
		return nil, err
	}
	if d.has(elf.DT_SONAME) {
		if o.Soname, err = d.string(d.value(elf.DT_SONAME)); err != nil {
			return nil, err
		}
	}
	if o.Runpath, err = d.runpath(); err != nil {
		return nil, err
	}
	if o.Versions, err = d.versions(); err != nil {
		return nil, err
	}
	o.GNUHashOnly = d.has(elf.DT_GNU_HASH) && !d.has(elf.DT_HASH)
	return o, nil
}

// loadable tells whether something of the system could map and run the file.
func (o *Object) loadable() bool {
	return o.Type == elf.ET_EXEC || o.Type == elf.ET_DYN
}

// runpath is the search path that the loader uses: DT_RPATH counts only where
// there is no DT_RUNPATH.
func (d *dynamic) runpath() ([]string, error) {
	tag := elf.DT_RUNPATH
	if !d.has(tag) {
		tag = elf.DT_RPATH
	}
	if !d.has(tag) {
		return nil, nil
	}
	path, err := d.string(d.value(tag))
	if err != nil || path == "" {
		return nil, err
	}
	return strings.Split(path, ":"), nil
}

// sortedSet sorts list and drops repetitions, in place.
func sortedSet(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
