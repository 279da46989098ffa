package convert

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"wain/convert/egg"
	"wain/convert/index"
	"wain/convert/wheel"
)

// shelf holds the wheels of a run: each file is opened, hashed and read once,
// whatever number of targets takes it. It is safe for concurrent use.
type shelf struct {
	healRecord bool
	scratch    string // where wheels are made of eggs
	mu         sync.Mutex
	books      map[string]*book // by the local path
}

// book is one wheel, or an egg that became one.
type book struct {
	candidate index.Candidate
	file      *index.File // nil for an egg that is a folder

	once  sync.Once // guards what follows
	wheel *wheel.Wheel
	made  *os.File // the wheel of an egg
	err   error
}

// sha256 is the hash of the file as it was found; "" for a folder.
func (b *book) sha256() string {
	if b.file == nil {
		return ""
	}
	return b.file.SHA256
}

func newShelf(healRecord bool, scratch string) *shelf {
	return &shelf{healRecord: healRecord, scratch: scratch, books: map[string]*book{}}
}

func (s *shelf) close() {
	for _, b := range s.books {
		if b.file != nil {
			b.file.Close()
		}
		if b.made != nil {
			b.made.Close()
		}
	}
}

// take opens a candidate whose bytes must have one of the allowed hashes; none
// means that any will do.
func (s *shelf) take(ctx context.Context, x *index.Index, c index.Candidate, allowed []index.Hash) (*book, error) {
	b, err := s.fetch(ctx, x, c, allowed)
	if err != nil {
		return nil, err
	}
	b.once.Do(func() { b.err = s.open(ctx, b) })
	return b, b.err
}

// fetch finds the candidate on the shelf, or puts it there.
func (s *shelf) fetch(ctx context.Context, x *index.Index, c index.Candidate, allowed []index.Hash) (*book, error) {
	if c.Folder {
		if len(allowed) > 0 {
			return nil, fmt.Errorf("%s is a folder, and the lock allows %s only: zip it as it was when it was locked", c.Source, allowed[0])
		}
		return s.place(c.Path, &book{candidate: c}), nil
	}
	// Without a hash to find it by in the cache, a file is known by its URL.
	if len(allowed) == 0 && c.Path == "" {
		if b := s.find(c.URL); b != nil {
			return b, nil
		}
	}
	f, err := x.Fetch(ctx, c, allowed)
	if err != nil {
		return nil, err
	}
	b := s.place(f.Name(), &book{candidate: c, file: f})
	if b.file == f {
		return b, nil
	}
	f.Close()
	// What was judged now must be what was opened then.
	if b.file.SHA256 != f.SHA256 {
		return nil, fmt.Errorf("read wheel %s: it changed while it was read", c.Source)
	}
	return b, nil
}

// find gives the book of a downloaded file; nil for none.
func (s *shelf) find(url string) *book {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.books {
		if url != "" && b.candidate.URL == url {
			return b
		}
	}
	return nil
}

// place gives the book that stands at path, which is b where none did.
func (s *shelf) place(path string, b *book) *book {
	s.mu.Lock()
	defer s.mu.Unlock()
	if there, ok := s.books[path]; ok {
		return there
	}
	s.books[path] = b
	return b
}

// open reads the wheel, or makes it of the egg first.
func (s *shelf) open(ctx context.Context, b *book) error {
	name := b.candidate.Filename.Raw
	options := wheel.Options{HealRecord: s.healRecord}
	var err error
	if !strings.HasSuffix(name, ".egg") {
		b.wheel, err = wheel.Open(b.file, b.file.Size, name, options)
		return err
	}
	if b.made, err = os.CreateTemp(s.scratch, ".wain-egg-*"); err != nil {
		return fmt.Errorf("make a wheel of %s: %w", b.candidate.Source, err)
	}
	os.Remove(b.made.Name()) // the open file is all that is needed
	made, err := convertEgg(ctx, b, b.made)
	if err != nil {
		return err
	}
	size, err := b.made.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("make a wheel of %s: %w", b.candidate.Source, err)
	}
	if b.wheel, err = wheel.Open(b.made, size, made.Filename, options); err == nil {
		b.wheel.Warnings = append(b.wheel.Warnings, made.Warnings...)
	}
	return err
}

func convertEgg(ctx context.Context, b *book, w io.Writer) (*egg.Result, error) {
	if b.file == nil {
		return egg.Convert(ctx, b.candidate.Path, w)
	}
	return egg.ConvertArchive(ctx, b.file, b.file.Size, b.candidate.Filename.Raw, w)
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
