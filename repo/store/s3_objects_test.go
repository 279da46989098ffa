package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo/store"
)

// TestS3Conditions: a server that ignores conditions is found out before anything is written, unless there is but one
// publisher; one that honours them is asked once.
func TestS3Conditions(t *testing.T) {
	plain := fixtures.PlainS3(t)
	plain.Setenv(t)
	_, err := newS3(t, plain, store.S3Options{Prefix: "p"}).Update(t.Context(), publish("one"))
	var unconditional *store.UnconditionalError
	if !errors.As(err, &unconditional) {
		t.Errorf("Update: %v, want an *UnconditionalError", err)
	}
	if keys := plain.Keys(t, ""); len(keys) != 0 {
		t.Errorf("left are %v", keys)
	}
	single := newS3(t, plain, store.S3Options{Prefix: "p", SinglePublisher: true})
	for _, name := range []string{"one", "two"} {
		if _, err := single.Update(t.Context(), publish(name)); err != nil {
			t.Fatal(err)
		}
	}
	published(t, single)

	server := fixtures.S3(t)
	server.Setenv(t)
	if _, err := newS3(t, server, store.S3Options{Prefix: "q"}).Update(t.Context(), publish("one")); err != nil {
		t.Fatal(err)
	}
	probes := 0
	second := newS3(t, server, store.S3Options{Prefix: "q", Step: func(verb, name string) error {
		if strings.HasPrefix(name, ".wain/conditions") {
			probes++
		}
		return nil
	}})
	if _, err := second.Update(t.Context(), publish("two")); err != nil || probes != 0 {
		t.Errorf("the second publisher: %d probes, %v", probes, err)
	}
	for _, key := range server.Keys(t, "q/.wain") {
		if strings.HasPrefix(key, "q/.wain/conditions-") {
			t.Errorf("the probe %s is left", key)
		}
	}
}

// recorder counts the requests that pass.
type recorder struct {
	mu   sync.Mutex
	seen []string
}

func (r *recorder) rule(req *http.Request) fixtures.S3Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, req.Method+" "+req.URL.Path)
	return fixtures.S3Fault{}
}

// TestS3NothingToDo: a publish that changes nothing reads the head once, looks at what is public, and writes nothing.
func TestS3NothingToDo(t *testing.T) {
	server := fixtures.S3(t)
	var r recorder
	faulty := server.Faulty(t, r.rule)
	faulty.Setenv(t)
	for _, name := range []string{"one", "two"} {
		if _, err := newS3(t, faulty, store.S3Options{Prefix: "p"}).Update(t.Context(), publish(name)); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d requests to publish %s", len(r.seen), name)
		r.seen = nil
	}
	changed, err := newS3(t, faulty, store.S3Options{Prefix: "p"}).Update(t.Context(), publish("two"))
	if changed || err != nil {
		t.Errorf("Update = %v, %v; want false, nil", changed, err)
	}
	if len(r.seen) > 4 {
		t.Errorf("%d requests: %v", len(r.seen), r.seen)
	}
	for _, request := range r.seen {
		if !strings.HasPrefix(request, "GET ") && !strings.HasPrefix(request, "HEAD ") {
			t.Errorf("it sent %s", request)
		}
	}
}

