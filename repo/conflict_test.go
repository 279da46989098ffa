package repo_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"wain/repo"
	"wain/repo/store"
)

// A ledger is a repository in memory, unsigned, with a commit a day.
type ledger struct {
	t    *testing.T
	s    store.Store
	days int
}

func newLedger(t *testing.T) *ledger { return &ledger{t: t, s: store.NewMemory()} }

func (l *ledger) commit() repo.Commit {
	l.days++
	return repo.Commit{Store: l.s, Time: noon.Add(time.Duration(l.days) * 24 * time.Hour), Unsigned: true}
}

// publish publishes packages, which may be refused.
func (l *ledger) publish(component string, packages ...made) error {
	o := options(l.t, "")
	if len(packages) > 0 {
		o.Paths = []string{dist(l.t, packages...)}
	}
	o.Commit, o.Component = l.commit(), component
	_, err := repo.Publish(l.t.Context(), o)
	return err
}

func (l *ledger) add(component string, packages ...made) error {
	o := options(l.t, "", dist(l.t, packages...))
	o.Commit, o.Component = l.commit(), component
	_, err := repo.Add(l.t.Context(), o)
	return err
}

func (l *ledger) promote(from, to string) error {
	_, err := repo.Promote(l.t.Context(), repo.PromoteOptions{Commit: l.commit(), From: from, To: to})
	return err
}

func (l *ledger) remove(suite, name string) error {
	_, err := repo.Remove(l.t.Context(), repo.RemoveOptions{Commit: l.commit(), Suite: suite, Packages: []repo.Selection{{Name: name}}, AllVersions: true})
	return err
}

func (l *ledger) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// refused wants other bytes to be refused, with the suite that has the package.
func (l *ledger) refused(err error, suite string) {
	l.t.Helper()
	var exists *repo.ExistsError
	if !errors.As(err, &exists) || exists.Suite != suite || exists.Source == "" {
		l.t.Errorf("%v, want an *ExistsError of %s", err, suite)
	}
}

func (l *ledger) sound() {
	l.t.Helper()
	found, err := repo.Verify(l.t.Context(), repo.VerifyOptions{Store: l.s, Unsigned: true})
	if err != nil || len(found) > 0 {
		l.t.Errorf("verify: %v, %v", found, err)
	}
}

func tool(name, suite, text string) made {
	return made{format: "deb", name: name, version: "1", arch: "amd64", suite: suite, text: text}
}

// TestPromotedFileKeepsItsBytes: a suite that packages were promoted to names files in the pool of the release that they
// came from, whatever becomes of the suite there.
func TestPromotedFileKeepsItsBytes(t *testing.T) {
	l := newLedger(t)
	l.must(l.publish("", tool("bar", "bookworm", "")))
	l.must(l.promote("bookworm", "trixie"))
	l.must(l.remove("bookworm", "bar"))
	for i := range 45 {
		l.must(l.publish("", tool(fmt.Sprintf("other%d", i), "sid", "")))
	}
	l.refused(l.publish("", tool("bar", "bookworm", "other bytes")), "trixie")
	l.sound()
}

// TestConflictNamesItsSuite: of several suites with one pool, the one is named that has the package.
func TestConflictNamesItsSuite(t *testing.T) {
	l := newLedger(t)
	l.must(l.publish("", tool("foo", "bookworm", ""), tool("bar", "bookworm", "")))
	_, err := repo.Promote(t.Context(), repo.PromoteOptions{Commit: l.commit(), Packages: []repo.Selection{{Name: "bar"}}, From: "bookworm", To: "testing"})
	l.must(err)
	l.must(l.remove("bookworm", "bar"))
	l.refused(l.publish("", tool("bar", "bookworm", "other bytes")), "testing")
}

// TestComponents: other bytes of one version are refused in another component too; the same bytes may be in two, and each
// is a package of its own for removals and for sweeping.
func TestComponents(t *testing.T) {
	l := newLedger(t)
	l.must(l.add("", tool("foo", "bookworm", "")))
	l.refused(l.add("contrib", tool("foo", "bookworm", "other bytes")), "bookworm")
	l.must(l.add("contrib", tool("foo", "bookworm", "")))
	l.must(l.publish(""))
	l.sound()
	if n := len(list(t, l.s)); n != 2 {
		t.Fatalf("%d packages, want one in each component", n)
	}
	l.refused(l.publish("non-free", tool("foo", "bookworm", "other bytes")), "bookworm")
	l.must(l.remove("bookworm", "foo"))
	if all := list(t, l.s); len(all) != 0 {
		t.Errorf("left: %v", all)
	}
	l.must(l.publish("contrib", tool("foo", "bookworm", "")))
	for i := range 45 {
		l.must(l.publish("", tool(fmt.Sprintf("other%d", i), "sid", "")))
	}
	l.sound()
}

