package sign_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/sign"
)

// The one test that makes an RSA-4096 key, which takes seconds.
func TestGenerate(t *testing.T) {
	g := newGnuPG(t)
	k, err := sign.Generate("Example Archive", "ops@example.org", someday.Add(time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	want := []sign.Component{{Fingerprint: k.Fingerprint(), Algorithm: "RSA-4096", Created: someday, Primary: true, Signs: true}}
	if diff := cmp.Diff(want, k.Certificate().Components()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Example Archive <ops@example.org>"}, k.Certificate().UserIDs()); diff != "" {
		t.Error(diff)
	}
	if err := k.Check(someday); err != nil {
		t.Error(err)
	}
	if w := k.Warnings(someday); len(w) > 0 {
		t.Errorf("%+v", w)
	}
	again, err := sign.Read(k.PrivateArmored(), nil)
	if err != nil || !bytes.Equal(detached(t, k, "x", someday), detached(t, again, "x", someday)) {
		t.Errorf("read back, it signs otherwise: %v", err)
	}
	t.Run("gpg", func(t *testing.T) { generatedInGnuPG(t, g, k) })
}

// generatedInGnuPG imports a new key into gpg, which shows what it is, signs
// with it, and takes its revocation.
func generatedInGnuPG(t *testing.T, g *gnupg, k *sign.Key) {
	g.gpg(k.PrivateArmored(), "", "--import")
	var primary, user string
	for _, line := range strings.Split(g.gpg(nil, "", "--with-colons", "--list-keys"), "\n") {
		switch fields := strings.Split(line, ":"); fields[0] {
		case "pub": // bits, algorithm (1 is RSA), created, no end, uses
			primary = strings.Join([]string{fields[2], fields[3], fields[5], fields[6], fields[11]}, ":")
		case "uid":
			user = fields[9]
		case "sub":
			t.Error("has a subkey")
		}
	}
	if diff := cmp.Diff("4096:1:1709288430::scSC", primary); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("Example Archive <ops@example.org>", user); diff != "" {
		t.Error(diff)
	}
	if listing := g.gpg(k.PublicArmored(), "", "--list-packets"); !strings.Contains(listing, "digest algo 10") || strings.Contains(listing, "critical") {
		t.Errorf("self-signature: %s", listing)
	}
	sig := g.gpg([]byte("x"), "", "--detach-sign")
	if _, err := ring(t, k).VerifyDetached(strings.NewReader("x"), []byte(sig), time.Time{}); err != nil {
		t.Error(err)
	}
	revocation, err := k.Revocation()
	if err != nil {
		t.Fatal(err)
	}
	if second, _ := k.Revocation(); !bytes.Equal(revocation, second) {
		t.Error("the revocation certificate differs from one run to the next")
	}
	g.gpg(revocation, "", "--import")
	if listing := g.gpg(nil, "", "--with-colons", "--list-keys"); !strings.Contains(listing, "pub:r:4096:") {
		t.Errorf("not revoked: %s", listing)
	}
	revoked, err := sign.ReadPublic([]byte(g.gpg(nil, "", "--export")))
	if err != nil {
		t.Fatal(err)
	}
	if err := revoked.Certificates()[0].Check(someday); err == nil || !strings.Contains(err.Error(), "was revoked on 2024-03-01") {
		t.Errorf("revoked: %v", err)
	}
}

func TestRevocationNeedsThePrimary(t *testing.T) {
	if _, err := key(t, "offline").Revocation(); err == nil {
		t.Error("revoked without the primary's secret")
	}
}

func TestGenerateRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		name, email string
		created     time.Time
	}{
		"nobody":          {"", "", someday},
		"blank":           {"  ", "", someday},
		"line-break":      {"a\nb", "", someday},
		"name-as-address": {"a <b@example.org>", "", someday},
		"comment":         {"a (b)", "", someday},
		"no-at":           {"a", "b", someday},
		"blank-address":   {"a", "b c@example.org", someday},
		"not-utf8":        {"a\xff", "", someday},
		"before-1970":     {"a", "", time.Unix(-1, 0)},
		"after-2106":      {"a", "", time.Unix(1<<32, 0)},
	} {
		if _, err := sign.Generate(test.name, test.email, test.created); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
