package pack_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wain/convert/pack"
	"wain/convert/venv"
)

// body gives an entry that counts how often it is opened.
func body(name, text string, opened *atomic.Int32) venv.Entry {
	return venv.Entry{
		Path: name, Mode: 0o644, Size: int64(len(text)), SHA256: sha256.Sum256([]byte(text)),
		Open: func() (io.ReadCloser, error) {
			opened.Add(1)
			return io.NopCloser(strings.NewReader(text)), nil
		},
	}
}

func newStage(t *testing.T) (*pack.Stage, string) {
	t.Helper()
	folder := t.TempDir()
	stage, err := pack.NewStage(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(folder); len(left) > 0 {
			t.Errorf("left after Close: %v", left)
		}
	})
	return stage, folder
}

// staged counts the files in the folder.
func staged(t *testing.T, folder string) (n int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestStageKeepsEachContentOnce(t *testing.T) {
	stage, folder := newStage(t)
	var opened atomic.Int32
	var entries []venv.Entry
	for _, name := range []string{"/a", "/b", "/c", "/d"} {
		entries = append(entries, body(name, "the same", &opened), body(name+"2", name, &opened))
	}
	var wait sync.WaitGroup
	for range 4 { // targets of one run
		wait.Go(func() {
			if err := stage.Add(context.Background(), entries, 3); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := opened.Load(); n != 5 {
		t.Errorf("opened %d bodies, want 5", n)
	}
	if n := staged(t, folder); n != 5 {
		t.Errorf("%d files, want 5", n)
	}
}

func TestStageRefusesOtherContent(t *testing.T) {
	var opened atomic.Int32
	promised := body("/x", "what was promised", &opened)
	for name, text := range map[string]string{
		"other": "what was pr0mised", "short": "what", "long": "what was promised, and more", "empty": "",
		"endless": strings.Repeat("x", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			stage, folder := newStage(t)
			e := promised
			e.Open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
			var fault *pack.BodyError
			if err := stage.Add(context.Background(), []venv.Entry{e}, 1); !errors.As(err, &fault) || fault.Path != "/x" {
				t.Fatalf("%v, want a *BodyError for /x", err)
			}
			if n := staged(t, folder); n != 0 {
				t.Errorf("%d files stay", n)
			}
			if err := stage.Add(context.Background(), []venv.Entry{promised}, 1); err != nil {
				t.Errorf("the right content after the wrong one: %v", err)
			}
		})
	}
}

func TestStageRefusesOtherSizeOfKnownContent(t *testing.T) {
	stage, _ := newStage(t)
	var opened atomic.Int32
	e := body("/x", "content", &opened)
	liar := e
	liar.Path, liar.Size = "/y", 3
	var fault *pack.BodyError
	if err := stage.Add(context.Background(), []venv.Entry{e, liar}, 2); !errors.As(err, &fault) || fault.Path != "/y" {
		t.Errorf("%v, want a *BodyError for /y", err)
	}
}

func TestStagePassesErrorsOn(t *testing.T) {
	stage, folder := newStage(t)
	broken := errors.New("broken")
	for name, open := range map[string]func() (io.ReadCloser, error){
		"open": func() (io.ReadCloser, error) { return nil, broken },
		"read": func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("ab"), &failing{broken})), nil
		},
		"close": func() (io.ReadCloser, error) { return closing{strings.NewReader("abcd"), broken}, nil },
	} {
		e := venv.Entry{Path: "/" + name, Mode: 0o644, Size: 4, SHA256: sha256.Sum256([]byte("abcd")), Open: open}
		if err := stage.Add(context.Background(), []venv.Entry{e}, 1); !errors.Is(err, broken) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := staged(t, folder); n != 0 {
		t.Errorf("%d files stay", n)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

type closing struct {
	io.Reader
	err error
}

func (c closing) Close() error { return c.err }

// TestStageOutlivesACancelledReader has one run wait for a content that another
// run, which is then cancelled, has claimed.
func TestStageOutlivesACancelledReader(t *testing.T) {
	stage, _ := newStage(t)
	var opened atomic.Int32
	good := body("/x", "content", &opened)
	started, release := make(chan struct{}), make(chan struct{})
	slow := good
	slow.Open = func() (io.ReadCloser, error) {
		close(started)
		<-release
		return nil, context.Canceled
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := stage.Add(context.Background(), []venv.Entry{slow}, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("the cancelled one: %v", err)
		}
	})
	<-started
	wait.Go(func() {
		if err := stage.Add(context.Background(), []venv.Entry{good}, 1); err != nil {
			t.Errorf("the other: %v", err)
		}
	})
	time.Sleep(10 * time.Millisecond) // let it wait; the result is the same if it does not
	close(release)
	wait.Wait()
}

func TestStageStopsWhenCancelled(t *testing.T) {
	stage, _ := newStage(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var opened atomic.Int32
	if err := stage.Add(ctx, []venv.Entry{body("/x", "x", &opened)}, 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if opened.Load() != 0 {
		t.Error("a body was opened")
	}
}

func TestNewStageNeedsAFolder(t *testing.T) {
	for _, folder := range []string{"", filepath.Join(t.TempDir(), "absent")} {
		if s, err := pack.NewStage(folder); err == nil {
			t.Errorf("NewStage(%q) gives %v", folder, s)
		}
	}
}

func TestWriteNeedsTheStage(t *testing.T) {
	stage, _ := newStage(t)
	var b bytes.Buffer
	if err := pack.Write(context.Background(), stage, spec("deb", "1.2.3"), &b); !errors.Is(err, pack.ErrNotStaged) {
		t.Errorf("%v, want ErrNotStaged", err)
	}
	if b.Len() > 0 {
		t.Errorf("%d bytes written", b.Len())
	}
}

func TestStageGivesWhatItHas(t *testing.T) {
	stage, _ := newStage(t)
	var opened atomic.Int32
	long, short, empty, absent := body("/long", "\x7fELF and more", &opened), body("/short", "#!", &opened), body("/empty", "", &opened), body("/absent", "nowhere", &opened)
	if err := stage.Add(t.Context(), []venv.Entry{long, short, empty}, 2); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		entry          venv.Entry
		magic, content string
	}{{long, "\x7fELF", "\x7fELF and more"}, {short, "#!", "#!"}, {empty, "", ""}} {
		magic, err := stage.Magic(&c.entry)
		if err != nil || string(magic) != c.magic {
			t.Errorf("Magic(%s) = %q, %v", c.entry.Path, magic, err)
		}
		f, err := stage.Open(&c.entry)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(f)
		f.Close()
		if err != nil || string(content) != c.content {
			t.Errorf("Open(%s) has %q, %v", c.entry.Path, content, err)
		}
	}
	if _, err := stage.Magic(&absent); !errors.Is(err, pack.ErrNotStaged) {
		t.Errorf("Magic of what was not added: %v", err)
	}
	if _, err := stage.Open(&absent); !errors.Is(err, pack.ErrNotStaged) {
		t.Errorf("Open of what was not added: %v", err)
	}
}

// vouching is a reader that says which SHA-256 it holds its content to.
type vouching struct {
	io.Reader
	sum [sha256.Size]byte
}

func (v vouching) Checks() [sha256.Size]byte { return v.sum }
func (v vouching) Close() error              { return nil }

func TestStageTakesAReadersOwnCheckOnlyForTheSameSum(t *testing.T) {
	stage, _ := newStage(t)
	var opened atomic.Int32
	e := body("/a", "promised", &opened)
	e.Open = func() (io.ReadCloser, error) {
		return vouching{strings.NewReader("received"), sha256.Sum256([]byte("received"))}, nil
	}
	var fault *pack.BodyError
	if err := stage.Add(t.Context(), []venv.Entry{e}, 1); !errors.As(err, &fault) {
		t.Errorf("Add: %v, want a *BodyError", err)
	}
}
