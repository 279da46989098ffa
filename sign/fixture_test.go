package sign_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wain/sign"
)

// The keys of fixtures/keys are made on this day.
var (
	keysMade = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	someday  = time.Date(2024, 3, 1, 10, 20, 30, 0, time.UTC)
)

const testPassphrase = "TEST ONLY passphrase"

// fixture reads a file of fixtures/keys.
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "fixtures", "keys", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// key reads a secret key of fixtures/keys.
func key(t testing.TB, name string) *sign.Key {
	t.Helper()
	k, err := sign.Read(fixture(t, name+".key"), []byte(testPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// ring is a keyring of the public halves of keys.
func ring(t testing.TB, keys ...*sign.Key) *sign.Keyring {
	t.Helper()
	var all []byte
	for _, k := range keys {
		all = append(all, k.PublicArmored()...)
	}
	r, err := sign.ReadPublic(all)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// made is when the part of a key that signs was made.
func made(k *sign.Key) time.Time { return k.Certificate().SigningPart(time.Time{}).Created }

func detached(t testing.TB, k *sign.Key, text string, at time.Time) []byte {
	t.Helper()
	sig, err := k.Detached(strings.NewReader(text), at)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}
