package convert

import (
	"context"
	"fmt"
	"sync"

	"wain/convert/index"
	"wain/convert/wheel"
)

// shelf holds the wheels of a run: each file is opened, hashed and read once,
// whatever number of targets takes it. It is safe for concurrent use.
type shelf struct {
	healRecord bool
	mu         sync.Mutex
	books      map[string]*book // by the local file's path
}

// book is one open wheel.
type book struct {
	file   *index.File
	source string // the path as it was given, or the URL without credentials

	read  sync.Once // guards what follows
	wheel *wheel.Wheel
	err   error
}

func newShelf(healRecord bool) *shelf {
	return &shelf{healRecord: healRecord, books: map[string]*book{}}
}

func (s *shelf) close() {
	for _, b := range s.books {
		b.file.Close()
	}
}

// take opens a candidate whose bytes must have one of the allowed hashes; none
// means that any will do.
func (s *shelf) take(ctx context.Context, x *index.Index, c index.Candidate, allowed []index.Hash) (*book, error) {
	f, err := x.Fetch(ctx, c, allowed)
	if err != nil {
		return nil, err
	}
	b, err := s.place(f)
	if err != nil {
		return nil, err
	}
	b.read.Do(func() {
		b.wheel, b.err = wheel.Open(b.file, b.file.Size, c.Filename.Raw, wheel.Options{HealRecord: s.healRecord})
	})
	return b, b.err
}

// place puts an open file on the shelf, or closes it where it is there already.
func (s *shelf) place(f *index.File) (*book, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.books[f.Name()]
	if !ok {
		b = &book{file: f, source: f.Candidate.Source}
		s.books[f.Name()] = b
		return b, nil
	}
	f.Close()
	// What was judged now must be what was opened then.
	if b.file.SHA256 != f.SHA256 {
		return nil, fmt.Errorf("read wheel %s: it changed while it was read", f.Candidate.Source)
	}
	return b, nil
}

// takePath opens a wheel that the user named: what its bytes are is what the
// user means, so there is no hash to match.
func (s *shelf) takePath(ctx context.Context, x *index.Index, path string) (*book, error) {
	c, err := index.Direct(path)
	if err != nil {
		return nil, fmt.Errorf("source %q: %w", path, err)
	}
	return s.take(ctx, x, c, nil)
}
