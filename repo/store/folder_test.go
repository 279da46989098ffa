package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"wain/repo/store"
	"wain/repo/store/storetest"
)

func TestFolder(t *testing.T) {
	for name, options := range map[string]store.FolderOptions{
		"links":         {},
		"no symlinks":   {NoSymlinks: true},
		"no hard links": {NoHardLinks: true},
		"no links":      {NoSymlinks: true, NoHardLinks: true},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) store.Store {
				return store.NewFolder(filepath.Join(t.TempDir(), "repo"), options)
			})
		})
	}
}

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return store.NewMemory() })
}

// change is generation n of a small repository with one tree.
func change(n int) *store.Change {
	folder := fmt.Sprintf("generations/%d", n)
	c := &store.Change{
		Pool: []store.File{{Name: fmt.Sprintf("pool/p/%d.deb", n), Data: []byte("package")}},
		Index: []store.File{
			{Name: folder + "/Packages", Data: fmt.Appendf(nil, "packages %d", n)},
			{Name: folder + "/by-hash/" + fmt.Sprint(n), Link: folder + "/Packages"},
			{Name: folder + "/Release", Data: fmt.Appendf(nil, "release %d", n)},
			{Name: fmt.Sprintf(".wain/generations/%d", n), Data: []byte("state")},
		},
		Head: store.Head{
			State: &store.File{Name: ".wain/head.json", Data: fmt.Append(nil, n)},
			Files: []store.File{{Name: "key.asc", Data: fmt.Appendf(nil, "key %d", n)}},
			Trees: []store.Tree{{Name: "dists/suite", Folder: folder, Files: []string{"Packages", fmt.Sprintf("by-hash/%d", n), "Release"}}},
		},
	}
	if n > 1 {
		c.Stale = []string{fmt.Sprintf("generations/%d", n-1)}
	}
	return c
}

func plan(c *store.Change) store.Plan {
	return func(context.Context, store.Reader) (*store.Change, error) { return c, nil }
}

// TestFolderFaults stops the second commit at each of its acts: readers find the first or the second generation, a
// commit that did not count has left nothing, and one that did is completed by its head alone.
func TestFolderFaults(t *testing.T) {
	for _, options := range []store.FolderOptions{{}, {NoSymlinks: true, NoHardLinks: true}} {
		for stop := 1; ; stop++ {
			dir := filepath.Join(t.TempDir(), "repo")
			if _, err := store.NewFolder(dir, options).Update(t.Context(), plan(change(1))); err != nil {
				t.Fatal(err)
			}
			before := listing(t, dir)
			var acts atomic.Int64 // files are staged side by side
			act := ""
			faulty := options
			faulty.Step = func(verb, name string) error {
				if acts.Add(1) == int64(stop) {
					act = verb + " " + name
					return syscall.ENOSPC
				}
				return nil
			}
			_, err := store.NewFolder(dir, faulty).Update(t.Context(), plan(change(2)))
			if act == "" {
				if err != nil {
					t.Fatal(err)
				}
				if stop < 10 {
					t.Fatalf("only %d acts could fail", stop-1)
				}
				break
			}
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("%s: %v, want the fault", act, err)
			}
			afterFault(t, dir, act, before, options)
		}
	}
}

func afterFault(t *testing.T, dir, act, before string, options store.FolderOptions) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, ".wain/staged")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: staged files are left", act)
	}
	if text(t, dir, ".wain/head.json") == "1" {
		if now := listing(t, dir); now != before {
			t.Errorf("%s: a commit that does not count left\n%s\nbefore:\n%s", act, now, before)
		}
		return
	}
	head := &store.Change{Head: change(2).Head}
	head.Head.State = nil
	if release := text(t, dir, "dists/suite/Release"); release != "release 1" && release != "release 2" {
		t.Errorf("%s: readers find %q", act, release)
	}
	if _, err := store.NewFolder(dir, options).Update(t.Context(), plan(head)); err != nil {
		t.Fatalf("%s: completing: %v", act, err)
	}
	if text(t, dir, "dists/suite/Release") != "release 2" || text(t, dir, "key.asc") != "key 2" {
		t.Errorf("%s: the head was not completed", act)
	}
}

func TestFolderLeavesNothingOfARefusedFirstPublish(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "repo")
	refused := errors.New("refused")
	_, err := store.NewFolder(dir, store.FolderOptions{}).Update(t.Context(),
		func(context.Context, store.Reader) (*store.Change, error) { return nil, refused })
	if !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
}

