package yum

import (
	"strings"

	"wain/repo/rpm"
)

// entryList is one list of dependencies with the element that holds it.
type entryList struct {
	element string
	entries []entry
}

// entry is a relation as metadata shows it.
type entry struct {
	rpm.Relation
	pre bool
}

// dependencies returns a package's lists in the order of their elements.
func dependencies(p *rpm.Package) []entryList {
	requires, weak := requirements(p)
	return []entryList{
		{"rpm:provides", plain(p.Provides)},
		{"rpm:requires", requires},
		{"rpm:conflicts", plain(p.Conflicts)},
		{"rpm:obsoletes", plain(p.Obsoletes)},
		{"rpm:suggests", plain(p.Suggests)},
		{"rpm:enhances", plain(p.Enhances)},
		{"rpm:recommends", append(weak, plain(p.Recommends)...)},
		{"rpm:supplements", plain(p.Supplements)},
	}
}

func plain(relations []rpm.Relation) []entry {
	entries := make([]entry, 0, len(relations))
	for _, r := range relations {
		if goodEpoch(r.EVR) {
			entries = append(entries, entry{Relation: r})
		}
	}
	return entries
}

// writeEntries writes one list, nothing when it is empty.
func writeEntries(w *writer, list entryList) {
	if len(list.entries) == 0 {
		return
	}
	w.raw("    <", list.element, ">\n")
	for _, e := range list.entries {
		if e.Name == "" {
			continue
		}
		w.raw("      <rpm:entry")
		w.attribute("name", e.Name)
		if comparison := e.Sense.Comparison(); comparison != "" {
			w.attribute("flags", comparison)
			writeEVR(w, e.EVR)
		}
		if e.pre {
			w.attribute("pre", "1")
		}
		w.raw("/>\n")
	}
	w.raw("    </", list.element, ">\n")
}

// writeEVR writes the parts of a version that are there; an epoch of 0 is
// written out.
func writeEVR(w *writer, evr string) {
	if evr == "" {
		return
	}
	epoch, rest, ok := strings.Cut(evr, ":")
	if !ok {
		epoch, rest = "0", evr
	}
	if epoch == "" {
		epoch = "0"
	}
	w.attribute("epoch", epoch)
	version, release, _ := strings.Cut(rest, "-")
	if version != "" {
		w.attribute("ver", version)
	}
	if release != "" {
		w.attribute("rel", release)
	}
}

// goodEpoch reports whether what stands before a colon is a number. A
// relation where it is not means nothing to a client and is left out.
func goodEpoch(evr string) bool {
	epoch, _, ok := strings.Cut(evr, ":")
	return !ok || strings.Trim(epoch, "0123456789") == ""
}

// requirements filters what a package requires, as createrepo_c does:
//
//  1. rpmlib() features are rpm's own affair;
//  2. paths of the package itself that primary lists anyway;
//  3. what the package provides with the same comparison and version;
//  4. repetitions;
//  5. of libc.so.6's symbol versions only the highest, which comes last.
//
// Those marked as missing-ok are weak and returned apart.
func requirements(p *rpm.Package) (requires, weak []entry) {
	own := make(map[string]bool)
	for _, f := range p.Files {
		if isPrimary(f.Path) {
			own[f.Path] = true
		}
	}
	provided := make(map[string]bool, len(p.Provides))
	for _, r := range p.Provides {
		if goodEpoch(r.EVR) {
			provided[r.Name+r.Sense.Comparison()+r.EVR] = true
		}
	}
	seen := make(map[string]entry)
	var libc *entry
	for _, r := range p.Requires {
		if strings.HasPrefix(r.Name, "rpmlib(") || own[r.Name] || provided[r.Name+r.Sense.Comparison()+r.EVR] {
			continue
		}
		e := entry{Relation: r, pre: r.Sense&(rpm.PreReq|rpm.ScriptPre|rpm.ScriptPost) != 0}
		if last, ok := seen[r.Name]; ok && last.same(e) || !goodEpoch(r.EVR) {
			continue
		}
		switch {
		case r.Sense&rpm.MissingOK != 0:
			weak = append(weak, entry{Relation: r})
		case strings.HasPrefix(r.Name, "libc.so.6"):
			if libc == nil || libcLess(libc.Name, r.Name) {
				libc = &e
			}
		default:
			requires = append(requires, e)
			seen[r.Name] = e
		}
	}
	if libc != nil {
		requires = append(requires, *libc)
	}
	return requires, weak
}

// same reports whether two entries of one name look the same in metadata.
func (e entry) same(f entry) bool {
	return e.Sense.Comparison() == f.Sense.Comparison() && e.EVR == f.EVR && e.pre == f.pre
}

// libcLess reports whether a is a lower symbol version of libc than b:
// none, then empty parentheses, then a name without digits, then by number.
func libcLess(a, b string) bool {
	rankA, versionA := libcVersion(a)
	rankB, versionB := libcVersion(b)
	if rankA != rankB {
		return rankA < rankB
	}
	return rpm.CompareVersions(versionA, versionB) < 0
}

// libcVersion returns what stands in the first parentheses of a name, from its
// first digit on, and how much of that there is.
func libcVersion(name string) (rank int, version string) {
	_, rest, open := strings.Cut(name, "(")
	if !open {
		return 0, ""
	}
	inside, _, closed := strings.Cut(rest, ")")
	if !closed {
		return 1, ""
	}
	if inside == "" {
		return 2, ""
	}
	at := strings.IndexAny(inside, "0123456789")
	if at < 0 {
		return 3, ""
	}
	return 4, inside[at:]
}
