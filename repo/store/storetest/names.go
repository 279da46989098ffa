package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/repo/store"
)

// testPast wants files of the first generation to be there with the third, and gone when they are stale.
func testPast(t *testing.T, s store.Store) {
	commit(t, s, generation(1))
	past := []store.Link{{Name: "by-hash/one", From: "generations/1/by-hash/one"}, {Name: "by-hash/none", From: "absent"}}
	second := generation(2)
	second.Head.Trees[0].Past = past
	commit(t, s, second)
	third := generation(3)
	third.Head.Trees[0].Past = append([]store.Link{{Name: "by-hash/two", From: "generations/2/by-hash/two"}}, past...)
	commit(t, s, third)
	want := map[string]string{"by-hash/one": "index 1", "by-hash/two": "index 2", "by-hash/three": "index 3", "Release": "release 3"}
	if diff := cmp.Diff(want, content(t, s, "dists/bookworm")); diff != "" {
		t.Errorf("the tree (-want +got):\n%s", diff)
	}
	stale := &store.Change{Head: third.Head, Stale: []string{"dists/bookworm/by-hash/one", "generations/1"}}
	stale.Head.State = nil
	stale.Head.Trees[0].Past = third.Head.Trees[0].Past[:1]
	commit(t, s, stale)
	delete(want, "by-hash/one")
	if diff := cmp.Diff(want, content(t, s, "dists/bookworm")); diff != "" {
		t.Errorf("the tree without its stale past (-want +got):\n%s", diff)
	}
}

// testAlias reads through a second name of a folder where the store says that it has such; elsewhere it is left out.
func testAlias(t *testing.T, s store.Store) {
	able := false
	_, err := s.Update(t.Context(), func(_ context.Context, at store.Reader) (*store.Change, error) {
		able = store.Aliases(at)
		return &store.Change{Pool: []store.File{{Name: "pool/x", Data: []byte("x")}}, Index: []store.File{{Name: "top/also", Alias: "pool"}}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := store.ReadFile(t.Context(), s, "top/also/x")
	if able && (err != nil || string(got) != "x") || !able && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("through the alias (%v): %q, %v", able, got, err)
	}
}

// testAgain commits what is there already, as a publisher does that follows one that was killed.
func testAgain(t *testing.T, s store.Store) {
	commit(t, s, generation(1))
	before := content(t, s, ".")
	commit(t, s, generation(1))
	if diff := cmp.Diff(before, content(t, s, ".")); diff != "" {
		t.Errorf("content (-before +after):\n%s", diff)
	}
}

// testCharacters writes, reads, lists, links and removes names that URLs, headers and XML would have otherwise.
func testCharacters(t *testing.T, s store.Store) {
	names := []string{"a+b~1^git.deb", "1:2-3.deb", "100%.deb", "%2B.deb", "with space.deb", "ü&=?#'.deb", "a@b,c;d!$().deb", ".hidden", "<&>\".deb", "*"}
	first, second := &store.Change{}, &store.Change{}
	for _, name := range names {
		first.Pool = append(first.Pool, store.File{Name: "pool/" + name + "/" + name, Data: []byte("content of " + name)})
		second.Index = append(second.Index, store.File{Name: "linked/" + name, Link: "pool/" + name + "/" + name})
		second.Stale = append(second.Stale, "pool/"+name)
	}
	commit(t, s, first)
	slices.Sort(names)
	for _, name := range names {
		if got := read(t, s, "pool/"+name+"/"+name); got != "content of "+name {
			t.Errorf("%s reads %q", name, got)
		}
		if size, err := s.Size(t.Context(), "pool/"+name+"/"+name); err != nil || size != int64(len("content of "+name)) {
			t.Errorf("Size of %s: %d, %v", name, size, err)
		}
		if diff := cmp.Diff([]string{name}, list(t, s, "pool/"+name)); diff != "" {
			t.Errorf("the folder %s (-want +got):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(names, list(t, s, "pool")); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
	commit(t, s, second)
	if diff := cmp.Diff(names, list(t, s, "linked")); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	for _, name := range names {
		if got := read(t, s, "linked/"+name); got != "content of "+name {
			t.Errorf("the link %s reads %q", name, got)
		}
	}
	if left := list(t, s, "pool"); len(left) != 0 {
		t.Errorf("stale names are there: %q", left)
	}
}

// testReads reads a larger object from its start, at once from places in it, and beyond its end.
func testReads(t *testing.T, s store.Store) {
	var text strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&text, "%07d\n", i)
	}
	data := []byte(text.String())
	commit(t, s, &store.Change{Pool: []store.File{{Name: "large", Data: data}, {Name: "none", Data: []byte{}}}})
	o, err := s.Open(t.Context(), "large")
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	for _, offset := range []int{800_000, 0, len(data) - 8} {
		part := make([]byte, 8)
		if _, err := o.ReadAt(part, int64(offset)); err != nil || !bytes.Equal(part, data[offset:offset+8]) {
			t.Errorf("at %d: %q, %v", offset, part, err)
		}
	}
	if n, err := o.ReadAt(make([]byte, 10), int64(len(data)-4)); n != 4 || err != io.EOF {
		t.Errorf("over the end: %d bytes, %v; want 4, EOF", n, err)
	}
	if all, err := io.ReadAll(o); err != nil || !bytes.Equal(all, data) {
		t.Errorf("%d bytes from the start, %v; want all %d", len(all), err, len(data))
	}
	if got := read(t, s, "none"); got != "" {
		t.Errorf("an empty object reads %q", got)
	}
}

// testModified wants a time near now, or none.
func testModified(t *testing.T, s store.Store) {
	commit(t, s, generation(1))
	entries, err := s.List(t.Context(), "generations/1")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if off := time.Since(e.Modified).Abs(); e.Folder && !e.Modified.IsZero() || !e.Modified.IsZero() && off > time.Hour {
			t.Errorf("%s (folder: %v) was written %s from now", e.Name, e.Folder, off)
		}
	}
}

// testMany is more than one page of any listing, and more than what is worked on at once.
func testMany(t *testing.T, s store.Store) {
	const files, links = 1_010, 40
	change := &store.Change{}
	for i := range files {
		change.Pool = append(change.Pool, store.File{Name: fmt.Sprintf("pool/all/%04d", i), Data: fmt.Append(nil, i)})
	}
	for i := range links {
		change.Pool = append(change.Pool, store.File{Name: fmt.Sprintf("pool/%d/%04d", i%2, i), Link: fmt.Sprintf("pool/all/%04d", i)})
	}
	commit(t, s, change)
	names := list(t, s, "pool/all")
	if len(names) != files || names[0] != "0000" || names[files-1] != fmt.Sprint(files-1) {
		t.Errorf("%d names from %q to %q", len(names), names[0], names[len(names)-1])
	}
	if got := read(t, s, "pool/all/1009") + read(t, s, "pool/1/0039"); got != "100939" {
		t.Errorf("the last ones read %q", got)
	}
	commit(t, s, &store.Change{Stale: []string{"pool/all"}})
	if names := list(t, s, "pool"); !cmp.Equal(names, []string{"0", "1"}) {
		t.Errorf("left are %q", names)
	}
}

func list(t *testing.T, s store.Store, folder string) []string {
	t.Helper()
	entries, err := s.List(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	return names
}
