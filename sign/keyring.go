package sign

import (
	"crypto"
	_ "crypto/sha1" // to recognise SHA-1 self-signatures
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// A Keyring is the keys that a verifier trusts. It does not change once read
// and may be used concurrently.
type Keyring struct {
	certificates []*Certificate
	skipped      int
}

// ReadPublic reads the keys of a keyring: several armored blocks one after the
// other, binary, or base64 of either. Of a secret key only the public half is
// kept. Keys of an unsupported version or algorithm are passed over ([Keyring.Skipped])
// unless there are no others.
//
// Errors: ErrNoKey, ErrTooLarge, *DamagedError.
func ReadPublic(data []byte) (*Keyring, error) {
	if len(data) > maxKeys {
		return nil, ErrTooLarge
	}
	raw, _, err := dearmor(data, publicBlock, secretBlock)
	if err != nil {
		return nil, fmt.Errorf("read keyring: %w", err)
	}
	packets, err := splitPackets(raw)
	if err != nil {
		return nil, fmt.Errorf("read keyring: %w", &DamagedError{"key", err.Error()})
	}
	r := &Keyring{}
	var last error
	for _, group := range groupPackets(packets) {
		certificate, err := parseCertificate(group)
		if err != nil {
			r.skipped++
			last = err
			continue
		}
		r.certificates = append(r.certificates, certificate)
	}
	switch {
	case len(r.certificates) > 0:
		return r, nil
	case last != nil:
		return nil, fmt.Errorf("read keyring: %w", last)
	}
	return nil, ErrNoKey
}

// Certificates lists the keys in the order of the file.
func (r *Keyring) Certificates() []*Certificate { return slices.Clone(r.certificates) }

// Skipped counts the keys that were passed over as unsupported.
func (r *Keyring) Skipped() int { return r.skipped }

// VerifyDetached checks a detached signature, armored or binary, over what data
// holds, and returns the fingerprint of the primary key of who signed. Several
// signatures are fine when at least one is of a known key and none of those
// fails. The key and the signature must be valid at the given time; the zero
// time stands for when the signature was made.
//
// Errors: ErrNoSignature, *UnknownSignerError, *BadSignatureError,
// *WeakSignatureError, *DamagedError, and what [Certificate.Check] finds in the
// signer.
func (r *Keyring) VerifyDetached(data io.Reader, signature []byte, at time.Time) (string, error) {
	sigs, err := readSignatures(signature)
	if err != nil {
		return "", fmt.Errorf("verify: %w", err)
	}
	return r.verify(data, sigs, at, packet.SigTypeBinary, packet.SigTypeText)
}

// VerifyClear checks a clear-signed message and returns exactly the text that
// is signed, each line ended by one line feed, and the fingerprint of the
// primary key of who signed. Nothing may stand before or behind the message.
// Times and errors are those of [Keyring.VerifyDetached], and *ClearTextError.
func (r *Keyring) VerifyClear(message []byte, at time.Time) (text []byte, fingerprint string, err error) {
	lines, armored, err := splitClear(message)
	if err != nil {
		return nil, "", fmt.Errorf("verify: %w", err)
	}
	sigs, err := readSignatures(armored)
	if err != nil {
		return nil, "", fmt.Errorf("verify: %w", err)
	}
	content := strings.NewReader(strings.Join(lines, "\r\n"))
	fingerprint, err = r.verify(content, sigs, at, packet.SigTypeText)
	if err != nil {
		return nil, "", err
	}
	return []byte(strings.Join(lines, "\n") + "\n"), fingerprint, nil
}

// readSignatures reads the signature packets of a detached signature. Those
// that cannot be interpreted (MD5, version 3) are left out, as long as others
// are there.
func readSignatures(data []byte) ([]*packet.Signature, error) {
	if len(data) > maxSignatures {
		return nil, ErrTooLarge
	}
	raw, _, err := dearmor(data, signatureBlock)
	if err != nil {
		return nil, err
	}
	packets, err := splitPackets(raw)
	if err != nil {
		return nil, &DamagedError{"signature", err.Error()}
	}
	var sigs []*packet.Signature
	for _, p := range packets {
		if p.Tag != tagSignature {
			return nil, &DamagedError{"signature", fmt.Sprintf("it holds a packet of type %d", p.Tag)}
		}
		if sig, ok := parseSignature(p); ok {
			sigs = append(sigs, sig)
		}
	}
	switch {
	case len(packets) == 0:
		return nil, ErrNoSignature
	case len(sigs) == 0:
		return nil, &DamagedError{"signature", "of an unsupported version, digest or algorithm"}
	}
	return sigs, nil
}

// verify checks signatures of the given kinds over what content holds.
func (r *Keyring) verify(content io.Reader, sigs []*packet.Signature, at time.Time, kinds ...packet.SignatureType) (string, error) {
	v := newVerification(sigs, kinds...)
	if _, err := io.Copy(v, content); err != nil {
		return "", fmt.Errorf("verify: %w", err)
	}
	return r.judge(v, at)
}

// A verification is signatures and the digests of what they sign, so far. The
// content is written to it.
type verification struct {
	sigs   []*packet.Signature
	hashes []hash.Hash // nil for a signature whose digest or version is not taken
	kinds  []packet.SignatureType
	io.Writer
}

func newVerification(sigs []*packet.Signature, kinds ...packet.SignatureType) *verification {
	v := &verification{sigs: sigs, hashes: make([]hash.Hash, len(sigs)), kinds: kinds}
	var writers []io.Writer
	for i, sig := range sigs {
		if sig.Version != 4 || sig.Hash == crypto.SHA1 || !sig.Hash.Available() {
			continue
		}
		v.hashes[i] = sig.Hash.New()
		// A text signature counts line ends as CR LF; cleartext arrives so.
		if sig.SigType == packet.SigTypeText && slices.Contains(kinds, packet.SigTypeBinary) {
			writers = append(writers, openpgp.NewCanonicalTextHash(v.hashes[i]))
		} else {
			writers = append(writers, v.hashes[i])
		}
	}
	v.Writer = io.MultiWriter(writers...)
	return v
}

// join is the signatures of both, to be judged together.
func (v *verification) join(w *verification) *verification {
	return &verification{sigs: slices.Concat(v.sigs, w.sigs), hashes: slices.Concat(v.hashes, w.hashes), kinds: v.kinds}
}

// judge decides on the content that was written to v: at least one signature is
// of a known key, and none of those fails. It uses v up.
func (r *Keyring) judge(v *verification, at time.Time) (fingerprint string, err error) {
	var faults []error
	strangers := &UnknownSignerError{}
	for i, sig := range v.sigs {
		certificate, signer := r.find(sig)
		if signer == nil {
			strangers.Issuers = append(strangers.Issuers, issuer(sig))
			continue
		}
		if err := certificate.accepts(signer, sig, v.hashes[i], at, v.kinds); err != nil {
			faults = append(faults, err)
		} else if fingerprint == "" {
			fingerprint = certificate.Fingerprint()
		}
	}
	switch {
	case len(faults) > 0:
		return "", fmt.Errorf("verify: %w", errors.Join(faults...))
	case fingerprint == "":
		return "", fmt.Errorf("verify: %w", strangers)
	}
	return fingerprint, nil
}

// find looks up who made a signature.
func (r *Keyring) find(sig *packet.Signature) (*Certificate, *component) {
	for _, certificate := range r.certificates {
		for _, c := range certificate.components() {
			if sig.CheckKeyIdOrFingerprint(c.public) {
				return certificate, c
			}
		}
	}
	return nil, nil
}

func issuer(sig *packet.Signature) string {
	switch {
	case len(sig.IssuerFingerprint) > 0:
		return fmt.Sprintf("%X", sig.IssuerFingerprint)
	case sig.IssuerKeyId != nil:
		return fmt.Sprintf("%016X", *sig.IssuerKeyId)
	}
	return "(unnamed)"
}

// accepts checks one signature of a part of the certificate.
func (c *Certificate) accepts(signer *component, sig *packet.Signature, content hash.Hash, at time.Time, kinds []packet.SignatureType) error {
	name := signer.fingerprint()
	if at.IsZero() {
		at = sig.CreationTime
	}
	faults := c.primary.faults(at)
	if !signer.primary {
		faults = append(faults, signer.faults(at)...)
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	switch {
	case !signer.signs():
		return &NoSigningKeyError{Fingerprint: name}
	case content == nil:
		return &WeakSignatureError{name, digestName(sig.Hash)}
	case !slices.Contains(kinds, sig.SigType):
		return &BadSignatureError{name, fmt.Sprintf("of type 0x%02X, which does not sign data", uint8(sig.SigType))}
	case sig.CreationTime.Before(signer.created()):
		return &BadSignatureError{name, "dated before its key was made"}
	case sig.CreationTime.After(at):
		return &BadSignatureError{name, "dated " + sig.CreationTime.UTC().Format(time.RFC3339) + ", in the future"}
	case sig.SigExpired(at):
		return &BadSignatureError{name, "the signature itself has expired"}
	case signer.public.VerifySignature(content, sig) != nil:
		return &BadSignatureError{name, "the content does not match"}
	}
	return nil
}

func digestName(h crypto.Hash) string {
	if h == crypto.SHA1 {
		return "SHA-1"
	}
	return h.String()
}
