package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
	"wain/sign"
)

// signing is how the commands that change a repository are told to sign it.
type signing struct {
	keys, publicKeys       []string
	unsigned, allowRefused bool
}

func (s *signing) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&s.keys, "key", nil, "signing key: a `file`, or env:VARIABLE; several sign together (else WAIN_KEY, WAIN_KEY_FILE)")
	flags.StringArrayVar(&s.publicKeys, "public-key", nil, "`file` of a public key to hand out beside those that sign: of the next key, or of one that signed packages (else WAIN_PUBLIC_KEY_FILE)")
	flags.BoolVar(&s.unsigned, "unsigned", false, "leave signatures out: clients will refuse the repository unless told to trust anything")
	flags.BoolVar(&s.allowRefused, "allow-refused-key", false, "sign for hosts that refuse the key all the same: they cannot use the repository until they have another one")
	completeFiles(cmd, "", "key", "public-key")
}

// signer is the signer of the flags; nil for none.
func (s *signing) signer(con *console) (*repo.Signer, error) {
	at := con.now()
	signer, err := con.signers(s.keys, s.unsigned, at)
	if con.dryRun && len(s.keys) == 0 && errors.Is(err, errNoKey) {
		return nil, nil // a plan may be looked at by whoever has no key
	}
	if err != nil {
		return nil, err
	}
	if signer == nil {
		if len(s.publicKeys) > 0 {
			return nil, usagef("--public-key and --unsigned: there is nothing that hosts could verify")
		}
		return nil, nil
	}
	if err := con.handOut(signer, s.publicKeys, at); err != nil {
		return nil, err
	}
	if !s.allowRefused {
		return signer, nil
	}
	accepts := signer.Accepts
	signer.Accepts = func(suite, format string) error {
		if err := accepts(suite, format); err != nil {
			con.warnf("%v", err)
		}
		return nil
	}
	return signer, nil
}

// handOut adds public keys to those that are published: hosts then have the next
// key before it signs, and that of packages whose key signs no more.
func (c *console) handOut(signer *repo.Signer, files []string, at time.Time) error {
	if len(files) == 0 {
		files = fileList(c.getenv("WAIN_PUBLIC_KEY_FILE"))
	}
	if len(files) == 0 {
		return nil
	}
	keys, err := c.certificates(files)
	if err != nil {
		return err
	}
	var added []*sign.Certificate
	known := slices.Clone(signer.Fingerprints)
	for _, key := range keys {
		if slices.Contains(known, key.Fingerprint()) {
			continue
		}
		known = append(known, key.Fingerprint())
		added = append(added, key.Certificate)
		signer.PublicArmored = append(signer.PublicArmored, key.Armored()...)
		signer.PublicBinary = append(signer.PublicBinary, key.Binary()...)
	}
	accepts := signer.Accepts
	signer.Accepts = func(suite, format string) error {
		errs := []error{accepts(suite, format)}
		for _, key := range added {
			// An old key may have ended; what matters is that hosts can import it.
			refusals := slices.DeleteFunc(key.RefusedBy(suite, at), func(r sign.Refusal) bool {
				return r.Rule == "expired" || r.Rule == "revoked" || r.Rule == "not-yet-valid"
			})
			if len(refusals) > 0 {
				errs = append(errs, &refusedKeyError{suite, key.Fingerprint(), refusals})
			}
		}
		return errors.Join(errs...)
	}
	return nil
}

// signers is the signer of all named keys, or of the configured ones. It is nil
// for an unsigned repository; otherwise a key must be there, and none may be one
// that clients refuse at the given time.
func (c *console) signers(refs []string, unsigned bool, at time.Time) (*repo.Signer, error) {
	switch {
	case unsigned && len(refs) > 0:
		return nil, usagef("--key and --unsigned: a repository is signed or it is not")
	case unsigned:
		return nil, nil
	}
	keys, err := c.signingKeys(refs, at)
	if err != nil {
		return nil, err
	}
	if keys == nil {
		return nil, errNoKey
	}
	for _, key := range keys.List() {
		for _, w := range key.Warnings(at) {
			// What hosts of a target refuse today is judged suite by suite.
			if len(w.Targets) == 0 || w.From.After(at) {
				c.warnf("%s", w.Detail)
			}
		}
	}
	return &repo.Signer{
		Clear:         keys.Clear,
		Detached:      keys.Detached,
		PublicArmored: keys.PublicArmored(),
		PublicBinary:  keys.PublicBinary(),
		Fingerprints:  keys.Fingerprints(),
		Accepts:       func(suite, _ string) error { return acceptedBy(keys, suite, at) },
	}, nil
}

// acceptedBy is an error when hosts of a suite's target refuse any of the keys:
// one that they cannot even import is in the way of the others.
func acceptedBy(keys *sign.Keys, suite string, at time.Time) error {
	var all []error
	for _, key := range keys.List() {
		if refusals := key.RefusedBy(suite, at); len(refusals) > 0 {
			all = append(all, &refusedKeyError{suite, key.Fingerprint(), refusals})
		}
	}
	return errors.Join(all...)
}

// refusedKeyError is a key that hosts of a suite refuse.
type refusedKeyError struct {
	suite, fingerprint string
	refusals           []sign.Refusal
}

func (e *refusedKeyError) Error() string {
	var why []string
	for _, one := range sign.ByRule(e.refusals) {
		why = append(why, sign.Summary(one))
	}
	return fmt.Sprintf("suite %s: its hosts refuse key %s: %s", e.suite, e.fingerprint, strings.Join(why, "; "))
}

// signingKeys loads the named or configured keys and refuses any that clients
// would refuse at the given time. It is nil where no key is configured.
func (c *console) signingKeys(refs []string, at time.Time) (*sign.Keys, error) {
	sources, err := c.findKeys(refs)
	if err != nil {
		return nil, err
	}
	var all []*sign.Key
	for _, source := range sources {
		keys, err := c.openKeys(source)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			if err := key.Check(at); err != nil {
				return nil, &keyError{source.name, err}
			}
			c.detail("signing with key %s from %s", key.Fingerprint(), source.name)
		}
		all = append(all, keys...)
	}
	return sign.NewKeys(all...), nil
}
