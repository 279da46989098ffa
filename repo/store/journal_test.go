package store_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo/store"
)

// TestFolderTakesBack copies the folder before each act of a commit, as a publisher killed there would leave it. The
// next update, though it has nothing to do itself, leaves the folder as it was before, or as the commit made it count.
func TestFolderTakesBack(t *testing.T) {
	fixtures.NeedTool(t, "cp")
	for _, o := range []store.FolderOptions{{}, {NoSymlinks: true, NoHardLinks: true}} {
		work := t.TempDir()
		dir := filepath.Join(work, "repo")
		if _, err := store.NewFolder(dir, o).Update(t.Context(), plan(change(1))); err != nil {
			t.Fatal(err)
		}
		before := strings.ReplaceAll(listing(t, dir), dir, "")
		var acts atomic.Int64
		watched := o
		watched.Step = func(string, string) error {
			left := filepath.Join(work, strconv.FormatInt(acts.Add(1), 10))
			if exec.Command("cp", "-a", dir, left).Run() != nil {
				return exec.Command("cp", "-a", dir, left).Run() // files are staged side by side
			}
			return nil
		}
		second := change(2)
		second.Stale = nil
		if _, err := store.NewFolder(dir, watched).Update(t.Context(), plan(second)); err != nil {
			t.Fatal(err)
		}
		counts := false
		for act := 1; act <= int(acts.Load()); act++ {
			left := filepath.Join(work, strconv.Itoa(act))
			if _, err := store.NewFolder(left, o).Update(t.Context(), func(context.Context, store.Reader) (*store.Change, error) { return nil, nil }); err != nil {
				t.Fatal(err)
			}
			counts = text(t, left, ".wain/head.json") == "2"
			if now := strings.ReplaceAll(listing(t, left), left, ""); !counts && now != before {
				t.Errorf("killed before act %d, the next update left\n%s\nbefore:\n%s", act, now, before)
			}
			if counts && text(t, left, "pool/p/2.deb") != "package" {
				t.Errorf("killed before act %d: what counts was taken back", act)
			}
		}
		if !counts {
			t.Error("the commit never counted")
		}
	}
}

// TestFolderKeepsWhatCameLater: a file that somebody put in the place of a dead publisher's is not taken back.
func TestFolderKeepsWhatCameLater(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "repo")
	left := dir + "-left"
	o := store.FolderOptions{Step: func(verb, name string) error {
		if verb == "place" && name == "generations/1/Release" {
			return exec.Command("cp", "-a", dir, left).Run()
		}
		return nil
	}}
	if _, err := store.NewFolder(dir, o).Update(t.Context(), plan(change(1))); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Minute)
	if err := os.Chtimes(filepath.Join(left, "pool/p/1.deb"), later, later); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("nothing to do")
	_, err := store.NewFolder(left, store.FolderOptions{}).Update(t.Context(), func(context.Context, store.Reader) (*store.Change, error) { return nil, refused })
	if !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if text(t, left, "pool/p/1.deb") != "package" {
		t.Error("the file is gone")
	}
	if _, err := os.Stat(filepath.Join(left, "generations")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v: what the dead publisher placed is still there", err)
	}
}
