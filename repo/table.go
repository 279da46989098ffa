package repo

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"wain/repo/store"
)

// A table lists the segments of a suite. Its packages are spread by component and architecture (apt), and below that
// by name: each has a key of bits, and a segment holds those whose keys begin with its prefix.
type table struct {
	Schema   string `json:"schema"`
	Segments []ref  `json:"segments"` // ordered by component, architecture and prefix
}

// A ref names a segment and says what is needed to join it to others without opening it.
type ref struct {
	group
	Prefix   string `json:"prefix"`
	ID       string `json:"id"` // of the files in .wain/segments
	Packages int    `json:"packages"`
	Parts    []part `json:"parts"`
	Checksum uint32 `json:"checksum"` // CRC-32C of the parts' file
}

// A group is a set of packages that are indexed together; yum has one only, the zero value.
type group struct {
	Component    string `json:"component,omitempty"`
	Architecture string `json:"architecture,omitempty"`
}

func (g group) compare(h group) int {
	return cmp.Or(cmp.Compare(g.Component, h.Component), cmp.Compare(g.Architecture, h.Architecture))
}

// maxSegment and maxTexts are the number of packages, and the bytes of what the indexes say of them, beyond which a
// segment is split.
const (
	maxSegment = 256
	maxTexts   = 4 << 20
)

// packageKey is 64 bits: half of them from the name, so that all versions of a package are close, and half from the
// version, so that a package of very many versions can be split as well. An epoch of zero counts as none.
func packageKey(p Package) string {
	name, version := sha256.Sum256([]byte(p.Name)), sha256.Sum256([]byte(strings.TrimPrefix(p.Version, "0:")))
	bits := binary.BigEndian.Uint64(append(name[:4:4], version[:4]...))
	var key [keyBits]byte
	for i := range key {
		key[i] = '0' + byte(bits>>(keyBits-1-i)&1)
	}
	return string(key[:])
}

const keyBits = 64

// leaf returns the segment of the group that a key belongs to, or nil and the prefix of the one to make for it: the
// shortest that no other segment shares.
func (t *table) leaf(g group, key string) (found *ref, prefix string) {
	shared := -1
	for i := range t.Segments {
		r := &t.Segments[i]
		if r.group != g {
			continue
		}
		if strings.HasPrefix(key, r.Prefix) {
			return r, r.Prefix
		}
		n := 0
		for n < len(r.Prefix) && r.Prefix[n] == key[n] {
			n++
		}
		shared = max(shared, n)
	}
	return nil, key[:shared+1]
}

// below returns the segments that may hold packages of a name, in all groups.
func (t *table) below(name string) []*ref {
	key := packageKey(Package{Name: name})[:32]
	var found []*ref
	for i := range t.Segments {
		n := min(32, len(t.Segments[i].Prefix))
		if t.Segments[i].Prefix[:n] == key[:n] {
			found = append(found, &t.Segments[i])
		}
	}
	return found
}

// groups returns the groups that have packages, in order.
func (t *table) groups() []group {
	var groups []group
	for _, r := range t.Segments {
		if !slices.Contains(groups, r.group) {
			groups = append(groups, r.group)
		}
	}
	return groups
}

// of returns the segments of the given groups, group by group.
func (t *table) of(groups ...group) []ref {
	var refs []ref
	for _, g := range groups {
		for _, r := range t.Segments {
			if r.group == g {
				refs = append(refs, r)
			}
		}
	}
	return refs
}

func (t *table) packages() int {
	n := 0
	for _, r := range t.Segments {
		n += r.Packages
	}
	return n
}

// replace puts segments in the place of the one with the same group and prefix.
func (t *table) replace(g group, prefix string, by []ref) {
	t.Segments = slices.DeleteFunc(t.Segments, func(r ref) bool { return r.group == g && r.Prefix == prefix })
	t.Segments = append(t.Segments, by...)
	slices.SortFunc(t.Segments, func(a, b ref) int {
		return cmp.Or(a.group.compare(b.group), cmp.Compare(a.Prefix, b.Prefix))
	})
}

// spread divides packages among the segments of the tree below prefix: none is larger than a segment may be, unless it
// is one package, or all its packages have one key.
func spread(prefix string, entries []entry) map[string][]entry {
	keys := make(map[Package]string, len(entries))
	for _, e := range entries {
		keys[e.Package] = packageKey(e.Package)
	}
	sorted := slices.Clone(entries)
	slices.SortStableFunc(sorted, func(a, b entry) int { return cmp.Compare(keys[a.Package], keys[b.Package]) })
	leaves := map[string][]entry{}
	var divide func(prefix string, entries []entry)
	divide = func(prefix string, entries []entry) {
		if len(entries) == 0 {
			return
		}
		if len(entries) == 1 || len(entries) <= maxSegment && textSize(entries) <= maxTexts || len(prefix) == keyBits {
			leaves[prefix] = entries
			return
		}
		half, _ := slices.BinarySearchFunc(entries, prefix+"1", func(e entry, from string) int { return cmp.Compare(keys[e.Package], from) })
		divide(prefix+"0", entries[:half:half])
		divide(prefix+"1", entries[half:])
	}
	divide(prefix, sorted)
	return leaves
}

func textSize(entries []entry) int {
	size := 0
	for _, e := range entries {
		for _, text := range e.texts {
			size += len(text)
		}
	}
	return size
}

// loadTable reads the list of a suite's segments; an empty name stands for an empty list.
func loadTable(ctx context.Context, at store.Reader, name string) (*table, error) {
	t := &table{Schema: tableSchema}
	if name == "" {
		return t, nil
	}
	return t, loadState(ctx, at, name, tableSchema, t)
}
