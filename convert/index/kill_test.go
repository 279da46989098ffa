package index_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"wain/convert/index"
	"wain/convert/index/cache"
)

// The processes of TestKill are this program again, with these variables set.
const (
	fetcherDir = "WAIN_TEST_FETCH_INTO"
	fetcherURL = "WAIN_TEST_FETCH_FROM"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(fetcherDir); dir != "" {
		if err := fetchAll(dir, os.Getenv(fetcherURL), time.Millisecond); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// bigWheels are the names of what is downloaded while processes die, and
// bigWheel is the bytes of one.
func bigWheels() []string {
	var list []string
	for i := range 12 {
		list = append(list, fmt.Sprintf("a-%d-py3-none-any.whl", i))
	}
	return list
}

func bigWheel(name string) string {
	r := rand.NewChaCha8(sha256.Sum256([]byte(name)))
	data := make([]byte, 200_000)
	r.Read(data) // never fails
	return string(data)
}

// fetchAll fetches all of them, some at once, as CI jobs that share a cache do.
func fetchAll(dir, from string, pause time.Duration) error {
	c, err := cache.Open(dir)
	if err != nil {
		return err
	}
	x, err := index.New(index.Options{
		Cache: c, Indexes: []index.Remote{{Name: "ours", URL: from}},
		Retry: index.Retry{Attempts: 50, Sleep: func(ctx context.Context, d time.Duration) error {
			time.Sleep(pause)
			return ctx.Err()
		}},
	})
	if err != nil {
		return err
	}
	list, err := x.Candidates(context.Background(), "a")
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(4)
	for _, i := range rand.Perm(len(list)) {
		group.Go(func() error {
			f, err := x.Fetch(context.Background(), list[i], []index.Hash{sum256(bigWheel(list[i].Filename.Raw))})
			if err != nil {
				return err
			}
			defer f.Close()
			got, err := io.ReadAll(f)
			if err == nil && string(got) != bigWheel(list[i].Filename.Raw) {
				err = fmt.Errorf("%s came with other bytes", list[i].Filename.Raw)
			}
			return err
		})
	}
	return group.Wait()
}

// TestKill has processes fetch the same files into one cache from a server that
// breaks off, and kills half of them at any moment: those that live get the
// right bytes.
func TestKill(t *testing.T) {
	var links strings.Builder
	for _, name := range bigWheels() {
		fmt.Fprintf(&links, `<a href="/files/%s">`, name)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		if name == "a" {
			page(links.String())(w, r)
			return
		}
		// Every third answer or so is cut off somewhere; all are slow.
		out := &slowWriter{ResponseWriter: w, left: rand.IntN(600_000)}
		w.Header().Set("ETag", strconv.Quote(name))
		http.ServeContent(out, r, "", time.Time{}, strings.NewReader(bigWheel(name)))
	}))
	defer server.Close()
	dir := t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	start := func() (*exec.Cmd, *bytes.Buffer) {
		out := &bytes.Buffer{}
		cmd := exec.Command(program)
		cmd.Env = []string{fetcherDir + "=" + dir, fetcherURL + "=" + server.URL}
		cmd.Stderr = out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, out
	}
	killed := 0
	for round := range 4 {
		var live, doomed []*exec.Cmd
		var outs []*bytes.Buffer
		for range 2 {
			cmd, out := start()
			live, outs = append(live, cmd), append(outs, out)
			cmd, _ = start()
			doomed = append(doomed, cmd)
		}
		for _, cmd := range doomed {
			time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond)
			cmd.Process.Kill() // it may have done all
			if cmd.Wait() != nil {
				killed++
			}
		}
		for i, cmd := range live {
			if err := cmd.Wait(); err != nil {
				t.Errorf("round %d: %v\n%s", round, err, outs[i])
			}
		}
		if round < 3 {
			forget(t, dir)
		}
	}
	if killed < 3 {
		t.Errorf("%d processes were killed at work, which proves little", killed)
	}
	// All of it is there now, for anyone who may not ask.
	c, err := cache.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
	x := remote(t, index.Options{Cache: c, Indexes: []index.Remote{{Name: "ours", URL: server.URL}}, Offline: true})
	for _, candidate := range candidates(t, x, "a") {
		f, err := x.Fetch(t.Context(), candidate, []index.Hash{sum256(bigWheel(candidate.Filename.Raw))})
		if err != nil {
			t.Error(err)
			continue
		}
		f.Close()
	}
}

// forget removes some whole files, and cuts others, as a careless user does.
func forget(t *testing.T, dir string) {
	t.Helper()
	c, err := cache.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range bigWheels() {
		file, err := c.Path(sum256(bigWheel(name)).Hex)
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			err = os.Remove(file)
		} else {
			err = os.Truncate(file, 1000)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// slowWriter sends in small pieces and breaks off.
type slowWriter struct {
	http.ResponseWriter
	left int
}

func (s *slowWriter) Write(b []byte) (int, error) {
	n := 0
	for len(b) > 0 {
		piece := b[:min(len(b), 20_000)]
		if s.left -= len(piece); s.left < 0 {
			panic(http.ErrAbortHandler)
		}
		if _, err := s.ResponseWriter.Write(piece); err != nil {
			return n, err
		}
		s.ResponseWriter.(http.Flusher).Flush()
		time.Sleep(8 * time.Millisecond)
		n, b = n+len(piece), b[len(piece):]
	}
	return n, nil
}
