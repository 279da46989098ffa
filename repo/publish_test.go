package repo_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/repo"
	"wain/repo/store"
)

func TestPublishLayout(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "repo")
	in := dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))
	result := publish(t, options(t, dir, in))
	if !result.Changed || result.Generation != 1 || len(result.Suites) != 2 {
		t.Errorf("result: %+v", result)
	}
	want := []string{
		"apt/dists/bookworm/InRelease",
		"apt/dists/bookworm/Release",
		"apt/dists/bookworm/Release.gpg",
		"apt/dists/bookworm/main/binary-amd64/Packages.gz",
		"apt/dists/bookworm/main/binary-amd64/by-hash/SHA256/HASH",
		"apt/pool/bookworm/main/p/python-myproject/python-myproject_1.2.3_amd64.deb",
		"example-archive.repo",
		"example-archive.sources",
		"index.html",
		"key.asc",
		"key.gpg",
		"suites.json",
		"yum/el9/Packages/p/python-myproject-1.2.3-1.el9.x86_64.rpm",
		"yum/el9/repodata/HASH-filelists.xml.gz",
		"yum/el9/repodata/HASH-other.xml.gz",
		"yum/el9/repodata/HASH-primary.xml.gz",
		"yum/el9/repodata/repomd.xml",
		"yum/el9/repodata/repomd.xml.asc",
		"yum/el9/repodata/repomd.xml.key",
	}
	got := tree(t, dir)
	// Hash-named files come in the order of their hashes.
	if diff := cmp.Diff(want, got, cmp.Transformer("set", func(names []string) map[string]int {
		set := map[string]int{}
		for _, name := range names {
			set[name]++
		}
		return set
	})); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
	sound(t, dir)
}

func TestPublishRelease(t *testing.T) {
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"))))
	release := text(t, dir, "apt/dists/bookworm/Release")
	head, _, _ := strings.Cut(release, "SHA256:")
	want := `Acquire-By-Hash: yes
Architectures: amd64
Codename: bookworm
Components: main
Date: Fri, 20 Nov 2026 12:00:00 +0000
Label: Example Archive
Origin: Example Archive
Suite: bookworm
`
	if diff := cmp.Diff(want, head); diff != "" {
		t.Errorf("Release (-want +got):\n%s", diff)
	}
}

// TestPublishAgain is case 7: not one byte and not one time of change differs.
func TestPublishAgain(t *testing.T) {
	dir := t.TempDir()
	in := dist(t, deb("1.2.3", "amd64"), deb("1.2.3", "all"), rpm("1.2.3", "amd64"))
	publish(t, options(t, dir, in))
	before := snapshot(t, dir)
	later := options(t, dir, in)
	later.Time = noon.Add(time.Hour)
	result := publish(t, later)
	if result.Changed || result.Generation != 1 || len(result.Suites[0].Added) != 0 || len(result.Suites[0].Unchanged) != 2 {
		t.Errorf("result: %+v", result)
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("the tree changed (-before +after):\n%s", diff)
	}
}

// TestPublishExists, for both formats: other bytes are refused, and with them all else that was given.
func TestPublishExists(t *testing.T) {
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))))
	before := snapshot(t, dir)
	other, third := deb("1.2.3", "amd64"), rpm("1.2.3", "amd64")
	other.text, third.text = "other", "other"
	for _, m := range []made{other, third} {
		o := options(t, dir, dist(t, m, deb("1.3.0", "amd64")))
		_, err := repo.Publish(t.Context(), o)
		var exists *repo.ExistsError
		if !errors.As(err, &exists) {
			t.Fatalf("%v, want an *ExistsError", err)
		}
		if exists.Have == exists.Got || len(exists.Have) != 64 || len(exists.Got) != 64 ||
			!strings.Contains(err.Error(), exists.Have) || !strings.Contains(err.Error(), exists.Got) {
			t.Errorf("both hashes are to be shown: %v", err)
		}
		if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
			t.Errorf("the tree changed (-before +after):\n%s", diff)
		}
	}
}

func TestPublishTwiceInOneRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "repo")
	same := deb("1.2.3", "amd64")
	result := publish(t, options(t, dir, dist(t, same), dist(t, same)))
	if got := len(result.Suites[0].Added); got != 1 {
		t.Errorf("%d packages were added, want 1", got)
	}
	fresh := filepath.Join(t.TempDir(), "repo")
	other := same
	other.text = "other"
	var exists *repo.ExistsError
	if _, err := repo.Publish(t.Context(), options(t, fresh, dist(t, same), dist(t, other))); !errors.As(err, &exists) {
		t.Errorf("%v, want an *ExistsError", err)
	}
	if _, err := os.Stat(fresh); !errors.Is(err, os.ErrNotExist) {
		t.Error("a refused first publish left a folder")
	}
}

