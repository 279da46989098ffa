package rpm

import (
	"bufio"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

const (
	leadLen   = 96
	leadMagic = "\xed\xab\xee\xdb"
	// hashSHA256 and hashSHA512 number payload digests (RFC 9580, 9.5).
	hashSHA256 = 8
	hashSHA512 = 10
)

// file is a package file whose parts have been read and verified.
type file struct {
	lead                   []byte
	signature, header      *header
	headerStart, headerEnd int64
	sha256                 string
}

// reader reads a package file in order and hashes all of it.
type reader struct {
	r    io.Reader
	sum  hash.Hash
	at   int64
	size int64
}

// readFile reads lead, signature header, header and payload, in that order.
func readFile(source io.Reader, size int64) (*file, error) {
	r := &reader{sum: sha256.New(), size: size}
	r.r = io.TeeReader(bufio.NewReaderSize(source, int(min(max(size, 512), 128<<10))), r.sum)
	f := &file{}
	var err error
	if f.lead, err = r.take(leadLen, "lead"); err != nil {
		return nil, err
	}
	if string(f.lead[:4]) != leadMagic {
		return nil, refuse("not-an-rpm", "lead", "the file begins with % x", f.lead[:4])
	}
	if f.signature, _, err = r.takeHeader("signature header"); err != nil {
		return nil, err
	}
	// The signature header alone is padded, to a multiple of eight.
	if _, err = r.take(-r.at&7, "signature header"); err != nil {
		return nil, err
	}
	f.headerStart = r.at
	var raw []byte
	if f.header, raw, err = r.takeHeader("header"); err != nil {
		return nil, err
	}
	f.headerEnd = r.at
	if err := checkLength(f, size-f.headerStart); err != nil {
		return nil, err
	}
	if err := checkHeaderDigests(f.signature, raw); err != nil {
		return nil, err
	}
	if err := r.checkPayload(f, raw); err != nil {
		return nil, err
	}
	f.sha256 = hex.EncodeToString(r.sum.Sum(nil))
	return f, nil
}

// take reads the next n bytes; it allocates nothing that the file cannot fill.
func (r *reader) take(n int64, part string) ([]byte, error) {
	if n > r.size-r.at {
		return nil, refuse("truncated", part, "%d bytes are needed at %d and %d are there", n, r.at, r.size-r.at)
	}
	p := make([]byte, n)
	if err := r.fill(p, part); err != nil {
		return nil, err
	}
	return p, nil
}

// fill reads into all of p.
func (r *reader) fill(p []byte, part string) error {
	n, err := io.ReadFull(r.r, p)
	r.at += int64(n)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse("truncated", part, "the file ended while it was read")
	}
	return err
}

// takeHeader reads and parses a header section; raw is all of it.
func (r *reader) takeHeader(part string) (h *header, raw []byte, err error) {
	intro, err := r.take(introLen, part)
	if err != nil {
		return nil, nil, err
	}
	entries, data, err := parseIntro(intro, part)
	if err != nil {
		return nil, nil, err
	}
	length := int64(entries)*entryLen + int64(data)
	if length > r.size-r.at {
		return nil, nil, refuse("truncated", part, "%d bytes are announced at %d and %d are there", length, r.at, r.size-r.at)
	}
	raw = make([]byte, introLen+length)
	copy(raw, intro)
	if err := r.fill(raw[introLen:], part); err != nil {
		return nil, nil, err
	}
	h, err = parseHeader(raw[introLen:], entries, part)
	return h, raw, err
}

// checkLength compares what header and payload say of their length with what
// is there.
func checkLength(f *file, length int64) error {
	want, known, err := f.signature.number(sigLongSize, sigSize)
	if err != nil {
		return err
	}
	if known && want > uint64(length) {
		return refuse("truncated", "payload", "header and payload have %d bytes, %d are there", want, length)
	}
	if known && want < uint64(length) {
		return refuse("trailing-bytes", "payload", "header and payload have %d bytes, %d are there", want, length)
	}
	return nil
}

// checkHeaderDigests verifies the digests of the header that the signature
// header carries.
func checkHeaderDigests(signature *header, raw []byte) error {
	for _, d := range []struct {
		tag  tag
		name string
		new  func() hash.Hash
	}{{sigSHA256, "SHA256", sha256.New}, {sigSHA1, "SHA1", sha1.New}} {
		want, err := signature.text(d.tag)
		if err != nil {
			return err
		}
		if want == "" {
			continue
		}
		h := d.new()
		h.Write(raw)
		if got := hex.EncodeToString(h.Sum(nil)); got != want {
			return refuse("header-digest", "header", "its %s is %s, %q is announced", d.name, got, want)
		}
	}
	return nil
}

// checkPayload reads the file to its end and verifies the payload's digest.
func (r *reader) checkPayload(f *file, raw []byte) error {
	digest, err := payloadDigest(f, raw)
	if err != nil {
		return err
	}
	var n int64
	if digest != nil {
		n, err = io.Copy(digest.sum, r.r)
	} else {
		n, err = io.Copy(io.Discard, r.r)
	}
	r.at += n
	if err != nil {
		return err
	}
	if r.at != r.size {
		return refuse("truncated", "payload", "the file ended while it was read")
	}
	if digest == nil {
		return nil
	}
	if got := hex.EncodeToString(digest.sum.Sum(nil)); got != digest.want {
		return refuse("payload-digest", "payload", "its digest is %s, %q is announced", got, digest.want)
	}
	return nil
}

// digest is a hash to be fed, and the hexadecimal result that is announced.
type digest struct {
	sum  hash.Hash
	want string
}

// payloadDigest chooses what the payload is verified with: its own digest,
// else the MD5 of header and payload, else nothing but the length, which was
// compared already.
func payloadDigest(f *file, raw []byte) (*digest, error) {
	digests, err := f.header.texts(tagPayloadDigest)
	if err != nil {
		return nil, err
	}
	algorithm, named, err := f.header.number(tagPayloadDigestAlgo)
	if err != nil {
		return nil, err
	}
	switch {
	case len(digests) > 0 && (!named || algorithm == hashSHA256): // format 6 does not name it
		return &digest{sha256.New(), digests[0]}, nil
	case len(digests) > 0 && algorithm == hashSHA512:
		return &digest{sha512.New(), digests[0]}, nil
	}
	binary, err := f.signature.bytes(sigMD5)
	if err != nil {
		return nil, err
	}
	if binary != "" {
		sum := md5.New()
		sum.Write(raw)
		return &digest{sum, hex.EncodeToString([]byte(binary))}, nil
	}
	if !f.signature.has(sigSize) && !f.signature.has(sigLongSize) {
		return nil, refuse("unverifiable", "payload", "neither a digest nor a length covers it")
	}
	return nil, nil
}
