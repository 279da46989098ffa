package store

import (
	"context"
	"errors"
	"io"
	"sync"
)

// A ranged object is read in pieces, each with a request of its own that may be repeated, so that nothing stays open
// between two reads. It holds one piece in memory.
type ranged struct {
	ctx   context.Context // of Open
	size  int64
	piece int64 // how much is asked for at once

	// fetch returns length bytes from offset, which lie within the object.
	fetch func(ctx context.Context, offset, length int64) ([]byte, error)

	mu   sync.Mutex
	at   int64 // of the piece that is held
	held []byte
	pos  int64 // of Read
}

func (o *ranged) Size() int64  { return o.size }
func (o *ranged) Close() error { return nil }

func (o *ranged) Read(p []byte) (int, error) {
	o.mu.Lock()
	pos := o.pos
	o.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	if left := o.size - pos; left <= 0 {
		return 0, io.EOF
	} else if int64(len(p)) > left {
		p = p[:left]
	}
	n, err := o.some(p, pos)
	o.mu.Lock()
	o.pos = pos + int64(n)
	o.mu.Unlock()
	return n, err
}

func (o *ranged) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, errors.New("read before the start")
	}
	done := 0
	for done < len(p) {
		if offset+int64(done) >= o.size {
			return done, io.EOF
		}
		n, err := o.some(p[done:], offset+int64(done))
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// some fills as much of p as one piece has from offset, which is within the object.
func (o *ranged) some(p []byte, offset int64) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if offset < o.at || offset >= o.at+int64(len(o.held)) {
		want := min(o.piece, o.size-offset)
		held, err := o.fetch(o.ctx, offset, want)
		if err == nil && int64(len(held)) != want { // the server now says another length
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
		o.at, o.held = offset, held
	}
	return copy(p, o.held[offset-o.at:]), nil
}
