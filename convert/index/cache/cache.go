package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Cache is a folder of downloads. It is safe for concurrent use by any number
// of goroutines and processes.
type Cache struct{ dir string }

// The parts of a cache.
const (
	wholeDir   = "sha256"
	pageDir    = "pages"
	partialDir = "partial"
)

// Open makes the folder where need be. Nobody but the user may read it, since
// what private indexes hold is in it. A folder that others may write in is an
// *OwnerError.
func Open(dir string) (*Cache, error) {
	if dir == "" {
		return nil, errors.New("open cache: no folder is named")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	for _, part := range []string{wholeDir, pageDir, partialDir} {
		if err := os.MkdirAll(filepath.Join(dir, part), 0o700); err != nil {
			return nil, fmt.Errorf("open cache: %w", err)
		}
	}
	if !private(dir) {
		return nil, &OwnerError{dir}
	}
	return &Cache{dir}, nil
}

// OwnerError is a cache folder that others may write in: what they put there
// would be followed, links too.
type OwnerError struct{ Dir string }

func (e *OwnerError) Error() string {
	return fmt.Sprintf("open cache: %s belongs to another user, or any user may write there", e.Dir)
}

// private tells whether the folder and its parts are this user's own.
func private(dir string) bool {
	for _, part := range []string{"", wholeDir, pageDir, partialDir} {
		info, err := os.Lstat(filepath.Join(dir, part))
		if part == "" && err == nil && info.Mode()&fs.ModeSymlink != 0 {
			info, err = os.Stat(dir)
		}
		if err != nil || !info.IsDir() || info.Mode().Perm()&0o002 != 0 {
			return false
		}
		if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Geteuid() {
			return false
		}
	}
	return true
}

// Dir is the cache's folder.
func (c *Cache) Dir() string { return c.dir }

// Path is where the file with a SHA-256 (64 lower-case hexadecimal digits) is,
// if it is there. Its bytes are to be checked by whoever reads them.
func (c *Cache) Path(sum string) (string, error) {
	if b, err := hex.DecodeString(sum); err != nil || len(b) != sha256.Size || hex.EncodeToString(b) != sum {
		return "", fmt.Errorf("%q is no SHA-256", sum)
	}
	return filepath.Join(c.dir, wholeDir, sum[:2], sum), nil
}

// Page is the document that was kept under a key. An absent one, and one that
// is not as it was written, is fs.ErrNotExist.
func (c *Cache) Page(key string) ([]byte, error) {
	data, err := os.ReadFile(c.pagePath(key))
	if err != nil {
		return nil, err
	}
	// The first line is the hash of the rest.
	const head = 2*sha256.Size + 1
	if len(data) < head || digest(data[head:])+"\n" != string(data[:head]) {
		return nil, fs.ErrNotExist
	}
	return data[head:], nil
}

// PutPage keeps a document under a key, in the place of an older one.
func (c *Cache) PutPage(key string, data []byte) error {
	f, err := os.CreateTemp(filepath.Join(c.dir, partialDir), "page-*")
	if err != nil {
		return fmt.Errorf("write cache: %w", err)
	}
	_, err = f.Write(append([]byte(digest(data)+"\n"), data...))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), c.pagePath(key))
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write cache: %w", err)
	}
	return nil
}

func (c *Cache) pagePath(key string) string {
	return filepath.Join(c.dir, pageDir, digest([]byte(key)))
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Sweep removes what broken-off runs left behind and nobody has touched since
// the given time.
func (c *Cache) Sweep(before time.Time) error {
	dir := filepath.Join(c.dir, partialDir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("sweep cache: %w", err)
	}
	var errs []error
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue
		}
		if err := removeUnused(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("sweep cache: %w", err))
		}
	}
	return errors.Join(errs...)
}
