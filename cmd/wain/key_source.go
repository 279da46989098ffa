package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"wain/sign"
)

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// keySource is where signing keys were found, in words that give nothing of
// them away.
type keySource struct {
	data []byte
	name string
}

// findKeys looks for keys in this order: the references of a flag (files, or
// env:VARIABLE), WAIN_KEY (the keys themselves), WAIN_KEY_FILE (files, as in
// PATH). No key is no error.
func (c *console) findKeys(refs []string) ([]keySource, error) {
	if len(refs) == 0 {
		if value := c.getenv("WAIN_KEY"); value != "" {
			return []keySource{{[]byte(value), "variable WAIN_KEY"}}, nil
		}
		files := c.getenv("WAIN_KEY_FILE")
		if holdsKey(files) {
			return nil, errKeyItself
		}
		refs = fileList(files)
	}
	var all []keySource
	for _, ref := range refs {
		source, err := c.findKey(ref)
		if err != nil {
			return nil, err
		}
		all = append(all, source)
	}
	return all, nil
}

// fileList splits file names as in PATH. An empty part names no file, as after a
// separator at the end.
func fileList(files string) []string {
	return slices.DeleteFunc(filepath.SplitList(files), func(file string) bool { return file == "" })
}

// findKey reads what one reference names.
func (c *console) findKey(ref string) (keySource, error) {
	variable, isEnv := strings.CutPrefix(ref, "env:")
	if !isEnv {
		return readKeyFile(ref)
	}
	if !variableName.MatchString(variable) {
		return keySource{}, usagef("a key's env: is followed by the name of a variable, not by the key itself")
	}
	value := c.getenv(variable)
	if value == "" {
		return keySource{}, fmt.Errorf("%w: the variable %s is not set", errNoKey, variable)
	}
	return keySource{[]byte(value), "variable " + variable}, nil
}

// errKeyItself is a key where the name of its file belongs. It is not printed.
var errKeyItself = usagef("a signing key is named by its file, or by env: and a variable, and not given itself")

func readKeyFile(path string) (keySource, error) {
	data, err := os.ReadFile(path)
	switch {
	case err == nil:
		return keySource{data, path}, nil
	case holdsKey(path):
		return keySource{}, errKeyItself
	}
	return keySource{}, fmt.Errorf("read key: %w", err)
}

// holdsKey reports whether what should be a file's name may be the key, which is
// then not to be printed. Base64 text of the smallest key is longer than any
// name that a person gives.
func holdsKey(path string) bool {
	return len(path) > 255 && !strings.ContainsRune(path, filepath.ListSeparator) ||
		strings.Contains(path, "\n") || strings.Contains(path, "BEGIN PGP")
}

// passphrases are the lines of WAIN_PASSPHRASE, or of the file that
// WAIN_PASSPHRASE_FILE names. Each is tried with each key.
func (c *console) passphrases() ([][]byte, error) {
	text := []byte(c.getenv("WAIN_PASSPHRASE"))
	if path := c.getenv("WAIN_PASSPHRASE_FILE"); len(text) == 0 && path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			var named *fs.PathError
			if errors.As(err, &named) {
				err = named.Err // without the name: it may be the passphrase, in the wrong variable
			}
			return nil, fmt.Errorf("read the passphrase from the file that WAIN_PASSPHRASE_FILE names: %w", err)
		}
		text = data
	}
	var all [][]byte
	for line := range bytes.Lines(text) {
		all = append(all, bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")))
	}
	return all, nil
}

// openKeys reads the secret keys of a source, whatever their strength.
func (c *console) openKeys(source keySource) ([]*sign.Key, error) {
	passphrases, err := c.passphrases()
	if err != nil {
		return nil, err
	}
	keys, err := sign.ReadAll(source.data, passphrases...)
	if err != nil {
		return nil, &keyError{source.name, err}
	}
	return keys, nil
}

// certificates reads the public halves of the named or configured keys: neither
// their secrets nor a passphrase is needed for it.
func (c *console) certificates(refs []string) ([]namedCertificate, error) {
	sources, err := c.findKeys(refs)
	if err != nil {
		return nil, err
	}
	var all []namedCertificate
	for _, source := range sources {
		keys, err := sign.ReadPublic(source.data)
		if err != nil {
			return nil, &keyError{source.name, err}
		}
		for _, one := range keys.Certificates() {
			all = append(all, namedCertificate{source.name, one})
		}
	}
	if len(all) == 0 {
		return nil, errNoKey
	}
	return all, nil
}

// namedCertificate is a key's public half, and where it was found.
type namedCertificate struct {
	source string
	*sign.Certificate
}

// certificate is certificates for exactly one.
func (c *console) certificate(refs []string) (*sign.Certificate, error) {
	all, err := c.certificates(refs)
	if err != nil {
		return nil, err
	}
	if len(all) == 1 {
		return all[0].Certificate, nil
	}
	several := &sign.SeveralKeysError{}
	for _, one := range all {
		several.Fingerprints = append(several.Fingerprints, one.Fingerprint())
	}
	return nil, &keyError{all[0].source, several}
}

// keyError is what is wrong with a key, and where the key is.
type keyError struct {
	file string // or the name of a variable
	err  error
}

func (e *keyError) Error() string { return e.file + ": " + e.err.Error() }
func (e *keyError) Unwrap() error { return e.err }
