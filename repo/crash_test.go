package repo_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo"
	"wain/repo/store"
	"wain/sign"
)

// childVariable makes the test binary a publisher: its value says in which step to kill itself, 0 for never.
const childVariable = "WAIN_TEST_PUBLISHER"

func TestMain(m *testing.M) {
	if at, err := strconv.Atoi(os.Getenv(childVariable)); err == nil {
		if err := publisher(at, os.Args[1], os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// publisher publishes one path, and dies in the given step of the commit.
func publisher(at int, dir, path string) error {
	data, err := os.ReadFile("../fixtures/keys/" + house + ".key")
	if err != nil {
		return err
	}
	k, err := sign.Read(data, nil)
	if err != nil {
		return err
	}
	var steps atomic.Int64 // files are staged side by side
	s := store.NewFolder(dir, store.FolderOptions{Step: func(string, string) error {
		if steps.Add(1) == int64(at) {
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return nil
	}})
	_, err = repo.Publish(context.Background(), repo.Options{
		Commit: repo.Commit{Store: s, Time: noon, Signer: signer(k), Jobs: 1}, Paths: []string{path}, Origin: "Example",
	})
	return err
}

// child starts a publisher in a process of its own.
func child(t *testing.T, at int, dir, path string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, dir, path)
	cmd.Env = append(os.Environ(), childVariable+"="+strconv.Itoa(at), "GOMAXPROCS=1")
	return cmd
}

// crashFree wants a repository of the child's that is sound, with nothing staged, holding exactly so many packages.
func crashFree(t *testing.T, dir string, want int, when string) {
	t.Helper()
	findings, err := repo.Verify(t.Context(), repo.VerifyOptions{Dir: dir, Verifier: verifier(t, key(t, house))})
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	for _, f := range findings {
		t.Errorf("%s: %s: %s: %s", when, f.Path, f.Rule, f.Detail)
	}
	got := strings.Count(text(t, dir, "apt/dists/bookworm/main/binary-amd64/Packages"), "Package: ")
	if want >= 0 && got != want {
		t.Errorf("%s: readers find %d packages, want %d", when, got, want)
	}
}

// TestKillAtEveryStep: a publisher is killed in each step of its commit. Readers find the old or the new
// repository, and the next publish needs no help.
func TestKillAtEveryStep(t *testing.T) {
	first, second := dist(t, deb("1.2.2", "amd64"), rpm("1.2.2", "amd64")), dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))
	stride := 8 // package store's own test stops at every step, without the kill
	if os.Getenv("WAIN_ROOTS") != "" {
		stride = 1 // everything was asked for
	}
	for at := 1; ; at += stride {
		dir := filepath.Join(t.TempDir(), "repo")
		if err := publisher(0, dir, first); err != nil {
			t.Fatal(err)
		}
		err := child(t, at, dir, second).Run()
		when := fmt.Sprintf("killed in step %d", at)
		crashFree(t, dir, -1, when)
		if err := publisher(0, dir, second); err != nil {
			t.Fatalf("%s: the next publish: %v", when, err)
		}
		crashFree(t, dir, 2, when+", published again")
		if _, err := os.Stat(filepath.Join(dir, ".wain/staged")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: staged files are left", when)
		}
		if folders, err := os.ReadDir(filepath.Join(dir, "apt/generations/bookworm")); err != nil || len(folders) > 3 {
			t.Errorf("%s: %d generations are left (%v)", when, len(folders), err)
		}
		if err == nil {
			if at < 20 {
				t.Errorf("only %d steps", at)
			}
			return
		}
	}
}

// TestManyPublishers: processes publish to one folder at once, some are killed at any moment, and what the
// others published is there.
func TestManyPublishers(t *testing.T) {
	const publishers, rounds = 4, 3
	dir := filepath.Join(t.TempDir(), "repo")
	in := dist(t)
	if err := publisher(0, dir, deb("0", "amd64").write(t, in)); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for i := range publishers * rounds {
		paths = append(paths, deb(fmt.Sprintf("1.%d", i), "amd64").write(t, in))
	}
	var mu sync.Mutex
	survived := map[int]bool{}
	var wg sync.WaitGroup
	for i, path := range paths {
		kill := i%3 == 0
		wg.Go(func() {
			cmd := child(t, 0, dir, path)
			if err := cmd.Start(); err != nil {
				t.Error(err)
				return
			}
			if kill {
				time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
				_ = cmd.Process.Kill()
			}
			err := cmd.Wait()
			if err != nil && !kill {
				t.Errorf("a publisher that nobody killed: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			survived[i] = err == nil
		})
	}
	wg.Wait()
	crashFree(t, dir, -1, "after the kills")
	index := text(t, dir, "apt/dists/bookworm/main/binary-amd64/Packages")
	for i := range paths {
		if survived[i] && !strings.Contains(index, fmt.Sprintf("Version: 1.%d\n", i)) {
			t.Errorf("version 1.%d was published and is not there", i)
		}
	}
	if err := publisher(0, dir, in); err != nil {
		t.Fatal(err)
	}
	crashFree(t, dir, len(paths)+1, "published again")
}

// TestFullDisk publishes on a real file system without room: an error, and not a byte of the tree differs.
func TestFullDisk(t *testing.T) {
	fixtures.NeedRoot(t)
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=512k"); err != nil {
		t.Fatalf("mount a small tmpfs: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	dir := filepath.Join(disk, "repo")
	publish(t, options(t, dir, dist(t, deb("1.2.2", "amd64"), rpm("1.2.2", "amd64"))))
	before := snapshot(t, dir)
	large := deb("1.2.3", "amd64")
	noise := make([]byte, 1<<20)
	random := rand.NewChaCha8([32]byte{})
	_, _ = random.Read(noise)
	large.text = string(noise)
	for _, packages := range [][]made{{large}, {rpm("1.2.3", "amd64"), large}} {
		_, err := repo.Publish(t.Context(), options(t, dir, dist(t, packages...)))
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("%v, want ENOSPC", err)
		}
		after := snapshot(t, dir)
		delete(before, ".wain") // its time: the staged files were in there
		delete(after, ".wain")
		for name := range after {
			if before[name] != after[name] {
				t.Errorf("%s: %s, was %s", name, after[name], before[name])
			}
		}
		if len(after) != len(before) {
			t.Errorf("%d files, were %d", len(after), len(before))
		}
	}
	sound(t, dir)
	publish(t, options(t, dir, dist(t, deb("1.2.4", "amd64"))))
	sound(t, dir)
}
