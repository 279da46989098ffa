package store_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo/store"
)

var errTaken = errors.New("the name is taken")

// promote gives a package that is there a second name, unless the state says that the name has one.
func promote(from string) store.Plan {
	return func(ctx context.Context, at store.Reader) (*store.Change, error) {
		data, err := store.ReadFile(ctx, at, ".wain/head.json")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if len(data) > 0 && string(data) != from {
			return nil, errTaken
		}
		return &store.Change{
			Pool: []store.File{{Name: "pool/x.deb", Link: from}},
			Head: store.Head{State: &store.File{Name: ".wain/head.json", Data: []byte(from)}},
		}, nil
	}
}

// TestS3Promotions: two publishers give different packages one name in the pool. Who commits first has it, and the
// other one never writes over it.
func TestS3Promotions(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	for name, size := range map[string]int{"small": 10, "large": 3 << 20} {
		for _, commits := range []bool{true, false} {
			prefix := name + map[bool]string{true: "-commits", false: "-dies"}[commits]
			t.Run(prefix, func(t *testing.T) {
				for _, from := range []string{"a", "b"} {
					if err := server.Put(prefix+"/pool/"+from, []byte(strings.Repeat(from, size))); err != nil {
						t.Fatal(err)
					}
				}
				dead := errors.New("killed")
				fast := newS3(t, server, store.S3Options{Prefix: prefix, Step: func(_, name string) error {
					if name == ".wain/head.json" && !commits {
						return dead
					}
					return nil
				}})
				paused := false
				slow := newS3(t, server, store.S3Options{Prefix: prefix, Step: func(_, name string) error {
					if name == "pool/x.deb" && !paused {
						paused = true
						if _, err := fast.Update(t.Context(), promote("pool/b")); err != nil && !errors.Is(err, dead) {
							t.Error(err)
						}
					}
					return nil
				}})
				_, err := slow.Update(t.Context(), promote("pool/a"))
				var conflict *store.ConflictError
				if commits && !errors.Is(err, errTaken) || !commits && !errors.As(err, &conflict) {
					t.Errorf("Update: %v", err)
				}
				if got, err := store.ReadFile(t.Context(), slow, "pool/x.deb"); err != nil || string(got) != strings.Repeat("b", size) || !paused {
					t.Errorf("pool/x.deb begins with %.3q, %v", got, err)
				}
				if _, err := fast.Size(t.Context(), ".wain/head.json"); commits != (err == nil) {
					t.Error(err)
				}
				if commits || name == "large" {
					return
				}
				// The name is nobody's once it is old.
				store.Hurry(slow, 0, 0, time.Nanosecond)
				time.Sleep(1100 * time.Millisecond)
				for range 2 {
					if _, err := slow.Update(t.Context(), promote("pool/a")); err != nil {
						t.Fatal(err)
					}
				}
				if got, err := store.ReadFile(t.Context(), slow, "pool/x.deb"); err != nil || string(got) != strings.Repeat("a", size) {
					t.Errorf("pool/x.deb begins with %.3q, %v", got, err)
				}
			})
		}
	}
}
