package sign_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/sign"
)

func TestReadPublic(t *testing.T) {
	archive, other := key(t, "archive"), key(t, "other")
	for name, data := range map[string][]byte{
		"armored-blocks":   slices.Concat(archive.PublicArmored(), []byte("\nand\n"), other.PublicArmored()),
		"binary":           slices.Concat(archive.PublicBinary(), other.PublicBinary()),
		"secret-keys":      slices.Concat(fixture(t, "archive.key"), fixture(t, "other.key")),
		"one-armor-of-two": enarmor(t, slices.Concat(archive.PublicBinary(), other.PublicBinary())),
	} {
		r, err := sign.ReadPublic(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []string
		for _, c := range r.Certificates() {
			got = append(got, c.Fingerprint())
		}
		if diff := cmp.Diff([]string{archive.Fingerprint(), other.Fingerprint()}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	version3 := append([]byte{0x99, 0x00, 0x08, 3}, make([]byte, 7)...)
	r, err := sign.ReadPublic(slices.Concat(version3, archive.PublicBinary()))
	if err != nil || r.Skipped() != 1 || len(r.Certificates()) != 1 {
		t.Errorf("an unsupported key beside another: %v", err)
	}
	if _, err := sign.ReadPublic(version3); err == nil {
		t.Error("an unsupported key alone is a keyring")
	}
	for _, data := range []string{"", "hello", string(detached(t, archive, "x", someday))} {
		if _, err := sign.ReadPublic([]byte(data)); !errors.Is(err, sign.ErrNoKey) {
			t.Errorf("%.20q: %v", data, err)
		}
	}
}

func TestVerifyDetached(t *testing.T) {
	archive, other, protected := key(t, "archive"), key(t, "other"), key(t, "protected")
	both := slices.Concat(detached(t, archive, "x", someday), detached(t, other, "x", someday))
	far := someday.AddDate(50, 0, 0)
	for name, test := range map[string]struct {
		keys []*sign.Key
		data string
		sig  []byte
		at   time.Time
		by   *sign.Key // nil: refused
		want string    // in the error
	}{
		"good":                {[]*sign.Key{archive}, "x", detached(t, archive, "x", someday), someday, archive, ""},
		"good-later":          {[]*sign.Key{archive}, "x", detached(t, archive, "x", someday), far, archive, ""},
		"good-binary":         {[]*sign.Key{archive}, "x", dearmor(t, detached(t, archive, "x", someday)), far, archive, ""},
		"good-at-its-time":    {[]*sign.Key{archive}, "x", detached(t, archive, "x", someday), time.Time{}, archive, ""},
		"good-by-subkey":      {[]*sign.Key{archive, protected}, "x", detached(t, protected, "x", someday), far, protected, ""},
		"two-signers":         {[]*sign.Key{archive, other}, "x", both, far, archive, ""},
		"two-only-first":      {[]*sign.Key{archive}, "x", both, far, archive, ""},
		"two-only-second":     {[]*sign.Key{other}, "x", both, far, other, ""},
		"changed":             {[]*sign.Key{archive}, "y", detached(t, archive, "x", someday), far, nil, "the content does not match"},
		"one-of-two-changed":  {[]*sign.Key{archive, other}, "x", slices.Concat(detached(t, other, "y", someday), detached(t, archive, "x", someday)), far, nil, "the content does not match"},
		"unknown":             {[]*sign.Key{other}, "x", detached(t, archive, "x", someday), far, nil, "signed by unknown key " + archive.Fingerprint()},
		"from-the-future":     {[]*sign.Key{archive}, "x", detached(t, archive, "x", someday), someday.Add(-time.Second), nil, "in the future"},
		"empty":               {[]*sign.Key{archive}, "x", nil, far, nil, "no OpenPGP signature"},
		"garbage":             {[]*sign.Key{archive}, "x", []byte("hello"), far, nil, "no OpenPGP signature"},
		"a-key":               {[]*sign.Key{archive}, "x", archive.PublicBinary(), far, nil, "damaged signature: it holds a packet of type 6"},
		"cut":                 {[]*sign.Key{archive}, "x", dearmor(t, detached(t, archive, "x", someday))[:100], far, nil, "damaged signature"},
		"clear-text-as-data":  {[]*sign.Key{archive}, "x\n", clear(t, archive, "x\n"), far, nil, "the content does not match"},
		"self-signature-used": {[]*sign.Key{archive}, "x", selfSignature(t, archive), far, nil, "does not sign data"},
		"too-large":           {[]*sign.Key{archive}, "x", make([]byte, 2<<20), far, nil, "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ring(t, test.keys...).VerifyDetached(strings.NewReader(test.data), test.sig, test.at)
			switch {
			case test.by != nil && (err != nil || got != test.by.Fingerprint()):
				t.Errorf("got %q, %v", got, err)
			case test.by == nil && (err == nil || got != "" || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %q, %v; want %q in it", got, err, test.want)
			}
		})
	}
}

// A faulty key is refused in whoever verifies, too.
func TestVerifyRefusesFaultyKeys(t *testing.T) {
	g := newGnuPG(t)
	for _, name := range []string{"rsa1024", "dsa", "sha1", "expired", "revoked"} {
		g.gpg(fixture(t, name+".key"), "", "--import")
		sig, stderr, err := g.try([]byte("x"), "gpg", "--batch", "--faked-system-time", "20240101T100000!", "--local-user", name+"@example.org", "--detach-sign")
		if name == "revoked" {
			if err == nil {
				t.Error("gpg signs with a revoked key")
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %s", name, stderr)
		}
		_, err = ring(t, key(t, name)).VerifyDetached(strings.NewReader("x"), []byte(sig), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		if weak, expired := new(sign.WeakKeyError), new(sign.ExpiredKeyError); !errors.As(err, &weak) && !errors.As(err, &expired) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "expired" { // and accepted while it was valid
			if _, err := ring(t, key(t, name)).VerifyDetached(strings.NewReader("x"), []byte(sig), someday); err != nil {
				t.Errorf("%s, while valid: %v", name, err)
			}
		}
	}
}

// GnuPG's signatures, of every kind we meet, hold here.
func TestVerifyGnuPG(t *testing.T) {
	g := newGnuPG(t)
	kinds := [][]string{{"--detach-sign"}, {"--armor", "--detach-sign"}, {"--textmode", "--detach-sign"}}
	for _, name := range []string{"archive", "ed25519", "protected"} {
		g.gpg(fixture(t, name+".key"), testPassphrase, "--import")
		k := key(t, name)
		for i, digest := range []string{"SHA256", "SHA384", "SHA512"} {
			sig := g.gpg([]byte("one\ntwo\n"), testPassphrase, append([]string{"--local-user", k.Fingerprint(), "--digest-algo", digest}, kinds[i]...)...)
			if _, err := ring(t, k).VerifyDetached(strings.NewReader("one\ntwo\n"), []byte(sig), time.Time{}); err != nil {
				t.Errorf("%s, %s, %q: %v", name, digest, kinds[i], err)
			}
		}
		sig := g.gpg([]byte("x"), testPassphrase, "--local-user", k.Fingerprint(), "--digest-algo", "SHA1", "--detach-sign")
		var weak *sign.WeakSignatureError
		if _, err := ring(t, k).VerifyDetached(strings.NewReader("x"), []byte(sig), time.Time{}); !errors.As(err, &weak) || weak.Digest != "SHA-1" {
			t.Errorf("%s, SHA-1: %v", name, err)
		}
		message := g.gpg([]byte(strings.ReplaceAll(release, "Label: Example", "Label: Example \t")), testPassphrase, "--local-user", k.Fingerprint(), "--clear-sign")
		text, by, err := ring(t, k).VerifyClear([]byte(message), time.Time{})
		// Blanks at line ends are not signed, so they are not in the text either.
		if err != nil || by != k.Fingerprint() || string(text) != release {
			t.Errorf("%s, clear: %q, %v", name, text, err)
		}
	}
}

func TestVerifyClear(t *testing.T) {
	archive := key(t, "archive")
	message := string(clear(t, archive, "one\n-two\n\nthree\n"))
	damage := func(old, new string) string {
		if !strings.Contains(message, old) {
			t.Fatalf("no %q in %s", old, message)
		}
		return strings.Replace(message, old, new, 1)
	}
	for name, test := range map[string]struct{ message, want string }{
		"good":                  {message, ""},
		"crlf":                  {strings.ReplaceAll(message, "\n", "\r\n"), ""},
		"blanks-at-line-ends":   {damage("one\n", "one \t\n"), ""},
		"blank-lines-behind":    {message + "\n\n", ""},
		"changed":               {damage("one", "onE"), "the content does not match"},
		"line-added":            {damage("three\n", "three\nfour\n"), "the content does not match"},
		"empty-line-added":      {damage("three\n", "three\n\n"), "the content does not match"},
		"text-before":           {"Origin: Evil\n" + message, "line 1: is not -----BEGIN PGP SIGNED MESSAGE-----"},
		"empty-line-before":     {"\n" + message, "line 1: is not"},
		"text-behind":           {message + "Origin: Evil\n", "follows the signature"},
		"two-messages":          {message + message, "follows the signature"},
		"foreign-header":        {damage("Hash: SHA256\n", "Hash: SHA256\nOrigin: Evil\n"), "line 3: is a header other than Hash"},
		"header-without-break":  {damage("Hash: SHA256\n\n", "Hash: SHA256\n"), "is a header other than Hash"},
		"dash-not-escaped":      {damage("- -two", "-two"), "starts with a dash that is not escaped"},
		"nested-begin":          {damage("one\n", "-----BEGIN PGP SIGNED MESSAGE-----\n"), "starts with a dash that is not escaped"},
		"no-signature":          {message[:strings.Index(message, "-----BEGIN PGP SIGNATURE")], "no signature follows"},
		"signature-without-end": {message[:strings.Index(message, "-----END PGP SIGNATURE")], "its signature has no end"},
		"empty-signature":       {message[:strings.Index(message, "-----BEGIN PGP SIGNATURE")] + "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n", "no OpenPGP signature"},
		"binary-signature":      {message[:strings.Index(message, "-----BEGIN PGP SIGNATURE")] + string(detached(t, archive, "one\r\n-two\r\n\r\nthree", someday)), "does not sign data"},
		"empty":                 {"", "line 1: is not"},
	} {
		t.Run(name, func(t *testing.T) {
			text, by, err := ring(t, archive).VerifyClear([]byte(test.message), time.Time{})
			switch {
			case test.want == "" && (err != nil || by != archive.Fingerprint() || string(text) != "one\n-two\n\nthree\n"):
				t.Errorf("got %q, %q, %v", text, by, err)
			case test.want != "" && (err == nil || text != nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %q, %v; want %q in it", text, err, test.want)
			}
		})
	}
}

func clear(t testing.TB, k *sign.Key, text string) []byte {
	t.Helper()
	message, err := k.Clear([]byte(text), someday)
	if err != nil {
		t.Fatal(err)
	}
	return message
}

// selfSignature is a valid signature of a key, but over its user ID.
func selfSignature(t testing.TB, k *sign.Key) []byte {
	t.Helper()
	all := k.PublicBinary()
	return all[bytes.LastIndex(all, []byte("example.org>"))+len("example.org>"):]
}
