package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
)

// A body is what a request sends: bytes of a known size and hash, readable from the start for each try.
type body struct {
	size int64
	sum  string // SHA-256 in hex
	head bool   // a name that readers know, whose content changes

	name   string // in the store, for errors
	source io.ReadSeeker
	close  func() error
}

// newBody is the body of bytes at hand.
func newBody(name string, data []byte) *body {
	sum := sha256.Sum256(data)
	return &body{
		name: name, size: int64(len(data)), sum: hex.EncodeToString(sum[:]),
		source: bytes.NewReader(data), close: func() error { return nil },
	}
}

// open makes the body of a file, not of a link. A source that can go back to its start is sent as it is read; the
// others are held in memory, or in a temporary file.
func (s *S3) open(file File) (*body, error) {
	if file.Data != nil {
		return newBody(file.Name, file.Data), nil
	}
	if file.Size <= s.limits.memory {
		var b bytes.Buffer
		if err := file.copyTo(&b); err != nil {
			return nil, sourceError(file.Name, err)
		}
		return newBody(file.Name, b.Bytes()), nil
	}
	source, err := file.Open()
	if err != nil {
		return nil, sourceError(file.Name, err)
	}
	b := &body{name: file.Name, size: file.Size, sum: file.SHA256, close: source.Close}
	if seeker, ok := source.(io.ReadSeeker); ok {
		b.source = seeker
		size, err := seeker.Seek(0, io.SeekEnd)
		if err == nil && size != file.Size { // a server might take a short body for a whole one
			err = &ContentError{Name: file.Name, WantSize: file.Size, GotSize: size}
		}
		if err != nil {
			_ = b.close()
			return nil, sourceError(file.Name, err)
		}
		return b, nil
	}
	spool, err := temporary()
	if err == nil {
		b.source, b.close = spool, spool.Close
		again := file
		again.Open = func() (io.ReadCloser, error) { return source, nil }
		err = again.copyTo(spool) // closes the source
	}
	if err != nil {
		_ = b.close()
		return nil, sourceError(file.Name, err)
	}
	return b, nil
}

func sourceError(name string, err error) error {
	var content *ContentError
	if errors.As(err, &content) {
		return err
	}
	return fmt.Errorf("store %s: %w", name, err)
}

// reader reads the body once more from its start.
func (b *body) reader() *checked { return &checked{body: b, fresh: true} }

// checked reads a body and keeps its last bytes back until all are known to be the right ones: a request that lacks
// them is never carried out.
type checked struct {
	body   *body
	fresh  bool // the source has to go back first
	pos    int64
	sum    hash.Hash
	failed error
}

func (c *checked) Read(p []byte) (int, error) {
	if c.failed != nil {
		return 0, c.failed
	}
	if c.fresh {
		if c.failed = c.rewind(); c.failed != nil {
			return 0, c.failed
		}
	}
	left := c.body.size - c.pos
	if left == 0 {
		return 0, io.EOF
	}
	n, err := c.body.source.Read(p[:min(int64(len(p)), left)])
	c.sum.Write(p[:n])
	c.pos += int64(n)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		c.failed = err
	case c.pos == c.body.size:
		c.failed = c.verify()
	case errors.Is(err, io.EOF):
		c.failed = &ContentError{Name: c.body.name, WantSize: c.body.size, GotSize: c.pos}
	}
	if c.failed != nil {
		return 0, c.failed
	}
	return n, nil
}

func (c *checked) rewind() error {
	c.fresh, c.pos, c.sum = false, 0, sha256.New()
	_, err := c.body.source.Seek(0, io.SeekStart)
	return err
}

func (c *checked) verify() error {
	var more [1]byte
	if n, _ := c.body.source.Read(more[:]); n > 0 {
		return &ContentError{Name: c.body.name, WantSize: c.body.size, GotSize: c.body.size + 1}
	}
	if got := hex.EncodeToString(c.sum.Sum(nil)); got != c.body.sum {
		return &ContentError{Name: c.body.name, WantSize: c.body.size, GotSize: c.body.size, Want: c.body.sum, Got: got}
	}
	return nil
}

// Seek goes to the start or tells the place; the client needs no more.
func (c *checked) Seek(offset int64, whence int) (int64, error) {
	switch {
	case offset == 0 && whence == io.SeekCurrent:
		return c.pos, nil
	case offset == 0 && whence == io.SeekStart:
		c.fresh, c.pos = true, 0
		return 0, nil
	case offset == 0 && whence == io.SeekEnd:
		return c.body.size, nil
	}
	return 0, errors.New("a body is sent from its start")
}
