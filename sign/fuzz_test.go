package sign_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"wain/sign"
)

// seeds are sound keys, in text and binary.
func seeds(f *testing.F) {
	for _, name := range []string{"archive.asc", "archive.key", "protected.key", "offline.key", "ed25519.key", "dsa.key", "sha1.key", "revoked.key", "encrypt.key"} {
		f.Add(fixture(f, name))
		f.Add(dearmor(f, fixture(f, name)))
	}
}

// Whatever is read, prints and judges without panic, signs only when Check has
// nothing against it, and survives being written and read again.
func FuzzRead(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := sign.Read(data, nil)
		if err != nil {
			return
		}
		_, _ = k.Warnings(someday), k.RefusedBy("el9", someday)
		sig, err := k.Binary(strings.NewReader("x"), made(k))
		if ok := k.Check(made(k)) == nil; ok != (err == nil) && made(k).Before(someday) {
			t.Errorf("Check and Binary disagree: %v, %v", k.Check(made(k)), err)
		}
		if err == nil {
			if _, err := ring(t, k).VerifyDetached(strings.NewReader("x"), sig, time.Time{}); err != nil {
				t.Errorf("does not take its own signature: %v", err)
			}
		}
		again, err := sign.Read(k.PrivateArmored(), nil)
		if err != nil || again.Fingerprint() != k.Fingerprint() || !bytes.Equal(again.PublicBinary(), k.PublicBinary()) {
			t.Errorf("written and read again, it differs: %v", err)
		}
	})
}

func FuzzReadPublic(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := sign.ReadPublic(data)
		if err != nil {
			return
		}
		var all []byte
		for _, c := range r.Certificates() {
			_, _, _, _ = c.Check(someday), c.Warnings(someday), c.Refusals(someday), c.UserIDs()
			all = append(all, c.Binary()...)
		}
		again, err := sign.ReadPublic(all)
		if err != nil || len(again.Certificates()) != len(r.Certificates()) {
			t.Fatalf("written and read again, it differs: %v", err)
		}
		for i, c := range again.Certificates() {
			if !slices.Equal(c.Components(), r.Certificates()[i].Components()) {
				t.Errorf("key %d: %+v, was %+v", i, c.Components(), r.Certificates()[i].Components())
			}
		}
	})
}

// No message but the one that was signed is accepted; blanks at line ends are
// all that may differ.
func FuzzVerifyClear(f *testing.F) {
	k := key(f, "archive")
	trusted := ring(f, k)
	text := "one\n-two\n\nthree\n"
	f.Add(clear(f, k, text))
	f.Fuzz(func(t *testing.T, message []byte) {
		got, _, err := trusted.VerifyClear(message, time.Time{})
		if err == nil && string(got) != text {
			t.Errorf("accepted as signed: %q", got)
		}
		if err != nil && got != nil {
			t.Errorf("refused and returned: %q", got)
		}
	})
}

func FuzzVerifyDetached(f *testing.F) {
	k := key(f, "archive")
	trusted := ring(f, k)
	f.Add(detached(f, k, "x", someday), "y")
	f.Fuzz(func(t *testing.T, sig []byte, data string) {
		if _, err := trusted.VerifyDetached(strings.NewReader(data), sig, time.Time{}); err == nil && data != "x" {
			t.Errorf("accepted over %q", data)
		}
	})
}

func FuzzVerifyRPM(f *testing.F) {
	trusted := ring(f, key(f, "archive"))
	lead := append([]byte{0xed, 0xab, 0xee, 0xdb}, make([]byte, 92)...)
	header := func(tag byte) []byte {
		return []byte{
			0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 8,
			0, 0, 1, tag, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8,
		}
	}
	f.Add(slices.Concat(lead, header(12), header(13), []byte("payload")))
	f.Add(slices.Concat(lead, header(22), header(13), []byte("payload")))
	f.Fuzz(func(t *testing.T, pkg []byte) {
		if _, err := trusted.VerifyRPM(bytes.NewReader(pkg), time.Time{}); err == nil {
			t.Error("accepted")
		}
	})
}
