package sdist

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// The names in an entry of the cache, beside the wheel.
const (
	builtName = "built.json"
	logName   = "build.log"
)

// maxBuilt bounds built.json.
const maxBuilt = 64 << 10

// entry is the folder of the cache for this build.
func (b *build) entry() string {
	name := "cp" + b.Python + "-" + b.platform()
	if b.Network {
		name += "-network"
	}
	if !b.Epoch.IsZero() {
		name += "-" + strconv.FormatInt(b.Epoch.Unix(), 10)
	}
	return filepath.Join(b.Cache, "built", b.hexSum(), name)
}

// lock waits until no other process makes the same. The kernel takes the lock
// from a process that is killed.
func (b *build) lock(ctx context.Context) (unlock func(), err error) {
	path := b.entry() + ".lock"
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("build sdist %s: %w", b.Filename, err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("build sdist %s: %w", b.Filename, err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// cached gives what was built before. An entry that is not whole is none: it is
// made anew.
func (b *build) cached() *Built {
	dir := b.entry()
	text, err := readBounded(filepath.Join(dir, builtName), maxBuilt)
	if err != nil {
		return nil
	}
	built := &Built{Cached: true, Log: filepath.Join(dir, logName)}
	if json.Unmarshal(text, built) != nil || built.SHA256 != b.hexSum() || filepath.Base(built.Wheel) != built.Wheel {
		return nil
	}
	built.Path = filepath.Join(dir, built.Wheel)
	if sum, err := sumFile(built.Path); err != nil || sum != built.WheelSHA256 {
		return nil
	}
	// The target may be another one this time.
	if name, err := b.checkWheel(dir); err != nil || name != built.Wheel {
		return nil
	}
	return built
}

// keep makes the folder of a build that went well the entry of the cache.
func (b *build) keep(dir, wheel string) (*Built, error) {
	sum, err := sumFile(filepath.Join(dir, wheel))
	if err != nil {
		return nil, fmt.Errorf("build sdist %s: %w", b.Filename, err)
	}
	final := b.entry()
	built := &Built{
		Path: filepath.Join(final, wheel), Log: filepath.Join(final, logName), SHA256: b.hexSum(),
		Wheel: wheel, WheelSHA256: sum, Tool: b.Tool, ToolVersion: b.version,
		Python: b.python.Full, Platform: b.platform(), Isolation: b.isolation,
	}
	text, err := json.MarshalIndent(built, "", "  ")
	if err != nil {
		return nil, err // not reached: all of it is text
	}
	err = os.WriteFile(filepath.Join(dir, builtName), append(text, '\n'), 0o644)
	if err == nil {
		err = os.RemoveAll(final)
	}
	if err == nil {
		err = os.Rename(dir, final)
	}
	if err != nil {
		return nil, fmt.Errorf("build sdist %s: %w", b.Filename, err)
	}
	return built, nil
}

func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

func sumFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
