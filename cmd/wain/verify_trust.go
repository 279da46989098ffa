package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"wain/repo"
	"wain/repo/store"
	"wain/sign"
)

// trust finds the keys that signatures are judged by, and returns where they are
// from; "" where there are none, and signatures can only be missed.
func (c *console) trust(ctx context.Context, opts verifyOptions, o *repo.VerifyOptions) (string, error) {
	names := opts.keys
	var ring *sign.Keyring
	var err error
	switch {
	case len(names) > 0:
		ring, err = readKeys(names)
	case !opts.unsigned && o.Store != nil:
		var name string
		if name, ring, err = c.ownKey(ctx, o.Store); ring != nil {
			names = []string{strings.TrimRight(o.Dir, "/") + "/" + name}
		}
	}
	if err != nil || ring == nil {
		return "", err
	}
	o.Verifier = newVerifier(ring, c.now().Add(clockSkew))
	return strings.Join(names, ","), nil
}

// readKeys is the ring of all keys in files.
func readKeys(files []string) (*sign.Keyring, error) {
	var all []byte
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read key: %w", err)
		}
		ring, err := sign.ReadPublic(data)
		if err != nil {
			return nil, &keyError{file, err}
		}
		for _, certificate := range ring.Certificates() {
			all = append(all, certificate.Binary()...)
		}
	}
	return sign.ReadPublic(all)
}

// ownKey is the key that a repository itself has for its clients; nil where it
// has none.
func (c *console) ownKey(ctx context.Context, at store.Reader) (string, *sign.Keyring, error) {
	const most = 4 << 20
	// Ours; freight's; what zypper looks for.
	for _, name := range []string{"key.asc", "keyring.gpg", "pubkey.gpg", "repodata/repomd.xml.key"} {
		o, err := at.Open(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", nil, fmt.Errorf("read key: %w", err)
		}
		data, err := io.ReadAll(io.LimitReader(o, most))
		o.Close()
		if err != nil {
			return "", nil, fmt.Errorf("read key: %w", err)
		}
		ring, err := sign.ReadPublic(data)
		if err != nil {
			return "", nil, &keyError{name, err}
		}
		c.warnf("no --key: the repository's own key is taken, which proves consistency, not whose it is")
		return name, ring, nil
	}
	return "", nil, nil
}

// newVerifier makes functions of public keys. Signatures may be dated up to the
// given time.
func newVerifier(keys *sign.Keyring, at time.Time) *repo.Verifier {
	return &repo.Verifier{
		Clear: func(message []byte) ([]byte, string, error) { return keys.VerifyClear(message, at) },
		Detached: func(data, signature []byte) (string, error) {
			return keys.VerifyDetached(bytes.NewReader(data), signature, at)
		},
		Key:     func(file []byte) error { return sameKeys(keys, file) },
		Package: func(pkg io.Reader) (string, error) { return keys.VerifyRPM(pkg, at) },
		Content: func(content io.Reader, signature []byte) (string, error) {
			return keys.VerifyDetached(content, signature, at)
		},
		Rule: signatureRule,
	}
}

// signatureRule names the faults of a signature that have other causes than
// other bytes.
func signatureRule(err error) string {
	if _, unknown := as[*sign.UnknownSignerError](err); unknown {
		return "signature-unknown"
	}
	if _, expired := as[*sign.ExpiredKeyError](err); expired {
		return "signature-expired"
	}
	return ""
}

// sameKeys wants no key in a file but those of the ring.
func sameKeys(ring *sign.Keyring, file []byte) error {
	served, err := sign.ReadPublic(file)
	if err != nil {
		return err
	}
	for _, c := range served.Certificates() {
		trusted := slices.ContainsFunc(ring.Certificates(), func(t *sign.Certificate) bool { return t.Fingerprint() == c.Fingerprint() })
		if !trusted {
			return fmt.Errorf("key %s is in it, which is not trusted", c.Fingerprint())
		}
	}
	return nil
}
