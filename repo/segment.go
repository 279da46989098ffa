package repo

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"wain/repo/frame"
	"wain/repo/store"
)

// A segment is a sorted list of packages with what the indexes say of them. It is stored in two files: the facts, as
// JSON, and the parts, which are joined to indexes as they are: for each kind of index the packages' texts as one
// zstd frame, and, where the suite publishes .gz, as one gzip member.
type segment struct {
	Schema   string  `json:"schema"`
	Kinds    []part  `json:"kinds"`
	SHA256   string  `json:"sha256"` // of the parts' file
	Packages []entry `json:"packages"`

	id    string
	facts []byte // once encoded
	parts []byte // once encoded
}

// A part is one kind's texts of a segment.
type part struct {
	Kind string `json:"kind"`
	Size int    `json:"size"`         // of the texts, in bytes
	Zstd int    `json:"zst"`          // of the zstd frame
	Gzip int    `json:"gz,omitempty"` // of the gzip member; 0: there is none
}

// An entry is one package of a segment.
type entry struct {
	Package
	Since   int64 `json:"since"`   // seconds since 1970: when the suite got it
	Lengths []int `json:"lengths"` // of its text in each part

	texts map[string][]byte // by kind
}

func segmentName(id string) string { return segmentFolder + "/" + id + ".json" }

func partsName(id string) string { return segmentFolder + "/" + id + ".parts" }

// loadSegment reads the facts of a segment.
func loadSegment(ctx context.Context, at store.Reader, id string) (*segment, error) {
	s := &segment{id: id}
	data, err := store.ReadFile(ctx, at, segmentName(id))
	if err != nil {
		return nil, fmt.Errorf("read repository state: %w", err)
	}
	if !isNamed(id, data) {
		return nil, &StateError{Name: segmentName(id), Detail: "damaged: the content does not match the name"}
	}
	return s, decodeState(segmentName(id), data, segmentSchema, s)
}

// loadTexts reads what the indexes say of each of the segment's packages.
func (c *current) loadTexts(ctx context.Context, s *segment) error {
	if len(s.Packages) == 0 || s.Packages[0].texts != nil {
		return nil
	}
	name := partsName(s.id)
	data, err := store.ReadFile(ctx, c.at, name)
	if err != nil {
		return fmt.Errorf("read repository state: %w", err)
	}
	if digest(data) != s.SHA256 {
		return &StateError{Name: name, Detail: "damaged: the content does not match its digest"}
	}
	for i := range s.Packages {
		s.Packages[i].texts = make(map[string][]byte, len(s.Kinds))
	}
	for k, p := range s.Kinds {
		cut, err := p.cut(data, name, &c.unpacker)
		if err != nil {
			return err
		}
		data = data[p.Zstd+p.Gzip:]
		rest := cut.plain
		for i := range s.Packages {
			e := &s.Packages[i]
			if k >= len(e.Lengths) || e.Lengths[k] < 0 || e.Lengths[k] > len(rest) {
				return &StateError{Name: segmentName(s.id), Detail: "the lengths do not fit the texts"}
			}
			n := e.Lengths[k]
			e.texts[p.Kind], rest = rest[:n:n], rest[n:]
		}
	}
	return nil
}

// A piece is one kind's texts in all their forms.
type piece struct{ plain, zstd, gzip []byte }

