package sign_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/sign"
)

func TestReadForms(t *testing.T) {
	armored := fixture(t, "archive.key")
	binary := dearmor(t, armored)
	want := key(t, "archive").Fingerprint()
	base := base64.StdEncoding.EncodeToString
	for name, data := range map[string][]byte{
		"armored":                     armored,
		"armored-crlf":                bytes.ReplaceAll(armored, []byte("\n"), []byte("\r\n")),
		"armored-byte-order-mark":     append([]byte("\xef\xbb\xbf"), armored...),
		"armored-after-a-comment":     append([]byte("the key of our archive\n"), armored...),
		"armored-beside-its-public":   slices.Concat(fixture(t, "archive.asc"), armored, fixture(t, "other.asc")),
		"binary":                      binary,
		"base64-of-armored":           []byte(base(armored)),
		"base64-of-binary":            []byte(base(binary) + "\n"),
		"base64-in-lines":             []byte(strings.Join(regexp.MustCompile(".{1,76}").FindAllString(base(armored), -1), "\r\n")),
		"base64-of-binary-no-padding": []byte(base64.RawStdEncoding.EncodeToString(binary)),
	} {
		t.Run(name, func(t *testing.T) {
			k, err := sign.Read(data, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, k.Fingerprint()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	armored := fixture(t, "archive.key")
	for name, test := range map[string]struct {
		data       []byte
		passphrase string
		want       string
	}{
		"empty":              {nil, "", "not an OpenPGP key: neither armored, binary nor base64 of one"},
		"text":               {[]byte("hello"), "", "not an OpenPGP key: neither armored, binary nor base64 of one"},
		"pem":                {[]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "", "not an OpenPGP key: neither armored, binary nor base64 of one"},
		"public":             {fixture(t, "archive.asc"), "", "a public key, without its secret part"},
		"public-binary":      {dearmor(t, fixture(t, "archive.asc")), "", "a public key, without its secret part"},
		"two":                {slices.Concat(armored, fixture(t, "other.key")), "", "2 keys where one is expected: "},
		"no-end":             {armored[:len(armored)-60], "", "read key: damaged armor: no END line"},
		"cut":                {dearmor(t, armored)[:900], "", "read key: damaged key: packet 1 breaks off or has no valid header"},
		"damaged-secret":     {flip(dearmor(t, armored), 700), "", "read key: damaged key: secret part of "},
		"signature":          {detached(t, key(t, "archive"), "x", someday), "", "not an OpenPGP key: neither armored, binary nor base64 of one"},
		"too-large":          {make([]byte, 5<<20), "", "too large for an OpenPGP key or signature"},
		"passphrase-missing": {fixture(t, "protected.key"), "", "needs a passphrase"},
		"passphrase-wrong":   {fixture(t, "protected.key"), "wrong", "wrong passphrase for key "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sign.Read(test.data, []byte(test.passphrase))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}

// Every kind of key that GnuPG exports, as it is described and as it is judged.
func TestFixtureKeys(t *testing.T) {
	for name, want := range map[string]struct {
		algorithm string
		created   time.Time
		check     string // in the message of Check
		warnings  []string
	}{
		"archive":   {"RSA-3072", keysMade, "", nil},
		"other":     {"RSA-3072", keysMade, "", nil},
		"ed25519":   {"Ed25519", keysMade, "", []string{"ed25519"}},
		"rsa2048":   {"RSA-2048", keysMade, "", []string{"rsa-2048"}},
		"protected": {"RSA-3072", keysMade.AddDate(0, 0, 1), "", []string{"signing-subkey"}},
		"offline":   {"RSA-3072", keysMade.AddDate(0, 0, 1), "", []string{"signing-subkey"}},
		"rsa1024":   {"RSA-1024", keysMade, "too weak: RSA keys need at least 2048 bits", nil},
		"dsa":       {"DSA-2048", keysMade, "too weak: DSA is no longer accepted", nil},
		"sha1":      {"RSA-3072", keysMade, "too weak: its self-signature uses SHA-1", nil},
		"expired":   {"RSA-3072", keysMade, "expired on 2024-06-01", nil},
		"revoked":   {"RSA-3072", keysMade, "was revoked on 2024-01-01", nil},
		"encrypt":   {"RSA-3072", keysMade, "cannot sign: it is for encryption or certification only", nil},
	} {
		t.Run(name, func(t *testing.T) {
			k := key(t, name)
			if diff := cmp.Diff(want.algorithm, k.Certificate().SigningPart(time.Time{}).Algorithm); diff != "" {
				t.Error(diff)
			}
			if !made(k).Equal(want.created) {
				t.Errorf("created %s, want %s", made(k), want.created)
			}
			at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			err := k.Check(at)
			if (want.check == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want.check) {
				t.Errorf("Check: got %v, want %q in it", err, want.check)
			}
			if want.check != "" {
				if sig, err := k.Binary(strings.NewReader("x"), at); err == nil {
					t.Errorf("signs all the same: %d bytes", len(sig))
				}
			}
			var warnings []string
			for _, w := range k.Warnings(at) {
				warnings = append(warnings, w.Rule)
			}
			if want.check == "" && !slices.Equal(want.warnings, warnings) {
				t.Errorf("warnings %q, want %q", warnings, want.warnings)
			}
			if ids := k.Certificate().UserIDs(); len(ids) > 0 && !strings.HasPrefix(ids[0], "wain TEST ONLY ") || len(ids) == 0 && name != "dsa" {
				t.Errorf("user IDs %q", ids)
			}
		})
	}
}

func TestComponents(t *testing.T) {
	primary := sign.Component{Fingerprint: key(t, "protected").Fingerprint(), Algorithm: "RSA-3072", Created: keysMade, Primary: true}
	for _, name := range []string{"protected", "offline"} {
		all := key(t, name).Certificate().Components()
		if len(all) != 2 {
			t.Fatalf("%s: %d components", name, len(all))
		}
		sub := sign.Component{Fingerprint: all[1].Fingerprint, Algorithm: "RSA-3072", Created: keysMade.AddDate(0, 0, 1), Signs: true}
		if diff := cmp.Diff([]sign.Component{primary, sub}, all); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The errors are types with facts, for whoever turns them into hints.
func TestCheckErrors(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var expired *sign.ExpiredKeyError
	if err := key(t, "expired").Check(at); !errors.As(err, &expired) {
		t.Fatal(err)
	}
	end := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	if !expired.Expired.Equal(end) || !expired.At.Equal(at) {
		t.Errorf("%+v", expired)
	}
	if err := key(t, "expired").Check(end.Add(-time.Second)); err != nil {
		t.Errorf("in its last second: %v", err)
	}
	if w := key(t, "expired").Warnings(end.AddDate(0, 0, -60)); len(w) != 1 || w[0].Rule != "expires-soon" || !w[0].From.Equal(end) {
		t.Errorf("60 days before: %+v", w)
	}
	if w := key(t, "expired").Warnings(end.AddDate(0, 0, -61)); len(w) != 0 {
		t.Errorf("61 days before: %+v", w)
	}
	var early *sign.NotYetValidError
	if err := key(t, "archive").Check(keysMade.Add(-time.Second)); !errors.As(err, &early) || !early.Created.Equal(keysMade) {
		t.Errorf("before its creation: %v", err)
	}
	if err := key(t, "protected").Check(keysMade.Add(time.Hour)); !errors.As(err, &early) {
		t.Errorf("before its signing subkey: %v", err)
	}
	var weak *sign.WeakKeyError
	for name, rule := range map[string]string{"rsa1024": "rsa-bits", "dsa": "dsa", "sha1": "sha1-self-signature"} {
		if err := key(t, name).Check(at); !errors.As(err, &weak) || weak.Rule != rule {
			t.Errorf("%s: %v", name, err)
		}
	}
	var revoked *sign.RevokedKeyError
	if err := key(t, "revoked").Check(at); !errors.As(err, &revoked) || !revoked.Revoked.Equal(keysMade) {
		t.Errorf("revoked: %v", err)
	}
	var none *sign.NoSigningKeyError
	if err := key(t, "encrypt").Check(at); !errors.As(err, &none) {
		t.Errorf("encrypt: %v", err)
	}
	var locked *sign.PassphraseError
	if _, err := sign.Read(fixture(t, "protected.key"), nil); !errors.As(err, &locked) || !locked.Missing {
		t.Errorf("no passphrase: %v", err)
	}
	if _, err := sign.Read(fixture(t, "protected.key"), []byte(testPassphrase+"\n")); !errors.As(err, &locked) || locked.Missing {
		t.Errorf("wrong passphrase: %v", err)
	}
}

// No verb, no error and no encoder shows a secret.
func TestSecretsStayInside(t *testing.T) {
	k := key(t, "archive")
	secret := string(dearmor(t, fixture(t, "archive.key"))[500:516])
	holder := struct {
		Key   *sign.Key
		value sign.Key
	}{k, *k}
	want := "sign.Key(" + k.Fingerprint() + ")"
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p"} {
		for _, value := range []any{k, *k, holder, &holder, []any{k}, map[string]*sign.Key{"k": k}, []sign.Key{*k}} {
			out := fmt.Sprintf(verb, value)
			if strings.Contains(out, secret) || strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", secret)) ||
				strings.Contains(out, strings.Trim(fmt.Sprint([]byte(secret)), "[]")) {
				t.Errorf("%s of %T shows too much: %.200q", verb, value, out)
			}
		}
	}
	if got := fmt.Sprintf("%#v", k); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	//lint:ignore SA9005 that nothing is marshalled is what is tested
	if out, _ := json.Marshal(k); string(out) != "{}" {
		t.Errorf("JSON: %s", out)
	}
	if fmt.Sprint(sign.Key{}) != "sign.Key(none)" {
		t.Error("the zero key does not print")
	}
	_, err := sign.Read(fixture(t, "protected.key"), []byte("hunter2hunter2"))
	if err == nil || strings.Contains(fmt.Sprintf("%#v %+v", err, errors.Unwrap(err)), "hunter2") {
		t.Errorf("a passphrase in an error: %#v", err)
	}
}

// A key that was read is written as it was, under its passphrase; its public
// half is what GnuPG exports.
func TestExports(t *testing.T) {
	for _, name := range []string{"archive", "other", "protected"} {
		k := key(t, name)
		if diff := cmp.Diff(packets(t, fixture(t, name+".asc")), packets(t, k.PublicArmored())); diff != "" {
			t.Errorf("%s, public: %s", name, diff)
		}
		if !bytes.Equal(dearmor(t, k.PublicArmored()), k.PublicBinary()) {
			t.Errorf("%s: armored and binary differ", name)
		}
		if diff := cmp.Diff(packets(t, fixture(t, name+".key")), packets(t, k.PrivateArmored())); diff != "" {
			t.Errorf("%s, secret: %s", name, diff)
		}
	}
	if _, err := sign.Read(key(t, "protected").PrivateArmored(), nil); err == nil {
		t.Error("a protected key is written without its passphrase")
	}
}

func flip(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 1
	return data
}
