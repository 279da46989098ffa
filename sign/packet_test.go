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
	r := packet.NewOpaqueReader(bytes.NewReader(dearmor(t, armored)))
	for {
		p, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%d %x", p.Tag, p.Contents))
	}
}
