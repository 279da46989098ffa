package sign

import (
	"bytes"
	"fmt"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// A Certificate is the public half of an OpenPGP key: a primary key, the user
// IDs that it vouches for, and its subkeys. Only what a valid self-signature
// binds counts. It does not change once read and may be used concurrently.
type Certificate struct {
	primary *component
	subkeys []*component
	users   []*user
	public  []byte // its packets in the order read, without unsupported subkeys
}

// A component is one key of a certificate, with what its owner says about it.
type component struct {
	public     *packet.PublicKey
	primary    bool
	binding    *packet.Signature // the self-signature in force; nil: none is valid
	direct     *packet.Signature // primary only: the newest direct-key signature
	revocation *packet.Signature
}

// A user is one user ID of a certificate.
type user struct {
	id         string
	binding    *packet.Signature // newest valid self-certification
	revocation *packet.Signature // newest valid revocation of it
}

// A Component describes one key of a certificate: the primary or a subkey.
type Component struct {
	Fingerprint string // upper-case hexadecimal, without blanks
	Algorithm   string // "RSA-4096", "Ed25519", "NIST P-256"
	Created     time.Time
	Expires     time.Time // zero: never
	Revoked     time.Time // zero: not revoked
	Primary     bool
	Signs       bool // may sign data
}

// parseCertificate interprets the packets of one key, public or secret. The
// first packet is the primary key.
func parseCertificate(packets []*packet.OpaquePacket) (*Certificate, error) {
	primary, err := publicPart(packets[0])
	if err != nil {
		return nil, err
	}
	c := &Certificate{primary: &component{public: primary, primary: true}}
	var out bytes.Buffer
	_ = primary.Serialize(&out) // a bytes.Buffer takes all
	bind := func(sig *packet.Signature) { c.primary.bindPrimary(sig) }
	for _, p := range packets[1:] {
		switch p.Tag {
		case tagUserID:
			u := &user{id: string(p.Contents)}
			c.users = append(c.users, u)
			bind = func(sig *packet.Signature) { u.bind(primary, sig) }
		case tagPublicSubkey, tagSecretSubkey:
			pub, err := publicPart(p)
			if err != nil {
				bind = nil // an unsupported subkey and its signatures are left out
				continue
			}
			sub := &component{public: pub}
			c.subkeys = append(c.subkeys, sub)
			bind = func(sig *packet.Signature) { sub.bindSubkey(primary, sig) }
			_ = pub.Serialize(&out)
			continue
		case tagSignature:
			if bind == nil {
				continue
			}
			if sig, ok := parseSignature(p); ok && sig.CheckKeyIdOrFingerprint(primary) && verifiable(primary) {
				bind(sig)
			}
		default: // photo IDs, trust packets and padding, with what follows them
			bind = nil
			continue
		}
		_ = p.Serialize(&out)
	}
	c.primary.binding = c.selfSignature()
	c.public = out.Bytes()
	return c, nil
}

// groupPackets cuts packets into keys, each beginning with its primary key.
// What comes before the first one is left out.
func groupPackets(packets []*packet.OpaquePacket) [][]*packet.OpaquePacket {
	var groups [][]*packet.OpaquePacket
	for _, p := range packets {
		switch {
		case p.Tag == tagPublicKey || p.Tag == tagSecretKey:
			groups = append(groups, []*packet.OpaquePacket{p})
		case len(groups) > 0:
			last := len(groups) - 1
			groups[last] = append(groups[last], p)
		}
	}
	return groups
}

// joinPackets writes packets one after the other, contents unchanged.
func joinPackets(packets []*packet.OpaquePacket) []byte {
	var out bytes.Buffer
	for _, p := range packets {
		_ = p.Serialize(&out) // a bytes.Buffer takes all
	}
	return out.Bytes()
}

// publicPart reads the public key of a public or secret key packet. The public
// part comes first in a secret one (5.5.3), so both parse alike.
func publicPart(p *packet.OpaquePacket) (*packet.PublicKey, error) {
	if len(p.Contents) < 8 {
		return nil, &DamagedError{"key", "key packet too short"}
	}
	// An RSA, DSA or ElGamal number has at most 16384 bits in GnuPG; without a
	// limit, checking one would take minutes.
	const algorithmAt, firstNumberAt, maxBits = 5, 6, 16384
	if bits := int(p.Contents[firstNumberAt])<<8 | int(p.Contents[firstNumberAt+1]); p.Contents[0] == 4 &&
		p.Contents[algorithmAt] <= byte(packet.PubKeyAlgoDSA) && bits > maxBits {
		return nil, &DamagedError{"key", fmt.Sprintf("number of %d bits", bits)}
	}
	tag := uint8(tagPublicKey)
	if p.Tag == tagPublicSubkey || p.Tag == tagSecretSubkey {
		tag = tagPublicSubkey
	}
	parsed, err := (&packet.OpaquePacket{Tag: tag, Contents: p.Contents}).Parse()
	if err != nil {
		return nil, &DamagedError{"key", "unsupported version or algorithm, or a damaged key packet"}
	}
	return parsed.(*packet.PublicKey), nil
}

func parseSignature(p *packet.OpaquePacket) (*packet.Signature, bool) {
	parsed, err := p.Parse()
	if err != nil {
		return nil, false
	}
	sig, ok := parsed.(*packet.Signature)
	return sig, ok
}

// bindPrimary takes a signature that follows the primary key directly.
func (c *component) bindPrimary(sig *packet.Signature) {
	switch sig.SigType {
	case packet.SigTypeKeyRevocation:
		if c.public.VerifyRevocationSignature(sig) == nil {
			c.revocation = newer(c.revocation, sig)
		}
	case packet.SigTypeDirectSignature:
		if c.public.VerifyDirectKeySignature(sig) == nil {
			c.direct = newer(c.direct, sig)
		}
	}
}

// bindSubkey takes a signature that follows a subkey. A signing subkey without
// a valid signature of its own over the primary key (5.2.1.9) is not bound.
func (c *component) bindSubkey(primary *packet.PublicKey, sig *packet.Signature) {
	switch sig.SigType {
	case packet.SigTypeSubkeyRevocation:
		if primary.VerifySubkeyRevocationSignature(sig, c.public) == nil {
			c.revocation = newer(c.revocation, sig)
		}
	case packet.SigTypeSubkeyBinding:
		if sig.FlagSign && !verifiable(c.public) {
			return
		}
		if primary.VerifyKeySignature(c.public, sig) == nil {
			c.binding = newer(c.binding, sig)
		}
	}
}

// bind takes a signature that follows a user ID.
func (u *user) bind(primary *packet.PublicKey, sig *packet.Signature) {
	switch sig.SigType {
	case packet.SigTypeGenericCert, packet.SigTypePersonaCert, packet.SigTypeCasualCert, packet.SigTypePositiveCert:
		if primary.VerifyUserIdSignature(u.id, primary, sig) == nil {
			u.binding = newer(u.binding, sig)
		}
	case packet.SigTypeCertificationRevocation:
		if primary.VerifyUserIdSignature(u.id, primary, sig) == nil {
			u.revocation = newer(u.revocation, sig)
		}
	}
}

// valid reports whether the primary key vouches for the user ID, now.
func (u *user) valid() bool {
	return u.binding != nil && (u.revocation == nil || u.revocation.CreationTime.Before(u.binding.CreationTime))
}

func newer(a, b *packet.Signature) *packet.Signature {
	if a == nil || b.CreationTime.After(a.CreationTime) {
		return b
	}
	return a
}

// selfSignature chooses the signature that speaks for the primary key: of the
// primary user ID where one is marked, of the newest one otherwise; of the
// direct-key signature when no user ID is valid (5.2.3.10).
func (c *Certificate) selfSignature() *packet.Signature {
	var best *packet.Signature
	marked := func(s *packet.Signature) bool { return s.IsPrimaryId != nil && *s.IsPrimaryId }
	for _, u := range c.users {
		if !u.valid() {
			continue
		}
		if best == nil || marked(u.binding) && !marked(best) ||
			marked(u.binding) == marked(best) && u.binding.CreationTime.After(best.CreationTime) {
			best = u.binding
		}
	}
	if best == nil {
		return c.primary.direct
	}
	return best
}

// Fingerprint identifies the key by its primary: 40 upper-case hexadecimal digits.
func (c *Certificate) Fingerprint() string { return c.primary.fingerprint() }

// UserIDs lists the user IDs that the key vouches for, in the order of the
// file. They are foreign text.
func (c *Certificate) UserIDs() []string {
	var ids []string
	for _, u := range c.users {
		if u.valid() {
			ids = append(ids, u.id)
		}
	}
	return ids
}

// Components lists the primary key and then the subkeys, those for encryption
// included, without unbound ones.
func (c *Certificate) Components() []Component {
	all := []Component{c.primary.describe()}
	for _, s := range c.subkeys {
		if s.binding != nil {
			all = append(all, s.describe())
		}
	}
	return all
}

// SigningPart is the part that signs at the given time, as [Key.Detached]
// chooses it; the primary where none can.
func (c *Certificate) SigningPart(at time.Time) Component {
	if part := c.signer(at, anySecret); part != nil {
		return part.describe()
	}
	return c.primary.describe()
}

// Binary is the key in binary form, for apt's keyrings/*.gpg.
func (c *Certificate) Binary() []byte { return bytes.Clone(c.public) }

// Armored is the key in armored form, for apt's keyrings/*.asc and rpm --import.
func (c *Certificate) Armored() []byte { return enarmor(publicBlock, c.public) }

// components returns the primary and all subkeys, bound or not.
func (c *Certificate) components() []*component {
	return append([]*component{c.primary}, c.subkeys...)
}
