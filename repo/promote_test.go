package repo_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo"
)

// TestPromote: for apt the file is in the pool already, for yum it gets a second name; the records are the same bytes.
func TestPromote(t *testing.T) {
	l := newLife(t)
	l.publish("staging", deb("1.2.2", "amd64"), deb("1.2.3", "amd64"), deb("1.2.3", "arm64"), deb("1.10", "arm64"),
		rpm("1.2.2", "amd64"), rpm("1.2.3", "amd64"))
	newest := repo.Selection{Name: "python-myproject"}
	result := l.must(repo.Promote(t.Context(), repo.PromoteOptions{
		Commit: l.commit(), Packages: []repo.Selection{newest}, From: "bookworm-staging", To: "bookworm",
	}))
	if got := result.Suites; len(got) != 1 || len(got[0].Added) != 2 || !got[0].Date.Equal(l.at) {
		t.Errorf("result: %+v", result)
	}
	l.must(repo.Promote(t.Context(), repo.PromoteOptions{Commit: l.commit(), From: "el9-staging", To: "el9"}))
	l.wants(
		"bookworm python-myproject 1.2.3 amd64", "bookworm python-myproject 1.10 arm64",
		"bookworm-staging python-myproject 1.2.2 amd64", "bookworm-staging python-myproject 1.2.3 amd64",
		"bookworm-staging python-myproject 1.2.3 arm64", "bookworm-staging python-myproject 1.10 arm64",
		"el9 python-myproject 1.2.2-1.el9 x86_64", "el9 python-myproject 1.2.3-1.el9 x86_64",
		"el9-staging python-myproject 1.2.2-1.el9 x86_64", "el9-staging python-myproject 1.2.3-1.el9 x86_64",
	)
	const name = "Packages/p/python-myproject-1.2.3-1.el9.x86_64.rpm"
	from, err := os.Stat(filepath.Join(l.dir, "yum/el9-staging", name))
	if err != nil {
		t.Fatal(err)
	}
	to, err := os.Stat(filepath.Join(l.dir, "yum/el9", name))
	if err != nil || !os.SameFile(from, to) {
		t.Errorf("the promoted .rpm is a copy, where it could be a second name: %v", err)
	}
	for _, pair := range [][2]string{
		{stanzaOf(t, l.dir, "bookworm", "amd64", "1.2.3"), stanzaOf(t, l.dir, "bookworm-staging", "amd64", "1.2.3")},
	} {
		if pair[0] == "" || pair[0] != pair[1] {
			t.Errorf("the promoted stanza:\n%s\nand where it came from:\n%s", pair[0], pair[1])
		}
	}

	// Again, after it was taken out: its file is there still.
	l.must(repo.Remove(t.Context(), repo.RemoveOptions{Commit: l.commit(), Packages: []repo.Selection{{Name: "python-myproject", Version: "1.2.3"}}, Suite: "el9"}))
	l.must(repo.Promote(t.Context(), repo.PromoteOptions{Commit: l.commit(), From: "el9-staging", To: "el9"}))
	if got := l.has("el9"); len(got) != 2 {
		t.Errorf("el9: %v", got)
	}
	sound(t, l.dir)
}

// stanzaOf is what a suite's index says of a version.
func stanzaOf(t *testing.T, dir, suite, arch, version string) string {
	t.Helper()
	packages := string(gunzip(t, filepath.Join(dir, "apt/dists", suite, "main/binary-"+arch, "Packages.gz")))
	for one := range strings.SplitSeq(packages, "\n\n") {
		if strings.Contains(one, "\nVersion: "+version+"\n") {
			return strings.TrimSpace(one)
		}
	}
	return ""
}

// TestPromoteBetweenReleases: the package keeps its place in the pool, which names the release it came from.
func TestPromoteBetweenReleases(t *testing.T) {
	l := newLife(t)
	other := deb("2.0", "all")
	other.suite = "trixie"
	l.publish("", deb("1.2.3", "all"), other)
	result := l.must(repo.Promote(t.Context(), repo.PromoteOptions{Commit: l.commit(), From: "bookworm", To: "trixie"}))
	if got := result.Suites[0].Added[0].Path; got != "apt/pool/bookworm/main/p/python-myproject/python-myproject_1.2.3_all.deb" {
		t.Errorf("its path is %s", got)
	}
	l.wants("bookworm python-myproject 1.2.3 all", "trixie python-myproject 1.2.3 all", "trixie python-myproject 2.0 all")

	// The other suite's own build of that version is another package.
	own := deb("1.2.3", "all")
	own.suite, own.text = "trixie", "built for trixie"
	_, err := repo.Publish(t.Context(), repo.Options{Commit: l.commit(), Paths: []string{dist(t, own)}})
	var exists *repo.ExistsError
	if !errors.As(err, &exists) || exists.Suite != "trixie" {
		t.Errorf("%v, want an *ExistsError of trixie", err)
	}
}

