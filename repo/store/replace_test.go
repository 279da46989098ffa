package store_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"wain/repo/store"
)

// TestFolderTakesRoomFirst: from the moment of the commit on, nothing is written, whatever links there are: a disk that
// is full cannot stop a commit half-way.
func TestFolderTakesRoomFirst(t *testing.T) {
	for _, o := range []store.FolderOptions{{}, {NoSymlinks: true}, {NoHardLinks: true}, {NoSymlinks: true, NoHardLinks: true}} {
		dir := filepath.Join(t.TempDir(), "repo")
		for n := 1; n <= 3; n++ {
			var mu sync.Mutex
			var acts []string
			o.Step = func(verb, name string) error {
				mu.Lock()
				defer mu.Unlock()
				acts = append(acts, verb+" "+name)
				return nil
			}
			if _, err := store.NewFolder(dir, o).Update(t.Context(), plan(change(n))); err != nil {
				t.Fatal(err)
			}
			moment := slices.Index(acts, "place .wain/head.json")
			if moment < 0 {
				t.Fatalf("no moment of the commit in %q", acts)
			}
			for _, act := range acts[moment:] {
				if strings.HasPrefix(act, "write ") {
					t.Errorf("%+v: %s after the moment of the commit", o, act)
				}
			}
		}
	}
}

// TestFolderRealTreeAppearsAtOnce: where a tree is a real folder, its first generation appears by one rename, also in
// the place of a symbolic link that cannot be used any more.
func TestFolderRealTreeAppearsAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "repo")
	for n, o := range []store.FolderOptions{{}, {NoSymlinks: true}} {
		half := ""
		o.Step = func(verb, name string) error {
			if verb == "place" && strings.HasPrefix(name, "dists/suite/") {
				half = name
			}
			return nil
		}
		if _, err := store.NewFolder(dir, o).Update(t.Context(), plan(change(n+1))); err != nil {
			t.Fatal(err)
		}
		if half != "" {
			t.Errorf("%s was placed by itself", half)
		}
	}
	if stat, err := os.Lstat(filepath.Join(dir, "dists/suite")); err != nil || !stat.IsDir() {
		t.Errorf("%v, %v: not a real folder", stat, err)
	}
	if text(t, dir, "dists/suite/Release") != "release 2" {
		t.Error("not the second generation")
	}
}

// TestFolderLosesItsLock: a commit whose lock file was removed does not count, since another publisher may have made
// a lock of its own.
func TestFolderLosesItsLock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "repo")
	if _, err := store.NewFolder(dir, store.FolderOptions{}).Update(t.Context(), plan(change(1))); err != nil {
		t.Fatal(err)
	}
	before := listing(t, dir)
	_, err := store.NewFolder(dir, store.FolderOptions{}).Update(t.Context(), func(context.Context, store.Reader) (*store.Change, error) {
		return change(2), os.Remove(filepath.Join(dir, ".wain/lock"))
	})
	if err == nil || !strings.Contains(err.Error(), "removed while it was held") {
		t.Errorf("%v, want the loss of the lock", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".wain/lock"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if now := listing(t, dir); now != before {
		t.Errorf("the commit left\n%s\nbefore:\n%s", now, before)
	}
}
