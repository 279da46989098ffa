package cache_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"wain/convert/index/cache"
)

// The processes of TestKill are this program again, with these variables set.
const (
	writerDir  = "WAIN_TEST_CACHE_WRITER"
	writerSeed = "WAIN_TEST_CACHE_SEED"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerDir); dir != "" {
		seed, err := strconv.ParseUint(os.Getenv(writerSeed), 10, 64)
		if err == nil {
			err = write(dir, seed)
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const files = 24

// content is one of the files that all processes download; it is some chunks
// long, and no two begin alike.
func content(i int) []byte {
	r := rand.NewChaCha8([32]byte{byte(i)})
	data := make([]byte, 64<<10+i*1777)
	r.Read(data) // never fails
	return data
}

// write downloads the files over and over, in its own order, until it is killed.
// Its network is a slow loop.
func write(dir string, seed uint64) error {
	c, err := cache.Open(dir)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(seed, 1))
	for {
		if err := downloadOne(c, random); err != nil {
			return err
		}
	}
}

func downloadOne(c *cache.Cache, random *rand.Rand) error {
	i := random.IntN(files)
	data := content(i)
	key := fmt.Sprint("file ", i)
	part, err := c.Begin(context.Background(), key)
	if err != nil {
		return err
	}
	// As a server that knows its validator would answer.
	if part.Validator() != key {
		if err := part.Restart(key); err != nil {
			return err
		}
	}
	for rest := data[part.Size():]; len(rest) > 0; {
		n := min(len(rest), 1+random.IntN(8<<10))
		if _, err := part.Write(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
		time.Sleep(time.Duration(random.IntN(200)) * time.Microsecond)
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(part.File(), 0, part.Size())); err != nil {
		return err
	}
	got, want := hex.EncodeToString(h.Sum(nil)), sum(data)
	if got != want {
		return fmt.Errorf("file %d was put together wrongly: %d bytes, %s", i, part.Size(), got)
	}
	if _, err := part.Commit(got); err != nil {
		return err
	}
	return c.PutPage(key, data[:100])
}

// TestKill has many processes write one cache, kills them at any moment, and
// looks all the while: nobody ever sees half a file or half a page, and what was
// killed does not stand in the way of the next.
func TestKill(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	c, err := cache.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	var group sync.WaitGroup
	var mu sync.Mutex
	kills := 0
	for w := range 6 {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 2))
			for ctx.Err() == nil {
				if killWriter(t, dir, random) {
					mu.Lock()
					kills++
					mu.Unlock()
				}
			}
		})
	}
	seen := map[int]bool{}
	for ctx.Err() == nil {
		for i := range files {
			look(t, c, i, seen)
		}
	}
	group.Wait()
	t.Logf("%d processes were killed; %d of %d files were seen whole", kills, len(seen), files)
	if kills < 5 || len(seen) == 0 {
		t.Errorf("%d kills and %d files prove little", kills, len(seen))
	}
	// Whatever they left: the next one gets every file.
	for i := range files {
		if err := finish(c, i); err != nil {
			t.Error(err)
		}
	}
}

// finish downloads one file for the last time.
func finish(c *cache.Cache, i int) error {
	random := rand.New(rand.NewPCG(uint64(i), 3))
	for {
		if err := downloadOne(c, random); err != nil {
			return err
		}
		path, err := c.Path(sum(content(i)))
		if err != nil {
			return err
		}
		if got, err := os.ReadFile(path); err == nil && bytes.Equal(got, content(i)) {
			return nil
		}
	}
}

// killWriter runs a writer for a moment. False is that there was no time.
func killWriter(t *testing.T, dir string, random *rand.Rand) bool {
	program, err := os.Executable()
	if err != nil {
		t.Error(err)
		return false
	}
	stderr := &bytes.Buffer{}
	cmd := exec.Command(program)
	cmd.Env = []string{writerDir + "=" + dir, writerSeed + "=" + strconv.FormatUint(random.Uint64(), 10)}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return false
	}
	time.Sleep(time.Duration(20+random.IntN(150)) * time.Millisecond)
	if err := cmd.Process.Kill(); err != nil {
		t.Errorf("the writer ended by itself: %v\n%s", err, stderr)
	}
	err = cmd.Wait()
	if stderr.Len() > 0 {
		t.Errorf("a writer failed: %v\n%s", err, stderr)
	}
	return true
}

// look reads a file and a page as another process would.
func look(t *testing.T, c *cache.Cache, i int, seen map[int]bool) {
	t.Helper()
	path, err := c.Path(sum(content(i)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		t.Error(err)
	case !bytes.Equal(got, content(i)):
		t.Errorf("file %d is seen with %d bytes that are not its own", i, len(got))
	default:
		seen[i] = true
	}
	page, err := c.Page(fmt.Sprint("file ", i))
	if err == nil && !bytes.Equal(page, content(i)[:100]) {
		t.Errorf("page %d is seen with %d bytes that are not its own", i, len(page))
	}
	// It was put once the file was there.
	if err == nil && !seen[i] {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("page %d is there before its file: %v", i, err)
		}
	}
}
