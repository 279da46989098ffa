// Package storetest is the conformance suite of [store.Store]: what every home of a repository's bytes must do,
// whatever it is made of. A store's test is a constructor and one call of [Run].
package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wain/repo/store"
)

// A Trait is something that a home may do, and others do not.
type Trait int

// LeavesUnnamed is a home whose failed commits leave files of the pool and the index behind, which no state names: what
// is stored at once, without a staging area, may be needed by another publisher before it can be taken back.
const LeavesUnnamed Trait = 1

// Run tests the stores that open returns. Each call of open must return a new, empty one.
func Run(t *testing.T, open func(t *testing.T) store.Store, traits ...Trait) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, s store.Store)
	}{
		{"an empty store", testEmpty},
		{"every part of a change can be read back", testChange},
		{"a listing tells files from folders", testList},
		{"nothing to do changes nothing", testNothing},
		{"the same head again changes nothing", testSameHead},
		{"a tree shows one generation, then the next", testTree},
		{"a tree keeps its past until that is stale", testPast},
		{"a link outlives what it was made from", testLink},
		{"a second name of a folder, or none", testAlias},
		{"the same files again change nothing", testAgain},
		{"names with characters that mean something elsewhere", testCharacters},
		{"an object is read in any order", testReads},
		{"a listing tells when a file was written", testModified},
		{"a thousand files", testMany},
		{"a plan that fails changes nothing", testPlanFails},
		{"a source that fails changes nothing", testSourceFails},
		{"other bytes than planned are refused", testContent},
		{"a name outside of the store is refused", testNames},
		{"a cancelled update changes nothing", testCancelled},
		{"updates take turns", testTurns},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := open(t)
			if slices.Contains(traits, LeavesUnnamed) {
				s = leaving{s}
			}
			test.run(t, s)
		})
	}
}

// leaving marks a store that LeavesUnnamed.
type leaving struct{ store.Store }

func testEmpty(t *testing.T, s store.Store) {
	if _, err := s.Open(t.Context(), "a/b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of an absent object: %v, want fs.ErrNotExist", err)
	}
	if _, err := s.Size(t.Context(), "a/b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Size of an absent object: %v, want fs.ErrNotExist", err)
	}
	entries, err := s.List(t.Context(), "a")
	if err != nil || len(entries) != 0 {
		t.Errorf("List of an absent folder: %v, %v, want nothing", entries, err)
	}
}

func testChange(t *testing.T, s store.Store) {
	commit(t, s, generation(1))
	want := map[string]string{
		"pool/p/package+1~rc1.deb":    "package 1",
		"generations/1/by-hash/one":   "index 1",
		"generations/1/Release":       "release 1",
		".wain/generations/1.json":    "state 1",
		".wain/head.json":             "head 1",
		"key.asc":                     "key",
		"dists/bookworm/by-hash/one":  "index 1",
		"dists/bookworm/Release":      "release 1",
		"generations/1/by-hash/again": "index 1",
	}
	if diff := cmp.Diff(want, content(t, s, ".")); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
	o, err := s.Open(t.Context(), "key.asc")
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	part := make([]byte, 2)
	if _, err := o.ReadAt(part, 1); err != nil || string(part) != "ey" || o.Size() != 3 {
		t.Errorf("ReadAt %q, %v; Size %d; want \"ey\" of 3 bytes", part, err, o.Size())
	}
	if size, err := s.Size(t.Context(), "dists/bookworm/Release"); err != nil || size != 9 {
		t.Errorf("Size = %d, %v; want 9", size, err)
	}
}

func testList(t *testing.T, s store.Store) {
	commit(t, s, generation(1))
	got, err := s.List(t.Context(), "generations/1")
	if err != nil {
		t.Fatal(err)
	}
	want := []store.Entry{{Name: "Release"}, {Name: "by-hash", Folder: true}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(store.Entry{}, "Modified")); diff != "" {
		t.Errorf("List (-want +got):\n%s", diff)
	}
	if got, err = s.List(t.Context(), "dists"); err != nil || !cmp.Equal(got, []store.Entry{{Name: "bookworm", Folder: true}}) {
		t.Errorf("a tree in a listing: %v, %v; want a folder", got, err)
	}
	if got, err = s.List(t.Context(), "key.asc"); err != nil || len(got) != 0 {
		t.Errorf("List of a file: %v, %v; want nothing", got, err)
	}
}

