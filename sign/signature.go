package sign

import (
	"bytes"
	"crypto"
	_ "crypto/sha256" // the digests of newSignature
	_ "crypto/sha512"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Detached signs what r holds and returns an armored signature: Release.gpg,
// repomd.xml.asc. The same key, content and time give the same bytes.
//
// The signature is dated at, or at the signing key's creation if that is later.
// A key that is weak, revoked or expired at that time does not sign: the errors
// are those of [Key.Check].
func (k *Key) Detached(r io.Reader, at time.Time) ([]byte, error) {
	sig, err := k.Binary(r, at)
	if err != nil {
		return nil, err
	}
	return enarmor(signatureBlock, sig), nil
}

// Binary is Detached without armor: the signature packet that rpm keeps in its
// header, and debsigs in _gpgorigin.
func (k *Key) Binary(r io.Reader, at time.Time) ([]byte, error) {
	return k.sign(r, packet.SigTypeBinary, at)
}

// sign signs what r holds.
func (k *Key) sign(r io.Reader, kind packet.SignatureType, at time.Time) ([]byte, error) {
	signer, err := k.signer(at)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	secret := k.secrets().opened[signer.fingerprint()]
	sig := newSignature(secret, kind, signer.digest(), later(at, signer.created()))
	content := sig.Hash.New()
	if _, err := io.Copy(content, r); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	if err := sig.Sign(content, secret, signConfig()); err != nil {
		return nil, fmt.Errorf("sign with %s: %w", signer.fingerprint(), err)
	}
	var out bytes.Buffer
	if err := sig.Serialize(&out); err != nil {
		return nil, fmt.Errorf("sign with %s: %w", signer.fingerprint(), err)
	}
	return out.Bytes(), nil
}

// signer chooses the part that signs at a time, and refuses faulty keys. Being
// made later than that time is no fault here: the date of a signature gives way
// (a build's epoch may well be older than its key).
func (k *Key) signer(at time.Time) (*component, error) {
	var faults []error
	for _, f := range k.faults(at) {
		if _, early := f.(*NotYetValidError); !early {
			faults = append(faults, f)
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return k.certificate.signer(at, k.has), nil
}

// newSignature is a version 4 signature about to be made with secret.
func newSignature(secret *packet.PrivateKey, kind packet.SignatureType, digest crypto.Hash, at time.Time) *packet.Signature {
	return &packet.Signature{
		Version:           4,
		SigType:           kind,
		PubKeyAlgo:        secret.PubKeyAlgo,
		Hash:              digest,
		CreationTime:      at,
		IssuerKeyId:       &secret.KeyId,
		IssuerKeyVersion:  uint8(secret.Version),
		IssuerFingerprint: secret.Fingerprint,
	}
}

// signConfig keeps signatures deterministic (no salt notation) and free of
// critical subpackets.
func signConfig() *packet.Config {
	return &packet.Config{
		NonDeterministicSignaturesViaNotation:            packet.BoolPointer(false),
		InsecureGenerateNonCriticalKeyFlags:              true,
		InsecureGenerateNonCriticalSignatureCreationTime: true,
	}
}

// digest is the hash to sign with: SHA-256, and what RFC 9580 (5.2.3) and FIPS
// 186 ask for with curves that are larger than it.
func (c *component) digest() crypto.Hash {
	switch algorithm(c.public) {
	case "NIST P-384":
		return crypto.SHA384
	case "NIST P-521", "Ed448":
		return crypto.SHA512
	}
	return crypto.SHA256
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
