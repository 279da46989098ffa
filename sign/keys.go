package sign

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Keys sign together: whoever knows one of them accepts what they sign, which
// is how a repository goes from one key to the next without an outage. They do
// not change once made and may be used concurrently.
type Keys struct {
	keys []*Key // oldest first
	// published are the keys one by one, as a host reads them from what
	// PublicBinary gives out.
	published func() ([]*Keyring, error)
}

// NewKeys makes a set of keys; one that is given twice counts once. The order
// in which they are given does not matter: their signatures follow each other
// from the oldest key to the newest, by the creation of the primary, since
// zypper 1.14 looks at the key of the first signature alone, and the oldest key
// is the one that hosts have. Without any key it is nil.
func NewKeys(keys ...*Key) *Keys {
	if len(keys) == 0 {
		return nil
	}
	sorted := slices.Clone(keys)
	slices.SortFunc(sorted, func(a, b *Key) int {
		made := a.certificate.primary.created().Compare(b.certificate.primary.created())
		if made == 0 {
			return strings.Compare(a.Fingerprint(), b.Fingerprint())
		}
		return made
	})
	sorted = slices.CompactFunc(sorted, func(a, b *Key) bool { return a.Fingerprint() == b.Fingerprint() })
	return &Keys{sorted, sync.OnceValues(func() ([]*Keyring, error) {
		var all []*Keyring
		for _, k := range sorted {
			one, err := ReadPublic(k.PublicBinary())
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		return all, nil
	})}
}

// List returns the keys, oldest first.
func (s *Keys) List() []*Key { return slices.Clone(s.keys) }

// Oldest is the key that hosts have had for the longest time: what signs where
// one signature is all that fits, as in an rpm package.
func (s *Keys) Oldest() *Key { return s.keys[0] }

// Fingerprints identify the keys by their primaries, oldest first.
func (s *Keys) Fingerprints() []string {
	var all []string
	for _, k := range s.keys {
		all = append(all, k.Fingerprint())
	}
	return all
}

// PublicArmored is the public keys in armored form, one block after the other:
// apt reads several keys in one block as well, rpm imports only the first of a
// block.
func (s *Keys) PublicArmored() []byte {
	var out []byte
	for _, k := range s.keys {
		out = append(out, k.PublicArmored()...)
	}
	return out
}

// PublicBinary is the public keys in binary form, for key.gpg.
func (s *Keys) PublicBinary() []byte {
	var out []byte
	for _, k := range s.keys {
		out = append(out, k.PublicBinary()...)
	}
	return out
}

// Detached signs data with every key, as [Key.Detached] does: one armored block
// with all signatures. Each is verified with the public half that
// [Keys.PublicBinary] gives out before it is returned.
func (s *Keys) Detached(data []byte, at time.Time) ([]byte, error) {
	sigs, err := s.sign(func(k *Key) ([]byte, error) { return k.Binary(bytes.NewReader(data), at) })
	if err != nil {
		return nil, err
	}
	signature := enarmor(signatureBlock, sigs)
	return signature, s.each(func(r *Keyring) error {
		_, err := r.VerifyDetached(bytes.NewReader(data), signature, time.Time{})
		return err
	})
}

// Clear signs text with every key, as [Key.Clear] does: one message with all
// signatures, verified like those of [Keys.Detached].
func (s *Keys) Clear(text []byte, at time.Time) ([]byte, error) {
	lines, err := clearLines(text)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	canonical := strings.Join(lines, "\r\n")
	var digests []string
	sigs, err := s.sign(func(k *Key) ([]byte, error) {
		signer, err := k.signer(at)
		if err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
		if name := strings.ReplaceAll(signer.digest().String(), "-", ""); !slices.Contains(digests, name) {
			digests = append(digests, name)
		}
		return k.sign(strings.NewReader(canonical), packet.SigTypeText, at)
	})
	if err != nil {
		return nil, err
	}
	message := clearMessage(lines, digests, sigs)
	return message, s.each(func(r *Keyring) error {
		got, _, err := r.VerifyClear(message, time.Time{})
		if err == nil && !bytes.Equal(got, text) {
			err = &ClearTextError{Detail: "reads differently than it was written"}
		}
		return err
	})
}

// sign joins the signature packets of all keys. An error of any is the error of
// all, so that nothing is signed by half.
func (s *Keys) sign(with func(*Key) ([]byte, error)) ([]byte, error) {
	var sigs []byte
	var errs []error
	for _, k := range s.keys {
		sig, err := with(k)
		if err != nil {
			errs = append(errs, err)
		}
		sigs = append(sigs, sig...)
	}
	return sigs, errors.Join(errs...)
}

// each verifies with one key at a time, as the host that knows only this key
// does.
func (s *Keys) each(verify func(*Keyring) error) error {
	published, err := s.published()
	if err != nil {
		return fmt.Errorf("check the signature just made: %w", err)
	}
	for i, one := range published {
		if err := verify(one); err != nil {
			return fmt.Errorf("check the signature just made with key %s: %w", s.keys[i].Fingerprint(), err)
		}
	}
	return nil
}
