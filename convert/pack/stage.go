package pack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"wain/convert/venv"
)

// A Stage keeps file contents in a folder, each once, under its SHA-256, for
// all packages of one run. Its methods may be called concurrently; Close comes
// last.
type Stage struct {
	dir     string
	buffers sync.Pool // of *[]byte

	mu     sync.Mutex
	bodies map[[sha256.Size]byte]*body
}

// body is one content, there or on its way.
type body struct {
	size  int64
	magic []byte        // the first bytes; set before done is closed
	done  chan struct{} // closed when err is set
	err   error
}

// magicSize is how many bytes a Stage remembers of each body.
const magicSize = 4

// A BodyError says that an entry does not have the content it promised.
type BodyError struct {
	Path               string // of the entry
	WantSize, GotSize  int64  // bytes; GotSize is a lower bound where the body is too long
	WantSHA256, SHA256 string // hexadecimal; SHA256 is "" where the size differs
}

func (e *BodyError) Error() string {
	if e.WantSize != e.GotSize {
		return fmt.Sprintf("stage %q: has %d bytes, not %d", e.Path, e.GotSize, e.WantSize)
	}
	return fmt.Sprintf("stage %q: has SHA-256 %s, not %s", e.Path, e.SHA256, e.WantSHA256)
}

// ErrNotStaged is wrapped by the error of a Write whose entry was never added.
var ErrNotStaged = errors.New("content is not staged")

// NewStage makes a folder of its own inside dir, which must exist.
func NewStage(dir string) (*Stage, error) {
	if dir == "" {
		return nil, errors.New("stage: no folder given")
	}
	own, err := os.MkdirTemp(dir, "wain-stage-")
	if err != nil {
		return nil, fmt.Errorf("stage: %w", err)
	}
	s := &Stage{dir: own, bodies: make(map[[sha256.Size]byte]*body)}
	s.buffers.New = func() any { b := make([]byte, 128<<10); return &b }
	return s, nil
}

// Close removes the folder with everything in it.
func (s *Stage) Close() error { return os.RemoveAll(s.dir) }