func testNothing(t *testing.T, s store.Store) {
	changed, err := s.Update(t.Context(), func(context.Context, store.Reader) (*store.Change, error) { return nil, nil })
	if changed || err != nil {
		t.Errorf("Update = %v, %v; want false, nil", changed, err)
	}
	if got := content(t, s, "."); len(got) != 0 {
		t.Errorf("the store holds %v", got)
	}
}

func testSameHead(t *testing.T, s store.Store) {
	commit(t, s, generation(1))
	again := &store.Change{Head: generation(1).Head}
	again.Head.State = nil
	if changed := commit(t, s, again); changed {
		t.Error("the same head changed the store")
	}
}

func testTree(t *testing.T, s store.Store) {
	commit(t, s, generation(1))
	second := generation(2)
	second.Head.Trees[0].Past = []store.Link{{Name: "by-hash/one", From: "generations/1/by-hash/one"}, {Name: "by-hash/none", From: "absent"}}
	second.Stale = []string{"generations/1", "absent"}
	if changed := commit(t, s, second); !changed {
		t.Error("a new generation did not change the store")
	}
	want := map[string]string{"by-hash/one": "index 1", "by-hash/two": "index 2", "Release": "release 2"}
	if diff := cmp.Diff(want, content(t, s, "dists/bookworm")); diff != "" {
		t.Errorf("the tree (-want +got):\n%s", diff)
	}
	if got := content(t, s, "generations/1"); len(got) != 0 {
		t.Errorf("a stale folder is still there: %v", got)
	}
}

func testLink(t *testing.T, s store.Store) {
	commit(t, s, generation(1))
	commit(t, s, &store.Change{
		Index: []store.File{{Name: "generations/2/by-hash/one", Link: "generations/1/by-hash/one"}},
		Stale: []string{"generations/1/by-hash/one"},
	})
	if got := read(t, s, "generations/2/by-hash/one"); got != "index 1" {
		t.Errorf("the link reads %q", got)
	}
	unchanged(t, s, &store.Change{Index: []store.File{{Name: "x", Link: "absent"}}}, fs.ErrNotExist)
}

func testPlanFails(t *testing.T, s store.Store) {
	commit(t, s, generation(1))
	before := content(t, s, ".")
	broken := errors.New("broken")
	changed, err := s.Update(t.Context(), func(context.Context, store.Reader) (*store.Change, error) { return generation(2), broken })
	if changed || !errors.Is(err, broken) {
		t.Errorf("Update = %v, %v; want false and the plan's error", changed, err)
	}
	if diff := cmp.Diff(before, content(t, s, ".")); diff != "" {
		t.Errorf("content (-before +after):\n%s", diff)
	}
}

func testSourceFails(t *testing.T, s store.Store) {
	commit(t, s, generation(1))
	full := errors.New("no space left on device")
	change := generation(2)
	change.Index[1] = store.File{Name: "generations/2/Release", Size: 9, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader([]byte("rele")), failing{full})), nil
	}}
	unchanged(t, s, change, full)
	change.Index[1].Open = func() (io.ReadCloser, error) { return nil, full }
	unchanged(t, s, change, full)
}

func testContent(t *testing.T, s store.Store) {
	commit(t, s, generation(1))
	for _, got := range []string{"", "packag", "package 22", "package X"} {
		change := generation(2)
		change.Pool[0].Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte(got))), nil }
		var wrong *store.ContentError
		err := unchanged(t, s, change, nil)
		if !errors.As(err, &wrong) || wrong.Name != change.Pool[0].Name {
			t.Errorf("%q instead of the package: %v, want a *ContentError", got, err)
		}
	}
}

func testNames(t *testing.T, s store.Store) {
	for _, name := range []string{"", ".", "..", "../x", "a/../../x", "/etc/passwd", "a//b", "a/", `a\b`, "a\x00b", ".wain", ".wain/lock", ".wain/conditions", ".wain/staged/1"} {
		unchanged(t, s, &store.Change{Pool: []store.File{{Name: name, Data: []byte("x")}}}, nil)
		unchanged(t, s, &store.Change{Stale: []string{name}}, nil)
		unchanged(t, s, &store.Change{Head: store.Head{Trees: []store.Tree{{Name: name, Folder: "f", Files: []string{"g"}}}}}, nil)
	}
	unchanged(t, s, &store.Change{Pool: []store.File{{Name: "sourceless"}}}, nil)
}

