package main

import (
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
	"wain/sign"
)

// signing is how the commands that change a repository are told to sign it.
type signing struct {
	keys     []string
	unsigned bool
}

func (s *signing) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&s.keys, "key", nil, "signing key: a `file`, or env:VARIABLE; several sign together (else WAIN_KEY, WAIN_KEY_FILE)")
	flags.BoolVar(&s.unsigned, "unsigned", false, "leave signatures out: clients will refuse the repository unless told to trust anything")
	completeFiles(cmd, "", "key")
}

// signer is the signer of the flags; nil for none.
func (s *signing) signer(con *console) (*repo.Signer, error) {
	return con.signers(s.keys, s.unsigned, con.now())
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
	return &repo.Signer{
		Clear:         keys.Clear,
		Detached:      keys.Detached,
		PublicArmored: keys.PublicArmored(),
		PublicBinary:  keys.PublicBinary(),
		Fingerprints:  keys.Fingerprints(),
	}, nil
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
			for _, w := range key.Warnings(at) {
				c.warnf("%s", w.Detail)
			}
		}
		all = append(all, keys...)
	}
	return sign.NewKeys(all...), nil
}
