package target

import (
	"debug/elf"
	"maps"
	"slices"
	"strings"
)

// A Need is a shared library that the application's files take from the
// system.
type Need struct {
	Soname      string   // DT_NEEDED: "libstdc++.so.6"
	Versions    []string // the symbol versions needed of it (verneed): "GLIBCXX_3.4.30"
	GNUHashOnly bool     // a file that needs it has a GNU hash table and no other
}

// Depends gives the relations that make the system provide all of the needs, in
// the syntax of the target's format, sorted, each once.
//
// For deb they are package names, each with the highest of the versions that
// its symbol versions need. What the table does not know is left out and told
// in unknown: a soname, or SONAME(SYMBOL VERSION) where the release's library
// is too old to have it. For rpm they are the names that rpm's own generator
// gives, and unknown has what no library is called, such as a name with spaces:
// rpm resolves the rest by file. What WithLibraries was
// told of a library comes before both.
func (t Target) Depends(needs []Need) (relations, unknown []string) {
	if t.Format == "deb" {
		return t.debDepends(needs)
	}
	return t.rpmRequires(needs)
}

func (t Target) debDepends(needs []Need) (relations, unknown []string) {
	minimums := map[string]string{} // package → version, "" for any
	for _, need := range needs {
		if relation, ok := t.mapped[need.Soname]; ok {
			if relation != "" {
				relations = append(relations, relation)
			}
			continue
		}
		library, ok := t.library(need.Soname)
		if !ok {
			unknown = append(unknown, need.Soname)
			continue
		}
		highest := minimums[library.Package]
		for _, symbol := range need.Versions {
			version, ok := library.minimum(symbol, t.Glibc)
			if !ok {
				unknown = append(unknown, need.Soname+"("+symbol+")")
			} else if compareMinimums(version, highest) > 0 && version != "0" { // a symbols file's word for any
				highest = version
			}
		}
		minimums[library.Package] = highest
	}
	for _, name := range slices.Sorted(maps.Keys(minimums)) {
		if version := minimums[name]; version != "" {
			name += " (>= " + version + ")"
		}
		relations = append(relations, name)
	}
	slices.Sort(relations)
	slices.Sort(unknown)
	return slices.Compact(relations), slices.Compact(unknown)
}

// rpmRequires follows rpm's tools/elfdeps.c: SONAME()(64bit) for a library,
// SONAME(VERSION)(64bit) for each symbol version, rtld(GNU_HASH) for files that
// older loaders could not read; "(64bit)" is left out on 32-bit architectures.
func (t Target) rpmRequires(needs []Need) (relations, unknown []string) {
	marker := ""
	if t.Arch.Class == elf.ELFCLASS64 {
		marker = "(64bit)"
	}
	for _, need := range needs {
		if need.GNUHashOnly {
			relations = append(relations, "rtld(GNU_HASH)")
		}
		if relation, ok := t.mapped[need.Soname]; ok && relation == "" || !isLibraryName(need.Soname) {
			continue
		}
		if !sonameRule.MatchString(need.Soname) {
			unknown = append(unknown, need.Soname)
			continue
		}
		if marker == "" {
			relations = append(relations, need.Soname)
		} else {
			relations = append(relations, need.Soname+"()"+marker)
		}
		for _, version := range need.Versions {
			if symbolRule.MatchString(version) {
				relations = append(relations, need.Soname+"("+version+")"+marker)
			} else {
				unknown = append(unknown, need.Soname+"("+version+")")
			}
		}
	}
	slices.Sort(relations)
	slices.Sort(unknown)
	return slices.Compact(relations), slices.Compact(unknown)
}

// isLibraryName is elfdeps' filter: other names are private to a program.
func isLibraryName(soname string) bool {
	if !strings.Contains(soname, ".so") {
		return false
	}
	for _, prefix := range []string{"lib", "ld.", "ld-", "ld64"} {
		if strings.HasPrefix(soname, prefix) {
			return true
		}
	}
	return false
}
