package repo_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wain/fixtures"
	"wain/fixtures/reader"
	"wain/repo"
	"wain/repo/store"
)

// TestManyPublishersS3: sixteen processes publish to one bucket at once, with clocks that are hours behind one another;
// some are killed at any request. Those who say so have published, readers see nothing half, dates rise and are never
// ahead of the clock, and nobody has to wait for the dead (cases 1, 4, 6).
func TestManyPublishersS3(t *testing.T) {
	publishers, rounds := 16, 1
	if soaking() {
		rounds = 10
	}
	server := fixtures.S3(t)
	server.Setenv(t)
	in := dist(t)
	home, err := store.NewS3(t.Context(), store.S3Options{Bucket: server.Bucket, Endpoint: server.Endpoint, Prefix: "many"})
	if err != nil {
		t.Fatal(err)
	}
	base := task{Do: "publish", Bucket: server.Bucket, Endpoint: server.Endpoint, Prefix: "many", Awaits: true}
	begun := time.Now()
	first := base
	first.Paths, first.Time = []string{deb("0", "amd64").write(t, in), rpm("0", "amd64").write(t, in)}, begun.Add(-24*time.Hour)
	first.must(t)
	v := verifier(t, key(t, house))
	web := reader.HTTP{Base: server.URL("many")}
	apt, yum := aptReader(v, web, nil), yumReader(v, web, nil)
	readers := reader.NewCrowd(t.Context())
	readers.Add("apt by hash", 20*time.Millisecond, apt.Look)
	readers.Add("yum", 20*time.Millisecond, yum.Look)
	var runs []*publisherRun
	for i := range publishers * rounds {
		m, do := deb(fmt.Sprintf("1.%d", i), "amd64"), base
		m.name = fmt.Sprintf("python-project%d", i%5)
		do.Paths = []string{m.write(t, in)}
		do.Time = begun.Add(-time.Duration(rand.Int64N(int64(12 * time.Hour))))
		run := &publisherRun{}
		switch i % 8 {
		case 3:
			do.Kill, run.kill = 1+rand.IntN(40), true
		case 7:
			run.kill, run.within = true, 4*time.Second
		}
		run.task = do
		runs = append(runs, run)
	}
	crowd(t, publishers, runs)
	t.Logf("%d publishers in %s", len(runs), time.Since(begun).Round(time.Millisecond))
	for _, tally := range readers.Stop() {
		t.Log(tally)
		delete(tally.Bad, reader.Asc) // two requests
		if len(tally.Bad) > 0 || tally.Views == 0 {
			t.Errorf("%s: %v bad of %d views", tally.Name, tally.Bad, tally.Views)
		}
	}
	good(t, "after all", apt.Look(t.Context()))
	killed := 0
	for i, run := range runs {
		if run.code < 0 {
			killed++
		}
		if run.code != 0 && !run.kill {
			t.Errorf("a publisher that nobody killed: exit %d: %s", run.code, &run.out)
		}
		want := fmt.Sprintf("python-project%d 1.%d amd64", i%5, i)
		if run.code == 0 && !slices.Contains(apt.Packages(), want) {
			t.Errorf("%s was published and is not there", want)
		}
	}
	t.Logf("%d killed", killed)
	again := base
	again.Paths, again.Time = []string{in}, time.Now()
	again.must(t)
	good(t, "published again", append(apt.Look(t.Context()), yum.Look(t.Context())...))
	if len(apt.Packages()) != len(runs)+1 {
		t.Errorf("%d packages, want %d", len(apt.Packages()), len(runs)+1)
	}
	findings, err := repo.Verify(t.Context(), repo.VerifyOptions{Store: home, Verifier: v, Jobs: 4})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Errorf("%s: %s: %s", f.Path, f.Rule, f.Detail)
	}
}

