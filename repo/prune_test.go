package repo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/repo"
)

// TestPruneRules: each row is what a suite has, an hour older one by one, and what goes.
func TestPruneRules(t *testing.T) {
	for _, c := range []struct {
		name      string
		format    string
		has       []string // VERSION/ARCHITECTURE, in the order in which they are published
		keep      int
		olderThan time.Duration
		gone      []string
	}{
		{"newest two", "deb", []string{"1.2/amd64", "1.10/amd64", "1.9/amd64"}, 2, 0, []string{"1.2/amd64"}},
		{"by architecture", "deb", []string{"1/amd64", "2/amd64", "1/arm64"}, 1, 0, []string{"1/amd64"}},
		{"a pre-release is older", "deb", []string{"2~rc1/amd64", "2/amd64"}, 1, 0, []string{"2~rc1/amd64"}},
		{"an epoch is newer", "deb", []string{"1:1/amd64", "2/amd64"}, 1, 0, []string{"2/amd64"}},
		{"fewer than that", "deb", []string{"1/amd64", "2/amd64"}, 3, 0, nil},
		{"of rpm", "rpm", []string{"1.10/amd64", "1.9/amd64", "1.9^git/amd64"}, 2, 0, []string{"1.9/amd64"}},
		{"age", "deb", []string{"1/amd64", "2/amd64", "3/amd64", "4/amd64"}, 0, 150 * time.Minute, []string{"1/amd64", "2/amd64"}},
		{"never the newest", "deb", []string{"3/amd64", "2/amd64"}, 0, time.Minute, []string{"2/amd64"}},
		{"either keeps", "deb", []string{"1/amd64", "2/amd64", "3/amd64", "4/amd64"}, 3, 150 * time.Minute, []string{"1/amd64"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLife(t)
			for _, one := range c.has {
				version, arch, _ := strings.Cut(one, "/")
				m := deb(version, arch)
				if c.format == "rpm" {
					m = rpm(version, arch)
				}
				l.publish("", m)
			}
			result := l.must(repo.Prune(t.Context(), repo.PruneOptions{Commit: l.commit(), Keep: c.keep, OlderThan: c.olderThan}))
			var gone []string
			for _, s := range result.Suites {
				for _, p := range s.Removed {
					gone = append(gone, strings.TrimSuffix(p.Version, "-1.el9")+"/"+strings.Replace(p.Architecture, "x86_64", "amd64", 1))
				}
			}
			if diff := cmp.Diff(c.gone, gone); diff != "" {
				t.Errorf("gone (-want +got):\n%s", diff)
			}
			sound(t, l.dir)
		})
	}
}

// TestPruneReferences: what another suite keeps stays; what none keeps goes from all at once.
func TestPruneReferences(t *testing.T) {
	l := newLife(t)
	l.publish("staging", rpm("1.1", "amd64"), rpm("1.2", "amd64"), rpm("1.3", "amd64"))
	for _, version := range []string{"1.1", "1.2"} {
		l.must(repo.Promote(t.Context(), repo.PromoteOptions{
			Commit: l.commit(), Packages: []repo.Selection{{Name: "python-myproject", Version: version}}, From: "el9-staging", To: "el9",
		}))
	}
	prune := func(suites ...string) {
		t.Helper()
		l.must(repo.Prune(t.Context(), repo.PruneOptions{Commit: l.commit(), Keep: 1, Suites: suites}))
	}
	prune("el9-staging")
	if got := l.has("el9-staging"); len(got) != 3 {
		t.Errorf("el9 has 1.1 and 1.2, and staging has lost some of its own: %v", got)
	}
	prune()
	l.wants("el9 python-myproject 1.2-1.el9 x86_64", "el9-staging python-myproject 1.2-1.el9 x86_64", "el9-staging python-myproject 1.3-1.el9 x86_64")
}
