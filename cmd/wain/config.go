package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"wain/sign"
)

// epoch is SOURCE_DATE_EPOCH, or the zero time where it is not set.
// Specification: https://reproducible-builds.org/specs/source-date-epoch/
func (c *console) epoch() (time.Time, error) {
	value := c.getenv("SOURCE_DATE_EPOCH")
	if value == "" {
		return time.Time{}, nil
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err != nil || seconds < 0 {
		return time.Time{}, usagef("SOURCE_DATE_EPOCH: %q is not a number of seconds since 1970", value)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// keySource is where a signing key was found, in words that give nothing of it
// away.
type keySource struct {
	data []byte
	name string
}

// findKey looks for a key in this order: the reference of a flag (a file, or
// env:VARIABLE), WAIN_KEY (the key itself), WAIN_KEY_FILE. No key is no error.
func (c *console) findKey(ref string) (*keySource, error) {
	switch variable, isEnv := strings.CutPrefix(ref, "env:"); {
	case isEnv:
		value := c.getenv(variable)
		if !variableName.MatchString(variable) {
			return nil, usagef("a key's env: is followed by the name of a variable, not by the key itself")
		}
		if value == "" {
			return nil, fmt.Errorf("%w: the variable %s is not set", errNoKey, variable)
		}
		return &keySource{[]byte(value), "variable " + variable}, nil
	case ref != "":
		return readKeyFile(ref)
	case c.getenv("WAIN_KEY") != "":
		return &keySource{[]byte(c.getenv("WAIN_KEY")), "variable WAIN_KEY"}, nil
	case c.getenv("WAIN_KEY_FILE") != "":
		return readKeyFile(c.getenv("WAIN_KEY_FILE"))
	}
	return nil, nil
}

func readKeyFile(path string) (*keySource, error) {
	data, err := os.ReadFile(path)
	switch {
	case err == nil:
		return &keySource{data, path}, nil
	case holdsKey(path):
		return nil, usagef("a signing key is named by its file, or by env: and a variable, and not given itself")
	}
	return nil, fmt.Errorf("read key: %w", err)
}

// holdsKey reports whether what should be a file's name may be the key, which is
// then not to be printed. Base64 text of the smallest key is longer than any
// name that a person gives.
func holdsKey(path string) bool {
	return len(path) > 255 || strings.Contains(path, "\n") || strings.Contains(path, "BEGIN PGP")
}

// passphrase is WAIN_PASSPHRASE, or the text of the file WAIN_PASSPHRASE_FILE
// without its trailing newline.
func (c *console) passphrase() ([]byte, error) {
	if value := c.getenv("WAIN_PASSPHRASE"); value != "" {
		return []byte(value), nil
	}
	path := c.getenv("WAIN_PASSPHRASE_FILE")
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		var named *fs.PathError
		if errors.As(err, &named) {
			err = named.Err // without the name: it may be the passphrase, in the wrong variable
		}
		return nil, fmt.Errorf("read the passphrase from the file that WAIN_PASSPHRASE_FILE names: %w", err)
	}
	return []byte(strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")), nil
}

// signingKey loads the configured key and refuses one that a client would
// refuse at the given time. It is nil where no key is configured.
func (c *console) signingKey(ref string, at time.Time) (*sign.Key, error) {
	source, err := c.findKey(ref)
	if source == nil || err != nil {
		return nil, err
	}
	key, err := c.openKey(source)
	if err != nil {
		return nil, err
	}
	if err := key.Check(at); err != nil {
		return nil, &keyError{source.name, err}
	}
	c.detail("signing with key %s from %s", key.Fingerprint(), source.name)
	for _, w := range key.Warnings(at) {
		c.warnf("%s", w.Detail)
	}
	return key, nil
}

// openKey reads a key, whatever its strength.
func (c *console) openKey(source *keySource) (*sign.Key, error) {
	passphrase, err := c.passphrase()
	if err != nil {
		return nil, err
	}
	key, err := sign.Read(source.data, passphrase)
	if err != nil {
		return nil, &keyError{source.name, err}
	}
	return key, nil
}

// certificate reads the public half of the named or configured key: neither
// its secret nor a passphrase is needed for it.
func (c *console) certificate(ref string) (*sign.Certificate, error) {
	source, err := c.findKey(ref)
	if err != nil {
		return nil, err
	}
	if source == nil {
		return nil, errNoKey
	}
	keys, err := sign.ReadPublic(source.data)
	if err != nil {
		return nil, &keyError{source.name, err}
	}
	all := keys.Certificates()
	if len(all) > 1 {
		several := &sign.SeveralKeysError{}
		for _, one := range all {
			several.Fingerprints = append(several.Fingerprints, one.Fingerprint())
		}
		return nil, &keyError{source.name, several}
	}
	return all[0], nil
}

// keyError is what is wrong with a key, and where the key is.
type keyError struct {
	file string // or the name of a variable
	err  error
}

func (e *keyError) Error() string { return e.file + ": " + e.err.Error() }
func (e *keyError) Unwrap() error { return e.err }
