package rpm

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

const (
	leadLen   = 96
	leadMagic = "\xed\xab\xee\xdb"
	// leadType stands for a signature header, at leadTypeAt; rpm reads no
	// other kind of signature since version 3.
	leadType   = "\x00\x05"
	leadTypeAt = 78
)

// sections are the parts of a package file that have been read and verified.
type sections struct {
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

// readSections reads lead, signature header, header and payload, in that order.
func readSections(source io.Reader, size int64) (*sections, error) {
	r := &reader{sum: sha256.New(), size: size}
	r.r = io.TeeReader(bufio.NewReaderSize(source, int(min(max(size, 512), 128<<10))), r.sum)
	s := &sections{}
	lead, err := r.take(leadLen, "lead")
	if err != nil {
		return nil, err
	}
	if string(lead[:4]) != leadMagic {
		return nil, refuse("not-an-rpm", "lead", "the file begins with % x", lead[:4])
	}
	// The rest of the lead is obsolete: rpm does not read it either.
	if string(lead[leadTypeAt:leadTypeAt+len(leadType)]) != leadType {
		return nil, refuse("lead-signature", "lead", "the signature is of type % x", lead[leadTypeAt:leadTypeAt+len(leadType)])
	}
	if s.signature, _, err = r.takeHeader("signature header"); err != nil {
		return nil, err
	}
	// The signature header alone is padded, to a multiple of eight.
	if _, err = r.take(-r.at&7, "signature header"); err != nil {
		return nil, err
	}
	s.headerStart = r.at
	var raw []byte
	if s.header, raw, err = r.takeHeader("header"); err != nil {
		return nil, err
	}
	s.headerEnd = r.at
	if err := checkLength(s, size-s.headerStart); err != nil {
		return nil, err
	}
	if err := checkHeaderDigests(s.signature, raw); err != nil {
		return nil, err
	}
	if err := r.checkPayload(s, raw); err != nil {
		return nil, err
	}
	s.sha256 = hex.EncodeToString(r.sum.Sum(nil))
	return s, nil
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

// checkPayload reads the file to its end and verifies the payload's digest.
func (r *reader) checkPayload(s *sections, raw []byte) error {
	digest, err := payloadDigest(s, raw)
	if err != nil {
		return err
	}
	// The limit is no more than the file has: it lets Copy make do with a small
	// buffer for a small package.
	rest, into := io.LimitReader(r.r, r.size-r.at), io.Discard
	if digest != nil {
		into = digest.sum
	}
	n, err := io.Copy(into, rest)
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
