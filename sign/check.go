package sign

import (
	"errors"
	"fmt"
	"time"
)

// Check says whether clients will take signatures of the key at the given time.
// It gathers every fault, joined; each is a *WeakKeyError, *ExpiredKeyError,
// *RevokedKeyError, *NotYetValidError or *NoSigningKeyError.
func (c *Certificate) Check(at time.Time) error {
	return errors.Join(c.faults(at, anySecret)...)
}

// anySecret is the choice of Certificate, which has no secrets to look for.
func anySecret(*component) bool { return true }

// faults lists what keeps clients from taking a signature at the given time.
// has tells which components can be used.
func (c *Certificate) faults(at time.Time, has func(*component) bool) []error {
	if c.primary.binding == nil {
		return []error{c.primary.weakness()} // nothing else that it says is verified
	}
	faults := c.primary.faults(at)
	if c.primary.created().After(at) {
		faults = append(faults, &NotYetValidError{c.Fingerprint(), c.primary.created(), at})
	}
	switch signer := c.signer(at, has); {
	case signer == nil:
		faults = append(faults, c.whyNoSigner(at, has)...)
	case !signer.primary:
		faults = append(faults, signer.faults(at)...)
		if signer.created().After(at) && !c.primary.created().After(at) {
			faults = append(faults, &NotYetValidError{signer.fingerprint(), signer.created(), at})
		}
	}
	return faults
}

// faults lists what is wrong with one component, whether it signs or not.
func (c *component) faults(at time.Time) []error {
	var faults []error
	if err := c.weakness(); err != nil {
		faults = append(faults, err)
	}
	if c.revocation != nil {
		faults = append(faults, &RevokedKeyError{c.fingerprint(), c.revocation.CreationTime.UTC(), c.revocation.RevocationReasonText})
	}
	if c.expired(at) {
		faults = append(faults, &ExpiredKeyError{c.fingerprint(), c.expires(), at})
	}
	return faults
}

// signer chooses the key that signs at a time, as GnuPG does: a subkey before
// the primary, the newest first, none that is revoked or has expired. One that
// is created later than the time counts, since signatures are then dated at its
// creation. nil: none can.
func (c *Certificate) signer(at time.Time, has func(*component) bool) *component {
	var best *component
	for _, k := range c.components() {
		if !k.signs() || k.revocation != nil || k.expired(at) || !has(k) {
			continue
		}
		if best == nil || best.primary || !k.created().Before(best.created()) {
			best = k
		}
	}
	return best
}

// whyNoSigner explains why signer found none: what is wrong with the subkeys
// that could, else that nothing can. The primary's faults are listed already.
func (c *Certificate) whyNoSigner(at time.Time, has func(*component) bool) []error {
	missing := &NoSigningKeyError{Fingerprint: c.Fingerprint()}
	var faults []error
	explained := false
	for _, k := range c.components() {
		if !k.signs() {
			continue
		}
		switch own := k.faults(at); {
		case len(own) > 0:
			explained = true
			if !k.primary {
				faults = append(faults, own...)
			}
		case !has(k):
			missing.Missing = append(missing.Missing, k.fingerprint())
		}
	}
	if !explained || len(missing.Missing) > 0 {
		faults = append(faults, missing)
	}
	return faults
}

// A Warning is a fact about a usable key that some clients refuse, or will.
type Warning struct {
	// Rule is a stable name: "expires-soon", "rsa-2048" (under 3072 bits),
	// "ed25519", "nist-curve", "ed448", "signing-subkey".
	Rule string
	// From is the day on which the first client refuses; zero: some do today.
	From   time.Time
	Detail string // one line: which clients
}

// Warnings lists what to tell the owner of a key that passes Check at the given
// time. Sources: apt 3's policy file, and measurements with the clients that
// docs/errors.md tells of.
func (c *Certificate) Warnings(at time.Time) []Warning { return c.warnings(at, anySecret) }

func (c *Certificate) warnings(at time.Time, has func(*component) bool) []Warning {
	signer := c.signer(at, has)
	if signer == nil {
		return nil
	}
	var all []Warning
	if end := earliest(c.primary.expires(), signer.expires()); !end.IsZero() && !at.Before(end.AddDate(0, 0, -60)) {
		all = append(all, Warning{"expires-soon", end, fmt.Sprintf("expires on %s: gpgv (apt before 3.0) and dnf then refuse older signatures too", day(end))})
	}
	for _, k := range []*component{c.primary, signer} {
		w, found := k.warning()
		if found && (len(all) == 0 || all[len(all)-1] != w) {
			all = append(all, w)
		}
	}
	if !signer.primary {
		all = append(all, Warning{Rule: "signing-subkey", Detail: "signed by a subkey: dnf 4.5 with librepo 1.12 (EL 8) refuses its repomd.xml signatures"})
	}
	return all
}

// warning is what some clients hold against the algorithm of a key.
func (c *component) warning() (Warning, bool) {
	bits, _ := c.public.BitLength()
	name := algorithm(c.public)
	switch {
	case isRSA(c.public) && bits < 3072:
		from := time.Date(2030, 2, 1, 0, 0, 0, 0, time.UTC)
		return Warning{"rsa-2048", from, name + ": apt 3 refuses RSA under 3072 bits from 2030-02-01"}, true
	case name == "Ed25519":
		return Warning{Rule: "ed25519", Detail: "Ed25519: rpm on EL 7, 8 and 9 refuses it"}, true
	case name == "Ed448":
		return Warning{Rule: "ed448", Detail: "Ed448: GnuPG before 2.3 and rpm refuse it"}, true
	case isCurve(c.public):
		return Warning{Rule: "nist-curve", Detail: name + ": rpm before 4.20 cannot import it"}, true
	}
	return Warning{}, false
}

// earliest is the earlier of two ends, of which the zero time is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