// TestS3Retries: failures that may pass are tried again, others are not, and no error shows a secret.
func TestS3Retries(t *testing.T) {
	server := fixtures.S3(t)
	for _, test := range []struct {
		fault fixtures.S3Fault
		times int64 // that it happens
		fails bool
	}{
		{fixtures.S3Fault{Status: 503}, 3, false},
		{fixtures.S3Fault{Status: 500}, 3, false},
		{fixtures.S3Fault{Hang: true}, 1, false},
		{fixtures.S3Fault{Drop: true}, 3, false},
		{fixtures.S3Fault{Status: 503}, 1000, true},
		{fixtures.S3Fault{Status: 403}, 2, true}, // a HEAD is asked twice, in case our clock jumped
	} {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			var on atomic.Bool
			var left atomic.Int64
			faulty := server.Faulty(t, func(*http.Request) fixtures.S3Fault {
				if on.Load() && left.Add(-1) >= 0 {
					return test.fault
				}
				return fixtures.S3Fault{}
			})
			faulty.Setenv(t)
			s := store.Hurry(newS3(t, faulty, store.S3Options{}), 500*time.Millisecond, time.Millisecond, 0)
			store.Shrink(s, 1<<30, 1<<30, 1<<10, 1<<20)
			if _, err := s.Update(t.Context(), publish("one")); err != nil {
				t.Fatal(err)
			}
			on.Store(true)
			for name, act := range map[string]func() error{
				"read":   func() error { _, err := store.ReadFile(t.Context(), s, "pool/one"); return err },
				"size":   func() error { _, err := s.Size(t.Context(), "pool/one"); return err },
				"list":   func() error { _, err := s.List(t.Context(), "pool"); return err },
				"change": func() error { _, err := s.Update(t.Context(), publish("two")); return err },
			} {
				left.Store(test.times)
				err := act()
				if test.fails != (err != nil) {
					t.Errorf("%s: %v", name, err)
				}
				if err == nil {
					continue
				}
				var told *store.S3Error
				if !errors.As(err, &told) || strings.Contains(err.Error(), "test-only-secret") {
					t.Errorf("%s: %v, want an *S3Error without a secret", name, err)
				}
				if test.fault.Status == 403 && left.Load() < 0 {
					t.Errorf("%s: a refusal was tried again", name)
				}
			}
		})
	}
}

// TestS3Headers looks at objects as everybody sees them, with curl for the names that URLs have otherwise.
func TestS3Headers(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	s := newS3(t, server, store.S3Options{Prefix: "public"})
	const immutable, head = "public, max-age=31536000, immutable", "public, max-age=0, must-revalidate"
	text := "text/plain; charset=utf-8"
	change := &store.Change{
		Pool: []store.File{{Name: "pool/a+b~1.deb", Data: []byte("deb")}, {Name: "pool/b^1:2.rpm", Data: []byte("rpm")}},
		Index: []store.File{
			{Name: "g/1/by-hash/SHA256/ab", Data: []byte("index")},
			{Name: "g/1/Packages.gz", Link: "g/1/by-hash/SHA256/ab"},
			{Name: "g/1/Release", Data: []byte("r")},
			{Name: "g/1/Release.gpg", Data: []byte("s")},
			{Name: "g/1/InRelease", Data: []byte("i")},
			{Name: "g/2/repomd.xml", Data: []byte("x")},
			{Name: "g/2/repomd.xml.asc", Data: []byte("y")},
			{Name: ".wain/past", Data: []byte("past")},
		},
		Head: store.Head{
			State: &store.File{Name: ".wain/head.json", Data: []byte("{}")},
			Files: []store.File{{Name: "index.html", Data: []byte("<p>")}, {Name: "suites.json", Data: []byte("{}")}, {Name: "key.asc", Data: []byte("k")}},
			Trees: []store.Tree{
				{Name: "d", Folder: "g/1", Hashed: []string{"by-hash/SHA256/ab"}, Past: []store.Link{{Name: "by-hash/SHA256/cd", From: ".wain/past"}}, Files: []string{"Packages.gz", "Release", "Release.gpg", "InRelease"}},
				{Name: "repodata", Folder: "g/2", Files: []string{"repomd.xml.asc", "repomd.xml"}},
			},
		},
	}
	if _, err := s.Update(t.Context(), plan(change)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]string{
		"pool/a%2bb~1.deb":        {"application/vnd.debian.binary-package", immutable},
		"pool/b%5E1%3A2.rpm":      {"application/x-rpm", immutable},
		"d/by-hash/SHA256/ab":     {"application/octet-stream", immutable},
		"d/by-hash/SHA256/cd":     {"application/octet-stream", immutable},
		"g/1/Packages.gz":         {"application/gzip", immutable},
		"d/Packages.gz":           {"application/gzip", head},
		"d/Release":               {text, head},
		"d/Release.gpg":           {"application/pgp-signature", head},
		"d/InRelease":             {text, head},
		"repodata/repomd.xml":     {"application/xml", head},
		"repodata/repomd.xml.asc": {"application/pgp-signature", head},
		"index.html":              {"text/html; charset=utf-8", head},
		"suites.json":             {"application/json", head},
		"key.asc":                 {"application/pgp-keys", head},
		".wain/head.json":         {"application/json", "no-store"},
		".wain/past":              {"application/octet-stream", "no-store"},
	} {
		resp, err := http.Get(server.URL("public/" + name))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		got := [2]string{resp.Header.Get("Content-Type"), resp.Header.Get("Cache-Control")}
		if resp.StatusCode != http.StatusOK || got != want || resp.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %s, %q, %q; want %q", name, resp.Status, got, resp.Header.Get("Content-Encoding"), want)
		}
	}
	fixtures.NeedTool(t, "curl")
	for _, name := range []string{"pool/a+b~1.deb", "pool/a%2Bb%7e1.deb"} {
		if out, err := exec.Command("curl", "-sSf", server.URL("public/"+name)).CombinedOutput(); err != nil || string(out) != "deb" {
			t.Errorf("curl %s: %v, %s", name, err, out)
		}
	}
}

