package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
	"wain/sign"
)

// signing is how the commands that change a repository are told to sign it.
type signing struct {
	keys                   []string
	unsigned, allowRefused bool
}

func (s *signing) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&s.keys, "key", nil, "signing key: a `file`, or env:VARIABLE; several sign together (else WAIN_KEY, WAIN_KEY_FILE)")
	flags.BoolVar(&s.unsigned, "unsigned", false, "leave signatures out: clients will refuse the repository unless told to trust anything")
	flags.BoolVar(&s.allowRefused, "allow-refused-key", false, "sign for hosts that refuse the key all the same: they cannot use the repository until they have another one")
	completeFiles(cmd, "", "key")
}

// signer is the signer of the flags; nil for none.
func (s *signing) signer(con *console) (*repo.Signer, error) {
	signer, err := con.signers(s.keys, s.unsigned, con.now())
	if signer == nil || !s.allowRefused {
		return signer, err
	}
	accepts := signer.Accepts
	signer.Accepts = func(suite, format string) error {
		if err := accepts(suite, format); err != nil {
			con.warnf("%v", err)
		}
		return nil
	}
	return signer, err
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
