package sign

import (
	"crypto"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Refusal is a fact about a key for which one client refuses it.
type Refusal struct {
	Client      Client
	Rule        string    // a stable name: those of [WeakKeyError] and [Warning], "key-flags", "expired"
	Fingerprint string    // of the key or subkey concerned
	Subject     string    // what is refused: "Ed25519", "a SHA-1 self-signature"
	From        time.Time // the day of the first refusal; zero: today and before
	Source      string    // where this is known from
}

// InForce reports whether the client refuses at the given time.
func (r Refusal) InForce(at time.Time) bool { return !r.From.After(at) }

// Refusals lists which clients refuse the key at the given time or will later,
// in the order of [Clients].
func (c *Certificate) Refusals(at time.Time) []Refusal { return c.refusals(at, anySecret) }

func (c *Certificate) refusals(at time.Time, has func(*component) bool) []Refusal {
	var all []Refusal
	rows := refusals()
	facts := c.facts(at, has)
	for _, client := range Clients() {
		for _, row := range rows {
			if !slices.Contains(row.clients, client.Name) {
				continue
			}
			for _, f := range facts {
				if f.rule == row.rule {
					all = append(all, Refusal{client, f.rule, f.of.fingerprint(), f.subject(), row.from, row.source})
				}
			}
		}
	}
	return all
}

// RefusedBy lists why clients of a target refuse the key at the given time. The
// target may be named by its suite, with or without a channel: debian12,
// bookworm, bookworm-staging. Of a target that is not known nothing is said.
func (c *Certificate) RefusedBy(target string, at time.Time) []Refusal {
	return refusedBy(c.Refusals(at), target, at)
}

// RefusedBy is that of the certificate, for the part that signs here.
func (k *Key) RefusedBy(target string, at time.Time) []Refusal {
	return refusedBy(k.certificate.refusals(at, k.has), target, at)
}

func refusedBy(all []Refusal, target string, at time.Time) []Refusal {
	return slices.DeleteFunc(all, func(r Refusal) bool { return !r.InForce(at) || !r.Client.Serves(target) })
}

// Serves reports whether hosts of a target have the client. The target is named
// as for [Certificate.RefusedBy].
func (c Client) Serves(target string) bool {
	names := suites()
	return slices.ContainsFunc(c.Targets, func(name string) bool {
		for _, one := range []string{name, names[name]} {
			if one != "" && (target == one || strings.HasPrefix(target, one+"-")) {
				return true
			}
		}
		return false
	})
}

// A fact is a property of a part of a key that some clients refuse.
type fact struct {
	rule string
	of   *component
}

// subject names what is refused.
func (f fact) subject() string {
	switch f.rule {
	case "sha1-self-signature":
		return "a SHA-1 self-signature"
	case "sha1-subkey":
		return "a subkey bound with SHA-1"
	case "key-version":
		return fmt.Sprintf("keys of version %d", f.of.public.Version)
	case "rfc9580-algorithm":
		return algorithm(f.of.public) + " in the form of RFC 9580"
	case "key-flags":
		return "keys without key flags"
	case "signing-subkey":
		return "signatures by a subkey"
	case "no-self-signature":
		return "a key without a self-signature"
	case "revoked":
		return "a revoked key"
	case "not-yet-valid":
		return "a key from the future"
	case "no-signing-key":
		return "a key that cannot sign"
	case "expired":
		return "an expired key, for older signatures too"
	}
	return algorithm(f.of.public)
}

// facts lists what clients may hold against the primary and the part that signs.
func (c *Certificate) facts(at time.Time, has func(*component) bool) []fact {
	parts := []*component{c.primary}
	signer := c.signer(at, has)
	if signer != nil && !signer.primary {
		parts = append(parts, signer)
	}
	var all []fact
	for _, part := range parts {
		for _, rule := range part.rules() {
			// One algorithm is refused once; the other facts have a part each.
			if !slices.ContainsFunc(all, func(f fact) bool { return f.rule == rule && f.subject() == fact{rule, part}.subject() }) {
				all = append(all, fact{rule, part})
			}
		}
		if part.expired(at) {
			all = append(all, fact{"expired", part})
		}
		if part.revocation != nil {
			all = append(all, fact{"revoked", part})
		}
		if part.created().After(at) {
			all = append(all, fact{"not-yet-valid", part})
		}
	}
	for _, sub := range c.subkeys { // a client that imports the key reads them all
		if sub != signer && sub.binding != nil && sub.binding.Hash == crypto.SHA1 {
			all = append(all, fact{"sha1-subkey", sub})
		}
	}
	switch {
	case signer == nil && c.primary.binding == nil: // nothing that it says is verified
	case signer == nil && c.hopeless(at, has):
		all = append(all, fact{"no-signing-key", c.primary})
	case signer == nil:
	case !signer.primary:
		all = append(all, fact{"signing-subkey", signer})
	case !signer.binding.FlagsValid:
		all = append(all, fact{"key-flags", signer})
	}
	return all
}

// hopeless reports whether no part could sign even if none had expired or been
// revoked.
func (c *Certificate) hopeless(at time.Time, has func(*component) bool) bool {
	return slices.ContainsFunc(c.whyNoSigner(at, has), func(err error) bool {
		_, none := err.(*NoSigningKeyError)
		return none
	})
}

// A Warning is a fact about a usable key that some clients refuse, or will.
type Warning struct {
	// Rule is a stable name: "expires-soon", "rsa-2048" (under 3072 bits),
	// "ed25519", "nist-curve", "ed448", "rfc9580-algorithm" (Ed25519 and Ed448
	// under the numbers that GnuPG does not know), "signing-subkey",
	// "key-flags", "sha1-subkey" (one that does not sign).
	Rule string
	// From is the day on which the first client refuses; zero: some do today.
	From time.Time
	// Targets are those whose hosts refuse.
	Targets []string
	Detail  string // one line: which clients
}

// soon is how long before a key's end its owner is told.
const soon = 60 // days

// Warnings lists what to tell the owner of a key that passes Check at the given
// time.
func (c *Certificate) Warnings(at time.Time) []Warning { return c.warnings(at, anySecret) }

func (c *Certificate) warnings(at time.Time, has func(*component) bool) []Warning {
	signer := c.signer(at, has)
	if signer == nil {
		return nil
	}
	var all []Warning
	if end := earliest(c.primary.expires(), signer.expires()); !end.IsZero() && !at.Before(end.AddDate(0, 0, -soon)) {
		all = append(all, Warning{"expires-soon", end, nil, fmt.Sprintf("key %s expires on %s: gpgv (apt before 3.0) and dnf then refuse older signatures too", c.Fingerprint(), day(end))})
	}
	for _, f := range c.facts(at, has) {
		if w, found := f.warning(c.refusals(at, has)); found {
			all = append(all, w)
		}
	}
	return all
}

// warning is what those who refuse a fact have in common, in one line.
func (f fact) warning(all []Refusal) (Warning, bool) {
	w := Warning{Rule: f.rule}
	var by []Refusal
	for _, r := range all {
		if r.Rule != f.rule || r.Fingerprint != f.of.fingerprint() {
			continue
		}
		by = append(by, r)
		w.Targets = append(w.Targets, r.Client.Targets...)
		if len(by) == 1 || r.From.Before(w.From) {
			w.From = r.From
		}
	}
	w.Detail = "key " + f.of.fingerprint() + ": " + Summary(by)
	return w, len(by) > 0
}

// ByRule groups refusals by their rule, in the order of the first of each.
func ByRule(all []Refusal) [][]Refusal {
	var groups [][]Refusal
	for _, r := range all {
		i := slices.IndexFunc(groups, func(g []Refusal) bool { return g[0].Rule == r.Rule && g[0].Subject == r.Subject })
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}

// Summary tells refusals for one reason in one line: what, by which clients, of
// which targets, and from which day.
func Summary(by []Refusal) string {
	if len(by) == 0 {
		return ""
	}
	if len(by) == len(Clients()) {
		return by[0].Subject + ": refused by every client"
	}
	var who []string
	for _, r := range by {
		text := r.Client.Name
		if len(r.Client.Targets) > 0 {
			text += " on " + strings.Join(r.Client.Targets, ", ")
		}
		if !r.From.IsZero() {
			text += " from " + day(r.From)
		}
		who = append(who, text)
	}
	return by[0].Subject + ": refused by " + strings.Join(who, "; ")
}

// earliest is the earlier of two ends, of which the zero time is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