// TestS3Conflict: under the name of a new package lie other bytes, which no state names.
func TestS3Conflict(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	s := newS3(t, server, store.S3Options{Prefix: "c"})
	for _, name := range []string{"c/pool/one", "c/generations/1-one/Packages"} {
		if err := server.Put(name, []byte("left over")); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Put("c/pool/two", []byte("two")); err != nil { // the same bytes, from whom ever
		t.Fatal(err)
	}
	_, err := s.Update(t.Context(), publish("one"))
	var conflict *store.ConflictError
	if !errors.As(err, &conflict) || conflict.Name != "pool/one" || conflict.Have == conflict.Got || conflict.Modified.IsZero() {
		t.Fatalf("Update: %v, want a *ConflictError", err)
	}
	if _, err := s.Size(t.Context(), ".wain/head.json"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the commit counts: %v", err)
	}
	store.Hurry(s, 0, 0, time.Nanosecond) // from now on it is old
	time.Sleep(1100 * time.Millisecond)   // the server's times are in seconds
	for _, name := range []string{"one", "two"} {
		if _, err := s.Update(t.Context(), publish(name)); err != nil {
			t.Fatal(err)
		}
	}
	published(t, s)
}

// hidden is a source that cannot go back to its start.
type hidden struct{ io.Reader }

func (hidden) Close() error { return nil }

// TestS3Sources sends files of every size from sources of every kind, and from such that do not hold what they should.
func TestS3Sources(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	const part = 5 << 20 // the least that S3 takes
	data := bytes.Repeat([]byte("0123456789abcde\n"), (2*part+1000)/16)
	sum := sha256.Sum256(data)
	path := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	sources := map[string]func() (io.ReadCloser, error){
		"file":   func() (io.ReadCloser, error) { return os.Open(path) },
		"stream": func() (io.ReadCloser, error) { return hidden{bytes.NewReader(data)}, nil },
	}
	for size, limits := range map[string][4]int64{
		"in memory": {1 << 30, part, 4 << 20, 1 << 30}, "spooled": {1 << 30, part, 1 << 20, 1 << 10}, "in parts": {6 << 20, part, 1 << 20, 1 << 10},
	} {
		for source, open := range sources {
			t.Run(size+" from a "+source, func(t *testing.T) {
				s := store.Shrink(newS3(t, server, store.S3Options{}), limits[0], limits[1], limits[2], limits[3])
				good := store.File{Name: "pool/a+large", Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:]), Open: open}
				for what, bad := range map[string]store.File{
					"a shorter file": {Size: good.Size + 1, SHA256: good.SHA256}, "a longer file": {Size: good.Size - 1, SHA256: good.SHA256},
					"another file": {Size: good.Size, SHA256: strings.Repeat("0", 64)},
				} {
					bad.Name, bad.Open = good.Name, open
					_, err := s.Update(t.Context(), plan(&store.Change{Pool: []store.File{bad}}))
					var content *store.ContentError
					if !errors.As(err, &content) {
						t.Errorf("%s: %v, want a *ContentError", what, err)
					}
					if size, err := s.Size(t.Context(), good.Name); !errors.Is(err, fs.ErrNotExist) {
						t.Errorf("%s is stored: %d bytes, %v", what, size, err)
					}
				}
				change := &store.Change{Pool: []store.File{good, {Name: "pool/linked", Link: good.Name}}}
				for range 2 { // the second time it is there
					if _, err := s.Update(t.Context(), plan(change)); err != nil {
						t.Fatal(err)
					}
				}
				for _, name := range []string{good.Name, "pool/linked"} {
					got, err := store.ReadFile(t.Context(), s, name)
					if err != nil || !bytes.Equal(got, data) {
						t.Errorf("%s: %d bytes, %v", name, len(got), err)
					}
				}
			})
		}
	}
}

