package sign_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/sign"
)

// Several keys sign together in one order, however they are given, and whoever
// has one of them verifies: gpgv, sqv, and this package.
func TestKeysSignTogether(t *testing.T) {
	g := newGnuPG(t)
	fixtures.NeedTool(t, "sqv")
	archive, next, curve := key(t, "archive"), key(t, "next"), key(t, "nistp256")
	keys := sign.NewKeys(next, curve, archive, next)
	if diff := cmp.Diff([]string{next.Fingerprint()}, keys.Fingerprints()[2:]); diff != "" || len(keys.Fingerprints()) != 3 {
		t.Errorf("the newest of three keys is not the last: %s", diff)
	}
	at := next.Certificate().SigningPart(time.Time{}).Created.AddDate(0, 1, 0)
	detached, err := keys.Detached([]byte(release), at)
	if err != nil {
		t.Fatal(err)
	}
	clear, err := keys.Clear([]byte(release), at)
	if err != nil {
		t.Fatal(err)
	}
	other := sign.NewKeys(archive, next, curve)
	if again, _ := other.Detached([]byte(release), at); !bytes.Equal(detached, again) {
		t.Error("in another order, other bytes")
	}
	if again, _ := other.Clear([]byte(release), at); !bytes.Equal(clear, again) {
		t.Error("in another order, another message")
	}
	data, sig, message := g.file("data", []byte(release)), g.file("data.asc", detached), g.file("InRelease", clear)
	for _, k := range []*sign.Key{archive, next, curve} {
		armored, binary := g.file("key.asc", k.PublicArmored()), g.file("key.gpg", k.PublicBinary())
		// gpgv fails for an unknown signature beside a good one; apt does not.
		for _, args := range [][]string{{sig, data}, {message}} {
			status, _, _ := g.try(nil, "gpgv", append([]string{"--status-fd", "1", "--keyring", binary}, args...)...)
			if strings.Count(status, "] GOODSIG ") != 1 || strings.Contains(status, "BADSIG") {
				t.Errorf("gpgv with key %s: %s", k, status)
			}
		}
		g.run(nil, "sqv", "--keyring", armored, sig, data)
		if _, err := ring(t, k).VerifyDetached(strings.NewReader(release), detached, at); err != nil {
			t.Error(err)
		}
		if text, _, err := ring(t, k).VerifyClear(clear, at); err != nil || string(text) != release {
			t.Errorf("%q, %v", text, err)
		}
	}
	// All together, from the files that are published.
	all := g.file("all.gpg", keys.PublicBinary())
	g.run(nil, "gpgv", "--keyring", all, sig, data)
	g.run(nil, "gpgv", "--keyring", all, message)
	g.run(nil, "sqv", "--signatures", "3", "--keyring", g.file("all.asc", keys.PublicArmored()), sig, data)
}

// A curve with a larger digest beside RSA: the message names both digests.
func TestKeysOfSeveralDigests(t *testing.T) {
	g := newGnuPG(t)
	g.gpg(nil, "", "--quick-generate-key", "p384@example.org", "nistp384", "sign,cert", "never")
	curve, err := sign.Read([]byte(g.gpg(nil, "", "--export-secret-keys", "p384@example.org")))
	if err != nil {
		t.Fatal(err)
	}
	keys := sign.NewKeys(curve, key(t, "archive"))
	message, err := keys.Clear([]byte(release), made(curve))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(message, []byte("\nHash: SHA256,SHA384\n")) {
		t.Errorf("%s", message)
	}
	g.run(nil, "gpgv", "--keyring", g.file("all.gpg", keys.PublicBinary()), g.file("InRelease", message))
}

// One key that cannot sign keeps all from signing.
func TestKeysSignAllOrNone(t *testing.T) {
	keys := sign.NewKeys(key(t, "archive"), key(t, "expired"))
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var expired *sign.ExpiredKeyError
	if sig, err := keys.Detached([]byte("x"), at); !errors.As(err, &expired) || sig != nil {
		t.Errorf("%q, %v", sig, err)
	}
	if message, err := keys.Clear([]byte("x\n"), at); !errors.As(err, &expired) || message != nil {
		t.Errorf("%q, %v", message, err)
	}
	if sign.NewKeys() != nil {
		t.Error("a set of no keys")
	}
}

// Each key of a file is opened by the passphrase that fits it.
func TestReadAll(t *testing.T) {
	both := slices.Concat(fixture(t, "archive.key"), fixture(t, "protected.key"))
	keys, err := sign.ReadAll(both, []byte("not it"), []byte(testPassphrase), nil)
	if err != nil || len(keys) != 2 || keys[0].Fingerprint() != key(t, "archive").Fingerprint() {
		t.Fatalf("%v, %v", keys, err)
	}
	if _, err := keys[1].Binary(strings.NewReader("x"), someday); err != nil {
		t.Error(err)
	}
	var locked *sign.PassphraseError
	if keys, err := sign.ReadAll(both, []byte("not it"), []byte("nor this")); !errors.As(err, &locked) || locked.Missing || keys != nil {
		t.Errorf("%v, %v", keys, err)
	}
	if _, err := sign.ReadAll(both, nil); !errors.As(err, &locked) || !locked.Missing {
		t.Error(err)
	}
}

// What the table says of the fixture keys, for targets, suites and channels.
func TestRefusedBy(t *testing.T) {
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		key, target string
		at          time.Time
		rules       string
	}{
		{"archive", "el9", now, ""},
		{"ed25519", "el9", now, "ed25519"},
		{"ed25519", "el9-staging", now, "ed25519"},
		{"ed25519", "el90", now, ""},
		{"ed25519", "el10", now, ""},
		{"ed25519", "bookworm", now, ""},
		{"ed25519", "stable", now, ""},
		{"nistp256", "el8", now, "nist-curve"},
		{"nistp256", "fedora43", now, ""},
		{"sha1", "trixie", now, "sha1-self-signature"},
		{"sha1", "debian13", time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), ""},
		{"sha1", "bookworm", now, ""},
		{"rsa2048", "resolute-edge", now, ""},
		{"rsa2048", "resolute-edge", time.Date(2030, 2, 1, 0, 0, 0, 0, time.UTC), "rsa-2048"},
		{"dsa", "ubuntu26.04", now, "dsa"},
		{"rsa1024", "el10", now, "rsa-bits"},
		{"expired", "noble", now, "expired"},
		{"expired", "trixie", now, ""},
		{"expired", "noble", keysMade, ""},
		{"revoked", "leap16.0", now, "revoked"},
		{"encrypt", "leap16.0", now, "no-signing-key"},
		{"archive", "leap16.0", keysMade.Add(-time.Hour), "not-yet-valid"},
		{"subkey", "el8", now, ""},
		{"offline", "el8", now, ""},
	} {
		var rules []string
		for _, one := range sign.ByRule(key(t, test.key).RefusedBy(test.target, test.at)) {
			rules = append(rules, one[0].Rule)
			if one[0].Source == "" {
				t.Errorf("%s: no source", one[0].Rule)
			}
		}
		if got := strings.Join(rules, " "); got != test.rules {
			t.Errorf("%s on %s at %s: %q, want %q", test.key, test.target, test.at.Format(time.DateOnly), got, test.rules)
		}
		if ofPublic := key(t, test.key).Certificate().RefusedBy(test.target, test.at); len(sign.ByRule(ofPublic)) != len(rules) {
			t.Errorf("%s: the public half is judged otherwise: %v", test.key, ofPublic)
		}
	}
}