// TestPublishSuites: two suites may carry one version with different bytes, a suite and its channel may not.
func TestPublishSuites(t *testing.T) {
	dir := t.TempDir()
	bookworm, trixie := deb("1.2.3", "amd64"), deb("1.2.3", "amd64")
	trixie.suite, trixie.text = "trixie", "for trixie"
	publish(t, options(t, dir, dist(t, bookworm, trixie)))

	staging := options(t, dir, dist(t, bookworm))
	staging.Channel = "staging"
	result := publish(t, staging)
	if got := result.Suites[0]; got.Suite != "bookworm-staging" ||
		got.Added[0].Path != "apt/pool/bookworm/main/p/python-myproject/python-myproject_1.2.3_amd64.deb" {
		t.Errorf("staging: %+v", got)
	}
	other := bookworm
	other.text = "other"
	staging.Paths = []string{dist(t, other)}
	var exists *repo.ExistsError
	if _, err := repo.Publish(t.Context(), staging); !errors.As(err, &exists) {
		t.Errorf("%v, want an *ExistsError: the channels share a pool", err)
	}
	again := publish(t, options(t, dir, dist(t, bookworm)))
	if again.Changed {
		t.Error("the suite itself has the package already, whatever its channel has")
	}
	sound(t, dir)
}

// TestPublishUnchangedSuites: a suite that is given nothing new is neither written nor signed.
func TestPublishUnchangedSuites(t *testing.T) {
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))))
	before := snapshot(t, filepath.Join(dir, "yum"))
	publish(t, options(t, dir, dist(t, deb("1.3.0", "amd64"))))
	if diff := cmp.Diff(before, snapshot(t, filepath.Join(dir, "yum"))); diff != "" {
		t.Errorf("the yum suite changed (-before +after):\n%s", diff)
	}
	sound(t, dir)
}

// TestPublishDates: dates never go back, for apt ignores an older Release.
func TestPublishDates(t *testing.T) {
	dir := t.TempDir()
	for i, step := range []struct {
		given, want time.Time
	}{
		{noon, noon},
		{noon, noon.Add(time.Second)},
		{noon.Add(-time.Hour), noon.Add(2 * time.Second)},
		{noon.Add(time.Hour), noon.Add(time.Hour)},
	} {
		version := "1." + string(rune('0'+i))
		o := options(t, dir, dist(t, deb(version, "amd64"), rpm(version, "amd64")))
		o.Time = step.given
		var awaited []time.Time
		o.Await = func(_ context.Context, date time.Time) error {
			awaited = append(awaited, date)
			return nil
		}
		result := publish(t, o)
		if later := !step.want.Equal(step.given); later && !slices.Equal(awaited, []time.Time{step.want, step.want}) || !later && awaited != nil {
			t.Errorf("publish %d awaited %v", i, awaited)
		}
		for _, s := range result.Suites {
			if !s.Date.Equal(step.want) {
				t.Errorf("publish %d of %s is dated %v, want %v", i, s.Suite, s.Date, step.want)
			}
		}
		if release := text(t, dir, "apt/dists/bookworm/Release"); !strings.Contains(release, step.want.Format(time.RFC1123Z)) {
			t.Errorf("publish %d: Release is not dated %v:\n%s", i, step.want, release)
		}
	}
	sound(t, dir)
}

// TestPublishArchitectureAll is case 13: in every architecture's index, also in one that comes later.
func TestPublishArchitectureAll(t *testing.T) {
	dir := t.TempDir()
	all := deb("1.0", "all")
	all.name = "python-pure"
	publish(t, options(t, dir, dist(t, all)))
	if got := text(t, dir, "apt/dists/bookworm/Release"); !strings.Contains(got, "\nArchitectures: all\n") {
		t.Errorf("Release of packages for all alone:\n%s", got)
	}
	publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"))))
	publish(t, options(t, dir, dist(t, deb("1.2.3", "arm64"))))
	if got := text(t, dir, "apt/dists/bookworm/Release"); !strings.Contains(got, "\nArchitectures: all amd64 arm64\n") {
		t.Errorf("Release:\n%s", got)
	}
	for _, arch := range []string{"all", "amd64", "arm64"} {
		index := text(t, dir, "apt/dists/bookworm/main/binary-"+arch+"/Packages")
		if !strings.Contains(index, "Package: python-pure\n") {
			t.Errorf("the index of %s lacks the package for all:\n%s", arch, index)
		}
		if got := strings.Contains(index, "Package: python-myproject\n"); got != (arch != "all") {
			t.Errorf("the index of %s has python-myproject: %v", arch, got)
		}
	}
	sound(t, dir)
}

// TestPublishVersions keeps all versions, ordered as dpkg and rpm order them; epochs get a path of their own.
func TestPublishVersions(t *testing.T) {
	dir := t.TempDir()
	var packages []made
	for _, version := range []string{"1.10", "1.9", "1.10~rc1", "1:1.9"} {
		packages = append(packages, deb(version, "amd64"))
	}
	for _, m := range packages {
		publish(t, options(t, dir, dist(t, m)))
	}
	var versions, paths []string
	for _, line := range strings.Split(text(t, dir, "apt/dists/bookworm/main/binary-amd64/Packages"), "\n") {
		if version, ok := strings.CutPrefix(line, "Version: "); ok {
			versions = append(versions, version)
		}
		if path, ok := strings.CutPrefix(line, "Filename: "); ok {
			paths = append(paths, filepath.Base(filepath.Dir(path)))
		}
	}
	if diff := cmp.Diff([]string{"1.9", "1.10~rc1", "1.10", "1:1.9"}, versions); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"python-myproject", "python-myproject", "python-myproject", "epoch-1"}, paths); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
	sound(t, dir)
}