// Add reads the bodies of all regular files among the entries, with up to jobs
// readers at once, and keeps those that the stage does not have. Every body is
// checked against its entry's size and SHA-256 while it is written; one that
// differs is a *BodyError, and does not stay.
func (s *Stage) Add(ctx context.Context, entries []venv.Entry, jobs int) error {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(max(jobs, 1))
	var others []*venv.Entry // what the stage has, or another reader brings
	for i := range entries {
		e := &entries[i]
		if !e.Mode.IsRegular() {
			continue
		}
		b, mine := s.claim(e)
		if !mine {
			others = append(others, e)
			continue
		}
		group.Go(func() error { return s.settle(gctx, e, b) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	// Waiting comes last: two runs that wait for each other have both written
	// what they claimed.
	for _, e := range others {
		if err := s.await(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// claim gives the body that the entry asks for, and whether the caller is the
// one to write it.
func (s *Stage) claim(e *venv.Entry) (b *body, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b, ok := s.bodies[e.SHA256]; ok {
		return b, false
	}
	b = &body{size: e.Size, done: make(chan struct{})}
	s.bodies[e.SHA256] = b
	return b, true
}

// settle writes the body that the caller has claimed, and tells those who wait
// for it. A content that failed is forgotten, so that others may try again.
func (s *Stage) settle(ctx context.Context, e *venv.Entry, b *body) error {
	if b.err = ctx.Err(); b.err == nil {
		b.err = s.write(e, b)
	}
	if b.err != nil {
		s.mu.Lock()
		delete(s.bodies, e.SHA256)
		s.mu.Unlock()
	}
	close(b.done)
	return b.err
}

// await waits for a body that another reader writes, and writes it where that
// one failed: its failure may be its own, as when it was cancelled.
func (s *Stage) await(ctx context.Context, e *venv.Entry) error {
	for {
		b, mine := s.claim(e)
		if mine {
			return s.settle(ctx, e, b)
		}
		select {
		case <-b.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		switch {
		case b.err != nil:
			continue
		case b.size != e.Size:
			return &BodyError{Path: e.Path, WantSize: e.Size, GotSize: b.size}
		}
		return nil
	}
}

// write copies the entry's body to its place and checks it. It leaves no file
// behind when it fails.
func (s *Stage) write(e *venv.Entry, b *body) error {
	r, err := e.Open()
	if err != nil {
		return fmt.Errorf("stage %q: %w", e.Path, err)
	}
	name := s.path(e.SHA256)
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Join(fmt.Errorf("stage %q: %w", e.Path, err), r.Close())
	}
	b.magic, err = s.copy(f, r, e)
	if closeErr := errors.Join(f.Close(), r.Close()); err == nil && closeErr != nil {
		err = fmt.Errorf("stage %q: %w", e.Path, closeErr)
	}
	if err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

// A checked reader hashes what it reads: io.EOF means that all of it had the
// SHA-256. Hashing it once more would find nothing.
type checked interface {
	Checks() (sha256 [sha256.Size]byte)
}

// copy copies and hashes at once, and no more than one byte beyond the size
// that the entry promises. It gives the first bytes.
func (s *Stage) copy(w io.Writer, r io.Reader, e *venv.Entry) (magic []byte, err error) {
	buf := s.buffers.Get().(*[]byte)
	defer s.buffers.Put(buf)

	var hash hash.Hash
	if c, ok := r.(checked); !ok || c.Checks() != e.SHA256 {
		hash = sha256.New()
	}
	var n int64
	for {
		k, err := r.Read(*buf)
		n += int64(k)
		if n > e.Size {
			break
		}
		read := (*buf)[:k]
		magic = append(magic, read[:min(k, magicSize-len(magic))]...)
		if hash != nil {
			hash.Write(read)
		}
		if _, err := w.Write(read); err != nil {
			return nil, fmt.Errorf("stage %q: %w", e.Path, err)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("stage %q: %w", e.Path, err)
		}
	}
	fault := &BodyError{Path: e.Path, WantSize: e.Size, GotSize: n, WantSHA256: hex.EncodeToString(e.SHA256[:])}
	if n != e.Size {
		return nil, fault
	}
	if hash != nil && [sha256.Size]byte(hash.Sum(nil)) != e.SHA256 {
		fault.SHA256 = hex.EncodeToString(hash.Sum(nil))
		return nil, fault
	}
	return magic, nil
}

// Magic gives the first four bytes of an entry's content, or all of it where it
// is shorter. The error wraps ErrNotStaged.
func (s *Stage) Magic(e *venv.Entry) ([]byte, error) {
	b, err := s.find(e)
	if err != nil {
		return nil, err
	}
	return b.magic, nil
}

// Open gives the content of an entry that Add has put there; the caller closes
// it. The error wraps ErrNotStaged, or is one of opening the file.
func (s *Stage) Open(e *venv.Entry) (*os.File, error) {
	if _, err := s.find(e); err != nil {
		return nil, err
	}
	return os.Open(s.path(e.SHA256))
}

// path gives the place of a content.
func (s *Stage) path(sum [sha256.Size]byte) string {
	return filepath.Join(s.dir, hex.EncodeToString(sum[:]))
}

// file gives the path of a content that Add has put there.
func (s *Stage) file(e *venv.Entry) (string, error) {
	if _, err := s.find(e); err != nil {
		return "", err
	}
	return s.path(e.SHA256), nil
}

// find gives the body of an entry that is there.
func (s *Stage) find(e *venv.Entry) (*body, error) {
	s.mu.Lock()
	b, ok := s.bodies[e.SHA256]
	s.mu.Unlock()
	if ok {
		select {
		case <-b.done:
			if b.err == nil && b.size == e.Size {
				return b, nil
			}
		default:
		}
	}
	return nil, fmt.Errorf("pack %q: %w", e.Path, ErrNotStaged)
}
