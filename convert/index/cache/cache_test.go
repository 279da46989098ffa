package cache_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wain/convert/index/cache"
)

func open(t testing.TB) *cache.Cache {
	t.Helper()
	c, err := cache.Open(filepath.Join(t.TempDir(), "deep", "cache"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

func TestOpen(t *testing.T) {
	c := open(t)
	info, err := os.Stat(filepath.Join(c.Dir(), "sha256"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("others may look in: %v, %v", info.Mode(), err)
	}
	if _, err := cache.Open(""); err == nil {
		t.Error("no folder is a cache")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := cache.Open(file); err == nil {
		t.Error("a file is a cache")
	}
}

func TestPath(t *testing.T) {
	c := open(t)
	good := sum([]byte("x"))
	if path, err := c.Path(good); err != nil || path != filepath.Join(c.Dir(), "sha256", good[:2], good) {
		t.Errorf("%s, %v", path, err)
	}
	for name, bad := range map[string]string{
		"empty": "", "short": good[:62], "path-escape": "../../../../etc/passwd", "upper case": strings.ToUpper(good),
		"path-escape of the right length": ("../" + strings.Repeat("a", 64))[:64],
	} {
		if path, err := c.Path(bad); err == nil {
			t.Errorf("%s: %s", name, path)
		}
	}
}

// TestPages: what was put comes back, and nothing else does.
func TestPages(t *testing.T) {
	c := open(t)
	if _, err := c.Page("a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent page: %v", err)
	}
	for _, text := range []string{"one", "", "two\nlines"} {
		if err := c.PutPage("a", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := c.Page("a"); err != nil || string(got) != text {
			t.Errorf("%q, %v; want %q", got, err, text)
		}
	}
	if _, err := c.Page("b"); err == nil {
		t.Error("another key has it too")
	}
	pages, err := filepath.Glob(filepath.Join(c.Dir(), "pages", "*"))
	if err != nil || len(pages) != 1 {
		t.Fatal(pages, err)
	}
	whole, err := os.ReadFile(pages[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{
		"truncated": whole[:len(whole)-1], "zeros": make([]byte, len(whole)), "empty": {}, "longer": append(bytes.Clone(whole), 'x'),
	} {
		if err := os.WriteFile(pages[0], damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := c.Page("a"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if left, err := os.ReadDir(filepath.Join(c.Dir(), "partial")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func begin(t testing.TB, c *cache.Cache, key string) *cache.Partial {
	t.Helper()
	p, err := c.Begin(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPartial follows a download that is broken off, carried on and kept.
func TestPartial(t *testing.T) {
	c := open(t)
	p := begin(t, c, "k")
	if p.Size() != 0 || p.Validator() != "" {
		t.Errorf("a new one has %d bytes and the validator %q", p.Size(), p.Validator())
	}
	if err := p.Restart(`"v1"`); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(p, "first "); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}

	p = begin(t, c, "k")
	if p.Size() != 6 || p.Validator() != `"v1"` {
		t.Errorf("carried on with %d bytes and the validator %q", p.Size(), p.Validator())
	}
	if _, err := io.WriteString(p, "second"); err != nil {
		t.Fatal(err)
	}
	want := []byte("first second")
	path, err := p.Commit(sum(want))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}

	p = begin(t, c, "k")
	if p.Size() != 0 || p.Validator() != "" {
		t.Errorf("after the commit: %d bytes, validator %q", p.Size(), p.Validator())
	}
	if err := p.Restart("v2"); err != nil {
		t.Fatal(err)
	}
	if err := p.Discard(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(c.Dir(), "partial")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestPartialAlone: a second holder waits, and its wait ends with its context.
func TestPartialAlone(t *testing.T) {
	c := open(t)
	p := begin(t, c, "k")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Begin(ctx, "k"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second holder: %v", err)
	}
	got := make(chan *cache.Partial)
	go func() {
		second, err := c.Begin(t.Context(), "k")
		if err != nil {
			t.Error(err)
		}
		got <- second
	}()
	if _, err := io.WriteString(p, "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Commit(sum([]byte("x"))); err != nil {
		t.Fatal(err)
	}
	second := <-got
	// It must hold a new file, not the one that is a whole one now.
	if second.Size() != 0 {
		t.Errorf("the second holder has %d bytes of the first", second.Size())
	}
	if err := second.Discard(); err != nil {
		t.Fatal(err)
	}
}

func TestSweep(t *testing.T) {
	c := open(t)
	held, left := begin(t, c, "held"), begin(t, c, "left")
	if err := errors.Join(left.Restart("v"), left.Close()); err != nil {
		t.Fatal(err)
	}
	if err := c.Sweep(time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	count := func() int {
		entries, err := os.ReadDir(filepath.Join(c.Dir(), "partial"))
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	if n := count(); n != 3 {
		t.Errorf("an early sweep leaves %d files, want 3", n)
	}
	if err := c.Sweep(time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 1 {
		t.Errorf("a late sweep leaves %d files, want the held one", n)
	}
	if _, err := io.WriteString(held, "x"); err != nil {
		t.Error(err)
	}
	if _, err := held.Commit(sum([]byte("x"))); err != nil {
		t.Error(err)
	}
}

// A folder that others may write in is not used: a link planted there would be
// followed.
func TestForeignFolder(t *testing.T) {
	open := t.TempDir()
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	planted := t.TempDir()
	if err := os.Symlink(t.TempDir(), filepath.Join(planted, "partial")); err != nil {
		t.Fatal(err)
	}
	folders := map[string]string{"writable by all": open, "a link for a part": planted}
	if os.Geteuid() == 0 {
		other := t.TempDir()
		if err := os.Chown(other, 1234, 1234); err != nil {
			t.Fatal(err)
		}
		folders["another user's"] = other
	}
	for name, dir := range folders {
		var owner *cache.OwnerError
		if _, err := cache.Open(dir); !errors.As(err, &owner) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
