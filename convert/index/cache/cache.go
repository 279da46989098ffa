package cache

import (
	"fmt"
	"os"
	"path/filepath"
)

// Cache is a folder of downloads. It is safe for concurrent use by any number
// of goroutines and processes.
type Cache struct{ dir string }

// Open makes the folder where need be. Nobody but the user may read it, since
// private indexes are among what it keeps.
func Open(dir string) (*Cache, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	for _, part := range []string{"sha256", "pages", "partial"} {
		if err := os.MkdirAll(filepath.Join(dir, part), 0o700); err != nil {
			return nil, fmt.Errorf("open cache: %w", err)
		}
	}
	return &Cache{dir}, nil
}

// Dir is the cache's folder.
func (c *Cache) Dir() string { return c.dir }
