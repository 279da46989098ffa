package repo_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"wain/repo"
	"wain/repo/store"
	"wain/sign"
)

// taskVariable makes the test binary a publisher that does one task: its value is the task in JSON.
const taskVariable = "WAIN_TEST_PUBLISHER"

func TestMain(m *testing.M) {
	if text := os.Getenv(taskVariable); text != "" {
		os.Exit(publisher(text))
	}
	os.Exit(m.Run())
}

// A task is what one publisher does to a repository, in this process or in one of its own.
type task struct {
	Do    string // "publish", "add", "commit" (what was added), "promote", "remove", "rollback", "prune", "suite", "refresh", "rescan", "lose"
	Dir   string // the repository
	Paths []string
	Suite string
	Time  time.Time // noon where it is zero
	Base  string

	Bucket, Endpoint, Prefix string // of an object store, in place of Dir

	Awaits  bool // waits for dates that are ahead of the clock, as the program does
	NoLinks bool // neither symbolic nor hard ones
	Kill    int  // the process kills itself in this step, counted from 1

	fault func(step int, verb, name string) error // fails a step, in this process
	store store.Store                             // in place of Dir, in this process
}

// publisher is a process that does one task. Its exit code tells a conflict (4) from other errors (1).
func publisher(text string) int {
	var do task
	err := json.Unmarshal([]byte(text), &do)
	if err == nil {
		_, err = do.run(context.Background())
	}
	var exists *repo.ExistsError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exists):
		return 4
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// home is the task's store, which counts the steps of its commits.
func (do task) home(ctx context.Context) (store.Store, error) {
	if do.store != nil {
		return do.store, nil
	}
	var steps atomic.Int64 // files are staged side by side
	each := func(verb, name string) error {
		step := int(steps.Add(1))
		if step == do.Kill {
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		if do.fault != nil {
			return do.fault(step, verb, name)
		}
		return nil
	}
	if do.Bucket != "" {
		return store.NewS3(ctx, store.S3Options{Bucket: do.Bucket, Endpoint: do.Endpoint, Prefix: do.Prefix, Step: each})
	}
	return store.NewFolder(do.Dir, store.FolderOptions{NoSymlinks: do.NoLinks, NoHardLinks: do.NoLinks, Step: each}), nil
}

// await waits until the clock has come to a date.
func (do task) await(ctx context.Context, date time.Time) error {
	if !do.Awaits {
		return nil
	}
	select {
	case <-time.After(time.Until(date)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run does the task.
func (do task) run(ctx context.Context) (*repo.Result, error) {
	data, err := os.ReadFile("../fixtures/keys/" + house + ".key")
	if err != nil {
		return nil, err
	}
	k, err := sign.Read(data, nil)
	if err != nil {
		return nil, err
	}
	if do.Time.IsZero() {
		do.Time = noon
	}
	home, err := do.home(ctx)
	if err != nil {
		return nil, err
	}
	c := repo.Commit{Store: home, Time: do.Time, Await: do.await, Signer: signer(k), Jobs: 1}
	o := repo.Options{Commit: c, Paths: do.Paths, Suite: do.Suite, Origin: "Example Archive", BaseURL: do.Base}
	switch do.Do {
	case "lose": // the publisher's state
		return nil, os.RemoveAll(filepath.Join(do.Dir, ".wain"))
	case "publish", "commit":
		return repo.Publish(ctx, o)
	case "add":
		return repo.Add(ctx, o)
	case "rescan":
		o.Rescan = true
		return repo.Publish(ctx, o)
	case "promote":
		return repo.Promote(ctx, repo.PromoteOptions{Commit: c, From: do.Suite + "-staging", To: do.Suite})
	case "remove":
		return repo.Remove(ctx, repo.RemoveOptions{Commit: c, Suite: do.Suite, Packages: []repo.Selection{{Name: "python-myproject"}}, AllVersions: true})
	case "prune":
		return repo.Prune(ctx, repo.PruneOptions{Commit: c, Keep: 1})
	case "suite":
		set := func(c *repo.SuiteConfig) { c.ValidFor = 400 * 24 * time.Hour } // readers look a year later
		return repo.Configure(ctx, repo.ConfigureOptions{Commit: c, Suite: do.Suite, Set: set})
	case "refresh":
		o.Refresh = true
		return repo.Publish(ctx, o)
	case "rollback":
		return repo.Rollback(ctx, repo.RollbackOptions{Commit: c})
	}
	return nil, fmt.Errorf("no task %q", do.Do)
}

// must does the task, which must succeed.
func (do task) must(t testing.TB) *repo.Result {
	t.Helper()
	result, err := do.run(t.Context())
	if err != nil {
		t.Fatalf("%s: %v", do.Do, err)
	}
	return result
}

// process is the task as a process of its own, not yet started.
func (do task) process(t testing.TB) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(do)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), taskVariable+"="+string(text), "GOMAXPROCS=1")
	return cmd
}

// memory is a folder that is gone after the test, in memory where this machine has a file system for that: a test that
// kills processes, and pulls no plug, needs not wait for a disk.
func memory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "wain-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