// TestFolderThatCannotBe is a link to a disk that is not mounted.
func TestFolderThatCannotBe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "repo")
	if err := os.Symlink("/nowhere/at all", dir); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := store.NewFolder(dir, store.FolderOptions{}).Update(ctx, func(context.Context, store.Reader) (*store.Change, error) { return change(1), nil })
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
}

// TestFolderClearsStaged takes over from a publisher that was killed while it wrote.
func TestFolderClearsStaged(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".wain/staged"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".wain/staged/0"), []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := store.NewFolder(dir, store.FolderOptions{}).Update(t.Context(), plan(change(1))); err != nil {
		t.Fatal(err)
	}
	if got := text(t, dir, "pool/p/1.deb"); got != "package" {
		t.Errorf("the package reads %q", got)
	}
}

// TestFolderWaits breaks a wait for the lock off, and then gets it.
func TestFolderWaits(t *testing.T) {
	dir := t.TempDir()
	holds, release, done := make(chan bool), make(chan bool), make(chan error)
	go func() {
		_, err := store.NewFolder(dir, store.FolderOptions{}).Update(context.Background(),
			func(context.Context, store.Reader) (*store.Change, error) {
				holds <- true
				<-release
				return change(1), nil
			})
		done <- err
	}()
	<-holds
	waiting := 0
	second := store.NewFolder(dir, store.FolderOptions{Waiting: func() { waiting++ }})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := second.Update(ctx, plan(change(2))); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for the lock: %v", err)
	}
	if waiting != 1 {
		t.Errorf("Waiting was called %d times", waiting)
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, err := second.Update(t.Context(), plan(change(2))); err != nil {
		t.Error(err)
	}
}

// TestFolderUmask wants everybody to be able to read, whoever publishes.
func TestFolderUmask(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	dir := filepath.Join(t.TempDir(), "repo")
	if _, err := store.NewFolder(dir, store.FolderOptions{}).Update(t.Context(), plan(change(1))); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() == "lock" {
			return err
		}
		stat, err := os.Stat(path)
		want := fs.FileMode(0o444)
		if err == nil && stat.IsDir() {
			want = 0o555
		}
		if err == nil && stat.Mode().Perm()&want != want {
			t.Errorf("%s: %v", path, stat.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFolderTreeIsRelative moves the whole repository.
func TestFolderTreeIsRelative(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "repo")
	if _, err := store.NewFolder(dir, store.FolderOptions{}).Update(t.Context(), plan(change(1))); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, dir+"2"); err != nil {
		t.Fatal(err)
	}
	if got := text(t, dir+"2", "dists/suite/Release"); got != "release 1" {
		t.Errorf("after the move the tree reads %q", got)
	}
}

// TestFolderOverRealFolder publishes into a copy whose symbolic links became folders, as "cp -rL" makes it.
func TestFolderOverRealFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "dists/suite"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "dists/suite/old"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := store.NewFolder(dir, store.FolderOptions{}).Update(t.Context(), plan(change(1))); err != nil {
		t.Fatal(err)
	}
	if got := text(t, dir, "dists/suite/Release"); got != "release 1" {
		t.Errorf("the tree reads %q", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "dists/suite/old")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what the generation does not have is still there")
	}
}

// A file in the place of a tree gives way like an old link.
func TestFolderTreeOverFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "dists"), 0o755); err != nil {
		t.Fatal(err)
	}
	c := change(1)
	name := filepath.Join(dir, filepath.FromSlash(c.Head.Trees[0].Name))
	if err := os.WriteFile(name, []byte("in the way"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := store.NewFolder(dir, store.FolderOptions{}).Update(t.Context(), plan(c)); err != nil {
		t.Fatal(err)
	}
	if got := text(t, dir, c.Head.Trees[0].Name+"/Release"); got != "release 1" {
		t.Errorf("the tree shows %q", got)
	}
}

func TestDryRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "repo")
	changed, err := store.DryRun{Reader: store.NewFolder(dir, store.FolderOptions{})}.Update(t.Context(), plan(change(1)))
	if err != nil || !changed {
		t.Errorf("Update = %v, %v; want true, nil", changed, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a dry run wrote")
	}
}

func text(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// listing is every path, with its content or link, but for the lock.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			fmt.Fprintln(&b, path)
			return err
		}
		if link, err := os.Readlink(path); err == nil {
			fmt.Fprintln(&b, path, "->", link)
			return nil
		}
		data, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s %q\n", path, data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
