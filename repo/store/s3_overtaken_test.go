package store_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo/store"
)

// TestS3LostAnswerOvertaken: the head is written, the answer is lost, and another publisher commits before the first can
// look. The newest state names what the first committed, so it does not do it once more.
func TestS3LostAnswerOvertaken(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	for name, fault := range map[string]fixtures.S3Fault{"the connection breaks": {Drop: true}, "a gateway answers 412": {After: 412}} {
		t.Run(name, func(t *testing.T) {
			var written, overtaken atomic.Bool
			prefix := "overtaken-" + strings.ReplaceAll(name, " ", "-")
			fast := newS3(t, server, store.S3Options{Prefix: prefix})
			faulty := server.Faulty(t, func(r *http.Request) fixtures.S3Fault {
				switch {
				case !strings.Contains(r.URL.Path, "head.json"):
				case r.Method == http.MethodPut && !written.Swap(true):
					return fault
				case r.Method == http.MethodHead && written.Load() && !overtaken.Swap(true):
					return fixtures.S3Fault{Before: func() {
						if _, err := fast.Update(t.Context(), publish("fast")); err != nil {
							t.Error(err)
						}
					}}
				}
				return fixtures.S3Fault{}
			})
			slow := store.Hurry(newS3(t, faulty, store.S3Options{Prefix: prefix}), 0, time.Millisecond, 0)
			var told []bool
			changed, err := slow.Update(t.Context(), func(ctx context.Context, at store.Reader) (*store.Change, error) {
				told = append(told, store.Committed(ctx))
				change, err := publish("slow")(ctx, at)
				if change != nil {
					change.Head.Mark = "slow"
				}
				return change, err
			})
			if !changed || err != nil || !slices.Equal(told, []bool{false, true}) {
				t.Errorf("Update = %v, %v; told %v", changed, err, told)
			}
			if names := published(t, fast); !slices.Equal(names, []string{"slow", "fast"}) || !overtaken.Load() {
				t.Errorf("the repository has %v", names)
			}
		})
	}
}
