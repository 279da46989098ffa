package repo_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/repo"
)

// TestRollback is case 1: old packages under a later date and revision, also where the clock stepped back.
func TestRollback(t *testing.T) {
	l := newLife(t)
	l.publish("", deb("1.2.2", "amd64"), rpm("1.2.2", "amd64"))
	first := l.has()
	l.publish("", deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))
	date, revision := field(t, l.dir, "apt/dists/bookworm/Release", "Date: "), field(t, l.dir, "yum/el9/repodata/repomd.xml", "<revision>")
	commit := l.commit()
	commit.Time = noon.Add(-48 * time.Hour)
	result := l.must(repo.Rollback(t.Context(), repo.RollbackOptions{Commit: commit}))
	if len(result.Suites) != 2 || len(result.Suites[0].Removed) != 1 || result.Generation != 3 {
		t.Errorf("result: %+v", result)
	}
	l.wants(first...)
	was, err := time.Parse(time.RFC1123Z, date)
	if err != nil {
		t.Fatal(err)
	}
	is, err := time.Parse(time.RFC1123Z, field(t, l.dir, "apt/dists/bookworm/Release", "Date: "))
	if err != nil || !is.After(was) {
		t.Errorf("the date is %v, after %v (%v)", is, was, err)
	}
	if now := field(t, l.dir, "yum/el9/repodata/repomd.xml", "<revision>"); now <= revision {
		t.Errorf("the revision is %s, after %s", now, revision)
	}
	l.must(repo.Rollback(t.Context(), repo.RollbackOptions{Commit: l.commit()}))
	if got := l.has(); len(got) != 4 {
		t.Errorf("back from the rollback: %v", got)
	}
}

func field(t *testing.T, dir, name, begin string) string {
	t.Helper()
	_, rest, found := strings.Cut(text(t, dir, name), begin)
	if !found {
		t.Fatalf("%s has no %s", name, begin)
	}
	rest, _, _ = strings.Cut(rest, "\n")
	value, _, _ := strings.Cut(rest, "<")
	return value
}

// TestRollbackAfterAll: whatever was done, any kept generation comes back byte for byte, but for dates and signatures.
func TestRollbackAfterAll(t *testing.T) {
	l := newLife(t)
	var states [][]string
	var indexes []string
	note := func() {
		states = append(states, l.has())
		indexes = append(indexes, string(gunzip(t, filepath.Join(l.dir, "apt/dists/bookworm/main/binary-amd64/Packages.gz"))))
	}
	l.publish("", deb("1.0", "amd64"), rpm("1.0", "amd64"))
	note()
	l.publish("", deb("1.1", "amd64"), rpm("1.1", "amd64"))
	note()
	l.must(repo.Remove(t.Context(), repo.RemoveOptions{Commit: l.commit(), Suite: "bookworm", Packages: []repo.Selection{{Name: "python-myproject", Version: "1.0"}}}))
	note()
	l.must(repo.Configure(t.Context(), repo.ConfigureOptions{Commit: l.commit(), Suite: "bookworm", Set: func(c *repo.SuiteConfig) { c.Contents, c.Compression = true, "zst" }}))
	note()
	l.must(repo.Configure(t.Context(), repo.ConfigureOptions{Commit: l.commit(), Suite: "el9", Set: func(c *repo.SuiteConfig) { c.Compression = "zst" }}))
	note()
	l.publish("", deb("1.2", "amd64"), deb("1.3", "amd64"))
	note()
	l.must(repo.Prune(t.Context(), repo.PruneOptions{Commit: l.commit(), Keep: 1}))
	note()
	for number := range states {
		l.must(repo.Rollback(t.Context(), repo.RollbackOptions{Commit: l.commit(), To: number + 1}))
		l.wants(states[number]...)
		if got := string(gunzip(t, filepath.Join(l.dir, "apt/dists/bookworm/main/binary-amd64/Packages.gz"))); got != indexes[number] {
			t.Errorf("generation %d: Packages is\n%s\nand was\n%s", number+1, got, indexes[number])
		}
		differences, err := repo.Diff(t.Context(), folder(l.dir), number+1, 0)
		if err != nil || len(differences) != 0 {
			t.Errorf("generation %d and now: %+v (%v)", number+1, differences, err)
		}
	}
	history, err := repo.History(t.Context(), folder(l.dir))
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, g := range slices.Backward(history) {
		actions = append(actions, g.Action)
	}
	if diff := cmp.Diff([]string{"publish", "publish", "remove", "suite", "suite", "publish", "prune"}, actions[:7]); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestRollbackRefuses(t *testing.T) {
	l := newLife(t)
	l.publish("", deb("1.2.2", "amd64"))
	if _, err := repo.Rollback(t.Context(), repo.RollbackOptions{Commit: l.commit()}); !errors.Is(err, repo.ErrNothingEarlier) {
		t.Errorf("one generation alone: %v", err)
	}
	l.publish("", deb("1.2.3", "amd64"))
	var generation *repo.GenerationError
	if _, err := repo.Rollback(t.Context(), repo.RollbackOptions{Commit: l.commit(), To: 7}); !errors.As(err, &generation) {
		t.Errorf("a generation that is not there: %v", err)
	}
	var suite *repo.UnknownSuiteError
	if _, err := repo.Rollback(t.Context(), repo.RollbackOptions{Commit: l.commit(), Suites: []string{"el9"}}); !errors.As(err, &suite) {
		t.Errorf("a suite that is not there: %v", err)
	}
	// What no kept generation has any more cannot come back, and is refused.
	for range 40 {
		l.at = l.at.Add(24 * time.Hour)
		l.must(repo.Configure(t.Context(), repo.ConfigureOptions{Commit: l.commit(), Suite: "bookworm", Set: func(c *repo.SuiteConfig) {
			c.Description = fmt.Sprint(l.at)
		}}))
	}
	if _, err := repo.Rollback(t.Context(), repo.RollbackOptions{Commit: l.commit(), To: 1}); !errors.As(err, &generation) || len(generation.Kept) > 30 {
		t.Errorf("a generation that is no longer kept: %v", err)
	}
	sound(t, l.dir)
}
