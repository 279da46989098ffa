package store_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo/store"
)

// drop commits a state without any package and makes the package "old" stale.
func drop(_ context.Context, at store.Reader) (*store.Change, error) {
	if data, _ := store.ReadFile(context.Background(), at, ".wain/head.json"); string(data) != "old" {
		return nil, nil // somebody has it again
	}
	return &store.Change{
		Head:  store.Head{State: &store.File{Name: ".wain/head.json", Data: []byte("none\n")}},
		Stale: []string{"pool/old"},
	}, nil
}

// dropping has a publisher remove pool/old through a server that does what rule says with its DELETE.
func dropping(t *testing.T, server *fixtures.S3Server, prefix string, rule func(nth int) fixtures.S3Fault, retrying func()) *store.S3 {
	t.Helper()
	if _, err := newS3(t, server, store.S3Options{Prefix: prefix}).Update(t.Context(), publish("old")); err != nil {
		t.Fatal(err)
	}
	deletes := 0
	faulty := server.Faulty(t, func(r *http.Request) fixtures.S3Fault {
		if r.Method == http.MethodDelete && strings.HasSuffix(r.URL.Path, "/pool/old") {
			deletes++
			return rule(deletes)
		}
		return fixtures.S3Fault{}
	})
	return store.Hurry(newS3(t, faulty, store.S3Options{Prefix: prefix, Retrying: func(verb, _ string, _ error) {
		if verb == "delete" {
			retrying()
		}
	}}), 0, time.Millisecond, 0)
}

// TestS3RemovedAgain: a publisher has a package again that another one is about to remove.
func TestS3RemovedAgain(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	again := func(prefix string, step func(name string)) {
		s := newS3(t, server, store.S3Options{Prefix: prefix, Step: func(_, name string) error {
			step(name)
			return nil
		}})
		if _, err := s.Update(t.Context(), publish("old")); err != nil {
			t.Error(err)
		}
	}
	have := func(prefix string) {
		t.Helper()
		if _, err := newS3(t, server, store.S3Options{Prefix: prefix}).Size(t.Context(), "pool/old"); err != nil {
			t.Errorf("the package is indexed and gone: %v", err)
		}
	}

	t.Run("before a second try", func(t *testing.T) {
		s := dropping(t, server, "try", func(nth int) fixtures.S3Fault {
			return map[int]fixtures.S3Fault{1: {Status: http.StatusServiceUnavailable}}[nth]
		}, func() { again("try", func(string) {}) })
		if _, err := s.Update(t.Context(), drop); err != nil {
			t.Fatal(err)
		}
		have("try")
	})

	t.Run("after a try whose answer was lost", func(t *testing.T) {
		placed, decide, done := make(chan bool), make(chan bool), make(chan bool)
		s := dropping(t, server, "lost", func(nth int) fixtures.S3Fault {
			return map[int]fixtures.S3Fault{1: {Drop: true}}[nth]
		}, func() {
			go func() {
				defer close(done)
				again("lost", func(name string) {
					if name == ".wain/head.json" {
						close(placed)
						<-decide
					}
				})
			}()
			<-placed
		})
		time.Sleep(1100 * time.Millisecond) // the server's times are in seconds
		_, err := s.Update(t.Context(), drop)
		close(decide)
		if <-done; err != nil {
			t.Fatal(err)
		}
		have("lost")
	})

	t.Run("while the request is on its way", func(t *testing.T) {
		sent, goOn, done := make(chan bool), make(chan bool), make(chan bool)
		s := dropping(t, server, "way", func(int) fixtures.S3Fault {
			return fixtures.S3Fault{Before: func() {
				close(sent)
				<-goOn
			}}
		}, func() {})
		go func() {
			defer close(done)
			if _, err := s.Update(t.Context(), drop); err != nil {
				t.Error(err)
			}
		}()
		<-sent
		var once sync.Once
		again("way", func(name string) {
			if name == "dists/suite/Release" {
				once.Do(func() {
					close(goOn)
					<-done
				})
			}
		})
		<-done
		have("way")
	})
}
