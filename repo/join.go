package repo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"

	"golang.org/x/sync/errgroup"

	"wain/repo/frame"
)

// An index is one kind's texts of many segments, joined: never rendered, never compressed anew.
type index struct {
	kind       string
	start, end []byte // what stands around the texts
	gzipped    bool   // which forms are wanted
	zstd       bool

	size    int64  // of the plain index
	sha256  string // of the plain index
	gz, zst form
}

// A form of an index is its compressed bytes.
type form struct {
	data   []byte
	sha256 string
}

// A loader gives the pieces of segments.
type loader struct {
	now   *current
	fresh map[string][]byte // parts' files that are not stored yet, by segment
}

// join fills indexes, which are all made of the same segments. Segments are read ahead of their turn, and every form
// of every index is hashed on its own, since hashing is what takes the time.
func (l *loader) join(ctx context.Context, refs []ref, indexes []*index) error {
	kinds := make([]string, len(indexes))
	for i, x := range indexes {
		kinds[i] = x.kind
	}
	g, ctx := errgroup.WithContext(ctx)
	turns := make(chan chan []piece, readers)
	g.Go(func() error { // reads
		defer close(turns)
		limit := make(chan struct{}, readers)
		for i := range refs {
			turn := make(chan []piece, 1)
			select {
			case turns <- turn:
			case <-ctx.Done():
				return ctx.Err()
			}
			limit <- struct{}{}
			g.Go(func() error {
				defer func() { <-limit }()
				defer close(turn)
				pieces, err := l.load(ctx, &refs[i], kinds)
				if err == nil {
					turn <- pieces
				}
				return err
			})
		}
		return nil
	})
	sinks := make([][]sink, len(indexes))
	for i, x := range indexes {
		sinks[i] = x.sinks(g, refs)
	}
	g.Go(func() error { // hands out
		defer func() {
			for _, all := range sinks {
				for _, s := range all {
					close(s.in)
				}
			}
		}()
		for turn := range turns {
			pieces, ok := <-turn
			if !ok {
				return nil // that reader's error counts
			}
			for i, all := range sinks {
				for _, s := range all {
					s.in <- s.choose(pieces[i])
				}
			}
		}
		return nil
	})
	return g.Wait()
}

// A sink takes the chunks of one form of an index in their order.
type sink struct {
	in     chan []byte
	choose func(piece) []byte
}

// sinks start what takes an index's forms.
func (x *index) sinks(g *errgroup.Group, refs []ref) []sink {
	all := []sink{x.sink(g, func(p piece) []byte { return p.plain }, func(chunks chan []byte) {
		sum := sha256.New()
		add := func(b []byte) { x.size += int64(len(b)); _, _ = sum.Write(b) }
		add(x.start)
		for b := range chunks {
			add(b)
		}
		add(x.end)
		x.sha256 = hex.EncodeToString(sum.Sum(nil))
	})}
	if x.gzipped {
		all = append(all, x.sink(g, func(p piece) []byte { return p.gzip }, func(chunks chan []byte) {
			x.gz.fill(chunks, frame.Gzip, x.start, x.end, x.total(refs, func(p part) int { return p.Gzip }))
		}))
	}
	if x.zstd {
		all = append(all, x.sink(g, func(p piece) []byte { return p.zstd }, func(chunks chan []byte) {
			x.zst.fill(chunks, frame.Zstd, x.start, x.end, x.total(refs, func(p part) int { return p.Zstd }))
		}))
	}
	return all
}

func (x *index) sink(g *errgroup.Group, choose func(piece) []byte, take func(chunks chan []byte)) sink {
	s := sink{make(chan []byte, 4), choose}
	g.Go(func() error {
		take(s.in)
		return nil
	})
	return s
}

// total is how many bytes of a form the segments have.
func (x *index) total(refs []ref, size func(part) int) int {
	n := 0
	for _, r := range refs {
		for _, p := range r.Parts {
			if p.Kind == x.kind {
				n += size(p)
			}
		}
	}
	return n
}

// fill joins compressed chunks, and what stands around them. An index of nothing at all is one empty member.
func (f *form) fill(chunks chan []byte, compress func([]byte) []byte, start, end []byte, size int) {
	var first, last []byte
	if len(start) > 0 || size == 0 {
		first = compress(start)
	}
	if len(end) > 0 {
		last = compress(end)
	}
	f.data = make([]byte, 0, len(first)+size+len(last))
	sum := sha256.New()
	f.add(sum, first)
	for b := range chunks {
		f.add(sum, b)
	}
	f.add(sum, last)
	f.sha256 = hex.EncodeToString(sum.Sum(nil))
}

func (f *form) add(sum hash.Hash, b []byte) {
	f.data = append(f.data, b...)
	_, _ = sum.Write(b)
}
