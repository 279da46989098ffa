package sign

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"io"

	openpgpecdsa "github.com/ProtonMail/go-crypto/openpgp/ecdsa"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// A protection is how a secret key packet keeps its secret (RFC 9580, 5.5.3).
type protection int

const (
	open    protection = iota // in the clear
	locked                    // under a passphrase
	absent                    // GnuPG's stub of an offline primary
	onCard                    // GnuPG's stub of a smart card
	unknown                   // anything else: damaged, or beyond what is read here
)

// Octets of a version 4 secret key packet after its public part.
const (
	usageOpen       = 0
	usageAEAD       = 253
	usageSHA1       = 254
	usageChecksum   = 255
	s2kSalted       = 1
	s2kIterated     = 3
	s2kArgon2       = 4
	s2kGnuPG        = 101
	maxArgon2Memory = 21 // 2^21 KiB = 2 GiB, the most that RFC 9106 recommends
)

// protectionOf reads how the secret of p is kept, without trying to open it.
// Ciphers used without a key derivation function (usages 1 to 252) and an
// unsalted one are unknown: nothing has written them since PGP 2.
func protectionOf(p *packet.OpaquePacket, pub *packet.PublicKey) protection {
	var public bytes.Buffer
	_ = pub.Serialize(&public)
	body, err := packet.NewOpaqueReader(&public).Next()
	if err != nil || pub.Version != 4 || !bytes.HasPrefix(p.Contents, body.Contents) {
		return unknown
	}
	rest := append(bytes.Clone(p.Contents[len(body.Contents):]), make([]byte, 32)...)
	specifier := rest[2:] // after usage and cipher
	switch rest[0] {
	case usageOpen:
		return open
	case usageAEAD:
		specifier = rest[3:] // after usage, cipher and mode
	case usageSHA1, usageChecksum:
	default:
		return unknown
	}
	switch specifier[0] {
	case s2kSalted, s2kIterated:
		return locked
	case s2kArgon2: // salt (16), passes, parallelism, memory
		if memory := specifier[19]; memory > maxArgon2Memory {
			return unknown
		}
		return locked
	case s2kGnuPG: // hash, "GNU", kind
		switch {
		case !bytes.Equal(specifier[2:5], []byte("GNU")):
		case specifier[5] == 1:
			return absent
		case specifier[5] == 2:
			return onCard
		}
	}
	return unknown
}

// unlock opens the secret of p, which belongs to the component c.
func unlock(p *packet.OpaquePacket, c *component, passphrases [][]byte) (*packet.PrivateKey, error) {
	parsed, err := p.Parse()
	if err != nil {
		return nil, &DamagedError{"key", "secret part of " + c.fingerprint() + " does not match or is of an unsupported form"}
	}
	secret, ok := parsed.(*packet.PrivateKey)
	if !ok {
		return nil, &DamagedError{"key", "no secret part in " + c.fingerprint()}
	}
	tried := false
	for _, passphrase := range passphrases {
		if secret.Encrypted && len(passphrase) > 0 {
			tried = true
			_ = secret.Decrypt(passphrase) // its cause is left out: a wrong passphrase looks like damage
		}
	}
	if secret.Encrypted {
		return nil, &PassphraseError{Fingerprint: c.fingerprint(), Missing: !tried}
	}
	if key, ok := secret.PrivateKey.(*openpgpecdsa.PrivateKey); ok {
		signer, err := newRFC6979(c.public, key)
		if err != nil {
			return nil, err
		}
		secret.PrivateKey = signer
	}
	return secret, nil
}

// rfc6979 signs with ECDSA and a nonce that follows from key and digest.
type rfc6979 struct{ *ecdsa.PrivateKey }

func newRFC6979(pub *packet.PublicKey, key *openpgpecdsa.PrivateKey) (rfc6979, error) {
	name, _ := pub.Curve()
	curve := map[packet.Curve]elliptic.Curve{
		packet.CurveNistP256: elliptic.P256(),
		packet.CurveNistP384: elliptic.P384(),
		packet.CurveNistP521: elliptic.P521(),
	}[name]
	if curve == nil {
		return rfc6979{}, &WeakKeyError{Algorithm: algorithm(pub), Rule: "curve"}
	}
	scalar := make([]byte, (curve.Params().BitSize+7)/8)
	private, err := ecdsa.ParseRawPrivateKey(curve, key.D.FillBytes(scalar))
	if err != nil {
		return rfc6979{}, &DamagedError{"key", "secret number out of range"}
	}
	return rfc6979{private}, nil
}

// Sign implements crypto.Signer and leaves the randomness aside, which makes
// crypto/ecdsa follow RFC 6979.
func (k rfc6979) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.PrivateKey.Sign(nil, digest, opts)
}
