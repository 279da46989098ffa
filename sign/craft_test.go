package sign_test

import (
	"bytes"
	"crypto"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"wain/sign"
)

// Signatures that no honest program makes, crafted from the test keys.

// secretOf opens the nth packet of a fixture key.
func secretOf(t testing.TB, name string, n int) *packet.PrivateKey {
	t.Helper()
	parsed, err := packetsOf(t, dearmor(t, fixture(t, name+".key")))[n].Parse()
	if err != nil {
		t.Fatal(err)
	}
	secret := parsed.(*packet.PrivateKey)
	if err := secret.Decrypt([]byte(testPassphrase)); err != nil {
		t.Fatal(err)
	}
	return secret
}

func newSignature(secret *packet.PrivateKey, kind packet.SignatureType, made time.Time) *packet.Signature {
	return &packet.Signature{
		Version: 4, SigType: kind, PubKeyAlgo: secret.PubKeyAlgo, Hash: crypto.SHA256, CreationTime: made,
		IssuerKeyId: &secret.KeyId, IssuerKeyVersion: 4, IssuerFingerprint: secret.Fingerprint,
	}
}

// craft signs text with secret, after a change to the signature.
func craft(t testing.TB, secret *packet.PrivateKey, text string, change func(*packet.Signature)) []byte {
	t.Helper()
	sig := newSignature(secret, packet.SigTypeBinary, someday)
	change(sig)
	content := sig.Hash.New()
	content.Write([]byte(text))
	var out bytes.Buffer
	if err := errors.Join(sig.Sign(content, secret, nil), sig.Serialize(&out)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestVerifyCrafted(t *testing.T) {
	archive := secretOf(t, "archive", 0)
	later := someday.AddDate(1, 0, 0)
	hour := uint32(3600)
	for name, test := range map[string]struct {
		key  string
		sig  []byte
		at   time.Time
		want string
	}{
		"sound": {"archive", craft(t, archive, "x", func(*packet.Signature) {}), later, ""},
		"before-its-key": {"archive", craft(t, archive, "x", func(s *packet.Signature) {
			s.CreationTime = keysMade.Add(-time.Second)
		}), later, "dated before its key was made"},
		"expired": {"archive", craft(t, archive, "x", func(s *packet.Signature) {
			s.SigLifetimeSecs = &hour
		}), later, "the signature itself has expired"},
		"not-yet-expired": {"archive", craft(t, archive, "x", func(s *packet.Signature) {
			s.SigLifetimeSecs = &hour
		}), someday.Add(time.Minute), ""},
		"by-a-certifying-primary": {"protected", craft(t, secretOf(t, "protected", 0), "x", func(*packet.Signature) {}), later, "for encryption or certification only"},
		"standalone": {"archive", craft(t, archive, "x", func(s *packet.Signature) {
			s.SigType = 2
		}), later, "does not sign data"},
		"no-issuer": {"archive", withoutIssuer(t, craft(t, archive, "x", func(*packet.Signature) {})), later, "signed by unknown key"},
	} {
		_, err := ring(t, key(t, test.key)).VerifyDetached(strings.NewReader("x"), test.sig, test.at)
		if (test.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q in it", name, err, test.want)
		}
	}
}

// withoutIssuer makes the issuer subpackets of a signature ones that nobody knows.
func withoutIssuer(t testing.TB, sig []byte) []byte {
	t.Helper()
	for _, id := range [][]byte{{9, 16}, {22, 33}} { // length and type
		i := bytes.Index(sig, id)
		if i < 0 {
			t.Fatalf("no subpacket %v", id)
		}
		sig[i+1] = 100
	}
	return sig
}

// What counts is the newest self-signature of the user ID that is marked
// primary, wherever it stands.
func TestSelfSignatureInForce(t *testing.T) {
	secret := secretOf(t, "archive", 0)
	user := func(id string) []byte {
		var out bytes.Buffer
		_ = (&packet.OpaquePacket{Tag: 13, Contents: []byte(id)}).Serialize(&out)
		return out.Bytes()
	}
	self := func(id string, made time.Time, days uint32, primary bool) []byte {
		sig := newSignature(secret, packet.SigTypePositiveCert, made)
		seconds := days * 24 * 3600
		sig.KeyLifetimeSecs, sig.IsPrimaryId = &seconds, &primary
		sig.FlagsValid, sig.FlagSign, sig.FlagCertify = true, true, true
		var out bytes.Buffer
		if err := errors.Join(sig.SignUserId(id, &secret.PublicKey, secret, nil), sig.Serialize(&out)); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	var pub bytes.Buffer
	_ = secret.PublicKey.Serialize(&pub)
	old, new := self("a", keysMade, 10, false), self("a", keysMade.Add(time.Hour), 20, false)
	for name, test := range map[string]struct {
		data []byte
		days int
	}{
		"newest-last":         {slices.Concat(user("a"), old, new), 20},
		"newest-first":        {slices.Concat(user("a"), new, old), 20},
		"newest-user":         {slices.Concat(user("b"), self("b", keysMade, 30, false), user("a"), new), 20},
		"primary-user":        {slices.Concat(user("b"), self("b", keysMade, 30, true), user("a"), new), 30},
		"primary-user-second": {slices.Concat(user("a"), new, user("b"), self("b", keysMade, 30, true)), 30},
		"forged-extension":    {slices.Concat(user("a"), new, flip(self("a", someday, 900, true), 100)), 20},
	} {
		r, err := sign.ReadPublic(slices.Concat(pub.Bytes(), test.data))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := r.Certificates()[0].Components()[0].Expires, keysMade.AddDate(0, 0, test.days); !got.Equal(want) {
			t.Errorf("%s: expires %s, want %s", name, got, want)
		}
	}
}

// Revocations count when the key itself made them, and then for good.
func TestRevocations(t *testing.T) {
	all := dearmor(t, fixture(t, "revoked.key"))
	packets := packetsOf(t, all)
	if packets[1].Tag != 2 {
		t.Fatal("no revocation after the primary key")
	}
	packets[1].Contents[len(packets[1].Contents)-1] ^= 1
	var forged bytes.Buffer
	for _, p := range packets {
		_ = p.Serialize(&forged)
	}
	k, err := sign.Read(forged.Bytes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Check(someday); err != nil {
		t.Errorf("a forged revocation: %v", err)
	}

	// A revoked signing subkey: the key cannot sign, nor is it believed.
	primary, sub := secretOf(t, "protected", 0), secretOf(t, "protected", 3)
	sig := newSignature(primary, packet.SigTypeSubkeyRevocation, someday)
	var revocation bytes.Buffer
	if err := errors.Join(sig.RevokeSubkey(&sub.PublicKey, primary, nil), sig.Serialize(&revocation)); err != nil {
		t.Fatal(err)
	}
	data := append(dearmor(t, fixture(t, "protected.key")), revocation.Bytes()...)
	k, err = sign.Read(data, []byte(testPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	var revoked *sign.RevokedKeyError
	if _, err := k.Detached(strings.NewReader("x"), someday); !errors.As(err, &revoked) {
		t.Errorf("signs with a revoked subkey: %v", err)
	}
	r, err := sign.ReadPublic(data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.VerifyDetached(strings.NewReader("x"), detached(t, key(t, "protected"), "x", someday), someday); !errors.As(err, &revoked) {
		t.Errorf("believes a revoked subkey: %v", err)
	}
	if err := r.Certificates()[0].Check(someday); !errors.As(err, &revoked) {
		t.Errorf("the certificate: %v", err)
	}

	// With an older subkey beside it, the key is sound, and that one signs.
	r, err = sign.ReadPublic(append(data, signingSubkey(t, primary, secretOf(t, "other", 0))...))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Certificates()[0].Check(someday); err != nil {
		t.Errorf("with another subkey: %v", err)
	}
}

// signingSubkey binds a key to a primary as a subkey that signs.
func signingSubkey(t testing.TB, primary, sub *packet.PrivateKey) []byte {
	t.Helper()
	sub.IsSubkey = true
	cross := newSignature(sub, packet.SigTypePrimaryKeyBinding, someday)
	binding := newSignature(primary, packet.SigTypeSubkeyBinding, someday)
	binding.FlagsValid, binding.FlagSign, binding.EmbeddedSignature = true, true, cross
	var out bytes.Buffer
	if err := errors.Join(
		cross.CrossSignKey(&sub.PublicKey, &primary.PublicKey, sub, nil),
		binding.SignKey(&sub.PublicKey, primary, nil),
		sub.PublicKey.Serialize(&out), binding.Serialize(&out)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A subkey for encryption that is bound with SHA-1 keeps rpm on EL 9 from
// importing the key; a primary without key flags, rpm on EL 10 and Fedora.
func TestRefusedCrafted(t *testing.T) {
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	g := newGnuPG(t)
	g.gpg(fixture(t, "archive.key"), "", "--import")
	fingerprint := key(t, "archive").Fingerprint()
	g.gpg(nil, "", "--cert-digest-algo", "SHA1", "--quick-add-key", fingerprint, "rsa2048", "encr", "never")
	bound := []byte(g.gpg(nil, "", "--export", fingerprint))
	for name, test := range map[string]struct {
		key     []byte
		refuse  []string
		accepts []string
		rule    string
	}{
		"sha1-subkey": {bound, []string{"el9"}, []string{"el8", "trixie", "fedora43"}, "sha1-subkey"},
		"key-flags":   {flagless(t).PublicBinary(), []string{"el10", "fedora44"}, []string{"el9", "bookworm"}, "key-flags"},
	} {
		r, err := sign.ReadPublic(test.key)
		if err != nil {
			t.Fatal(err)
		}
		c := r.Certificates()[0]
		if err := c.Check(now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, target := range test.refuse {
			if got := c.RefusedBy(target, now); len(got) != 1 || got[0].Rule != test.rule {
				t.Errorf("%s on %s: %+v", name, target, got)
			}
		}
		for _, target := range test.accepts {
			if got := c.RefusedBy(target, now); len(got) != 0 {
				t.Errorf("%s on %s: %+v", name, target, got)
			}
		}
	}
}

// flagless is the archive key with a self-signature that does not say what the
// key is for.
func flagless(t testing.TB) *sign.Key {
	t.Helper()
	primary := secretOf(t, "archive", 0)
	self := newSignature(primary, packet.SigTypePositiveCert, keysMade)
	user := &packet.OpaquePacket{Tag: 13, Contents: []byte("wain TEST ONLY flagless")}
	var bare bytes.Buffer
	if err := errors.Join(self.SignUserId(string(user.Contents), &primary.PublicKey, primary, nil),
		primary.Serialize(&bare), user.Serialize(&bare), self.Serialize(&bare)); err != nil {
		t.Fatal(err)
	}
	k, err := sign.Read(bare.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// An rpm from before payload digests is covered by a signature over header and
// payload only.
func TestRPMWithoutPayloadDigest(t *testing.T) {
	k := key(t, "archive")
	header := rpmHeader(1000, []byte("name"))
	signature := func(text string) []byte {
		sig, err := k.Binary(strings.NewReader(text), someday)
		if err != nil {
			t.Fatal(err)
		}
		return sig
	}
	pkg := func(tag uint32, sig []byte, payload string) []byte {
		signatures := rpmHeader(tag, sig)
		lead := append([]byte{0xed, 0xab, 0xee, 0xdb}, make([]byte, 92)...)
		return slices.Concat(lead, signatures, make([]byte, -len(signatures)&7), header, []byte(payload))
	}
	for name, test := range map[string]struct {
		pkg  []byte
		want string
	}{
		"whole":           {pkg(1002, signature(string(header)+"payload"), "payload"), ""},
		"whole-changed":   {pkg(1002, signature(string(header)+"payload"), "PAYLOAD"), "the content does not match"},
		"header-only":     {pkg(268, signature(string(header)), "payload"), "no signature covers the payload"},
		"not-a-signature": {pkg(268, []byte("hello"), "payload"), "no OpenPGP signature"},
		"other-tag":       {pkg(1000, signature(string(header)), "payload"), "no OpenPGP signature"},
	} {
		_, err := ring(t, k).VerifyRPM(bytes.NewReader(test.pkg), someday)
		if (test.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q in it", name, err, test.want)
		}
	}
}

// rpmHeader writes a header structure with one binary entry.
func rpmHeader(tag uint32, data []byte) []byte {
	out := []byte{0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0}
	for _, n := range []uint32{1, uint32(len(data)), tag, 7, 0, uint32(len(data))} {
		out = binary.BigEndian.AppendUint32(out, n)
	}
	return append(out, data...)
}
