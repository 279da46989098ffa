package deb

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz/lzma"
	"github.com/xi2/xz"
)

// maxWindow bounds the memory that a compressed control member may ask for.
// Every preset of xz stays within it, and every level of zstd that dpkg-deb
// can be told.
const maxWindow = 128 << 20

// form is a way in which a tar member may be stored.
type form struct {
	suffix string
	// magic is what the stored member begins with; "" where any byte may.
	magic string
	// open returns the tar's bytes.
	open func(d *Reader, r *bufio.Reader) (io.Reader, error)
	// dataOnly is set where no control member may be stored that way.
	dataOnly bool
}

// forms lists what deb(5) knows, and bzip2 for both members.
func forms() []form {
	return []form{
		{"", "", func(_ *Reader, r *bufio.Reader) (io.Reader, error) { return r, nil }, false},
		{".gz", "\x1f\x8b", openGzip, false},
		{".xz", "\xfd7zXZ\x00", (*Reader).openXZ, false},
		{".zst", "\x28\xb5\x2f\xfd", openZstd, false},
		{".bz2", "BZh", func(_ *Reader, r *bufio.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil }, false},
		{".lzma", "\x5d\x00\x00", openLZMA, true},
	}
}

// formOf splits "control.tar.xz" for the base "control.tar".
func formOf(name, base string) (form, bool) {
	suffix, ok := strings.CutPrefix(name, base)
	if !ok {
		return form{}, false
	}
	for _, f := range forms() {
		if f.suffix == suffix {
			return f, true
		}
	}
	return form{}, false
}

// checkMagic peeks at a stored member.
func (f form) checkMagic(name string, r *bufio.Reader) error {
	head, err := r.Peek(max(len(f.magic), 1))
	if err != nil && err != io.EOF {
		return err
	}
	if len(head) == 0 {
		return refuse("member-empty", name, "")
	}
	if !bytes.HasPrefix(head, []byte(f.magic)) {
		return refuse("compression", name, "the content begins with % x", head)
	}
	return nil
}

func openGzip(_ *Reader, r *bufio.Reader) (io.Reader, error) { return gzip.NewReader(r) }

func openZstd(_ *Reader, r *bufio.Reader) (io.Reader, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// openXZ uses the one decoder that refuses a large dictionary before it
// allocates it, in every block.
func (d *Reader) openXZ(r *bufio.Reader) (io.Reader, error) {
	if x, ok := d.xz.Get().(*xz.Reader); ok {
		return &xzReader{x, &d.xz}, x.Reset(r)
	}
	x, err := xz.NewReader(r, maxWindow)
	return &xzReader{x, &d.xz}, err
}

// xzReader goes back to where it came from when it is closed, whatever it has
// met: the next one resets it.
type xzReader struct {
	*xz.Reader
	pool *sync.Pool
}

func (x *xzReader) Close() error {
	x.pool.Put(x.Reader)
	return nil
}

// openLZMA reads the format that xz replaced. Its header is 13 bytes:
// properties, the dictionary's size, the length of what is packed.
func openLZMA(_ *Reader, r *bufio.Reader) (io.Reader, error) {
	head, err := r.Peek(13)
	if err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	if size := binary.LittleEndian.Uint32(head[1:]); size > maxWindow {
		return nil, fmt.Errorf("a dictionary of %d bytes, more than %d", size, maxWindow)
	}
	return lzma.NewReader(r)
}
