package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo/store"
)

// hashed publishes generation n of a suite whose tree shows the files of the last four, or, with more, a further suite.
func hashed(n int, more string) store.Plan {
	return func(ctx context.Context, at store.Reader) (*store.Change, error) {
		data, err := store.ReadFile(ctx, at, ".wain/head.json")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		now, name := 0, ""
		_, _ = fmt.Sscan(string(data), &now, &name)
		c := &store.Change{}
		if !store.Committed(ctx) {
			if more == "" {
				now = n
				folder := fmt.Sprintf("g/%d", n)
				c.Index = []store.File{{Name: folder + "/by-hash/" + fmt.Sprint(n), Data: fmt.Append(nil, n)}, {Name: folder + "/Release", Data: fmt.Append(nil, n)}}
				c.Stale = []string{fmt.Sprintf("dists/suite/by-hash/%d", n-4), fmt.Sprintf("pool/%d", n-4)}
			}
			c.Head.State = &store.File{Name: ".wain/head.json", Data: fmt.Appendf(nil, "%d %s%s", now, name, more)}
		}
		tree := store.Tree{Name: "dists/suite", Folder: fmt.Sprintf("g/%d", now), Hashed: []string{fmt.Sprintf("by-hash/%d", now)}, Files: []string{"Release"}}
		for i := max(1, now-3); i < now; i++ {
			tree.Past = append(tree.Past, store.Link{Name: fmt.Sprintf("by-hash/%d", i), From: fmt.Sprintf("g/%d/by-hash/%d", i, i)})
		}
		if more == "again" || name == "again" { // it shows the first file again
			tree.Past = append(tree.Past, store.Link{Name: "by-hash/1", From: "g/1/by-hash/1"})
		}
		c.Head.Trees = []store.Tree{tree}
		return c, nil
	}
}

// TestS3OvertakenStale: a publisher that is overtaken after its commit removes all the same what its tree no longer
// shows; not what the newest one shows again, and no package, which the newest may have again.
func TestS3OvertakenStale(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	for more, want := range map[string][]string{"x": {"13", "14", "15", "16"}, "again": {"1", "13", "14", "15", "16"}} {
		t.Run(more, func(t *testing.T) {
			fast := newS3(t, server, store.S3Options{Prefix: more})
			for n := range 16 {
				if err := server.Put(fmt.Sprintf("%s/pool/%d", more, n+1), []byte("package")); err != nil {
					t.Fatal(err)
				}
				overtaken := false
				slow := store.Hurry(newS3(t, server, store.S3Options{Prefix: more, Step: func(_, name string) error {
					if name == "dists/suite/Release" && !overtaken {
						overtaken = true
						if more != "again" || n == 4 {
							if _, err := fast.Update(t.Context(), hashed(0, more)); err != nil {
								t.Error(err)
							}
						}
					}
					return nil
				}}), 0, time.Millisecond, 0)
				if _, err := slow.Update(t.Context(), hashed(n+1, "")); err != nil || !overtaken {
					t.Fatal(overtaken, err)
				}
				if _, err := fast.Size(t.Context(), "dists/suite/by-hash/1"); more == "again" && err != nil {
					t.Fatal(err)
				}
			}
			entries, err := fast.List(t.Context(), "dists/suite/by-hash")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, entry := range entries {
				got = append(got, entry.Name)
			}
			if !slices.Equal(got, want) {
				t.Errorf("the tree has %v, want %v", got, want)
			}
			if _, err := fast.Size(t.Context(), "pool/1"); more == "x" && err != nil {
				t.Error(err)
			}
		})
	}
}
