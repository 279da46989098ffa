package wheel

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"sync"

	"github.com/klauspost/compress/flate"
)

// Scheme is the kind of place that a file of a wheel is meant for.
type Scheme string

// The schemes of the wheel format. The root of the archive is Purelib or
// Platlib, as Root-Is-Purelib says; the others come from .data.
const (
	Purelib Scheme = "purelib"
	Platlib Scheme = "platlib"
	Scripts Scheme = "scripts"
	Headers Scheme = "headers"
	Data    Scheme = "data"
)

// File is one regular file of a wheel.
type File struct {
	Path   string      // in the archive
	Scheme Scheme      // where it belongs …
	Dest   string      // … and its path there
	Mode   fs.FileMode // 0644 or 0755
	Size   int64       // in bytes
	SHA256 [32]byte    // as RECORD has it, or computed; what a reader of the file is held to

	entry *entry
}

// Open gives the content of f, a file of this wheel. The reader returns io.EOF
// only when size, CRC-32 and SHA-256 are right and nothing is left of the
// stored bytes, and an *Error otherwise; then the bytes before it are not to be
// used. It also implements io.WriterTo. Closing early is fine. Open may be
// called by several goroutines; a reader belongs to one.
func (w *Wheel) Open(f *File) (io.ReadCloser, error) {
	return w.archive.open(f.entry, &f.SHA256), nil
}

// bufferSize is that of stored bytes read ahead and of WriteTo's copies.
const bufferSize = 64 << 10

// source holds what a reader needs beside its own few words; it is used again
// for the archive's next readers.
type source struct {
	buffer  *bufio.Reader
	inflate io.ReadCloser // also a flate.Resetter
	sum     hash.Hash
	copies  []byte // WriteTo's, made when first used
}

// content is an archive whose entries can be read.
type content struct {
	at   io.ReaderAt
	name string    // of the file, for errors
	pool sync.Pool // of *source
}

func (c *content) source(r io.Reader) *source {
	if src, ok := c.pool.Get().(*source); ok {
		src.buffer.Reset(r)
		src.sum.Reset()
		return src
	}
	return &source{buffer: bufio.NewReaderSize(r, bufferSize), sum: sha256.New()}
}

// reader reads one entry and checks it on the way.
type reader struct {
	content *content
	entry   *entry
	want    *[32]byte // nil: any

	section *io.SectionReader
	source  *source   // nil after Close
	from    io.Reader // source's buffer or inflate
	left    int64     // bytes to come
	crc     uint32
	err     error // what every further Read returns
}

// open gives the content of e, held to want unless that is nil.
func (c *content) open(e *entry, want *[32]byte) *reader {
	r := &reader{content: c, entry: e, want: want, left: e.size}
	r.section = io.NewSectionReader(c.at, e.data, e.packed)
	r.source = c.source(r.section)
	r.from = r.source.buffer
	if r.inflates() {
		if r.source.inflate == nil {
			r.source.inflate = flate.NewReader(r.source.buffer)
		} else if err := r.source.inflate.(flate.Resetter).Reset(r.source.buffer, nil); err != nil {
			r.err = err
		}
		r.from = r.source.inflate
	}
	return r
}

func (r *reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n := 0
	if r.left > 0 {
		if len(p) == 0 {
			return 0, nil
		}
		var err error
		n, err = r.from.Read(p)
		r.left -= int64(n)
		r.crc = crc32.Update(r.crc, crc32.IEEETable, p[:n])
		r.source.sum.Write(p[:n])
		if err != nil && !(err == io.EOF && r.left == 0) {
			r.err = r.cut(err)
			return n, r.err
		}
	}
	// The checks are due with the last byte, since a caller that knows the
	// size may not ask again.
	if r.left == 0 {
		r.err = r.finish()
		if r.err != io.EOF {
			return n, r.err
		}
		if n == 0 {
			return 0, io.EOF
		}
	}
	return n, nil
}

// Checks gives the SHA-256 that the content has, or io.EOF never comes.
func (r *reader) Checks() [32]byte { return *r.want }

// WriteTo copies the rest to w.
func (r *reader) WriteTo(w io.Writer) (int64, error) {
	total := int64(0)
	if r.err == io.EOF {
		return 0, nil
	}
	if r.err != nil {
		return 0, r.err
	}
	if r.source.copies == nil {
		r.source.copies = make([]byte, bufferSize)
	}
	for {
		n, err := r.Read(r.source.copies)
		if n > 0 && (err == nil || err == io.EOF) {
			written, err := w.Write(r.source.copies[:n])
			total += int64(written)
			if err != nil {
				return total, err
			}
		}
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

// Close lets go of the buffers. Calling it again does nothing.
func (r *reader) Close() error {
	if r.source != nil {
		r.content.pool.Put(r.source)
		r.source, r.from = nil, nil
		if r.err == nil || r.err == io.EOF {
			r.err = fs.ErrClosed
		}
	}
	return nil
}

// inflates reports whether the stored bytes are a deflate stream. Some writers
// store nothing at all for an empty file.
func (r *reader) inflates() bool {
	return r.entry.method == deflated && r.entry.packed > 0
}

// finish checks the whole entry and returns io.EOF when it is right.
func (r *reader) finish() error {
	if r.inflates() {
		// The stream must end here; reading on is also what makes the inflater
		// read its end mark.
		var more [1]byte
		n, err := io.ReadFull(r.from, more[:])
		if n > 0 {
			return r.refuse("zip-size-mismatch", "inflates to more than the %d bytes that its header says", r.entry.size)
		}
		if err != io.EOF {
			return r.cut(err)
		}
	}
	if unread := r.unread(); unread > 0 {
		return r.refuse("zip-leftover", "%d stored bytes behind the end of the compressed data", unread)
	}
	if r.crc != r.entry.crc {
		return r.refuse("zip-crc-mismatch", "CRC %08x, its header says %08x", r.crc, r.entry.crc)
	}
	if r.want != nil {
		if sum := r.source.sum.Sum(nil); [32]byte(sum) != *r.want {
			return r.refuse("record-mismatch", "SHA-256 %x, RECORD says %x", sum, *r.want)
		}
	}
	return io.EOF
}

// unread counts the stored bytes that were not used.
func (r *reader) unread() int64 {
	at, err := r.section.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0 // a SectionReader always knows
	}
	return r.entry.packed - at + int64(r.source.buffer.Buffered())
}

// cut turns an error of the layers below into one that names the entry.
func (r *reader) cut(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case err == io.EOF:
		return r.refuse("zip-size-mismatch", "inflates to %d bytes, its header says %d", r.entry.size-r.left, r.entry.size)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return r.refuse("zip-deflate", "the compressed data ends too early")
	case errors.As(err, &corrupt):
		return r.refuse("zip-deflate", "the compressed data is corrupt")
	}
	return named(err, r.content.name)
}

func (r *reader) refuse(rule, format string, args ...any) error {
	return named(refuse(rule, r.entry.name, format, args...), r.content.name)
}
