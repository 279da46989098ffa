package sign

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

var (
	// ErrNoKey means that the input is no OpenPGP key in any accepted form.
	ErrNoKey = errors.New("not an OpenPGP key: neither armored, binary nor base64 of one")
	// ErrPublicOnly means that a secret key was expected and only public keys
	// are there.
	ErrPublicOnly = errors.New("a public key, without its secret part")
	// ErrNoSignature means that there is no OpenPGP signature where one is
	// expected: an unsigned package, an empty signature file.
	ErrNoSignature = errors.New("no OpenPGP signature")
	// ErrTooLarge means that a key or signature file is above the size that
	// such a file can reasonably have (4 MiB for keys, 1 MiB for signatures).
	ErrTooLarge = errors.New("too large for an OpenPGP key or signature")
)

// A WeakKeyError is a key that current clients refuse for what it is made of.
type WeakKeyError struct {
	Fingerprint string // of the key or subkey concerned
	Algorithm   string // "RSA-1024", "DSA-2048", "BrainpoolP256"
	// Rule is a stable name: "rsa-bits" (under 2048), "dsa", "brainpool", "curve"
	// (any but those, Curve25519, Curve448 and NIST's), "algorithm" (any other one),
	// "sha1-self-signature", "key-version" (not 4), "no-self-signature".
	Rule string
}

func (e *WeakKeyError) Error() string {
	reason := map[string]string{
		"rsa-bits":            "RSA keys need at least 2048 bits",
		"dsa":                 "DSA is no longer accepted",
		"brainpool":           "package managers do not accept this curve",
		"curve":               "package managers do not accept this curve",
		"algorithm":           "package managers do not accept this algorithm",
		"sha1-self-signature": "its self-signature uses SHA-1",
		"key-version":         "only version 4 keys are read by all clients",
		"no-self-signature":   "no valid self-signature binds it to a user",
	}[e.Rule]
	return fmt.Sprintf("key %s (%s) is too weak: %s", e.Fingerprint, e.Algorithm, reason)
}

// An ExpiredKeyError is a key or signing subkey past its validity.
type ExpiredKeyError struct {
	Fingerprint string // of the key or subkey concerned
	Expired     time.Time
	At          time.Time // the time that was asked about
}

func (e *ExpiredKeyError) Error() string {
	return fmt.Sprintf("key %s expired on %s", e.Fingerprint, day(e.Expired))
}

// A RevokedKeyError is a key or signing subkey that its owner revoked.
type RevokedKeyError struct {
	Fingerprint string // of the key or subkey concerned
	Revoked     time.Time
	Reason      string // the owner's words, possibly empty; foreign text
}

func (e *RevokedKeyError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("key %s was revoked on %s", e.Fingerprint, day(e.Revoked))
	}
	return fmt.Sprintf("key %s was revoked on %s: %q", e.Fingerprint, day(e.Revoked), e.Reason)
}

// A NotYetValidError is a key whose creation lies after the time asked about:
// a wrong clock here, or on the machine that made it.
type NotYetValidError struct {
	Fingerprint string
	Created     time.Time
	At          time.Time
}

func (e *NotYetValidError) Error() string {
	return fmt.Sprintf("key %s is not yet valid: created %s, now %s", e.Fingerprint,
		e.Created.UTC().Format(time.RFC3339), e.At.UTC().Format(time.RFC3339))
}

// A NoSigningKeyError is a key of which no part can sign: all parts are for
// encryption, or the secret of the part that signs is elsewhere.
type NoSigningKeyError struct {
	Fingerprint string
	// Missing lists the fingerprints of (sub)keys that may sign but whose
	// secret is not in the file.
	Missing []string
	// Card is set when a secret is on a smart card.
	Card bool
}

func (e *NoSigningKeyError) Error() string {
	switch {
	case e.Card:
		return fmt.Sprintf("key %s cannot sign: the secret of %s is on a smart card", e.Fingerprint, strings.Join(e.Missing, ", "))
	case len(e.Missing) > 0:
		return fmt.Sprintf("key %s cannot sign: the secret of %s is not in the file", e.Fingerprint, strings.Join(e.Missing, ", "))
	}
	return fmt.Sprintf("key %s cannot sign: it is for encryption or certification only", e.Fingerprint)
}

// A PassphraseError is a secret key whose passphrase is missing or wrong.
type PassphraseError struct {
	Fingerprint string // of the key or subkey that needs it
	Missing     bool   // none was given
}

func (e *PassphraseError) Error() string {
	if e.Missing {
		return fmt.Sprintf("key %s needs a passphrase", e.Fingerprint)
	}
	return fmt.Sprintf("wrong passphrase for key %s", e.Fingerprint)
}

// A SeveralKeysError is a file with more than one secret key.
type SeveralKeysError struct{ Fingerprints []string }

func (e *SeveralKeysError) Error() string {
	return fmt.Sprintf("%d keys where one is expected: %s", len(e.Fingerprints), strings.Join(e.Fingerprints, ", "))
}

// A DamagedError is a key or signature that breaks off or contradicts itself.
// Detail never quotes the input.
type DamagedError struct {
	What   string // "key", "armor", "signature", "package"
	Detail string
}

func (e *DamagedError) Error() string { return fmt.Sprintf("damaged %s: %s", e.What, e.Detail) }

// An UnknownSignerError is a signature of which no issuer is in the keyring.
type UnknownSignerError struct {
	Issuers []string // fingerprints, or 16-digit key IDs where that is all a signature says
}

func (e *UnknownSignerError) Error() string {
	return fmt.Sprintf("signed by unknown key %s", strings.Join(e.Issuers, ", "))
}

// A BadSignatureError is a signature of a known key that does not hold.
type BadSignatureError struct {
	Fingerprint string // of the key or subkey that is said to have signed
	Detail      string // "content does not match", "dated after now", …
}

func (e *BadSignatureError) Error() string {
	return fmt.Sprintf("bad signature of key %s: %s", e.Fingerprint, e.Detail)
}

// A WeakSignatureError is a signature over a digest that clients refuse.
type WeakSignatureError struct {
	Fingerprint string
	Digest      string // "SHA-1"
}

func (e *WeakSignatureError) Error() string {
	return fmt.Sprintf("signature of key %s uses %s", e.Fingerprint, e.Digest)
}

// A ClearTextError is a text that cannot be clear-signed and read back
// unchanged, or a clear-signed message that breaks the format.
type ClearTextError struct {
	Line   int // from 1; 0 for the message as a whole
	Detail string
}

func (e *ClearTextError) Error() string {
	if e.Line == 0 {
		return "clear-signed text: " + e.Detail
	}
	return fmt.Sprintf("clear-signed text: line %d: %s", e.Line, e.Detail)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// UserIDError is a name or an email address that a key cannot have.
type UserIDError struct{ Detail string }

func (e *UserIDError) Error() string { return e.Detail }
