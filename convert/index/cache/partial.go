package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Partial is a download that is not whole yet. Its holder is the only one that
// writes it, among all processes. End it by Commit, Discard or Close.
type Partial struct {
	cache *Cache
	path  string
	file  *os.File
	size  int64
	state state
}

// state is what has to be known to carry a download on. It lies beside it.
type state struct {
	Validator string `json:"validator"` // an HTTP validator for If-Range
}

// Begin takes hold of the download that a key names, waiting for whoever has
// it. What an earlier holder left is in it. After the wait the result may be
// there: look for it again.
func (c *Cache) Begin(ctx context.Context, key string) (*Partial, error) {
	p := &Partial{cache: c, path: filepath.Join(c.dir, partialDir, digest([]byte(key)))}
	for {
		file, err := os.OpenFile(p.path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, fmt.Errorf("begin download: %w", err)
		}
		if err := lock(ctx, file); err != nil {
			file.Close()
			return nil, fmt.Errorf("begin download: %w", err)
		}
		// Whoever held it may have renamed or removed what we opened.
		current, err := isAt(file, p.path)
		if err != nil {
			file.Close()
			return nil, fmt.Errorf("begin download: %w", err)
		}
		if current {
			p.file = file
			return p, p.load()
		}
		file.Close()
	}
}

// isAt tells whether an open file is the one that has the path.
func isAt(file *os.File, path string) (bool, error) {
	mine, err := file.Stat()
	if err != nil {
		return false, err
	}
	there, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(mine, there), err
}

// load finds out how far the download is.
func (p *Partial) load() error {
	info, err := p.file.Stat()
	if err != nil {
		p.file.Close()
		return fmt.Errorf("begin download: %w", err)
	}
	p.size = info.Size()
	data, err := os.ReadFile(p.statePath())
	if err != nil || json.Unmarshal(data, &p.state) != nil {
		// Without it nothing says whose first bytes these are.
		p.state = state{}
	}
	return nil
}

func (p *Partial) statePath() string { return p.path + ".json" }

// Path is the file's path as long as the download is held.
func (p *Partial) Path() string { return p.path }

// File is the file itself, for reading what was written.
func (p *Partial) File() *os.File { return p.file }

// Size is how many bytes are there.
func (p *Partial) Size() int64 { return p.size }

// Validator is what Restart was given for these bytes; "" where nothing says
// that more bytes of the same file can follow.
func (p *Partial) Validator() string { return p.state.Validator }

// Restart drops what is there, for a new beginning under a validator.
func (p *Partial) Restart(validator string) error {
	// In this order, a kill in between leaves an empty file: a beginning.
	if err := p.file.Truncate(0); err != nil {
		return fmt.Errorf("write download: %w", err)
	}
	p.size, p.state = 0, state{validator}
	data, err := json.Marshal(p.state)
	if err != nil {
		return err
	}
	fresh := p.statePath() + ".new"
	if err := os.WriteFile(fresh, data, 0o600); err != nil {
		return fmt.Errorf("write download: %w", err)
	}
	if err := os.Rename(fresh, p.statePath()); err != nil {
		return fmt.Errorf("write download: %w", err)
	}
	return nil
}

// Write appends.
func (p *Partial) Write(b []byte) (int, error) {
	n, err := p.file.WriteAt(b, p.size)
	p.size += int64(n)
	if err != nil {
		return n, fmt.Errorf("write download: %w", err)
	}
	return n, nil
}

// Commit makes the download the whole file that has the given SHA-256, which
// its holder computed from File, and gives the path of that. The Partial is
// ended.
func (p *Partial) Commit(sum string) (string, error) {
	defer p.file.Close()
	final, err := p.cache.Path(sum)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(final), 0o700); err != nil {
		return "", fmt.Errorf("keep download: %w", err)
	}
	os.Remove(p.statePath())
	if err := os.Rename(p.path, final); err != nil {
		return "", fmt.Errorf("keep download: %w", err)
	}
	return final, nil
}

// Discard throws the download away. The Partial is ended.
func (p *Partial) Discard() error {
	defer p.file.Close()
	os.Remove(p.statePath())
	if err := os.Remove(p.path); err != nil {
		return fmt.Errorf("drop download: %w", err)
	}
	return nil
}

// Close lets go of the download; the next holder may carry it on. The Partial
// is ended.
func (p *Partial) Close() error { return p.file.Close() }

// removeUnused removes a file that nobody holds.
func removeUnused(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := flock(file); errors.Is(err, unix.EWOULDBLOCK) {
		return nil
	} else if err != nil {
		return err
	}
	if current, err := isAt(file, path); err != nil || !current {
		return err
	}
	return os.Remove(path)
}

// Waiting for a lock: a first and a longest pause between two looks.
const (
	firstPause = 5 * time.Millisecond
	longPause  = 200 * time.Millisecond
)

// lock waits for an open file's lock. It looks again and again, since the
// system call that waits cannot be broken off.
func lock(ctx context.Context, file *os.File) error {
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		err := flock(file)
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

func flock(file *os.File) error {
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