// TestS3Replaced reads an object that is replaced meanwhile.
func TestS3Replaced(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	s := store.Shrink(newS3(t, server, store.S3Options{Prefix: "r"}), 1<<30, 1<<30, 10, 1<<20)
	if err := server.Put("r/file", bytes.Repeat([]byte("a"), 100)); err != nil {
		t.Fatal(err)
	}
	o, err := s.Open(t.Context(), "file")
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if err := server.Put("r/file", bytes.Repeat([]byte("b"), 100)); err != nil {
		t.Fatal(err)
	}
	if all, err := io.ReadAll(o); err == nil || bytes.Contains(all, []byte("b")) {
		t.Errorf("read %q, %v: a mixture", all, err)
	}
}

// TestS3Places: no bucket, no credentials, no such place.
func TestS3Places(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	none, err := store.NewS3(t.Context(), store.S3Options{Bucket: "no-such-bucket"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = none.Update(t.Context(), publish("one"))
	var told *store.S3Error
	if !errors.As(err, &told) || told.Code != "NoSuchBucket" || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no bucket: %v", err)
	}
	for _, o := range []store.S3Options{{}, {Bucket: "b", Prefix: "../x"}, {Bucket: "b", Prefix: "/x"}, {Bucket: "b", Endpoint: "http://user:secret@host"}, {Bucket: "b", Endpoint: "host:80"}} {
		if _, err := store.NewS3(t.Context(), o); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	anonymous := newS3(t, server, store.S3Options{})
	_, err = anonymous.Update(t.Context(), publish("one"))
	var credentials *store.CredentialsError
	if !errors.As(err, &credentials) {
		t.Errorf("no credentials: %v", err)
	}
	if diff := cmp.Diff("s3://wain/"+"x", newS3(t, server, store.S3Options{Prefix: "x"}).String()); diff != "" {
		t.Error(diff)
	}
}

// TestS3Clock is of a publisher whose clock is an hour off: the server refuses its first request, and the next one goes
// by the server's time.
func TestS3Clock(t *testing.T) {
	plain := fixtures.PlainS3(t)
	var refused atomic.Int64
	faulty := plain.Faulty(t, func(r *http.Request) fixtures.S3Fault {
		now := time.Now().Add(time.Hour)
		signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
		if err != nil || now.Sub(signed).Abs() > 15*time.Minute {
			refused.Add(1)
			return fixtures.S3Fault{Status: http.StatusForbidden, Code: "RequestTimeTooSkewed", Date: now}
		}
		return fixtures.S3Fault{Date: now}
	})
	faulty.Setenv(t)
	s := store.Hurry(newS3(t, faulty, store.S3Options{SinglePublisher: true}), 0, time.Millisecond, 0)
	if _, err := s.Update(t.Context(), func(context.Context, store.Reader) (*store.Change, error) {
		return &store.Change{Head: store.Head{State: &store.File{Name: ".wain/head.json", Data: []byte("1")}}}, nil
	}); err != nil {
		t.Error(err)
	}
	if refused.Load() == 0 {
		t.Error("no request was refused for its time")
	}
}
