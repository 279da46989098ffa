package repo

import (
	"bufio"
	"compress/bzip2"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"slices"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/xi2/xz"
)

// Bounds of what a verification takes from a repository. Indexes are read as a stream: memory follows one stanza or
// record, and what is kept of each package.
const (
	maxIndexSize   = 4 << 30   // of an index file, as stored
	maxIndexPlain  = 16 << 30  // uncompressed
	maxStanza      = 16 << 20  // of Packages, or a package's record in primary
	maxRecord      = 256 << 20 // a package's record in filelists or other
	maxPackages    = 2_000_000 // in all suites together
	maxKept        = 1 << 30   // bytes of stanzas
	maxFindings    = 100_000   //
	maxSignature   = 1 << 20   //
	maxKeyFile     = 4 << 20   //
	indexWindow    = 128 << 20 // that a compressor may ask for
	indexReadAhead = 128 << 10 //
)

// A LimitError reports a repository with more in it than is looked into.
type LimitError struct {
	What string // "packages", "bytes of stanzas"
	Max  int64
}

func (e *LimitError) Error() string { return fmt.Sprintf("more than %d %s", e.Max, e.What) }

// The digests that Release and repomd.xml may name, as apt names them.
func newHash(kind string) hash.Hash {
	switch kind {
	case "MD5Sum":
		return md5.New()
	case "SHA1":
		return sha1.New()
	case "SHA224":
		return sha256.New224()
	case "SHA256":
		return sha256.New()
	case "SHA384":
		return sha512.New384()
	case "SHA512":
		return sha512.New()
	}
	return nil
}

// A meter takes the length and the digests of what is written to it.
type meter struct {
	size   int64
	hashes map[string]hash.Hash
	known  string // SHA-256, where somebody else took it
}

func newMeter(kinds ...string) *meter {
	m := &meter{hashes: map[string]hash.Hash{}}
	for _, kind := range kinds {
		if h := newHash(kind); h != nil {
			m.hashes[kind] = h
		}
	}
	return m
}

func (m *meter) Write(p []byte) (int, error) {
	m.size += int64(len(p))
	for _, h := range m.hashes {
		h.Write(p)
	}
	return len(p), nil
}

func (m *meter) sum(kind string) string {
	if kind == "SHA256" && m.known != "" {
		return m.known
	}
	if h := m.hashes[kind]; h != nil {
		return hex.EncodeToString(h.Sum(nil))
	}
	return ""
}

// A vouched is a length and digests that something signed says of a file.
type vouched struct {
	size int64 // -1: not said
	sums map[string]string
}

// differs says what a file that was measured has other than is vouched for; "" for nothing.
func (w vouched) differs(m *meter) string {
	if w.size >= 0 && m.size != w.size {
		return fmt.Sprintf("has %d bytes, not %d", m.size, w.size)
	}
	for _, kind := range digestKinds() {
		if want := w.sums[kind]; want != "" && m.sum(kind) != want {
			return fmt.Sprintf("%s is %s, not %s", kind, m.sum(kind), want)
		}
	}
	return ""
}

// digestKinds are the digests from the strongest to the weakest.
func digestKinds() []string {
	return []string{"SHA512", "SHA384", "SHA256", "SHA224", "SHA1", "MD5Sum"}
}

// strong reports whether a digest of the kind is accepted by current clients alone.
func strong(kind string) bool { return kind != "SHA1" && kind != "MD5Sum" }

func (w vouched) kinds() []string {
	var kinds []string
	for kind := range w.sums {
		kinds = append(kinds, kind)
	}
	return kinds
}

// A storeError is the failure of a store, as against a fault in what it holds.
type storeError struct{ error }

func (e storeError) Unwrap() error { return e.error }

// source marks the errors of what it reads from.
type source struct{ io.Reader }

func (s source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = storeError{err}
	}
	return n, err
}

// errXZStreams is an .xz file of several streams: apt, dnf and zypper read the first one alone.
var errXZStreams = errors.New("several xz streams: clients read the first one alone")

// A fault is what is wrong with an index file.
type fault struct{ rule, text string }

