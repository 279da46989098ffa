package repo

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
)

// issuedBy reports whether an OpenPGP signature names one of the signer's keys, or a subkey, as its maker. Nothing is
// verified: it decides over a warning.
func (s *Signer) issuedBy(signature []byte) bool {
	text := strings.ReplaceAll(string(signature), "\r", "")
	if _, armor, ok := strings.Cut(text, "-----BEGIN PGP SIGNATURE-----\n"); ok {
		armor, _, _ = strings.Cut(armor, "-----END")
		_, armor, _ = strings.Cut("\n"+armor, "\n\n") // headers
		var lines []string
		for line := range strings.SplitSeq(armor, "\n") {
			if !strings.HasPrefix(line, "=") {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
		packets, err := base64.StdEncoding.DecodeString(strings.Join(lines, ""))
		if err != nil {
			return false
		}
		signature = packets
	}
	return slices.ContainsFunc(s.keyIDs(), func(id []byte) bool { return bytes.Contains(signature, id) })
}

// keyIDs returns the identifiers of the version 4 keys that sign, and of their subkeys, RFC 9580 section 5.5.4.2. Keys that
// are handed out beside them are not among them.
func (s *Signer) keyIDs() [][]byte {
	var ids [][]byte
	signs := false
	for keys := s.PublicBinary; len(keys) > 1 && keys[0]&0x80 != 0; {
		tag, body, rest := nextPacket(keys)
		if body == nil {
			break
		}
		if (tag == 6 || tag == 14) && body[0] == 4 && len(body) < 1<<16 {
			sum := sha1.Sum(slices.Concat([]byte{0x99, byte(len(body) >> 8), byte(len(body))}, body))
			if tag == 6 {
				signs = slices.ContainsFunc(s.Fingerprints, func(f string) bool { return strings.EqualFold(f, hex.EncodeToString(sum[:])) })
			}
			if signs {
				ids = append(ids, sum[12:])
			}
		}
		keys = rest
	}
	return ids
}

// nextPacket cuts the first packet off, RFC 9580 section 4.2; the body of one that it cannot read, or of an empty one, is
// nil.
func nextPacket(p []byte) (tag byte, body, rest []byte) {
	head := append(slices.Clone(p[:min(len(p), 6)]), make([]byte, 6)...)
	skip, size := 0, 0
	switch {
	case head[0]&0x40 == 0: // old format
		tag = head[0] >> 2 & 15
		switch head[0] & 3 {
		case 0:
			skip, size = 2, int(head[1])
		case 1:
			skip, size = 3, int(binary.BigEndian.Uint16(head[1:]))
		case 2:
			skip, size = 5, int(binary.BigEndian.Uint32(head[1:]))
		}
	case head[1] < 192:
		tag, skip, size = head[0]&63, 2, int(head[1])
	case head[1] < 224:
		tag, skip, size = head[0]&63, 3, (int(head[1])-192)<<8+int(head[2])+192
	case head[1] == 255:
		tag, skip, size = head[0]&63, 6, int(binary.BigEndian.Uint32(head[2:]))
	}
	if skip == 0 || size == 0 || size > len(p)-skip {
		return 0, nil, nil
	}
	return tag, p[skip : skip+size], p[skip+size:]
}
