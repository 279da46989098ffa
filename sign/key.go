package sign

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// A Key is an OpenPGP key that can sign: a [Certificate] and the secrets of
// some of its parts. It does not change once made and may be used concurrently.
// Printing one gives its fingerprint, never a secret.
type Key struct {
	certificate *Certificate
	// secrets is a function since fmt looks through pointers and does not call
	// methods on unexported fields of an enclosing struct: of a function it
	// prints the address.
	secrets func() *secrets
}

// secrets are the opened secret parts of a key, by fingerprint, and the file's
// packets as they were read, still under their passphrase.
type secrets struct {
	opened  map[string]*packet.PrivateKey
	packets []byte
	card    bool // the file has a stub of a smart card
}

// Read reads one secret key: armored (a public block beside it is passed over),
// binary, or base64 of either. Of the passphrases, the first that fits opens the
// parts that can sign; there may be none when these are not protected. A part
// that cannot be opened is an error even when another one could sign. Parts
// without a secret (an offline primary) are fine as long as nothing has to be
// signed with them.
//
// Errors: ErrNoKey, ErrPublicOnly, ErrTooLarge, *SeveralKeysError,
// *PassphraseError, *DamagedError. A key that is weak, expired or unable to
// sign is read; [Key.Check] tells.
func Read(data []byte, passphrases ...[]byte) (*Key, error) {
	keys, err := ReadAll(data, passphrases...)
	if err != nil {
		return nil, err
	}
	if len(keys) == 1 {
		return keys[0], nil
	}
	several := &SeveralKeysError{}
	for _, k := range keys {
		several.Fingerprints = append(several.Fingerprints, k.Fingerprint())
	}
	return nil, several
}

// ReadAll is Read for one or more secret keys, in as many armored blocks or one
// after the other; each is opened by the first passphrase that fits it.
func ReadAll(data []byte, passphrases ...[]byte) ([]*Key, error) {
	if len(data) > maxKeys {
		return nil, ErrTooLarge
	}
	raw, found, err := dearmor(data, secretBlock)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	if len(raw) == 0 {
		if slices.Contains(found, publicBlock) {
			return nil, ErrPublicOnly
		}
		return nil, ErrNoKey
	}
	packets, err := splitPackets(raw)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", &DamagedError{"key", err.Error()})
	}
	groups := groupPackets(packets)
	if len(groups) == 0 {
		return nil, ErrNoKey
	}
	var keys []*Key
	for _, group := range groups {
		if group[0].Tag != tagSecretKey {
			continue
		}
		k, err := readSecret(group, passphrases)
		if err != nil {
			return nil, fmt.Errorf("read key: %w", err)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, ErrPublicOnly
	}
	return keys, nil
}

// readSecret interprets the packets of one secret key.
func readSecret(packets []*packet.OpaquePacket, passphrases [][]byte) (*Key, error) {
	certificate, err := parseCertificate(packets)
	if err != nil {
		return nil, err
	}
	s := &secrets{opened: map[string]*packet.PrivateKey{}, packets: joinPackets(packets)}
	for _, p := range packets {
		if p.Tag != tagSecretKey && p.Tag != tagSecretSubkey {
			continue
		}
		pub, err := publicPart(p)
		if err != nil {
			continue // left out of the certificate as well
		}
		c := certificate.component(fmt.Sprintf("%X", pub.Fingerprint))
		if c == nil || !c.signs() || c.revocation != nil || c.weakness() != nil {
			continue // never signs here, so its secret is of no use
		}
		switch protectionOf(p, pub) {
		case absent:
		case onCard:
			s.card = true
		case open, locked:
			secret, err := unlock(p, c, passphrases)
			if err != nil {
				return nil, err
			}
			s.opened[c.fingerprint()] = secret
		case unknown:
			return nil, &DamagedError{"key", "the secret of " + c.fingerprint() + " is protected in an unsupported way"}
		}
	}
	return &Key{certificate, func() *secrets { return s }}, nil
}

// component returns the part with a fingerprint, or nil.
func (c *Certificate) component(fingerprint string) *component {
	for _, k := range c.components() {
		if k.fingerprint() == fingerprint {
			return k
		}
	}
	return nil
}

// has reports whether the secret of a component is there and opened.
func (k *Key) has(c *component) bool { return k.secrets().opened[c.fingerprint()] != nil }

// Certificate is the public half of the key.
func (k *Key) Certificate() *Certificate { return k.certificate }

// Fingerprint identifies the key by its primary: 40 upper-case hexadecimal
// digits, what Signed-By and gpg show.
func (k *Key) Fingerprint() string { return k.certificate.Fingerprint() }

// Check says whether clients will take what the key signs at the given time.
// It gathers every fault, joined: *WeakKeyError, *ExpiredKeyError,
// *RevokedKeyError, *NotYetValidError, *NoSigningKeyError.
func (k *Key) Check(at time.Time) error {
	return errors.Join(k.faults(at)...)
}

func (k *Key) faults(at time.Time) []error {
	faults := k.certificate.faults(at, k.has)
	for _, f := range faults {
		if missing, ok := f.(*NoSigningKeyError); ok {
			missing.Card = k.secrets().card
		}
	}
	return faults
}

// Warnings lists what some clients hold against a key that passes Check.
func (k *Key) Warnings(at time.Time) []Warning { return k.certificate.warnings(at, k.has) }

// PublicArmored is the public key in armored form, for key.asc.
func (k *Key) PublicArmored() []byte { return k.certificate.Armored() }

// PublicBinary is the public key in binary form, for key.gpg.
func (k *Key) PublicBinary() []byte { return k.certificate.Binary() }

// PrivateArmored is the secret key, armored: unprotected when [Generate] made
// it, and as it was read, under the same passphrase, when [Read] did. This is
// the only way that secret material leaves the package.
func (k *Key) PrivateArmored() []byte { return enarmor(secretBlock, k.secrets().packets) }

// String names the key by its fingerprint.
func (k Key) String() string {
	if k.certificate == nil {
		return "sign.Key(none)"
	}
	return "sign.Key(" + k.certificate.Fingerprint() + ")"
}

// GoString is String: %#v shows no secret either.
func (k Key) GoString() string { return k.String() }

// Format writes String under every verb, %v, %+v, %x and %d included.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.Copy(f, strings.NewReader(k.String())) }