// cut takes a part from the front of the parts' file.
func (p part) cut(data []byte, name string, u *frame.Unpacker) (piece, error) {
	if p.Zstd <= 0 || p.Gzip < 0 || p.Size < 0 || p.Zstd > len(data) || p.Gzip > len(data)-p.Zstd {
		return piece{}, &StateError{Name: name, Detail: "shorter than its parts"}
	}
	plain, err := u.Unzstd(data[:p.Zstd], int64(p.Size))
	if err != nil {
		return piece{}, &StateError{Name: name, Detail: err.Error()}
	}
	return piece{plain, data[:p.Zstd], data[p.Zstd : p.Zstd+p.Gzip]}, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// load reads the parts of a segment for joining. The checksum is against rot: the state is trusted as the
// repository is.
func (l *loader) load(ctx context.Context, r *ref, kinds []string) ([]piece, error) {
	if data := l.fresh[r.ID]; data != nil {
		return r.pieces(data, kinds, &l.now.unpacker)
	}
	name := partsName(r.ID)
	data, err := store.ReadFile(ctx, l.now.at, name)
	if err != nil {
		return nil, fmt.Errorf("read repository state: %w", err)
	}
	return r.pieces(data, kinds, &l.now.unpacker)
}

func (r *ref) pieces(data []byte, kinds []string, u *frame.Unpacker) ([]piece, error) {
	name := partsName(r.ID)
	if crc32.Checksum(data, castagnoli) != r.Checksum {
		return nil, &StateError{Name: name, Detail: "damaged: the content does not match its checksum"}
	}
	pieces := make([]piece, len(kinds))
	for _, p := range r.Parts {
		if i := slices.Index(kinds, p.Kind); i >= 0 {
			cut, err := p.cut(data, name, u)
			if err != nil {
				return nil, err
			}
			pieces[i] = cut
		}
		data = data[min(len(data), p.Zstd+p.Gzip):]
	}
	for i, kind := range kinds {
		if pieces[i].zstd == nil {
			return nil, &StateError{Name: name, Detail: "has no " + kind}
		}
	}
	return pieces, nil
}

// newSegment encodes packages, whose texts of all kinds must be there.
func (c *current) newSegment(format string, entries []entry, kinds []string, gzipped bool, generation int) (*segment, error) {
	s := &segment{Schema: segmentSchema, Packages: slices.Clone(entries)}
	slices.SortStableFunc(s.Packages, func(a, b entry) int { return comparePackages(format, a.Package, b.Package) })
	for i := range s.Packages {
		e := &s.Packages[i]
		e.Lengths = make([]int, len(kinds))
		for k, kind := range kinds {
			e.Lengths[k] = len(e.texts[kind])
		}
	}
	for _, kind := range kinds {
		var plain []byte
		for _, e := range s.Packages {
			plain = append(plain, e.texts[kind]...)
		}
		p := part{Kind: kind, Size: len(plain)}
		packed := c.packer.Zstd(plain)
		p.Zstd = len(packed)
		s.parts = append(s.parts, packed...)
		if gzipped {
			packed = c.packer.Gzip(plain)
			p.Gzip = len(packed)
			s.parts = append(s.parts, packed...)
		}
		s.Kinds = append(s.Kinds, p)
	}
	s.SHA256 = digest(s.parts)
	var err error
	if s.facts, err = encodeState(s); err != nil {
		return nil, err
	}
	s.id = fmt.Sprintf("%d-%.16s", generation, digest(s.facts))
	return s, nil
}

// ref names a segment that newSegment has made.
func (s *segment) ref(g group, prefix string) ref {
	return ref{
		group: g, Prefix: prefix, ID: s.id, Packages: len(s.Packages), Parts: s.Kinds,
		Checksum: crc32.Checksum(s.parts, castagnoli),
	}
}

// files are what stores a segment that newSegment has made.
func (s *segment) files() []store.File {
	return []store.File{{Name: partsName(s.id), Data: s.parts}, {Name: segmentName(s.id), Data: s.facts}}
}

// comparePackages orders by name, then version as the format's tools do, then architecture.
func comparePackages(format string, a, b Package) int {
	if c := cmp.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	return cmp.Or(CompareVersions(format, a.Version, b.Version), cmp.Compare(a.Architecture, b.Architecture),
		cmp.Compare(a.Version, b.Version), cmp.Compare(a.Path, b.Path))
}

// isNamed reports whether a file of the state has the content that its id, GENERATION-DIGEST, says.
func isNamed(id string, data []byte) bool {
	_, hash, _ := strings.Cut(id, "-")
	return len(hash) == 16 && digest(data)[:16] == hash
}

// digest returns the SHA-256 of data in hex.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