// scan reads an index once, as far as it can be what is vouched for, and hands what it unpacks to, as the suffix says,
// to parse. It finds the first of its faults. The error is the store's, or a *LimitError.
func (v *verification) scan(ctx context.Context, name, suffix string, form, plain vouched, parse func(io.Reader) error) (found bool, f *fault, err error) {
	o, err := v.at.Open(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil, nil
	}
	if err != nil {
		return true, nil, err
	}
	defer o.Close()
	if form.size >= 0 && o.Size() != form.size {
		return true, &fault{"index-differs", fmt.Sprintf("has %d bytes, not %d", o.Size(), form.size)}, nil
	}
	if o.Size() > maxIndexSize {
		return true, nil, &SizeError{Name: name, Max: maxIndexSize}
	}
	stored, unpacked := newMeter(form.kinds()...), newMeter(plain.kinds()...)
	file := bufio.NewReaderSize(io.TeeReader(source{o}, stored), indexReadAhead)
	limit := int64(maxIndexPlain)
	if plain.size >= 0 && packed(suffix) {
		limit = min(limit, plain.size)
	}
	err = unpack(suffix, file, limit, unpacked, parse)
	// What is left belongs to the file, whatever the decompressor made of it.
	if _, rest := io.Copy(io.Discard, file); rest != nil {
		return true, nil, rest
	}
	var long *tooLong
	switch {
	case isStoreError(err):
		return true, nil, err
	case form.differs(stored) != "":
		f = &fault{"index-differs", form.differs(stored)}
	case errors.Is(err, errXZStreams):
		f = &fault{"index-xz-streams", err.Error()}
	case errors.As(err, &long):
		f = &fault{"index-differs", "uncompressed: " + err.Error()}
	case err != nil:
		f = &fault{"index-malformed", err.Error()}
	case packed(suffix) && plain.differs(unpacked) != "":
		f = &fault{"index-differs", "uncompressed: " + plain.differs(unpacked)}
	}
	return true, f, nil
}

// tooLong is a file that unpacks to more than is announced, or to more than we look into.
type tooLong struct{ limit int64 }

func (e *tooLong) Error() string { return fmt.Sprintf("has more than %d bytes", e.limit) }

// unpack hands on what a file of a suffix unpacks to.
func unpack(suffix string, file *bufio.Reader, limit int64, plain *meter, parse func(io.Reader) error) error {
	r, err := unpacker(suffix, file)
	if err != nil {
		return noEnd(err)
	}
	if c, ok := r.(io.Closer); ok {
		defer c.Close()
	}
	limited := &io.LimitedReader{R: r, N: limit + 1}
	content := io.TeeReader(limited, plain)
	if parse != nil {
		err = parse(content)
	}
	if _, rest := io.Copy(io.Discard, content); rest != nil {
		return noEnd(rest) // whatever the parser says of what is damaged
	}
	if limited.N == 0 {
		return &tooLong{limit}
	}
	if x, ok := r.(*xz.Reader); ok && err == nil {
		err = oneStream(x)
	}
	return err
}

// packed reports whether we can tell what a file of the suffix is uncompressed.
func packed(suffix string) bool { return slices.Contains(packings()[1:5], suffix) }

// unpacker undoes the compression that a suffix stands for; what has another one is taken as it is.
func unpacker(suffix string, file *bufio.Reader) (io.Reader, error) {
	switch suffix {
	case ".gz":
		return gzip.NewReader(file)
	case ".bz2":
		return bzip2.NewReader(file), nil
	case ".xz":
		r, err := xz.NewReader(file, indexWindow)
		if err == nil {
			r.Multistream(false)
		}
		return r, err
	case ".zst":
		d, err := zstd.NewReader(file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(indexWindow))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	}
	return file, nil
}

// oneStream wants nothing but padding behind the first xz stream, which was read to its end.
func oneStream(r *xz.Reader) error {
	if r.Reset(nil) != nil {
		return nil
	}
	r.Multistream(true)
	if n, _ := io.CopyN(io.Discard, r, 1); n > 0 {
		return errXZStreams
	}
	return nil
}

// noEnd turns the end of nothing into what it is here: an error.
func noEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// onePass is a stream as what a package's reader wants, which reads each byte once, in order: a file behind HTTP is
// asked for once.
type onePass struct {
	r  io.Reader
	at int64
}

func (o *onePass) ReadAt(p []byte, offset int64) (int, error) {
	if offset != o.at {
		return 0, fmt.Errorf("read at %d, where %d is next", offset, o.at)
	}
	n, err := io.ReadFull(o.r, p)
	o.at += int64(n)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}
