package elf

import (
	"maps"
	"path"
	"slices"
)

// Need is one library that a tree takes from the system.
type Need struct {
	Soname      string
	Versions    []string // of its symbols, sorted: GLIBC_2.14, …
	GNUHashOnly bool     // one of By at least has no other hash table than DT_GNU_HASH
	By          []string // paths of the files that need it, sorted
}

// Needs gives the libraries that objects, the ELF files of one tree, take from
// the system, sorted by soname: all that they need but what the tree brings. A
// file of the tree satisfies a need by its soname or by its file name, whatever
// its folder: wheels find their own libraries by $ORIGIN, but also by loading
// them from Python before they are needed, and no search path tells.
//
// Hand in only what Platform.Check accepts: a file for another machine, carried
// as data, needs libraries that the system neither has nor uses.
func Needs(objects []*Object) []Need {
	brought := map[string]bool{}
	for _, o := range objects {
		brought[path.Base(o.Path)] = true
		if o.Soname != "" {
			brought[o.Soname] = true
		}
	}
	needs := map[string]*Need{}
	for _, o := range objects {
		for _, soname := range o.libraries() {
			if brought[soname] {
				continue
			}
			n := needs[soname]
			if n == nil {
				n = &Need{Soname: soname}
				needs[soname] = n
			}
			n.Versions = append(n.Versions, o.Versions[soname]...)
			n.GNUHashOnly = n.GNUHashOnly || o.GNUHashOnly
			n.By = append(n.By, o.Path)
		}
	}
	var list []Need
	for _, soname := range slices.Sorted(maps.Keys(needs)) {
		n := needs[soname]
		n.Versions, n.By = sortedSet(n.Versions), sortedSet(n.By)
		list = append(list, *n)
	}
	return list
}

// libraries gives every soname that the file names: DT_NEEDED, and those whose
// symbol versions are needed. The second set holds more than the first in odd
// files only, where the loader insists on them all the same.
func (o *Object) libraries() []string {
	return sortedSet(slices.AppendSeq(slices.Clone(o.Needed), maps.Keys(o.Versions)))
}
