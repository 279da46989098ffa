package repo

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/gzip"

	"wain/repo/apt"
	"wain/repo/rpm"
	"wain/repo/store"
)

// kinds are the indexes of each format; a package has one text for each, in this order.
var kinds = map[string][]string{
	formatApt: {"packages"},
	formatYum: {"primary", "filelists", "other"},
}

// A segment is a sorted list of packages with what the indexes say of them. It is stored by content: a JSON file
// with the facts, and beside it, for each kind of index, the packages' texts as one gzip member.
type segment struct {
	Schema   string  `json:"schema"`
	Parts    []part  `json:"parts"`
	Packages []entry `json:"packages"`

	id      string   // hex digest of the JSON file; empty until encoded
	data    []byte   // the JSON file, once encoded
	members [][]byte // of each part, once loaded or encoded
	plain   [][]byte // of each part: all texts joined
}

// A part is one kind's texts of a segment.
type part struct {
	Kind   string `json:"kind"`
	SHA256 string `json:"sha256"` // of the gzip member
	Size   int64  `json:"size"`   // uncompressed
}

// An entry is one package of a segment.
type entry struct {
	Package
	Lengths []int `json:"lengths"` // of its text in each part

	texts [][]byte
}

const segmentSchema = "wain/segment/1"

func segmentName(id string) string { return ".wain/segments/" + id + ".json" }

func memberName(id, kind string) string { return ".wain/segments/" + id + "." + kind + ".gz" }

// loadSegment reads the facts of a segment.
func loadSegment(ctx context.Context, at store.Reader, id string) (*segment, error) {
	s := &segment{id: id}
	data, err := store.ReadFile(ctx, at, segmentName(id))
	if err != nil {
		return nil, fmt.Errorf("read repository state: %w", err)
	}
	if got := digest(data); got != id {
		return nil, &StateError{Name: segmentName(id), Detail: "damaged: the content does not match the name"}
	}
	return s, decodeState(segmentName(id), data, segmentSchema, s)
}

// loadTexts reads the texts of a segment and gives each package its own.
func (s *segment) loadTexts(ctx context.Context, at store.Reader) error {
	if s.members != nil {
		return nil
	}
	for _, p := range s.Parts {
		name := memberName(s.id, p.Kind)
		member, err := store.ReadFile(ctx, at, name)
		if err != nil {
			return fmt.Errorf("read repository state: %w", err)
		}
		if digest(member) != p.SHA256 {
			return &StateError{Name: name, Detail: "damaged: the content does not match its digest"}
		}
		plain, err := gunzip(member, p.Size)
		if err != nil {
			return &StateError{Name: name, Detail: err.Error()}
		}
		s.members, s.plain = append(s.members, member), append(s.plain, plain)
	}
	return s.split()
}

// split cuts the joined texts at the packages' lengths.
func (s *segment) split() error {
	rest := slices.Clone(s.plain)
	for i := range s.Packages {
		e := &s.Packages[i]
		if len(e.Lengths) != len(rest) {
			return &StateError{Name: segmentName(s.id), Detail: fmt.Sprintf("%s has %d texts, not %d", e.Path, len(e.Lengths), len(rest))}
		}
		e.texts = make([][]byte, len(rest))
		for k, n := range e.Lengths {
			if n < 0 || n > len(rest[k]) {
				return &StateError{Name: segmentName(s.id), Detail: "the lengths do not fit the texts"}
			}
			e.texts[k], rest[k] = rest[k][:n:n], rest[k][n:]
		}
	}
	return nil
}

// with returns a segment of the same packages and more, compressed anew. The texts of s must be loaded.
func (s *segment) with(format string, more []entry) (*segment, error) {
	next := &segment{Schema: segmentSchema}
	if s != nil {
		next.Packages = slices.Clone(s.Packages)
	}
	next.Packages = append(next.Packages, more...)
	slices.SortStableFunc(next.Packages, func(a, b entry) int { return comparePackages(format, a.Package, b.Package) })
	for k, kind := range kinds[format] {
		size := 0
		for _, e := range next.Packages {
			size += len(e.texts[k])
		}
		plain := make([]byte, 0, size)
		for _, e := range next.Packages {
			plain = append(plain, e.texts[k]...)
		}
		member := apt.Gzip(plain)
		next.Parts = append(next.Parts, part{Kind: kind, SHA256: digest(member), Size: int64(len(plain))})
		next.members, next.plain = append(next.members, member), append(next.plain, plain)
	}
	for i := range next.Packages {
		e := &next.Packages[i]
		e.Lengths = make([]int, len(e.texts))
		for k, text := range e.texts {
			e.Lengths[k] = len(text)
		}
	}
	var err error
	if next.data, err = encodeState(next); err != nil {
		return nil, err
	}
	next.id = digest(next.data)
	return next, nil
}

// files are what stores a segment that with has made.
func (s *segment) files() []store.File {
	var files []store.File
	for i, p := range s.Parts {
		files = append(files, store.File{Name: memberName(s.id, p.Kind), Data: s.members[i]})
	}
	return append(files, store.File{Name: segmentName(s.id), Data: s.data})
}

// comparePackages orders by name, then version as the format's tools do, then architecture.
func comparePackages(format string, a, b Package) int {
	if c := cmp.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	versions := apt.CompareVersions
	if format == formatYum {
		versions = rpm.CompareEVR
	}
	return cmp.Or(versions(a.Version, b.Version), cmp.Compare(a.Architecture, b.Architecture),
		cmp.Compare(a.Version, b.Version), cmp.Compare(a.Path, b.Path))
}

// gunzip returns the content of one or more gzip members, which must be size bytes long.
func gunzip(data []byte, size int64) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(r, size+1))
	if err != nil {
		return nil, err
	}
	if int64(len(plain)) != size {
		return nil, fmt.Errorf("%d bytes or more uncompressed, not %d", len(plain), size)
	}
	return plain, nil
}

// digest returns the SHA-256 of data in hex.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