// TestKillAtEveryRequestS3: a publisher is killed before one of the requests that write. Readers find the old or the new
// repository, and the next publisher needs no help and does not wait (case 4).
func TestKillAtEveryRequestS3(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	stride := 9
	if soaking() {
		stride = 1
	}
	dists := make([]string, 3)
	for i := range dists {
		version := fmt.Sprintf("1.2.%d", i)
		dists[i] = dist(t, deb(version, "amd64"), rpm(version, "amd64"))
	}
	v := verifier(t, key(t, house))
	for at := 1; ; at += stride {
		when := fmt.Sprintf("killed before request %d", at)
		do := task{Do: "publish", Bucket: server.Bucket, Endpoint: server.Endpoint, Prefix: fmt.Sprint("kill-", at), Paths: dists[:1]}
		do.must(t)
		do.Paths, do.Kill = dists[1:2], at
		killed := do.process(t).Run() != nil
		web := reader.HTTP{Base: server.URL(do.Prefix)}
		apt, yum := aptReader(v, web, nil), yumReader(v, web, nil)
		good(t, when, apt.Look(t.Context()))
		bad := yum.Look(t.Context())
		// The signature and repomd.xml are two objects: a publisher may die between the two.
		if len(bad) != 1 || bad[0].Class != reader.Asc || !killed {
			good(t, when, bad)
			if n := len(yum.Packages()); n != 1 && n != 2 {
				t.Errorf("%s: yum finds %q", when, yum.Packages())
			}
		}
		if n := len(apt.Packages()); n != 1 && n != 2 {
			t.Errorf("%s: apt finds %q", when, apt.Packages())
		}
		begun := time.Now()
		do.Paths, do.Kill = dists, 0
		do.must(t)
		if took := time.Since(begun); took > 20*time.Second {
			t.Errorf("%s: the next publish took %s", when, took)
		}
		good(t, when+", published again", append(apt.Look(t.Context()), yum.Look(t.Context())...))
		if len(apt.Packages()) != 3 || len(yum.Packages()) != 3 {
			t.Errorf("%s, published again: %q and %q", when, apt.Packages(), yum.Packages())
		}
		if !killed {
			if at < 10 {
				t.Errorf("only %d requests", at)
			}
			return
		}
	}
}

// TestS3RefusesForEver: an object store that refuses writes, all of them or the one by which a commit counts, makes an
// error, and what is published stays as it was (case 8).
func TestS3RefusesForEver(t *testing.T) {
	server := fixtures.S3(t)
	head := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/.wain/head.json") }
	type refusal struct {
		status  int
		refused func(r *http.Request) bool
	}
	tests := map[string]refusal{"forbidden": {403, func(*http.Request) bool { return true }}, "the head forbidden": {403, head}}
	if soaking() {
		tests["the head broken"] = refusal{500, head} // tried again for 13 s
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server.Setenv(t)
			prefix := strings.ReplaceAll(name, " ", "-")
			do := task{Do: "publish", Bucket: server.Bucket, Endpoint: server.Endpoint, Prefix: prefix, Paths: []string{dist(t, deb("1.2.2", "amd64"), rpm("1.2.2", "amd64"))}}
			do.must(t)
			before := objects(t, server, prefix)
			var refused atomic.Int64
			faulty := server.Faulty(t, func(r *http.Request) fixtures.S3Fault {
				if r.Method != http.MethodPut || !test.refused(r) {
					return fixtures.S3Fault{}
				}
				refused.Add(1)
				return fixtures.S3Fault{Status: test.status, Code: "Refused"}
			})
			faulty.Setenv(t)
			do.Endpoint, do.Paths = faulty.Endpoint, []string{dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))}
			_, err := do.run(t.Context())
			var answer *store.S3Error
			if !errors.As(err, &answer) || answer.Status != test.status || refused.Load() == 0 {
				t.Errorf("%v after %d refusals, want the server's answer", err, refused.Load())
			}
			after := objects(t, server, prefix)
			for object, data := range before {
				if after[object] != data && !strings.HasSuffix(object, "/.wain/conditions") { // what was asked of the server
					t.Errorf("%s is another one", object)
				}
			}
		})
	}
}

// objects is what is below a prefix, with its content.
func objects(t *testing.T, server *fixtures.S3Server, prefix string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, object := range server.Keys(t, prefix) {
		resp, err := http.Get(server.URL(object))
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(resp.Body)
		if err := errors.Join(err, resp.Body.Close()); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %v", object, resp.StatusCode, err)
		}
		all[object] = string(data)
	}
	if len(all) < 10 {
		t.Fatalf("only %d objects", len(all))
	}
	return all
}