// TestPublishEqualVersions: "0:1.0" is the version 1.0 in other words, and would take its file.
func TestPublishEqualVersions(t *testing.T) {
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, deb("1.0", "amd64"))))
	var exists *repo.ExistsError
	if _, err := repo.Publish(t.Context(), options(t, dir, dist(t, deb("0:1.0", "amd64")))); !errors.As(err, &exists) {
		t.Errorf("%v, want an *ExistsError", err)
	}
}

// TestPublishStepsDoNotMatter: the same packages give the same indexes, whatever came first.
func TestPublishStepsDoNotMatter(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	a, b := dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64")), dist(t, deb("1.2.2", "amd64"), rpm("1.2.2", "amd64"))
	publish(t, options(t, one, a))
	publish(t, options(t, one, b))
	publish(t, options(t, two, b, a))
	for _, name := range []string{"Packages", "Packages.gz"} {
		name = "apt/dists/bookworm/main/binary-amd64/" + name
		if text(t, one, name) != text(t, two, name) {
			t.Errorf("%s differs", name)
		}
	}
}

// TestPublishSameBytes publishes twice in the same steps, in two places and with other numbers of jobs.
func TestPublishSameBytes(t *testing.T) {
	first, second := dist(t, deb("1.2.2", "amd64"), rpm("1.2.2", "amd64"), deb("1.2.2", "all")), dist(t, deb("1.2.3", "arm64"), rpm("1.2.3", "arm64"))
	var results []map[string]string
	for jobs := range 2 {
		dir := filepath.Join(t.TempDir(), "repo")
		for _, in := range []string{first, second} {
			o := options(t, dir, in)
			o.Jobs = 1 + 7*jobs
			publish(t, o)
		}
		results = append(results, content(t, dir))
	}
	if diff := cmp.Diff(results[0], results[1]); diff != "" {
		t.Errorf("two publishes of the same differ (-one +two):\n%s", diff)
	}
}

func TestPublishInMemory(t *testing.T) {
	s := store.NewMemory()
	o := options(t, "", dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64")))
	o.Store = s
	publish(t, o)
	if result := publish(t, o); result.Changed {
		t.Error("the second publish changed something")
	}
	findings, err := repo.Verify(t.Context(), repo.VerifyOptions{Store: s, Verifier: verifier(t, key(t, house))})
	if err != nil || len(findings) != 0 {
		t.Errorf("Verify: %v, %v", findings, err)
	}
}

func TestPublishDryRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "repo")
	in := dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))
	try := options(t, dir, in)
	try.DryRun = true
	planned := publish(t, try)
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Fatal("a dry run made the repository")
	}
	done := publish(t, options(t, dir, in))
	if diff := cmp.Diff(done, planned); diff != "" {
		t.Errorf("a dry run's result (-real +dry):\n%s", diff)
	}
	before := snapshot(t, dir)
	try.Paths = []string{dist(t, deb("1.3.0", "amd64"))}
	if result := publish(t, try); !result.Changed {
		t.Error("a dry run with a new package reports no change")
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("a dry run changed the tree (-before +after):\n%s", diff)
	}
}

// TestPublishPutsBack: a package that the indexes name but the pool lost is put back by publishing it again.
func TestPublishPutsBack(t *testing.T) {
	dir := t.TempDir()
	in := dist(t, deb("1.2.3", "amd64"))
	path := publish(t, options(t, dir, in)).Suites[0].Added[0].Path
	if err := os.Remove(filepath.Join(dir, path)); err != nil {
		t.Fatal(err)
	}
	if result := publish(t, options(t, dir, in)); !result.Changed || result.Generation != 1 {
		t.Errorf("result: %+v", result)
	}
	sound(t, dir)
}

// TestPublishKeyChange signs every suite anew, and says so.
func TestPublishKeyChange(t *testing.T) {
	dir := t.TempDir()
	other := options(t, dir, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64")))
	other.Signer = signer(key(t, "other"))
	publish(t, other)
	result := publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"))))
	if !result.Changed || len(result.Warnings) != 1 {
		t.Errorf("result: %+v", result)
	}
	sound(t, dir)

	// Hosts have a key that stays: nothing to be warned of.
	both := options(t, dir)
	both.Signer.Fingerprints = append(both.Signer.Fingerprints, other.Signer.Fingerprints...)
	if result := publish(t, both); !result.Changed || len(result.Warnings) != 0 {
		t.Errorf("a key more: %+v", result)
	}
}
