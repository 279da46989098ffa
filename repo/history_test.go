package repo_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wain/repo"
	"wain/repo/store"
)

// TestPublishKeepsOldIndexes: what the last generations' Release and
// repomd.xml name is still there; what older ones name is gone after a day.
func TestPublishKeepsOldIndexes(t *testing.T) {
	dir := t.TempDir()
	var releases, repomds []string
	for i := range 6 {
		version := "1." + string(rune('0'+i))
		o := options(t, dir, dist(t, deb(version, "amd64"), rpm(version, "amd64")))
		o.Time = noon.Add(time.Duration(i) * 20 * time.Hour)
		publish(t, o)
		releases = append(releases, text(t, dir, "apt/dists/bookworm/Release"))
		repomds = append(repomds, text(t, dir, "yum/el9/repodata/repomd.xml"))
	}
	for i, release := range releases {
		want := i >= 2
		if got := namedByHash(t, dir, release); got != want {
			t.Errorf("the indexes of Release %d are there: %v, want %v", i, got, want)
		}
		if got := namedByRepomd(t, dir, repomds[i]); got != want {
			t.Errorf("the metadata of repomd.xml %d is there: %v, want %v", i, got, want)
		}
	}
	for _, folder := range []string{"apt/generations/bookworm", "yum/el9/generations"} {
		if entries, err := os.ReadDir(filepath.Join(dir, folder)); err != nil || len(entries) != 4 {
			t.Errorf("%s has %v, %v; want the current generation and three before", folder, entries, err)
		}
	}
	sound(t, dir)
}

// namedByHash reports whether all (true) or none (false) of a Release file's indexes are there by hash.
func namedByHash(t *testing.T, dir, release string) bool {
	t.Helper()
	_, list, _ := strings.Cut(release, "SHA256:\n")
	found, lines := 0, strings.Split(strings.TrimSpace(list), "\n")
	for _, line := range slices.Clone(lines) {
		words := strings.Fields(line)
		if !strings.HasSuffix(words[2], ".gz") {
			lines = lines[1:] // listed and not stored
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, "apt/dists/bookworm", filepath.Dir(words[2]), "by-hash/SHA256", words[0])); err == nil {
			found++
		}
	}
	if found != 0 && found != len(lines) {
		t.Errorf("%d of %d indexes are there", found, len(lines))
	}
	return found > 0
}

func namedByRepomd(t *testing.T, dir, repomd string) bool {
	t.Helper()
	found := 0
	parts := strings.Split(repomd, `href="`)[1:]
	for _, part := range parts {
		href, _, _ := strings.Cut(part, `"`)
		if _, err := os.Stat(filepath.Join(dir, "yum/el9", href)); err == nil {
			found++
		}
	}
	if len(parts) != 3 || found != 0 && found != 3 {
		t.Errorf("%d of %d metadata files are there", found, len(parts))
	}
	return found > 0
}

// TestPublishStateIsBounded: state and packages are dropped that no kept generation names, some at a time.
func TestPublishStateIsBounded(t *testing.T) {
	s := store.NewMemory()
	for i := range 60 {
		o := options(t, "", dist(t, made{format: "deb", name: "p", version: fmt.Sprintf("1.%d", i), arch: "all", suite: "s"}))
		o.Store, o.Signer, o.Unsigned, o.Time = s, nil, true, noon.Add(time.Duration(i)*24*time.Hour)
		publish(t, o)
	}
	for folder, each := range map[string]int{"generations": 1, "tables": 1, "segments": 2} {
		entries, err := s.List(t.Context(), ".wain/"+folder)
		if err != nil || len(entries) < 20*each || len(entries) > 36*each {
			t.Errorf("%d files in %s (%v), want 20 to 36 generations'", len(entries), folder, err)
		}
	}
}

// TestSweep: a removed package stays as long as a generation is kept that has it, in whatever suite; then its file goes.
func TestSweep(t *testing.T) {
	s := store.NewMemory()
	day := 0
	commit := func() repo.Commit {
		day++
		return repo.Commit{Store: s, Time: noon.Add(time.Duration(day) * 24 * time.Hour), Unsigned: true}
	}
	add := func(suite string, packages ...made) {
		t.Helper()
		o := options(t, "", dist(t, packages...))
		o.Commit, o.Suite = commit(), suite
		publish(t, o)
	}
	tool := func(name, version string) made {
		return made{format: "deb", name: name, version: version, arch: "amd64", suite: "s"}
	}
	there := func(name string) bool {
		_, err := s.Size(t.Context(), name)
		return err == nil
	}
	add("", tool("gone", "1"), tool("stays", "1"))
	if _, err := repo.Promote(t.Context(), repo.PromoteOptions{Commit: commit(), Packages: []repo.Selection{{Name: "stays"}}, From: "s", To: "t"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gone", "stays"} {
		o := repo.RemoveOptions{Commit: commit(), Packages: []repo.Selection{{Name: name, Version: "1"}}, Suite: "s"}
		if _, err := repo.Remove(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	const gone, stays = "apt/pool/s/main/g/gone/gone_1_amd64.deb", "apt/pool/s/main/s/stays/stays_1_amd64.deb"
	for i := range 50 {
		kept, err := repo.History(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if named := kept[len(kept)-1].Number <= 3; named && !there(gone) {
			t.Fatalf("publish %d: generation %d is kept, and a package of it is gone", i, kept[len(kept)-1].Number)
		}
		add("", tool("other", fmt.Sprint(i)))
		if !there(stays) {
			t.Fatalf("publish %d: a package is gone that another suite has", i)
		}
	}
	if there(gone) {
		t.Error("a package is still there that no kept generation names")
	}
	if found, err := repo.Verify(t.Context(), repo.VerifyOptions{Store: s, Unsigned: true}); err != nil || len(found) > 0 {
		t.Errorf("verify: %v, %v", found, err)
	}
}
