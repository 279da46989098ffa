package convert

import (
	"context"
	"fmt"
	"path/filepath"

	"wain/convert/index"
	"wain/convert/wheel"
)

// shelf holds the wheels of a run: each file is opened, hashed and read once,
// whatever number of targets takes it.
type shelf struct {
	healRecord bool
	books      map[string]*book // by path
}

// book is one open wheel.
type book struct {
	file   *index.File
	wheel  *wheel.Wheel
	source string // the path as it was given
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
	if b, ok := s.books[c.Path]; ok {
		f.Close()
		// What was judged now must be what was opened then.
		if b.file.SHA256 != f.SHA256 {
			return nil, fmt.Errorf("read wheel %s: it changed while it was read", c.Source)
		}
		return b, nil
	}
	w, err := wheel.Open(f, f.Size, filepath.Base(c.Path), wheel.Options{HealRecord: s.healRecord})
	if err != nil {
		f.Close()
		return nil, err
	}
	b := &book{file: f, wheel: w, source: c.Source}
	s.books[c.Path] = b
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
