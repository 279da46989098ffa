package sign_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"wain/fixtures"
	"wain/sign"
)

const release = "Origin: Example\nLabel: Example\nSuite: bookworm\n-dashed\n--\n- \u00e9\n\nFrom here\nSHA256:\n 00 1 main/binary-amd64/Packages\n"

// signers are the fixture keys that sign, of every algorithm and shape.
var signers = []string{"archive", "rsa2048", "ed25519", "protected", "offline"}

func TestSameInputSameBytes(t *testing.T) {
	for _, name := range signers {
		first, again := key(t, name), key(t, name)
		text := release
		for what, make := range map[string]func(*sign.Key, time.Time) ([]byte, error){
			"detached": func(k *sign.Key, at time.Time) ([]byte, error) { return k.Detached(strings.NewReader(text), at) },
			"clear":    func(k *sign.Key, at time.Time) ([]byte, error) { return k.Clear([]byte(text), at) },
			"binary":   func(k *sign.Key, at time.Time) ([]byte, error) { return k.Binary(strings.NewReader(text), at) },
		} {
			a, err := make(first, someday)
			if err != nil {
				t.Fatalf("%s, %s: %v", name, what, err)
			}
			b, err := make(again, someday.In(time.FixedZone("elsewhere", 5*3600)).Add(time.Millisecond))
			if err != nil || !bytes.Equal(a, b) {
				t.Errorf("%s, %s: differs from one run to the next (%v)", name, what, err)
			}
			if c, _ := make(first, someday.Add(time.Second)); bytes.Equal(a, c) {
				t.Errorf("%s, %s: the time does not count", name, what)
			}
		}
	}
}

// A build's epoch may be older than the key: its signature then is as old as
// the part that signs.
func TestNotBeforeTheKey(t *testing.T) {
	for _, name := range signers {
		k := key(t, name)
		for _, at := range []time.Time{{}, time.Unix(0, 0), made(k).Add(-time.Second)} {
			early, err := k.Binary(strings.NewReader("x"), at)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if want, _ := k.Binary(strings.NewReader("x"), made(k)); !bytes.Equal(want, early) {
				t.Errorf("%s: dated before its key, for %s", name, at)
			}
		}
	}
}

func TestClearRefuses(t *testing.T) {
	k := key(t, "archive")
	for name, test := range map[string]struct {
		text string
		line int
	}{
		"empty":           {"", 0},
		"no-line-end":     {"a\nb", 0},
		"trailing-blank":  {"a\nb \n", 2},
		"trailing-tab":    {"a\t\n", 1},
		"carriage-return": {"a\r\nb\n", 1},
		"nul":             {"a\nb\nc\x00d\n", 3},
		"long-line":       {strings.Repeat("x", 20000) + "\n", 1},
	} {
		_, err := k.Clear([]byte(test.text), someday)
		var clear *sign.ClearTextError
		if !errors.As(err, &clear) || clear.Line != test.line {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSignFailsWithItsReader(t *testing.T) {
	broken := errors.New("broken")
	if _, err := key(t, "archive").Detached(iotest.ErrReader(broken), someday); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// What we sign, gpgv and sqv accept, and refuse when it is changed.
func TestSignaturesAgainstGpgvAndSqv(t *testing.T) {
	g := newGnuPG(t)
	fixtures.NeedTool(t, "sqv")
	text := release
	data, changed := g.file("data", []byte(text)), g.file("changed", []byte(text+"\n"))
	for _, name := range signers {
		k := key(t, name)
		public := g.file("public.gpg", k.PublicBinary())
		armored := g.file("public.asc", k.PublicArmored())
		binary, err := k.Binary(strings.NewReader(text), someday)
		if err != nil {
			t.Fatal(err)
		}
		for _, sig := range []string{g.file("sig.asc", detached(t, k, text, someday)), g.file("sig.gpg", binary)} {
			g.run(nil, "gpgv", "--keyring", public, sig, data)
			g.run(nil, "sqv", "--keyring", armored, sig, data)
			if _, _, err := g.try(nil, "gpgv", "--keyring", public, sig, changed); err == nil {
				t.Errorf("%s: gpgv takes changed data", name)
			}
			if _, _, err := g.try(nil, "sqv", "--keyring", armored, sig, changed); err == nil {
				t.Errorf("%s: sqv takes changed data", name)
			}
		}
		message, err := k.Clear([]byte(text), someday)
		if err != nil {
			t.Fatal(err)
		}
		clear := g.file("InRelease", message)
		if got := g.run(nil, "gpgv", "--keyring", public, "--output", "-", clear); got != text {
			t.Errorf("%s: gpgv reads %q", name, got)
		}
		// VALIDSIG FINGERPRINT DATE TIMESTAMP … CLASS PRIMARY: signed as text.
		status := g.run(nil, "gpgv", "--status-fd", "1", "--keyring", public, clear)
		if want := " 2024-03-01 1709288430 0 4 0 "; !strings.Contains(status, want) || !strings.Contains(status, " 01 "+k.Fingerprint()) {
			t.Errorf("%s: %s", name, status)
		}
	}
}

// rpm imports our public keys: the armor's checksum and the subpackets suit it.
func TestPublicKeyAgainstRPM(t *testing.T) {
	g := newGnuPG(t)
	fixtures.NeedTool(t, "rpmkeys")
	for _, name := range []string{"archive", "ed25519", "protected"} {
		g.run(nil, "rpmkeys", "--dbpath", g.home+"/db", "--import", g.file("public.asc", key(t, name).PublicArmored()))
	}
}

// ECDSA is random by nature; ours follows RFC 6979.
func TestECDSA(t *testing.T) {
	g := newGnuPG(t)
	for _, curve := range []string{"nistp256", "nistp384", "nistp521"} {
		g.gpg(nil, "", "--quick-generate-key", curve+"@example.org", curve, "sign,cert", "never")
		k, err := sign.Read([]byte(g.gpg(nil, "", "--export-secret-keys", curve+"@example.org")), nil)
		if err != nil {
			t.Fatal(err)
		}
		at := made(k)
		a, b := detached(t, k, "x", at), detached(t, k, "x", at)
		if !bytes.Equal(a, b) {
			t.Errorf("%s: differs from one run to the next", curve)
		}
		if _, err := ring(t, k).VerifyDetached(strings.NewReader("x"), a, at); err != nil {
			t.Errorf("%s: %v", curve, err)
		}
		g.run(nil, "gpgv", "--keyring", g.file("public.gpg", k.PublicBinary()), g.file("sig", a), g.file("data", []byte("x")))
	}
	for curve, rule := range map[string]string{"brainpoolP256r1": "brainpool", "secp256k1": "curve"} {
		g.gpg(nil, "", "--quick-generate-key", curve+"@example.org", curve, "sign,cert", "never")
		k, err := sign.Read([]byte(g.gpg(nil, "", "--export-secret-keys", curve+"@example.org")), nil)
		if err != nil {
			t.Fatal(err)
		}
		var weak *sign.WeakKeyError
		if err := k.Check(time.Now()); !errors.As(err, &weak) || weak.Rule != rule {
			t.Errorf("%s: %v", curve, err)
		}
	}
}
