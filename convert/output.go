package convert

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// output is a package file on its way: written under a temporary name in its
// final folder, hashed as it goes, renamed when all packages of the run are
// whole. A dry run hashes and keeps nothing.
type output struct {
	path    string
	created []string // folders made for it, outermost first
	file    *os.File
	hash    hash.Hash
	size    int64
	dry     bool
}

// newOutput makes the folder and the temporary file. Where a run has several,
// they are made in order and discarded in the opposite one, so that each folder
// is empty when its maker removes it.
func newOutput(path string, dry bool) (*output, error) {
	// Renaming comes last, when other packages have their names already: what
	// would stop it must be found now.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("write %s: it is there and is not a regular file", path)
	}
	o := &output{path: path, hash: sha256.New(), dry: dry}
	if dry {
		return o, nil
	}
	if err := o.open(); err != nil {
		o.discard()
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return o, nil
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	if o.file != nil {
		if _, err := o.file.Write(p); err != nil {
			return 0, err
		}
	}
	o.hash.Write(p)
	o.size += int64(len(p))
	return len(p), nil
}

// write lets fill write the file and brings it to disk.
func (o *output) write(fill func(io.Writer) error) error {
	if o.dry {
		return fill(o)
	}
	err := fill(o)
	if err == nil {
		err = o.file.Sync()
	}
	if err == nil {
		err = o.file.Chmod(0o644)
	}
	if closeErr := o.file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", o.path, err)
	}
	return nil
}

func (o *output) open() error {
	dir := filepath.Dir(o.path)
	for parent := dir; ; parent = filepath.Dir(parent) {
		if _, err := os.Stat(parent); err == nil || parent == filepath.Dir(parent) {
			break
		}
		o.created = append([]string{parent}, o.created...)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var err error
	o.file, err = os.CreateTemp(dir, ".wain-*")
	return err
}

// keep renames the file to its final name. It tells whether that changed
// anything there.
func (o *output) keep() (changed bool, err error) {
	changed = !o.sameAs(o.path)
	if o.dry {
		return changed, nil
	}
	if err := os.Rename(o.file.Name(), o.path); err != nil {
		return false, fmt.Errorf("write %s: %w", o.path, err)
	}
	o.file, o.created = nil, nil
	dir, err := os.Open(filepath.Dir(o.path))
	if err != nil {
		return false, err
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return false, fmt.Errorf("write %s: %w", o.path, err)
	}
	return changed, nil
}

func (o *output) sameAs(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	there := sha256.New()
	if _, err := io.Copy(there, f); err != nil {
		return false
	}
	return hex.EncodeToString(there.Sum(nil)) == o.digest()
}

func (o *output) digest() string { return hex.EncodeToString(o.hash.Sum(nil)) }

// discard removes what a failed run would leave: the temporary file and the
// folders made for it. After keep it does nothing.
func (o *output) discard() {
	if o.file != nil {
		o.file.Close()
		os.Remove(o.file.Name())
	}
	for i := len(o.created) - 1; i >= 0; i-- {
		os.Remove(o.created[i])
	}
}
