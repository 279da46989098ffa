package sign_test

import (
	"strings"
	"testing"
	"time"

	"wain/sign"
)

func TestGenerate(t *testing.T) {
	created := time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)
	k, err := sign.Generate("Example Archive", "ops@example.com", created)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Check(created); err != nil {
		t.Fatal(err)
	}
	out, err := k.Clear([]byte("Origin: Example\n-x\n\nfoo\n"), created.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	ring, err := sign.ReadPublic(k.PublicArmored())
	if err != nil {
		t.Fatal(err)
	}
	text, fpr, err := ring.VerifyClear(out, time.Time{})
	if err != nil || string(text) != "Origin: Example\n-x\n\nfoo\n" || fpr != k.Fingerprint() {
		t.Fatal(err, text, fpr)
	}
	sig, err := k.Detached(strings.NewReader("x"), created)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.VerifyDetached(strings.NewReader("x"), sig, time.Time{}); err != nil {
		t.Fatal(err)
	}
	t.Log(string(out), k.Components())
}
