package rpm

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
)

// hashSHA256 and hashSHA512 number payload digests (RFC 9580, 9.5).
const (
	hashSHA256 = 8
	hashSHA512 = 10
)

// checkLength compares what header and payload say of their length with what
// is there.
func checkLength(s *sections, length int64) error {
	want, known, err := s.signature.number(sigLongSize, sigSize)
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

// digest is a hash to be fed, and the hexadecimal result that is announced.
type digest struct {
	sum  hash.Hash
	want string
}

// payloadDigest chooses what the payload is verified with: its own digest,
// else the MD5 of header and payload, else nothing but the length, which was
// compared already.
func payloadDigest(s *sections, raw []byte) (*digest, error) {
	digests, err := s.header.texts(tagPayloadDigest)
	if err != nil {
		return nil, err
	}
	algorithm, named, err := s.header.number(tagPayloadDigestAlgo)
	if err != nil {
		return nil, err
	}
	switch {
	case len(digests) > 0 && (!named || algorithm == hashSHA256): // format 6 does not name it
		return &digest{sha256.New(), digests[0]}, nil
	case len(digests) > 0 && algorithm == hashSHA512:
		return &digest{sha512.New(), digests[0]}, nil
	}
	binary, err := s.signature.bytes(sigMD5)
	if err != nil {
		return nil, err
	}
	if binary != "" {
		sum := md5.New()
		sum.Write(raw)
		return &digest{sum, hex.EncodeToString([]byte(binary))}, nil
	}
	if !s.signature.has(sigSize) && !s.signature.has(sigLongSize) {
		return nil, refuse("unverifiable", "payload", "neither a digest nor a length covers it")
	}
	return nil, nil
}