func testCancelled(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	changed, err := s.Update(ctx, func(context.Context, store.Reader) (*store.Change, error) { return generation(1), nil })
	if changed || !errors.Is(err, context.Canceled) {
		t.Errorf("Update = %v, %v; want false and the cancellation", changed, err)
	}
	if got := content(t, s, "."); len(got) != 0 {
		t.Errorf("the store holds %v", got)
	}
}

// testTurns counts in the store: an update that does not see the one before it loses a step.
func testTurns(t *testing.T, s store.Store) {
	const workers, steps = 8, 5
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range steps {
				_, err := s.Update(t.Context(), countUp)
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := read(t, s, ".wain/head.json"); got != strconv.Itoa(workers*steps) {
		t.Errorf("counted to %s, want %d", got, workers*steps)
	}
}

func countUp(ctx context.Context, at store.Reader) (*store.Change, error) {
	data, err := store.ReadFile(ctx, at, ".wain/head.json")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	n, _ := strconv.Atoi(string(data))
	return &store.Change{Head: store.Head{State: &store.File{Name: ".wain/head.json", Data: []byte(strconv.Itoa(n + 1))}}}, nil
}

// generation is a change with something in each part.
func generation(n int) *store.Change {
	word := map[int]string{1: "one", 2: "two", 3: "three"}[n]
	folder := fmt.Sprintf("generations/%d", n)
	index := []store.File{
		{Name: folder + "/by-hash/" + word, Data: fmt.Appendf(nil, "index %d", n)},
		{Name: folder + "/Release", Data: fmt.Appendf(nil, "release %d", n)},
		{Name: fmt.Sprintf(".wain/generations/%d.json", n), Data: fmt.Appendf(nil, "state %d", n)},
		{Name: folder + "/by-hash/again", Link: folder + "/by-hash/" + word},
	}
	pkg := fmt.Sprintf("package %d", n)
	sum := sha256.Sum256([]byte(pkg))
	return &store.Change{
		Pool: []store.File{{
			Name: fmt.Sprintf("pool/p/package+%d~rc1.deb", n), Size: int64(len(pkg)), SHA256: hex.EncodeToString(sum[:]),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte(pkg))), nil },
		}},
		Index: index,
		Head: store.Head{
			State: &store.File{Name: ".wain/head.json", Data: fmt.Appendf(nil, "head %d", n)},
			Files: []store.File{{Name: "key.asc", Data: []byte("key")}},
			Trees: []store.Tree{{Name: "dists/bookworm", Folder: folder, Hashed: []string{"by-hash/" + word}, Files: []string{"Release"}}},
		},
	}
}

func commit(t *testing.T, s store.Store, change *store.Change) bool {
	t.Helper()
	changed, err := s.Update(t.Context(), func(context.Context, store.Reader) (*store.Change, error) { return change, nil })
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// unchanged wants change to fail, with want if given, and the store to stay as it is. It returns the error.
func unchanged(t *testing.T, s store.Store, change *store.Change, want error) error {
	t.Helper()
	before := content(t, s, ".")
	changed, err := s.Update(t.Context(), func(context.Context, store.Reader) (*store.Change, error) { return change, nil })
	if err == nil || changed {
		t.Errorf("Update = %v, %v; want an error", changed, err)
	}
	if want != nil && !errors.Is(err, want) {
		t.Errorf("Update: %v, want %v", err, want)
	}
	after := content(t, s, ".")
	if _, leaves := s.(leaving); leaves {
		for _, file := range slices.Concat(change.Pool, change.Index) {
			if _, was := before[file.Name]; !was {
				delete(after, file.Name)
			}
		}
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("content (-before +after):\n%s", diff)
	}
	return err
}

// content returns all that lies below a folder but for the store's own files. In a tree, only what its generation
// names counts: a store made of links may show more.
func content(t *testing.T, s store.Store, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	var walk func(name, rest string)
	walk = func(name, rest string) {
		entries, err := s.List(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			below := rest + e.Name
			full := below
			if folder != "." {
				full = folder + "/" + below
			}
			switch {
			case e.Folder:
				walk(full, below+"/")
			case full != ".wain/lock" && full != ".wain/conditions" && !(e.Name == "again" && full[0] == 'd'):
				found[below] = read(t, s, full)
			}
		}
	}
	walk(folder, "")
	if folder == "dists/bookworm" {
		delete(found, "by-hash/again")
	}
	return found
}

func read(t *testing.T, s store.Store, name string) string {
	t.Helper()
	data, err := store.ReadFile(t.Context(), s, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
