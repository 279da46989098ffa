package sign_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// dearmor returns the contents of the first armored block.
func dearmor(t testing.TB, armored []byte) []byte {
	t.Helper()
	block, err := armor.Decode(bytes.NewReader(armored))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(block.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// packets lists the packets of an armored block, so that two ways to write
// their lengths compare equal.
func packets(t testing.TB, armored []byte) []string {
	t.Helper()
	var all []string
	for _, p := range packetsOf(t, dearmor(t, armored)) {
		all = append(all, fmt.Sprintf("%d %x", p.Tag, p.Contents))
	}
	return all
}

// enarmor writes a public key block.
func enarmor(t testing.TB, contents []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := armor.Encode(&out, "PGP PUBLIC KEY BLOCK", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(contents); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// packetsOf takes binary data apart.
func packetsOf(t testing.TB, data []byte) []*packet.OpaquePacket {
	t.Helper()
	var all []*packet.OpaquePacket
	r := packet.NewOpaqueReader(bytes.NewReader(data))
	for {
		p, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