func list(t *testing.T, at store.Reader) []repo.Listed {
	t.Helper()
	all, err := repo.List(t.Context(), at, repo.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestEqualSuites: two suites with the same packages, or with none, have the same segments and lists of them, and are
// changed in one commit.
func TestEqualSuites(t *testing.T) {
	l := newLedger(t)
	staged := func(channel string) error {
		o := options(t, "", dist(t, tool("foo", "bookworm", "")))
		o.Commit, o.Channel = l.commit(), channel
		_, err := repo.Add(t.Context(), o)
		return err
	}
	l.must(staged(""))
	l.must(staged("staging"))
	l.must(l.publish(""))
	l.sound()
	for _, suite := range []string{"bookworm", "bookworm-staging"} {
		_, err := repo.Configure(t.Context(), repo.ConfigureOptions{Commit: l.commit(), Suite: suite, Set: func(c *repo.SuiteConfig) { c.ValidFor = 48 * time.Hour }})
		l.must(err)
		l.must(l.remove(suite, "foo"))
	}
	o := options(t, "")
	o.Commit, o.Refresh = l.commit(), true
	o.Time = o.Time.Add(24 * time.Hour)
	_, err := repo.Publish(t.Context(), o)
	l.must(err)
	o = options(t, "")
	o.Commit, o.Rescan = l.commit(), true
	o.Time = o.Time.Add(48 * time.Hour)
	_, err = repo.Publish(t.Context(), o)
	l.must(err)
	l.sound()
}

// TestWaitingIsKnown: what waits for a publish has its name and its file already.
func TestWaitingIsKnown(t *testing.T) {
	l := newLedger(t)
	o := options(t, "", dist(t, made{format: "rpm", name: "foo", version: "1", arch: "amd64", suite: "el9"}))
	o.Commit, o.Channel = l.commit(), "staging"
	_, err := repo.Publish(t.Context(), o)
	l.must(err)
	l.must(l.add("", made{format: "rpm", name: "foo", version: "1", arch: "amd64", suite: "el9", text: "other bytes"}))
	l.refused(l.promote("el9-staging", "el9"), "el9")
	l.must(l.publish(""))
	l.sound()
}

// TestWaitingFileLost: a package that was added and lost its file is told of, and is added again.
func TestWaitingFileLost(t *testing.T) {
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, rpm("1", "amd64"))))
	in := dist(t, deb("1.2.3", "amd64"))
	if _, err := repo.Add(t.Context(), options(t, dir, in)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "apt/pool/bookworm/main/p/python-myproject/python-myproject_1.2.3_amd64.deb")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	var lost *repo.WaitingError
	if _, err := repo.Publish(t.Context(), options(t, dir)); !errors.As(err, &lost) || !strings.HasSuffix(file, lost.Path) {
		t.Errorf("%v, want a *WaitingError", err)
	}
	if _, err := repo.Add(t.Context(), options(t, dir, in)); err != nil {
		t.Fatal(err)
	}
	if result := publish(t, options(t, dir)); len(result.Suites) != 1 || len(result.Suites[0].Added) != 1 {
		t.Errorf("published: %+v", result)
	}
	sound(t, dir)
}

// TestAddSignsNothing: not even where it is told to change what the repository is called.
func TestAddSignsNothing(t *testing.T) {
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"))))
	o := options(t, dir, dist(t, deb("1.2.4", "amd64")))
	o.Origin, o.ReleaseInfoChange = "Somebody Else", true
	var identity *repo.IdentityError
	if _, err := repo.Add(t.Context(), o); !errors.As(err, &identity) {
		t.Errorf("%v, want an *IdentityError", err)
	}
	sound(t, dir)
}

// TestPromotedIsThere: what came by promotion is not stored a second time.
func TestPromotedIsThere(t *testing.T) {
	l := newLedger(t)
	l.must(l.publish("", tool("foo", "bookworm", "")))
	l.must(l.promote("bookworm", "trixie"))
	foreign := tool("foo", "", "")
	o := options(t, "", dist(t, tool("foo", "bookworm", "")))
	o.Commit = l.commit()
	_, err := repo.Publish(t.Context(), o)
	l.must(err)
	for range 2 {
		o := options(t, "", dist(t, foreign))
		o.Commit, o.Suite = l.commit(), "sid"
		_, err := repo.Publish(t.Context(), o)
		l.must(err)
		l.must(l.promote("sid", "testing"))
		o = options(t, "", dist(t, foreign))
		o.Commit, o.Suite = l.commit(), "testing"
		_, err = repo.Publish(t.Context(), o)
		l.must(err)
	}
	l.sound()
}

// TestSuiteNames: a suite is not called what a repository is told by.
func TestSuiteNames(t *testing.T) {
	for _, name := range []string{"dists", "pool", "repodata", "generations", "Packages"} {
		o := options(t, t.TempDir(), dist(t, tool("foo", "", "")))
		o.Suite = name
		var suite *repo.SuiteError
		if _, err := repo.Publish(t.Context(), o); !errors.As(err, &suite) {
			t.Errorf("%s: %v, want a *SuiteError", name, err)
		}
	}
}

// TestNamedPipe is not waited for, in what is given nor in the repository.
func TestNamedPipe(t *testing.T) {
	in, dir := t.TempDir(), t.TempDir()
	pipe := filepath.Join(in, "a.deb")
	if err := unix.Mkfifo(pipe, 0o644); err != nil {
		t.Fatal(err)
	}
	var bad *repo.PackageError
	if _, err := repo.Publish(t.Context(), options(t, dir, pipe)); !errors.As(err, &bad) {
		t.Errorf("%v, want a *PackageError", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "apt/dists/bookworm"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(filepath.Join(dir, "apt/dists/bookworm/Release"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := repo.Verify(t.Context(), repo.VerifyOptions{Dir: dir, Unsigned: true}); err != nil && !errors.Is(err, repo.ErrNoRepository) {
		t.Errorf("verify: %v", err)
	}
}
