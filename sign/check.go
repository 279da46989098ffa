package sign

import (
	"errors"
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
