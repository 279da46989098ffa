package sign_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"wain/sign"
)

// Of several subkeys that sign, the newest that is valid does, as in GnuPG.
func TestSigningSubkeyChoice(t *testing.T) {
	g := newGnuPG(t)
	g.gpg(nil, "", "--faked-system-time", "20240101T000000!", "--quick-generate-key", "many@example.org", "ed25519", "sign,cert", "never")
	fingerprint := ""
	for _, line := range strings.Split(g.gpg(nil, "", "--with-colons", "--list-keys"), "\n") {
		if fields := strings.Split(line, ":"); fields[0] == "fpr" && fingerprint == "" {
			fingerprint = fields[9]
		}
	}
	for _, sub := range []struct{ made, usage, end string }{
		{"20240102", "sign", "never"},
		{"20240104", "sign", "20240601T000000"},
		{"20240103", "sign", "20240501T000000"},
		{"20240105", "auth", "never"},
	} {
		g.gpg(nil, "", "--faked-system-time", sub.made+"T000000!", "--quick-add-key", fingerprint, "ed25519", sub.usage, sub.end)
	}
	k, err := sign.Read([]byte(g.gpg(nil, "", "--export-secret-keys")), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ at, want string }{
		{"2024-03-01", "2024-01-04"},
		{"2024-05-31", "2024-01-04"},
		{"2024-06-01", "2024-01-02"},
		{"2020-01-01", "2024-01-04"}, // dated at its creation
	} {
		at, _ := time.Parse(time.DateOnly, test.at)
		sig, err := k.Binary(strings.NewReader("x"), at)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := packet.Read(bytes.NewReader(sig))
		if err != nil {
			t.Fatal(err)
		}
		made := ""
		for _, c := range k.Certificate().Components() {
			if c.Fingerprint == fmt.Sprintf("%X", parsed.(*packet.Signature).IssuerFingerprint) {
				made = c.Created.Format(time.DateOnly)
			}
		}
		if made != test.want {
			t.Errorf("at %s the subkey of %q signs, want %s", test.at, made, test.want)
		}
		if _, err := ring(t, k).VerifyDetached(strings.NewReader("x"), sig, time.Time{}); err != nil {
			t.Error(err)
		}
	}
	if err := k.Check(time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Errorf("an expired subkey beside a valid one: %v", err)
	}
}

// GnuPG's stubs stand for a secret that is elsewhere.
func TestStubs(t *testing.T) {
	all := packetsOf(t, dearmor(t, fixture(t, "archive.asc")))
	public := all[0].Contents
	for name, test := range map[string]struct {
		tail []byte
		card bool
		want string
	}{
		"offline":      {[]byte{255, 0, 101, 2, 'G', 'N', 'U', 1}, false, "is not in the file"},
		"card":         {[]byte{255, 0, 101, 2, 'G', 'N', 'U', 2, 2, 1, 2}, true, "is on a smart card"},
		"unknown-stub": {[]byte{255, 0, 101, 2, 'G', 'N', 'U', 9}, false, "protected in an unsupported way"},
		"argon2-4-TiB": {append([]byte{253, 9, 2, 4}, append(make([]byte, 16), 1, 4, 31, 0, 0, 0)...), false, "protected in an unsupported way"},
		"unsalted":     {append([]byte{254, 9, 0, 8}, make([]byte, 40)...), false, "protected in an unsupported way"},
		"nothing":      {nil, false, "secret part of "},
	} {
		t.Run(name, func(t *testing.T) {
			var data bytes.Buffer
			_ = (&packet.OpaquePacket{Tag: 5, Contents: append(bytes.Clone(public), test.tail...)}).Serialize(&data)
			for _, p := range all[1:] {
				_ = p.Serialize(&data)
			}
			k, err := sign.Read(data.Bytes(), []byte("x"))
			if err == nil {
				err = k.Check(someday)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q in it", err, test.want)
			}
			if none := new(sign.NoSigningKeyError); errors.As(err, &none) && none.Card != test.card {
				t.Errorf("%+v", none)
			}
		})
	}
}

// A subkey counts only when the primary binds it and it binds itself to the
// primary; a user ID only with its self-signature.
func TestUnboundParts(t *testing.T) {
	all := packetsOf(t, dearmor(t, fixture(t, "protected.key")))
	if len(all) != 5 { // primary, user ID, self-signature, subkey, binding
		t.Fatalf("%d packets", len(all))
	}
	other := packetsOf(t, dearmor(t, fixture(t, "archive.key")))
	join := func(packets ...*packet.OpaquePacket) []byte {
		var data bytes.Buffer
		for _, p := range packets {
			_ = p.Serialize(&data)
		}
		return data.Bytes()
	}
	foreign := &packet.OpaquePacket{Tag: 7, Contents: other[0].Contents} // someone else's key as a subkey
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"no-binding":        {join(all[0], all[1], all[2], all[3]), "for encryption or certification only"},
		"foreign-binding":   {join(all[0], all[1], all[2], all[3], other[2]), "for encryption or certification only"},
		"stolen-subkey":     {join(all[0], all[1], all[2], foreign, all[4]), "for encryption or certification only"},
		"no-self-signature": {join(all[0], all[1], all[3], all[4]), "no valid self-signature binds it"},
		"other-user-id":     {join(all[0], other[1], all[2], all[3], all[4]), "no valid self-signature binds it"},
	} {
		k, err := sign.Read(test.data, []byte(testPassphrase))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := k.Check(someday); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q in it", name, err, test.want)
		}
		if _, err := k.Detached(strings.NewReader("x"), someday); err == nil {
			t.Errorf("%s: signs", name)
		}
	}
}
