package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo/store"
)

// TestS3LostAnswers has the server carry writes out whose answers the publisher never sees.
func TestS3LostAnswers(t *testing.T) {
	server := fixtures.S3(t)
	for name, fault := range map[string]fixtures.S3Fault{"the connection breaks": {Drop: true}, "a gateway answers 500": {After: 500}, "a gateway answers 412": {After: 412}} {
		for _, target := range []string{"head.json", "pool/", "suites.json", "Release"} {
			t.Run(name+" on "+strings.Trim(target, "/"), func(t *testing.T) {
				var faults atomic.Int64
				faulty := server.Faulty(t, func(r *http.Request) fixtures.S3Fault {
					if r.Method == http.MethodPut && strings.Contains(r.URL.Path, target) && faults.Add(1) == 1 {
						return fault
					}
					return fixtures.S3Fault{}
				})
				faulty.Setenv(t)
				plans := 0
				s := store.Hurry(newS3(t, faulty, store.S3Options{}), 0, time.Millisecond, 0)
				changed, err := s.Update(t.Context(), func(ctx context.Context, at store.Reader) (*store.Change, error) {
					plans++
					return publish("one")(ctx, at)
				})
				if err != nil || !changed || plans != 1 {
					t.Errorf("Update = %v, %v after %d plans; want true, nil after one", changed, err, plans)
				}
				if names := published(t, s); len(names) != 1 || faults.Load() == 0 {
					t.Errorf("the repository has %v after %d faults", names, faults.Load())
				}
			})
		}
	}
}

// TestS3Weather publishes through a proxy that fails one request in five in one way or another.
func TestS3Weather(t *testing.T) {
	server := fixtures.S3(t)
	faults := []fixtures.S3Fault{{Status: 500}, {Status: 503}, {Status: 502}, {Status: 504}, {Drop: true}, {After: 500}}
	faulty := server.Faulty(t, func(*http.Request) fixtures.S3Fault {
		if rand.IntN(5) == 0 {
			return faults[rand.IntN(len(faults))]
		}
		return fixtures.S3Fault{}
	})
	faulty.Setenv(t)
	s := store.Hurry(newS3(t, faulty, store.S3Options{}), 0, time.Millisecond, 0)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for round := range 3 {
				if _, err := s.Update(t.Context(), publish(fmt.Sprintf("%d-%d", i, round))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if names := published(t, s); len(names) != 12 {
		t.Errorf("%d names, want 12", len(names))
	}
}
