package sign

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Layout and tags of an rpm package (rpm's doc/manual/format.md and
// rpmtag.h). go-rpmutils is not used here: it takes offsets and sizes from the
// file unchecked, and any key of a keyring whatever it may sign.
const (
	rpmLeadSize       = 96
	rpmIntroSize      = 16 // of a header: magic, reserved, entries, data bytes
	rpmEntrySize      = 16 // tag, type, offset, count
	rpmMaxEntries     = 0xffff
	rpmMaxSignatures  = 64 << 20  // data bytes of the signature header
	rpmMaxHeader      = 256 << 20 // data bytes of the main header
	rpmTypeInt32      = 4
	rpmTypeBinary     = 7
	rpmTypeStrings    = 8
	rpmSigDSA         = 267  // over the header
	rpmSigRSA         = 268  // over the header, whatever its algorithm
	rpmSigOpenPGP     = 278  // over the header, base64, of rpm 6
	rpmSigPGP         = 1002 // over header and payload
	rpmSigGPG         = 1005 // over header and payload
	rpmPayloadDigest  = 5092
	rpmPayloadDigestK = 5093 // its kind, numbered as OpenPGP's digests
)

// VerifyRPM checks the signatures of an rpm package, and that they cover its
// payload: through the digest in the signed header, or directly. It returns the
// fingerprint of the primary key of who signed. Times and errors are those of
// [Keyring.VerifyDetached]; an unsigned package is ErrNoSignature, a damaged
// one or one with another payload a *DamagedError.
func (r *Keyring) VerifyRPM(pkg io.Reader, at time.Time) (fingerprint string, err error) {
	p, err := readRPM(pkg)
	if err != nil {
		return "", fmt.Errorf("verify package: %w", err)
	}
	headerSigs, wholeSigs, err := p.readSignatures()
	if err != nil {
		return "", fmt.Errorf("verify package: %w", err)
	}
	header, whole := newVerification(headerSigs, packet.SigTypeBinary), newVerification(wholeSigs, packet.SigTypeBinary)
	_, _ = header.Write(p.header.raw)
	_, _ = whole.Write(p.header.raw)
	payload := p.payloadDigest()
	if _, err := io.Copy(io.MultiWriter(whole, payload.hash), pkg); err != nil {
		return "", fmt.Errorf("verify package: %w", err)
	}
	if payload.want != "" && payload.want != hex.EncodeToString(payload.hash.Sum(nil)) {
		return "", fmt.Errorf("verify package: %w", &DamagedError{"package", "the payload does not match its digest in the header"})
	}
	switch { // without a digest, only a signature over both covers the payload
	case payload.want != "":
		return r.judge(header.join(whole), at)
	case len(wholeSigs) == 0:
		return "", fmt.Errorf("verify package: %w", &DamagedError{"package", "no signature covers the payload"})
	case len(headerSigs) > 0:
		if _, err := r.judge(header, at); err != nil {
			return "", err
		}
	}
	return r.judge(whole, at)
}

// An rpmFile is what of a package is read before its payload.
type rpmFile struct{ signatures, header *rpmHeader }

// An rpmHeader is one header structure.
type rpmHeader struct {
	raw     []byte // from its magic to the end of its data, without padding
	entries []rpmEntry
}

type rpmEntry struct {
	tag, kind, count uint32
	data             []byte // from the entry's offset to the end of the header
}

// readRPM reads lead, signature header and main header, and leaves r at the
// payload.
func readRPM(r io.Reader) (*rpmFile, error) {
	lead, err := readUpTo(r, rpmLeadSize)
	if err != nil || !bytes.HasPrefix(lead, []byte{0xed, 0xab, 0xee, 0xdb}) {
		return nil, &DamagedError{"package", "not an rpm package"}
	}
	signatures, err := readRPMHeader(r, rpmMaxSignatures)
	if err != nil {
		return nil, err
	}
	if padding := -len(signatures.raw) & 7; padding > 0 {
		if _, err := readUpTo(r, padding); err != nil {
			return nil, err
		}
	}
	header, err := readRPMHeader(r, rpmMaxHeader)
	return &rpmFile{signatures, header}, err
}

// readRPMHeader reads one header structure of at most limit bytes of data.
func readRPMHeader(r io.Reader, limit uint32) (*rpmHeader, error) {
	intro, err := readUpTo(r, rpmIntroSize)
	if err != nil {
		return nil, err
	}
	entries, size := binary.BigEndian.Uint32(intro[8:]), binary.BigEndian.Uint32(intro[12:])
	if !bytes.HasPrefix(intro, []byte{0x8e, 0xad, 0xe8, 0x01}) || entries > rpmMaxEntries || size > limit {
		return nil, &DamagedError{"package", "no valid header"}
	}
	rest, err := readUpTo(r, int(entries)*rpmEntrySize+int(size))
	if err != nil {
		return nil, err
	}
	h := &rpmHeader{raw: append(intro, rest...)}
	index, data := rest[:entries*rpmEntrySize], rest[entries*rpmEntrySize:]
	for ; len(index) > 0; index = index[rpmEntrySize:] {
		offset := binary.BigEndian.Uint32(index[8:])
		if offset > size {
			return nil, &DamagedError{"package", "a header entry lies outside of the header"}
		}
		h.entries = append(h.entries, rpmEntry{
			tag:   binary.BigEndian.Uint32(index),
			kind:  binary.BigEndian.Uint32(index[4:]),
			count: binary.BigEndian.Uint32(index[12:]),
			data:  data[offset:],
		})
	}
	return h, nil
}

// readUpTo reads n bytes, growing with what arrives rather than with n, which
// may come from a hostile file.
func readUpTo(r io.Reader, n int) ([]byte, error) {
	var out bytes.Buffer
	if _, err := io.CopyN(&out, r, int64(n)); err == io.EOF {
		return nil, &DamagedError{"package", "it breaks off"}
	} else if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// binary returns the bytes of a binary entry.
func (e rpmEntry) binary() ([]byte, bool) {
	if e.kind != rpmTypeBinary || e.count > uint32(len(e.data)) {
		return nil, false
	}
	return e.data[:e.count], true
}

// strings returns the strings of a string array.
func (e rpmEntry) strings() ([]string, bool) {
	if e.kind != rpmTypeStrings || e.count > rpmMaxEntries {
		return nil, false
	}
	var all []string
	rest := e.data
	for range e.count {
		text, next, ok := bytes.Cut(rest, []byte{0})
		if !ok {
			return nil, false
		}
		all, rest = append(all, string(text)), next
	}
	return all, true
}

// readSignatures reads the signatures over the header, and those over header
// and payload.
func (p *rpmFile) readSignatures() (header, whole []*packet.Signature, err error) {
	for _, e := range p.signatures.entries {
		switch e.tag {
		case rpmSigRSA, rpmSigDSA, rpmSigPGP, rpmSigGPG:
			blob, ok := e.binary()
			if !ok {
				return nil, nil, &DamagedError{"package", "malformed signature entry"}
			}
			sigs, err := readSignatures(blob)
			if err != nil {
				return nil, nil, err
			}
			if e.tag == rpmSigRSA || e.tag == rpmSigDSA {
				header = append(header, sigs...)
			} else {
				whole = append(whole, sigs...)
			}
		case rpmSigOpenPGP:
			texts, ok := e.strings()
			if !ok {
				return nil, nil, &DamagedError{"package", "malformed signature entry"}
			}
			for _, text := range texts {
				blob, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
				if err != nil {
					return nil, nil, &DamagedError{"package", "malformed signature entry"}
				}
				sigs, err := readSignatures(blob)
				if err != nil {
					return nil, nil, err
				}
				header = append(header, sigs...)
			}
		}
	}
	if len(header)+len(whole) == 0 {
		return nil, nil, ErrNoSignature
	}
	return header, whole, nil
}

// A payloadDigest is the digest of the compressed payload that a header names;
// want is empty when it names none that can be relied on.
type payloadDigest struct {
	want string
	hash hash.Hash
}

func (p *rpmFile) payloadDigest() payloadDigest {
	var want string
	var kind uint32
	for _, e := range p.header.entries {
		switch {
		case e.tag == rpmPayloadDigest && want == "":
			if all, ok := e.strings(); ok && len(all) > 0 {
				want = strings.ToLower(all[0])
			}
		case e.tag == rpmPayloadDigestK && kind == 0:
			if e.kind == rpmTypeInt32 && e.count > 0 && len(e.data) >= 4 {
				kind = binary.BigEndian.Uint32(e.data)
			}
		}
	}
	digest := map[uint32]crypto.Hash{8: crypto.SHA256, 9: crypto.SHA384, 10: crypto.SHA512}[kind]
	if digest == 0 || want == "" {
		return payloadDigest{hash: crypto.SHA256.New()}
	}
	return payloadDigest{want, digest.New()}
}
