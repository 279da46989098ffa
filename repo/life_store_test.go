package repo_test

import (
	"context"
	"testing"
	"time"

	"wain/repo"
	"wain/repo/store"
)

// A contested store lets somebody else commit between a plan and its commit, once: it plans again, as an object store
// does whose head was replaced.
type contested struct {
	store.Store
	meanwhile func()
}

func (c *contested) Update(ctx context.Context, plan store.Plan) (bool, error) {
	if meanwhile := c.meanwhile; meanwhile != nil {
		c.meanwhile = nil
		if _, err := plan(ctx, c.Store); err != nil {
			return false, err
		}
		meanwhile()
	}
	return c.Store.Update(ctx, plan)
}

// TestLifeInMemory: all of it in a store without links, for apt and yum.
func TestLifeInMemory(t *testing.T) {
	home := store.NewMemory()
	at := noon
	commit := func(s store.Store) repo.Commit {
		at = at.Add(time.Hour)
		return repo.Commit{Store: s, Time: at, Signer: signer(key(t, house)), Jobs: 2}
	}
	must := func(r *repo.Result, err error) *repo.Result {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		findings, err := repo.Verify(t.Context(), repo.VerifyOptions{Store: home, Verifier: verifier(t, key(t, house)), Jobs: 2})
		if err != nil || len(findings) > 0 {
			t.Fatalf("findings: %v (%v)", findings, err)
		}
		return r
	}
	for _, version := range []string{"1.2.2", "1.2.3"} {
		must(repo.Publish(t.Context(), repo.Options{
			Commit: commit(home), Paths: []string{dist(t, deb(version, "amd64"), rpm(version, "amd64"))}, Origin: "Example Archive", Channel: "staging",
		}))
	}
	for _, suite := range []string{"bookworm", "el9"} {
		must(repo.Promote(t.Context(), repo.PromoteOptions{Commit: commit(home), From: suite + "-staging", To: suite}))
		must(repo.Remove(t.Context(), repo.RemoveOptions{Commit: commit(home), Suite: suite, Packages: []repo.Selection{{Name: "python-myproject"}}, AllVersions: true}))
		must(repo.Rollback(t.Context(), repo.RollbackOptions{Commit: commit(home)}))
	}
	must(repo.Prune(t.Context(), repo.PruneOptions{Commit: commit(home), Keep: 1}))
	listed, err := repo.List(t.Context(), home, repo.ListOptions{})
	if err != nil || len(listed) != 4 {
		t.Errorf("published: %+v (%v)", listed, err)
	}

	// Somebody else is faster: the plan is made again, of what is there then.
	plans := 0
	faster := &contested{Store: home, meanwhile: func() {
		must(repo.Publish(t.Context(), repo.Options{Commit: commit(home), Paths: []string{dist(t, rpm("1.3.0", "amd64"))}, Channel: "staging"}))
	}}
	result := must(repo.Promote(t.Context(), repo.PromoteOptions{
		Commit: commit(faster), From: "el9-staging", To: "el9", Packages: []repo.Selection{{Name: "python-myproject"}},
		Plan: func([]repo.SuiteResult) { plans++ },
	}))
	if plans != 2 || result.Suites[0].Added[0].Version != "1.3.0-1.el9" {
		t.Errorf("after %d plans: %+v", plans, result)
	}
}
