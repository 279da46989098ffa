package elf

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// Need is one library that a tree takes from the system.
type Need struct {
	Soname      string
	Versions    []string // of its symbols, sorted: GLIBC_2.14, …
	GNUHashOnly bool     // one of By at least has no other hash table than DT_GNU_HASH
	By          []string // paths of the files that need it, sorted
}

// Tree tells, of the ELF files of one tree, what they bring each other.
//
// Hand in only what Platform.Check accepts: a file for another machine, carried
// as data, needs libraries that the system neither has nor uses, and brings none.
type Tree struct {
	objects []*Object
	paths   map[string]bool            // of the files
	brought map[string]map[string]bool // soname or file name → origins of the files
}

// NewTree takes the ELF files of a tree.
func NewTree(objects []*Object) *Tree {
	t := &Tree{objects, map[string]bool{}, map[string]map[string]bool{}}
	for _, o := range objects {
		t.paths[o.Path] = true
		for _, name := range []string{path.Base(o.Path), o.Soname} {
			if t.brought[name] == nil {
				t.brought[name] = map[string]bool{}
			}
			t.brought[name][o.Origin] = true
		}
	}
	return t
}

// System gives the libraries that a file of the tree takes from the system,
// sorted: all that it needs but what the tree brings it.
func (t *Tree) System(o *Object) []string {
	return slices.DeleteFunc(o.libraries(), func(soname string) bool { return t.brings(o, soname) })
}

// brings tells whether a library comes from the tree: by the search path of the
// file that needs it, or from its own wheel, in whatever folder and by soname or
// file name: wheels also load their libraries from Python before they are needed,
// and no search path tells. Another wheel brings it in that way only if it is
// none of the libraries that wheels expect of every system. The C library is the
// one that the interpreter has loaded.
func (t *Tree) brings(o *Object, soname string) bool {
	if soname == "libc.so.6" || strings.HasPrefix(soname, "ld-linux") {
		return false
	}
	if strings.Contains(soname, "/") { // a path, which is not searched for
		return t.paths[soname]
	}
	for _, folder := range o.Runpath {
		folder = strings.NewReplacer("${ORIGIN}", path.Dir(o.Path), "$ORIGIN", path.Dir(o.Path)).Replace(folder)
		if t.paths[path.Join(folder, soname)] {
			return true
		}
	}
	origins := t.brought[soname]
	return origins[o.Origin] || len(origins) > 0 && !slices.Contains(strings.Fields(expected), soname)
}

// expected are the libraries that a manylinux wheel may expect of the system.
// https://github.com/pypa/auditwheel/blob/main/src/auditwheel/policy/manylinux-policy.json
const expected = `
libgcc_s.so.1 libstdc++.so.6 libatomic.so.1 libm.so.6 libmvec.so.1 libdl.so.2 librt.so.1 libanl.so.1 libutil.so.1
libpthread.so.0 libresolv.so.2 libnsl.so.1 libz.so.1 libexpat.so.1 libX11.so.6 libXext.so.6 libXrender.so.1 libICE.so.6
libSM.so.6 libGL.so.1 libgobject-2.0.so.0 libgthread-2.0.so.0 libglib-2.0.so.0
`

// Needs gives the libraries that the tree takes from the system, sorted by
// soname.
func (t *Tree) Needs() []Need {
	needs := map[string]*Need{}
	for _, o := range t.objects {
		for _, soname := range t.System(o) {
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

// Needs gives what the objects, the ELF files of one tree, take from the system.
func Needs(objects []*Object) []Need { return NewTree(objects).Needs() }

// libraries gives every soname that the file names: DT_NEEDED, and those whose
// symbol versions are needed. The second set holds more than the first in odd
// files only, where the loader insists on them all the same.
func (o *Object) libraries() []string {
	return sortedSet(slices.AppendSeq(slices.Clone(o.Needed), maps.Keys(o.Versions)))
}
