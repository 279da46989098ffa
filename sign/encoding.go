package sign

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Armor types (RFC 9580, 6.2.1) that this package reads and writes.
const (
	publicBlock    = "PGP PUBLIC KEY BLOCK"
	secretBlock    = "PGP PRIVATE KEY BLOCK"
	signatureBlock = "PGP SIGNATURE"
)

// Packet types (RFC 9580, 5) that make up a key.
const (
	tagSignature    = 2
	tagSecretKey    = 5
	tagPublicKey    = 6
	tagSecretSubkey = 7
	tagUserID       = 13
	tagPublicSubkey = 14
)

const (
	maxKeys       = 4 << 20 // bytes of a key file, in any form
	maxSignatures = 1 << 20 // bytes of a signature file
)

// dearmor returns the packets' bytes of data: as it is when it is binary, the
// joined contents of all armored blocks of a wanted type, or either of these in
// base64. found tells the types of the blocks seen, nil for binary.
func dearmor(data []byte, wanted ...string) (packets []byte, found []string, err error) {
	switch text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")); {
	case bytes.Contains(text, []byte("-----BEGIN PGP ")):
		return dearmorBlocks(text, wanted)
	case len(data) > 0 && data[0]&0x80 != 0: // every packet starts so (4.2)
		return data, nil, nil
	}
	raw, ok := debase64(data)
	if !ok {
		return nil, nil, nil
	}
	if bytes.Contains(raw, []byte("-----BEGIN PGP ")) {
		return dearmorBlocks(raw, wanted)
	}
	if len(raw) > 0 && raw[0]&0x80 != 0 {
		return raw, nil, nil
	}
	return nil, nil, nil
}

// debase64 decodes base64 with any line breaks and with or without padding.
func debase64(data []byte) ([]byte, bool) {
	compact := bytes.Join(bytes.Fields(data), nil)
	compact = bytes.TrimRight(compact, "=")
	raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(compact)))
	n, err := base64.RawStdEncoding.Decode(raw, compact)
	return raw[:n], err == nil && n > 0
}

// dearmorBlocks joins the contents of the blocks of the wanted types.
func dearmorBlocks(text []byte, wanted []string) (packets []byte, found []string, err error) {
	for {
		block, rest := cutBlock(text)
		if block == nil {
			return packets, found, nil
		}
		text = rest
		decoded, err := armor.Decode(bytes.NewReader(block))
		if err != nil {
			return nil, nil, &DamagedError{"armor", "no complete block"}
		}
		found = append(found, decoded.Type)
		for _, w := range wanted {
			if decoded.Type != w {
				continue
			}
			if !bytes.Contains(block, []byte("\n-----END "+w+"-----")) {
				return nil, nil, &DamagedError{"armor", "no END line"}
			}
			body, err := io.ReadAll(decoded.Body)
			if err != nil {
				return nil, nil, &DamagedError{"armor", "not base64"}
			}
			packets = append(packets, body...)
		}
	}
}

// cutBlock returns the first armored block in text, from its BEGIN line to just
// before the next one, and what follows it; nil when there is none.
func cutBlock(text []byte) (block, rest []byte) {
	mark := []byte("-----BEGIN PGP ")
	i := bytes.Index(text, mark)
	if i < 0 {
		return nil, nil
	}
	text = text[i:]
	if j := bytes.Index(text[len(mark):], mark); j >= 0 {
		return text[:len(mark)+j], text[len(mark)+j:]
	}
	return text, nil
}

// enarmor writes one armored block, with the checksum that rpm's key import
// and old GnuPG versions ask for.
func enarmor(blockType string, packets []byte) []byte {
	var out bytes.Buffer
	// Writing to a bytes.Buffer cannot fail, nor can the encoder otherwise.
	w, _ := armor.Encode(&out, blockType, nil)
	_, _ = w.Write(packets)
	_ = w.Close()
	out.WriteByte('\n')
	return out.Bytes()
}

// splitPackets reads all packets of data without interpreting them.
func splitPackets(data []byte) ([]*packet.OpaquePacket, error) {
	var all []*packet.OpaquePacket
	r := packet.NewOpaqueReader(bytes.NewReader(data))
	for {
		p, err := r.Next()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("packet %d breaks off or has no valid header", len(all)+1)
		}
		all = append(all, p)
	}
}