// TestPromoteRefuses: nothing is written, and the plan is not called.
func TestPromoteRefuses(t *testing.T) {
	l := newLife(t)
	other := rpm("1.2.3", "amd64")
	other.text = "other"
	l.publish("", deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))
	l.publish("testing", other)
	before := snapshot(t, l.dir)
	for name, c := range map[string]struct {
		from, to string
		packages []repo.Selection
		want     any
	}{
		"exists":    {"el9-testing", "el9", nil, new(*repo.ExistsError)},
		"suite":     {"el8", "el9", nil, new(*repo.UnknownSuiteError)},
		"package":   {"el9-testing", "el9", []repo.Selection{{Name: "python-myprojekt"}}, new(*repo.UnknownPackageError)},
		"version":   {"el9-testing", "el9", []repo.Selection{{Name: "python-myproject", Version: "1"}}, new(*repo.UnknownPackageError)},
		"format":    {"el9-testing", "bookworm", nil, new(*repo.FormatError)},
		"same":      {"el9", "el9", nil, new(*repo.OptionError)},
		"name":      {"el9", "el9/x", nil, new(*repo.SuiteError)},
		"the other": {"bookworm", "el9", nil, new(*repo.FormatError)},
	} {
		_, err := repo.Promote(t.Context(), repo.PromoteOptions{
			Commit: l.commit(), From: c.from, To: c.to, Packages: c.packages,
			Plan: func([]repo.SuiteResult) { t.Errorf("%s: a plan was shown", name) },
		})
		if err == nil || !errors.As(err, c.want) {
			t.Errorf("%s: %v (%T)", name, err, err)
		}
	}
	if diff := cmp.Diff(before, snapshot(t, l.dir)); diff != "" {
		t.Errorf("the tree changed (-before +after):\n%s", diff)
	}
	empty := repo.Commit{Dir: t.TempDir(), Time: noon, Unsigned: true}
	if _, err := repo.Promote(t.Context(), repo.PromoteOptions{Commit: empty, From: "a", To: "b"}); !errors.Is(err, repo.ErrNoRepository) {
		t.Errorf("an empty folder: %v", err)
	}
}

// TestPromoteToRicher: a suite with more indexes than the one that the package comes from.
func TestPromoteToRicher(t *testing.T) {
	l := newLife(t)
	l.publish("", deb("1.2.2", "amd64"))
	l.must(repo.Configure(t.Context(), repo.ConfigureOptions{Commit: l.commit(), Suite: "bookworm", Set: func(c *repo.SuiteConfig) {
		c.Contents, c.Translation, c.Compression = true, true, "zst"
	}}))
	added := deb("1.2.3", "amd64")
	added.name = "python-added"
	l.publish("staging", added)
	l.must(repo.Promote(t.Context(), repo.PromoteOptions{Commit: l.commit(), From: "bookworm-staging", To: "bookworm"}))
	l.wants("bookworm python-added 1.2.3 amd64", "bookworm python-myproject 1.2.2 amd64", "bookworm-staging python-added 1.2.3 amd64")
	contents := string(gunzip(t, filepath.Join(l.dir, "apt/dists/bookworm/main/Contents-amd64.gz")))
	if !strings.Contains(contents, "opt/python-added/content") {
		t.Errorf("Contents lacks the promoted package:\n%s", contents)
	}

	// And from the richer one.
	l.must(repo.Promote(t.Context(), repo.PromoteOptions{Commit: l.commit(), From: "bookworm", To: "bookworm-staging"}))
	l.must(repo.Rollback(t.Context(), repo.RollbackOptions{Commit: l.commit(), To: 1}))
	l.wants("bookworm python-myproject 1.2.2 amd64")
}

// TestPromoteFromAdopted: a suite of ours has all its packages in one folder, which its generations have beside their
// repodata; an adopted one has them anywhere.
func TestPromoteFromAdopted(t *testing.T) {
	fixtures.NeedTool(t, "createrepo_c")
	l := newLife(t)
	old := filepath.Join(l.dir, "centos/9")
	if err := os.MkdirAll(old, 0o755); err != nil {
		t.Fatal(err)
	}
	rpm("1.2.2", "amd64").write(t, old)
	rpm("1.2.3", "amd64").write(t, old)
	must(t, clean(t.TempDir()), "createrepo_c", "-q", old)
	publish(t, repo.Options{Commit: l.commit(), Origin: "Example Archive", Rescan: true})
	result := l.must(repo.Promote(t.Context(), repo.PromoteOptions{Commit: l.commit(), From: "9", To: "el9"}))
	for _, p := range result.Suites[0].Added {
		if !strings.HasPrefix(p.Path, "yum/el9/Packages/p/python-myproject-1.2.") {
			t.Errorf("promoted to %s", p.Path)
		}
	}
	l.wants("9 python-myproject 1.2.2-1.el9 x86_64", "9 python-myproject 1.2.3-1.el9 x86_64",
		"el9 python-myproject 1.2.2-1.el9 x86_64", "el9 python-myproject 1.2.3-1.el9 x86_64")
}
