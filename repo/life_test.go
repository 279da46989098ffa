package repo_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/repo"
)

// A life is a repository in a folder that things are done to, an hour apart.
type life struct {
	t   *testing.T
	dir string
	at  time.Time
}

func newLife(t *testing.T) *life {
	return &life{t: t, dir: filepath.Join(t.TempDir(), "repo"), at: noon}
}

// commit is the next change, an hour later.
func (l *life) commit() repo.Commit {
	l.at = l.at.Add(time.Hour)
	return repo.Commit{Dir: l.dir, Time: l.at, Signer: signer(key(l.t, house)), Jobs: 2}
}

func (l *life) publish(channel string, packages ...made) *repo.Result {
	l.t.Helper()
	return publish(l.t, repo.Options{Commit: l.commit(), Paths: []string{dist(l.t, packages...)}, Origin: "Example Archive", Channel: channel})
}

func (l *life) must(r *repo.Result, err error) *repo.Result {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

// has lists what is published: a package a line.
func (l *life) has(suites ...string) []string {
	l.t.Helper()
	listed, err := repo.List(l.t.Context(), folder(l.dir), repo.ListOptions{Suites: suites})
	if err != nil {
		l.t.Fatal(err)
	}
	var lines []string
	for _, p := range listed {
		lines = append(lines, strings.Join([]string{p.Suite, p.Name, p.Version, p.Architecture}, " "))
	}
	return lines
}

// wants compares what is published, and wants it to be sound.
func (l *life) wants(lines ...string) {
	l.t.Helper()
	if diff := cmp.Diff(lines, l.has()); diff != "" {
		l.t.Errorf("published (-want +got):\n%s", diff)
	}
	sound(l.t, l.dir)
}

func TestSelectionChooses(t *testing.T) {
	for _, c := range []struct {
		format, version, published string
		want                       bool
	}{
		{"apt", "", "1.2.3", true},
		{"apt", "1.2.3", "1.2.3", true},
		{"apt", "1.2.3", "1.2.3-1", false},
		{"apt", "0:1.2.3", "1.2.3", true},
		{"apt", "1.2.3", "1:1.2.3", false},
		{"apt", "1.2", "1.2.3", false},
		{"yum", "1.2.3", "1.2.3-1.el9", true},
		{"yum", "1.2.3-1.el9", "1.2.3-1.el9", true},
		{"yum", "0:1.2.3-1.el9", "1.2.3-1.el9", true},
		{"yum", "1.2.3-2.el9", "1.2.3-1.el9", false},
		{"yum", "1.2.3", "2:1.2.3-1.el9", true},
		{"yum", "1.2.3-1.el9", "2:1.2.3-1.el9", true},
		{"yum", "2:1.2.3", "2:1.2.3-1.el9", true},
		{"yum", "2:1.2.3-1.el9", "2:1.2.3-1.el9", true},
		{"yum", "3:1.2.3", "2:1.2.3-1.el9", false},
		{"yum", "3:1.2.3-1.el9", "2:1.2.3-1.el9", false},
		{"yum", "1.2", "1.2.3-1.el9", false},
	} {
		p := repo.Package{Name: "app", Version: c.published}
		if got := (repo.Selection{Name: "app", Version: c.version}).Chooses(c.format, p); got != c.want {
			t.Errorf("%s: app=%s chooses %s: %v", c.format, c.version, c.published, got)
		}
		if (repo.Selection{Name: "other", Version: c.version}).Chooses(c.format, p) {
			t.Errorf("other=%s chooses app", c.version)
		}
	}
}

// TestPlanFirst: the plan is told before anything is written, and a dry run tells the same.
func TestPlanFirst(t *testing.T) {
	l := newLife(t)
	l.publish("", deb("1.2.2", "amd64"), deb("1.2.3", "amd64"))
	before := snapshot(t, l.dir)
	var plans [][]repo.SuiteResult
	for _, dry := range []bool{true, false} {
		commit := l.commit()
		commit.Time, commit.DryRun = noon.Add(24*time.Hour), dry
		result := l.must(repo.Prune(t.Context(), repo.PruneOptions{Commit: commit, Keep: 1, Plan: func(s []repo.SuiteResult) {
			plans = append(plans, s)
			if diff := cmp.Diff(before, snapshot(t, l.dir), cmp.FilterPath(locks, cmp.Ignore())); diff != "" {
				t.Errorf("something was written before the plan (-before +then):\n%s", diff)
			}
		}}))
		if !result.Changed || result.Generation != 2 {
			t.Errorf("dry %v: %+v", dry, result)
		}
	}
	if len(plans) != 2 || !cmp.Equal(plans[0][0].Removed, plans[1][0].Removed) || len(plans[0][0].Removed) != 1 {
		t.Errorf("plans: %+v", plans)
	}
}

// locks are what a publisher at work has in its own folder.
func locks(p cmp.Path) bool {
	step, ok := p.Last().(cmp.MapIndex)
	return ok && (strings.HasPrefix(step.Key().String(), ".wain/lock") || step.Key().String() == ".wain")
}

func TestRemove(t *testing.T) {
	l := newLife(t)
	all := deb("1.2.3", "all")
	all.name = "python-pure"
	l.publish("", deb("1.2.3", "amd64"), deb("1.2.3", "arm64"), deb("1.2.4", "amd64"), all, rpm("1.2.3", "amd64"))
	l.must(repo.Remove(t.Context(), repo.RemoveOptions{
		Commit: l.commit(), Suite: "bookworm", Packages: []repo.Selection{{Name: "python-myproject", Version: "1.2.3"}},
	}))
	l.wants("bookworm python-myproject 1.2.4 amd64", "bookworm python-pure 1.2.3 all", "el9 python-myproject 1.2.3-1.el9 x86_64")
	var option *repo.OptionError
	_, err := repo.Remove(t.Context(), repo.RemoveOptions{Commit: l.commit(), Suite: "bookworm", Packages: []repo.Selection{{Name: "python-pure"}}})
	if !errors.As(err, &option) {
		t.Errorf("without a version: %v", err)
	}
	for _, suite := range []string{"bookworm", "el9"} { // case 23: the last package of a suite
		for _, name := range []string{"python-myproject", "python-pure"} {
			_, err := repo.Remove(t.Context(), repo.RemoveOptions{
				Commit: l.commit(), Suite: suite, Packages: []repo.Selection{{Name: name}}, AllVersions: true,
			})
			if err != nil && suite == "bookworm" {
				t.Fatal(err)
			}
		}
	}
	l.wants()
	if got := string(gunzip(t, filepath.Join(l.dir, "apt/dists/bookworm/main/binary-amd64/Packages.gz"))); got != "" {
		t.Errorf("an index of nothing has %q", got)
	}
}

// TestEmptiedComponent is case 23: a component whose last package goes stays in Release, with indexes of nothing, so
// that hosts whose sources name it go on.
func TestEmptiedComponent(t *testing.T) {
	l := newLife(t)
	l.publish("", deb("1.2.3", "amd64"))
	other := deb("1", "amd64")
	other.name = "extra"
	publish(t, repo.Options{Commit: l.commit(), Paths: []string{dist(t, other)}, Component: "contrib"})
	l.must(repo.Remove(t.Context(), repo.RemoveOptions{
		Commit: l.commit(), Suite: "bookworm", Packages: []repo.Selection{{Name: "extra"}}, AllVersions: true,
	}))
	l.wants("bookworm python-myproject 1.2.3 amd64")
	release := text(t, l.dir, "apt/dists/bookworm/Release")
	if !strings.Contains(release, "\nComponents: contrib main\n") || !strings.Contains(release, " contrib/binary-amd64/Packages.gz\n") {
		t.Errorf("Release:\n%s", release)
	}
	if got := string(gunzip(t, filepath.Join(l.dir, "apt/dists/bookworm/contrib/binary-amd64/Packages.gz"))); got != "" {
		t.Errorf("an index of nothing has %q", got)
	}
}

// TestRemovedKeepsItsBytes: other bytes do not take the place of a package that a rollback can bring back.
func TestRemovedKeepsItsBytes(t *testing.T) {
	for _, m := range []made{deb("1.2.3", "amd64"), rpm("1.2.3", "amd64")} {
		l := newLife(t)
		l.publish("", m)
		suite := m.suite
		l.must(repo.Remove(t.Context(), repo.RemoveOptions{
			Commit: l.commit(), Suite: suite, Packages: []repo.Selection{{Name: m.name}}, AllVersions: true,
		}))
		other := m
		other.text = "fixed"
		_, err := repo.Publish(t.Context(), repo.Options{Commit: l.commit(), Paths: []string{dist(t, other)}})
		var exists *repo.ExistsError
		if !errors.As(err, &exists) {
			t.Errorf("%s: %v, want an *ExistsError", m.format, err)
		}
		l.publish("", m)
		if got := l.has(); len(got) != 1 {
			t.Errorf("%s: the same bytes do not come back: %v", m.format, got)
		}
	}
}

// TestLifeOfMany: each package is where it belongs, of 1,200 packages in two suites.
func TestLifeOfMany(t *testing.T) {
	l := newLife(t)
	var many []made
	for i := range 600 {
		m := deb("1.0", "amd64")
		m.name = fmt.Sprintf("python-sample%03d", i)
		many = append(many, m)
	}
	l.publish("staging", many...)
	l.must(repo.Promote(t.Context(), repo.PromoteOptions{Commit: l.commit(), From: "bookworm-staging", To: "bookworm"}))
	l.must(repo.Remove(t.Context(), repo.RemoveOptions{Commit: l.commit(), Suite: "bookworm-staging", Packages: []repo.Selection{{Name: "python-sample123"}}, AllVersions: true}))
	if got := len(l.has()); got != 1199 {
		t.Errorf("%d packages", got)
	}
	l.must(repo.Promote(t.Context(), repo.PromoteOptions{Commit: l.commit(), From: "bookworm", To: "bookworm-staging"}))
	if got := len(l.has("bookworm-staging")); got != 600 {
		t.Errorf("%d packages in staging", got)
	}
	sound(t, l.dir)
}

func TestConfigureRefuses(t *testing.T) {
	l := newLife(t)
	l.publish("", deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))
	for name, c := range map[string]struct {
		suite string
		set   func(*repo.SuiteConfig)
	}{
		"control characters": {"bookworm", func(c *repo.SuiteConfig) { c.Description = "a\nValid-Until: never" }},
		"minutes":            {"bookworm", func(c *repo.SuiteConfig) { c.ValidFor = time.Minute }},
		"negative":           {"bookworm", func(c *repo.SuiteConfig) { c.ValidFor = -time.Hour }},
		"alone":              {"bookworm", func(c *repo.SuiteConfig) { c.ButAutomaticUpgrades = true }},
		"compression":        {"bookworm", func(c *repo.SuiteConfig) { c.Compression = "xz" }},
		"apt's":              {"el9", func(c *repo.SuiteConfig) { c.Contents = true }},
	} {
		_, err := repo.Configure(t.Context(), repo.ConfigureOptions{Commit: l.commit(), Suite: c.suite, Set: c.set})
		var option *repo.OptionError
		if !errors.As(err, &option) {
			t.Errorf("%s: %v", name, err)
		}
	}
	result := l.must(repo.Configure(t.Context(), repo.ConfigureOptions{Commit: l.commit(), Suite: "el9", Set: func(c *repo.SuiteConfig) { c.Compression = "gz" }}))
	if result.Changed {
		t.Error("gz is what is published anyway")
	}
}

// TestLifeEndsWithItsContext: what is called off writes nothing.
func TestLifeEndsWithItsContext(t *testing.T) {
	l := newLife(t)
	l.publish("staging", deb("1.2.3", "amd64"))
	before := snapshot(t, l.dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := repo.Promote(ctx, repo.PromoteOptions{Commit: l.commit(), From: "bookworm-staging", To: "bookworm"}); err == nil {
		t.Error("no error")
	}
	if diff := cmp.Diff(before, snapshot(t, l.dir)); diff != "" {
		t.Errorf("the tree changed (-before +after):\n%s", diff)
	}
}
