package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo/store"
)

// publisherVariable makes the test binary a publisher on S3: its value is the prefix of the repository.
const publisherVariable = "WAIN_TEST_S3_PREFIX"

func TestMain(m *testing.M) {
	if prefix := os.Getenv(publisherVariable); prefix != "" {
		if err := publisher(prefix, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// publisher publishes names, one after the other.
func publisher(prefix string, names []string) error {
	s, err := store.NewS3(context.Background(), store.S3Options{Bucket: "wain", Prefix: prefix})
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := s.Update(context.Background(), publish(name)); err != nil {
			return err
		}
	}
	return nil
}

// publish adds a name to a small repository: its state is the list of all names, which a head file and a tree show.
func publish(name string) store.Plan {
	return func(ctx context.Context, at store.Reader) (*store.Change, error) {
		data, err := store.ReadFile(ctx, at, ".wain/head.json")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		names := strings.Fields(string(data))
		c := &store.Change{}
		if !slices.Contains(names, name) {
			names = append(names, name)
			c.Pool = []store.File{{Name: "pool/" + name, Data: []byte(name)}}
			c.Head.State = &store.File{Name: ".wain/head.json", Data: []byte(strings.Join(names, "\n"))}
		}
		text := []byte(strings.Join(names, "\n"))
		folder := fmt.Sprintf("generations/%d-%s", len(names), names[len(names)-1])
		if c.Head.State != nil {
			c.Index = []store.File{
				{Name: folder + "/by-hash/" + names[len(names)-1], Data: text},
				{Name: folder + "/Packages", Link: folder + "/by-hash/" + names[len(names)-1]},
				{Name: folder + "/Release", Data: append([]byte("release\n"), text...)},
			}
		}
		c.Head.Files = []store.File{{Name: "suites.json", Data: text}}
		c.Head.Trees = []store.Tree{{
			Name: "dists/suite", Folder: folder, Hashed: []string{"by-hash/" + names[len(names)-1]}, Files: []string{"Packages", "Release"},
		}}
		return c, nil
	}
}

// published wants a repository that shows its state everywhere, and returns the names in it.
func published(t *testing.T, s store.Store) []string {
	t.Helper()
	read := func(name string) string {
		data, err := store.ReadFile(t.Context(), s, name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	state := read(".wain/head.json")
	for name, want := range map[string]string{"suites.json": state, "dists/suite/Packages": state, "dists/suite/Release": "release\n" + state} {
		if got := read(name); got != want {
			t.Errorf("%s has %d names, the state has %d: an older generation is shown", name, len(strings.Fields(got)), len(strings.Fields(want)))
		}
	}
	names := strings.Fields(state)
	for _, name := range names {
		if got := read("pool/" + name); got != name {
			t.Errorf("the package %s reads %q", name, got)
		}
	}
	return names
}

// TestS3ManyPublishers: sixteen publishers of one process commit at once, and nothing is lost.
func TestS3ManyPublishers(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	const publishers, rounds = 16, 3
	waited := atomic.Int64{}
	s := newS3(t, server, store.S3Options{Waiting: func() { waited.Add(1) }})
	var wg sync.WaitGroup
	for i := range publishers {
		wg.Go(func() {
			for round := range rounds {
				if _, err := s.Update(t.Context(), publish(fmt.Sprintf("%d-%d", i, round))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if names := published(t, s); len(names) != publishers*rounds {
		t.Errorf("%d names, want %d", len(names), publishers*rounds)
	}
	if waited.Load() == 0 {
		t.Error("no publisher ever lost a race: nothing was tested")
	}
}

// TestS3Processes: sixteen processes publish to one bucket, and five more are killed at any moment. What the others
// published is there.
func TestS3Processes(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const publishers, killed, rounds = 16, 5, 2
	prefix := "processes"
	var want []string
	var wg sync.WaitGroup
	for i := range publishers + killed {
		var names []string
		for round := range rounds {
			names = append(names, fmt.Sprintf("%d-%d", i, round))
		}
		cmd := exec.Command(program, names...)
		cmd.Env = append(os.Environ(), publisherVariable+"="+prefix, "GOMAXPROCS=1")
		var out strings.Builder
		cmd.Stderr = &out
		if i < publishers {
			want = append(want, names...)
		}
		wg.Go(func() {
			if err := cmd.Start(); err != nil {
				t.Error(err)
				return
			}
			if i >= publishers {
				time.Sleep(time.Duration(100+rand.IntN(1500)) * time.Millisecond)
				_ = cmd.Process.Signal(syscall.SIGKILL)
			}
			if err := cmd.Wait(); err != nil && i < publishers {
				t.Errorf("publisher %d: %v\n%s", i, err, out.String())
			}
		})
	}
	wg.Wait()
	s := newS3(t, server, store.S3Options{Prefix: prefix})
	// A killed one may have been the last to commit; the next publish completes it.
	if _, err := s.Update(t.Context(), publish("last")); err != nil {
		t.Fatal(err)
	}
	names := published(t, s)
	for _, name := range append(want, "last") {
		if !slices.Contains(names, name) {
			t.Errorf("%s is lost", name)
		}
	}
}

// TestS3Killed stops the second commit at each of its writes, as a kill would: what is public is whole but for the
// tree's two files, which follow each other; the next publisher needs no help and shows everything.
func TestS3Killed(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	dead := errors.New("killed")
	for stop := int64(1); ; stop++ {
		prefix := fmt.Sprintf("killed-%d", stop)
		s := newS3(t, server, store.S3Options{Prefix: prefix})
		if _, err := s.Update(t.Context(), publish("first")); err != nil {
			t.Fatal(err)
		}
		var steps atomic.Int64
		act := ""
		dying := newS3(t, server, store.S3Options{Prefix: prefix, Jobs: 1, Step: func(verb, name string) error {
			if steps.Add(1) < stop {
				return nil
			}
			if act == "" {
				act = verb + " " + name
			}
			return dead
		}})
		_, err := dying.Update(t.Context(), publish("second"))
		if act == "" {
			if err != nil || stop < 8 {
				t.Fatalf("only %d writes could fail (%v)", stop-1, err)
			}
			return
		}
		if !errors.Is(err, dead) {
			t.Fatalf("%s: %v, want the fault", act, err)
		}
		if _, err := s.Update(t.Context(), publish("third")); err != nil {
			t.Fatalf("%s: the next publish: %v", act, err)
		}
		names := published(t, s)
		if !slices.Contains(names, "first") || !slices.Contains(names, "third") {
			t.Errorf("%s: the repository has %v", act, names)
		}
	}
}

// TestS3PausedPublisher stops a publisher right before each of its writes to a name that readers know, when all its
// checks are done, lets another one publish meanwhile, and then lets it go on: it overwrites nothing newer.
func TestS3PausedPublisher(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	for _, name := range []string{".wain/head.json", "suites.json", "dists/suite/by-hash/slow", "dists/suite/Packages", "dists/suite/Release"} {
		t.Run(strings.ReplaceAll(name, "/", "_"), func(t *testing.T) {
			prefix := "paused-" + strconv.Itoa(len(name))
			fast := newS3(t, server, store.S3Options{Prefix: prefix})
			if _, err := fast.Update(t.Context(), publish("first")); err != nil {
				t.Fatal(err)
			}
			once := sync.Once{}
			paused := false
			slow := newS3(t, server, store.S3Options{Prefix: prefix, Step: func(verb, at string) error {
				if at == name {
					once.Do(func() {
						paused = true
						if _, err := fast.Update(t.Context(), publish("fast")); err != nil {
							t.Error(err)
						}
						published(t, fast)
					})
				}
				return nil
			}})
			if _, err := slow.Update(t.Context(), publish("slow")); err != nil {
				t.Fatal(err)
			}
			if !paused {
				t.Fatal("it was never paused")
			}
			names := published(t, fast)
			slices.Sort(names)
			if !slices.Equal(names, []string{"fast", "first", "slow"}) {
				t.Errorf("the repository has %v", names)
			}
		})
	}
}

// TestS3DeadMeanwhile: while a publisher writes the last of its heads, another one commits and dies. The first sees at
// its end that the head moved, and shows what the dead one committed.
func TestS3DeadMeanwhile(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	dead := errors.New("killed")
	var committed, paused atomic.Bool
	dying := newS3(t, server, store.S3Options{Prefix: "dead", Step: func(_, name string) error {
		if committed.Load() {
			return dead
		}
		committed.Store(name == ".wain/head.json")
		return nil
	}})
	slow := newS3(t, server, store.S3Options{Prefix: "dead", Step: func(_, name string) error {
		if name == "dists/suite/Release" && !paused.Swap(true) {
			if _, err := dying.Update(t.Context(), publish("dead")); !errors.Is(err, dead) {
				t.Errorf("the one that dies: %v", err)
			}
		}
		return nil
	}})
	if _, err := slow.Update(t.Context(), publish("slow")); err != nil {
		t.Fatal(err)
	}
	if names := published(t, slow); len(names) != 2 {
		t.Errorf("the repository has %v", names)
	}
}

// TestS3ContentReturns: a publisher is stopped before it writes Packages; another one goes back to the Packages that are
// there, and so has nothing to write. The first one's write is then carried out, for the ETag is what it was; it has to
// notice and put it right.
func TestS3ContentReturns(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	show := func(n int, packages string) store.Plan {
		return func(ctx context.Context, at store.Reader) (*store.Change, error) {
			data, err := store.ReadFile(ctx, at, ".wain/head.json")
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			c, shown := &store.Change{}, n
			if now, _ := strconv.Atoi(string(data)); store.Committed(ctx) {
				shown = now
			} else {
				c.Head.State = &store.File{Name: ".wain/head.json", Data: fmt.Append(nil, n)}
				c.Index = []store.File{{Name: fmt.Sprintf("g/%d/Packages", n), Data: []byte(packages)}, {Name: fmt.Sprintf("g/%d/Release", n), Data: fmt.Append(nil, n)}}
			}
			c.Head.Trees = []store.Tree{{Name: "dists/suite", Folder: fmt.Sprintf("g/%d", shown), Files: []string{"Packages", "Release"}}}
			return c, nil
		}
	}
	fast := newS3(t, server, store.S3Options{Prefix: "returns"})
	if _, err := fast.Update(t.Context(), show(1, "one")); err != nil {
		t.Fatal(err)
	}
	once := sync.Once{}
	slow := newS3(t, server, store.S3Options{Prefix: "returns", Step: func(_, name string) error {
		if name == "dists/suite/Packages" {
			once.Do(func() {
				if _, err := fast.Update(t.Context(), show(3, "one")); err != nil {
					t.Error(err)
				}
			})
		}
		return nil
	}})
	if _, err := slow.Update(t.Context(), show(2, "two")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"dists/suite/Packages": "one", "dists/suite/Release": "3"} {
		if got, err := store.ReadFile(t.Context(), fast, name); err != nil || string(got) != want {
			t.Errorf("%s reads %q, %v; want %q", name, got, err, want)
		}
	}
}

// TestS3Busy gives up when others are faster for longer than its patience.
func TestS3Busy(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	fast := newS3(t, server, store.S3Options{Prefix: "busy"})
	waits, n := 0, 0
	slow := newS3(t, server, store.S3Options{Prefix: "busy", Patience: 300 * time.Millisecond, Waiting: func() { waits++ }})
	_, err := slow.Update(t.Context(), func(ctx context.Context, at store.Reader) (*store.Change, error) {
		n++
		if _, err := fast.Update(ctx, publish(strconv.Itoa(n))); err != nil {
			t.Error(err)
		}
		return publish("slow")(ctx, at)
	})
	var busy *store.BusyError
	if !errors.As(err, &busy) || busy.Tries != n || waits != 1 {
		t.Errorf("Update: %v after %d plans and %d waits; want a *BusyError after one wait", err, n, waits)
	}
	if names := published(t, fast); len(names) != n || slices.Contains(names, "slow") {
		t.Errorf("the repository has %v", names)
	}
}

// TestS3Again: a plan that is made again after its own commit is told so; one that does not listen does nothing twice.
func TestS3Again(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	for _, listens := range []bool{true, false} {
		prefix := fmt.Sprintf("again-%v", listens)
		fast := newS3(t, server, store.S3Options{Prefix: prefix})
		once := sync.Once{}
		slow := newS3(t, server, store.S3Options{Prefix: prefix, Step: func(_, name string) error {
			if name == "suites.json" {
				once.Do(func() {
					if _, err := fast.Update(t.Context(), publish("fast")); err != nil {
						t.Error(err)
					}
				})
			}
			return nil
		}})
		var told []bool
		changed, err := slow.Update(t.Context(), func(ctx context.Context, at store.Reader) (*store.Change, error) {
			told = append(told, store.Committed(ctx))
			if listens {
				return publish("slow")(ctx, at)
			}
			return publish(fmt.Sprintf("slow-%d", len(told)))(ctx, at)
		})
		if !changed || err != nil || !slices.Equal(told, []bool{false, true}) {
			t.Errorf("Update = %v, %v; told %v", changed, err, told)
		}
		if names := published(t, fast); len(names) != 2 {
			t.Errorf("the repository has %v", names)
		}
	}
}
