package index

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
)

// Hash is a digest of a file. It has the shape of lock.Hash, so that one
// converts to the other.
type Hash struct {
	Algorithm string // sha256, sha384 or sha512
	Hex       string // lower case
}

func (h Hash) String() string { return h.Algorithm + ":" + h.Hex }

// HashError says that a file is not one that the lock allows, or not the one
// that its index announces.
type HashError struct {
	File  string // path, or URL without credentials
	Want  []Hash // the allowed ones
	Got   []Hash // the file's, in each of their algorithms
	Index string // which announces Want; "" where the lock allows it
	// Unread is set where Got is what an index announces, and the file was not
	// even downloaded.
	Unread bool
}

func (e *HashError) Error() string {
	verb, by := "has", "the lock allows"
	if e.Unread {
		verb = "is announced with"
	}
	if e.Index != "" {
		by = "the index " + e.Index + " announces"
	}
	return fmt.Sprintf("%s %s the hash %s, %s %s", e.File, verb, joinHashes(e.Got), by, joinHashes(e.Want))
}

// matching tells whether one of the hashes is allowed, and whether that can be
// told at all: only hashes of the same algorithm compare.
func matching(have, allowed []Hash) (matches, comparable bool) {
	for _, h := range have {
		for _, a := range allowed {
			if h.Algorithm == a.Algorithm {
				comparable = true
				matches = matches || h == a
			}
		}
	}
	return matches, comparable
}

// inAlgorithmsOf gives those hashes whose algorithm one of the others has.
func inAlgorithmsOf(hashes, others []Hash) []Hash {
	var list []Hash
	for _, h := range hashes {
		if slices.ContainsFunc(others, func(o Hash) bool { return o.Algorithm == h.Algorithm }) {
			list = append(list, h)
		}
	}
	return list
}

func joinHashes(hashes []Hash) string {
	text := make([]string, len(hashes))
	for i, h := range hashes {
		text[i] = h.String()
	}
	return strings.Join(text, ", ")
}

// newHash gives the function of an algorithm, nil for one that is not known.
func newHash(algorithm string) hash.Hash {
	switch algorithm {
	case "sha256":
		return sha256.New()
	case "sha384":
		return sha512.New384()
	case "sha512":
		return sha512.New()
	}
	return nil
}

// algorithms gives sha256, which every file is known by, and those of hashes.
func algorithms(hashes []Hash) []string {
	list := []string{"sha256"}
	for _, h := range hashes {
		list = append(list, h.Algorithm)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// digests remembers the hashes of files that this Index has read: one wheel is
// asked for by every target. A remembered hash counts only while the open file
// is the one that was hashed, with its size and time unchanged.
type digests struct {
	mu    sync.Mutex
	files map[string]*digest // by path
}

// digest is what is known of one file.
type digest struct {
	mu     sync.Mutex // held while the file is read, so that it is read once
	info   os.FileInfo
	hashes []Hash // by algorithm
}

// sum gives the hashes of the open file f that info describes, in each of the
// algorithms.
func (d *digests) sum(ctx context.Context, path string, f io.ReaderAt, info os.FileInfo, algorithms []string) ([]Hash, error) {
	d.mu.Lock()
	if d.files == nil {
		d.files = map[string]*digest{}
	}
	known := d.files[path]
	if known == nil {
		known = &digest{}
		d.files[path] = known
	}
	d.mu.Unlock()

	known.mu.Lock()
	defer known.mu.Unlock()
	if known.info == nil || !sameFile(known.info, info) {
		known.info, known.hashes = info, nil
	}
	if err := known.read(ctx, f, info.Size(), algorithms); err != nil {
		return nil, err
	}
	return slices.Clone(known.hashes), nil
}

// move tells that a file that was hashed has another path now.
func (d *digests) move(from, to string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if known, ok := d.files[from]; ok {
		delete(d.files, from)
		d.files[to] = known
	}
}

func sameFile(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// read computes, in one pass, the hashes that are not known yet.
func (d *digest) read(ctx context.Context, r io.ReaderAt, size int64, algorithms []string) error {
	var missing []string
	var sums []hash.Hash
	var writers []io.Writer
	for _, a := range algorithms {
		if slices.ContainsFunc(d.hashes, func(h Hash) bool { return h.Algorithm == a }) {
			continue
		}
		h := newHash(a)
		if h == nil {
			return fmt.Errorf("unknown hash algorithm %q", a)
		}
		missing, sums, writers = append(missing, a), append(sums, h), append(writers, h)
	}
	if len(missing) == 0 {
		return nil
	}
	from := &interruptible{ctx, io.NewSectionReader(r, 0, size)}
	n, err := io.CopyBuffer(io.MultiWriter(writers...), from, make([]byte, 1<<17))
	if err != nil {
		return err
	}
	if n != size {
		return fmt.Errorf("it became shorter while it was read")
	}
	for i, a := range missing {
		d.hashes = append(d.hashes, Hash{a, hex.EncodeToString(sums[i].Sum(nil))})
	}
	slices.SortFunc(d.hashes, func(a, b Hash) int { return strings.Compare(a.Algorithm, b.Algorithm) })
	return nil
}

// interruptible is a reader that ends with its context.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(b []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(b)
}
