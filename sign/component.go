package sign

import (
	"crypto"
	"fmt"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

func (c *component) fingerprint() string { return fmt.Sprintf("%X", c.public.Fingerprint) }

// describe gives the exported facts.
func (c *component) describe() Component {
	d := Component{
		Fingerprint: c.fingerprint(),
		Algorithm:   algorithm(c.public),
		Created:     c.created(),
		Expires:     c.expires(),
		Primary:     c.primary,
		Signs:       c.signs(),
	}
	if c.revocation != nil {
		d.Revoked = c.revocation.CreationTime.UTC()
	}
	return d
}

func (c *component) created() time.Time { return c.public.CreationTime.UTC() }

// expires is the end of the key's own validity, the zero time when there is
// none. The self-signature says it, else the direct-key signature (5.2.3.13).
func (c *component) expires() time.Time {
	for _, sig := range []*packet.Signature{c.binding, c.direct} {
		if sig != nil && sig.KeyLifetimeSecs != nil && *sig.KeyLifetimeSecs != 0 {
			return c.created().Add(time.Duration(*sig.KeyLifetimeSecs) * time.Second)
		}
	}
	return time.Time{}
}

// expired reports whether the key's validity has ended at the given time; the
// zero time is before every end.
func (c *component) expired(at time.Time) bool {
	end := c.expires()
	return !end.IsZero() && !at.Before(end)
}

// signs reports whether the key may sign data. A primary without key flags may
// do all that its algorithm can (5.2.3.29); a subkey must say so, since only
// then is its own signature over the primary demanded.
func (c *component) signs() bool {
	if !c.public.CanSign() || c.binding == nil {
		return false
	}
	if !c.binding.FlagsValid {
		return c.primary
	}
	return c.binding.FlagSign
}

// rules names the facts about the key itself that all clients refuse, or some:
// those of WeakKeyError, Warning and Refusal.
func (c *component) rules() []string {
	var all []string
	if c.public.Version != 4 {
		all = append(all, "key-version")
	}
	bits, _ := c.public.BitLength()
	name := algorithm(c.public)
	switch {
	case c.public.PubKeyAlgo == packet.PubKeyAlgoDSA:
		all = append(all, "dsa")
	case isRSA(c.public) && bits < 2048:
		all = append(all, "rsa-bits")
	case isRSA(c.public) && !verifiable(c.public):
		all = append(all, "algorithm")
	case isRSA(c.public) && bits < 3072:
		all = append(all, "rsa-2048")
	case isRSA(c.public):
	case c.public.PubKeyAlgo == packet.PubKeyAlgoEd25519, c.public.PubKeyAlgo == packet.PubKeyAlgoEd448:
		if c.public.Version == 4 {
			all = append(all, "rfc9580-algorithm")
		}
	case name == "Ed25519", name == "Ed448":
		all = append(all, strings.ToLower(name))
	case strings.HasPrefix(name, "Brainpool"):
		all = append(all, "brainpool")
	case verifiable(c.public):
		all = append(all, "nist-curve")
	case isCurve(c.public):
		all = append(all, "curve")
	default:
		all = append(all, "algorithm")
	}
	switch {
	case !verifiable(c.public): // nor are its self-signatures verified
	case c.binding == nil:
		all = append(all, "no-self-signature")
	case c.binding.Hash == crypto.SHA1,
		c.binding.EmbeddedSignature != nil && c.binding.EmbeddedSignature.Hash == crypto.SHA1:
		all = append(all, "sha1-self-signature")
	}
	return all
}

// weakness is the first reason why the key is refused whatever the client, or nil.
func (c *component) weakness() error {
	for _, rule := range c.rules() {
		switch rule {
		case "key-version", "dsa", "rsa-bits", "brainpool", "curve", "algorithm", "no-self-signature", "sha1-self-signature":
			return &WeakKeyError{Fingerprint: c.fingerprint(), Algorithm: algorithm(c.public), Rule: rule}
		}
	}
	return nil
}

// verifiable reports whether signatures of the key are worth checking: DSA,
// other curves and what OpenPGP has beyond are refused whatever they say.
func verifiable(pub *packet.PublicKey) bool {
	switch pub.PubKeyAlgo {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSASignOnly,
		packet.PubKeyAlgoEd25519, packet.PubKeyAlgoEd448:
		return true
	case packet.PubKeyAlgoEdDSA, packet.PubKeyAlgoECDSA:
		switch curve, _ := pub.Curve(); curve {
		case packet.Curve25519, packet.Curve448, packet.CurveNistP256, packet.CurveNistP384, packet.CurveNistP521:
			return true
		}
	}
	return false
}

func isRSA(pub *packet.PublicKey) bool {
	return pub.PubKeyAlgo == packet.PubKeyAlgoRSA || pub.PubKeyAlgo == packet.PubKeyAlgoRSASignOnly ||
		pub.PubKeyAlgo == packet.PubKeyAlgoRSAEncryptOnly
}

func isCurve(pub *packet.PublicKey) bool {
	_, err := pub.Curve()
	return err == nil
}

// algorithm names the algorithm and its size as people do.
func algorithm(pub *packet.PublicKey) string {
	if curve, err := pub.Curve(); err == nil {
		encrypts := !pub.CanSign()
		switch {
		case curve == packet.Curve25519 && encrypts:
			return "X25519"
		case curve == packet.Curve25519:
			return "Ed25519"
		case curve == packet.Curve448 && encrypts:
			return "X448"
		case curve == packet.Curve448:
			return "Ed448"
		case curve == packet.CurveNistP256, curve == packet.CurveNistP384, curve == packet.CurveNistP521:
			return "NIST P-" + string(curve[1:])
		}
		return string(curve)
	}
	name := map[packet.PublicKeyAlgorithm]string{
		packet.PubKeyAlgoRSA:            "RSA",
		packet.PubKeyAlgoRSASignOnly:    "RSA",
		packet.PubKeyAlgoRSAEncryptOnly: "RSA",
		packet.PubKeyAlgoDSA:            "DSA",
		packet.PubKeyAlgoElGamal:        "ElGamal",
	}[pub.PubKeyAlgo]
	bits, err := pub.BitLength()
	if name == "" || err != nil {
		return fmt.Sprintf("OpenPGP algorithm %d", pub.PubKeyAlgo)
	}
	return fmt.Sprintf("%s-%d", name, bits)
}
