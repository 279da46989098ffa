package repo_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wain/repo"
)

// TestVerifyOurs damages what a repository of ours has beside its trees, one thing at a time.
func TestVerifyOurs(t *testing.T) {
	good := t.TempDir()
	o := options(t, good, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64")))
	o.BaseURL = "https://packages.example.org/x"
	publish(t, o)
	first, err := os.Readlink(filepath.Join(good, "apt/dists/bookworm"))
	if err != nil {
		t.Fatal(err)
	}
	o.Paths, o.Time = []string{dist(t, deb("1.3.0", "amd64"), rpm("1.3.0", "amd64"))}, noon.Add(time.Hour)
	publish(t, o)
	edit := func(name, old, by string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			by := replaced(t, text(t, dir, name), old, by)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(by), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	const dists, repodata = "apt/dists/bookworm", "yum/el9/repodata"
	for _, test := range []struct {
		name   string
		damage func(t *testing.T, dir string)
		want   []string
	}{
		{"nothing", func(*testing.T, string) {}, nil},
		{"suites.json gone", remove("suites.json"), []string{"suites-differ suites.json"}},
		{"suites.json malformed", edit("suites.json", "{", "["), []string{"suites-differ suites.json"}},
		{"suites.json names another suite", edit("suites.json", `"name": "bookworm"`, `"name": "trixie"`), []string{"client-file-differs example-archive.sources", "suites-differ suites.json"}},
		{"a suite removed", func(t *testing.T, dir string) { removeAll(dists)(t, dir) }, []string{"state-differs " + dists, "suites-differ suites.json"}},
		{"a suite put back", func(t *testing.T, dir string) {
			removeAll(dists)(t, dir)
			if err := os.Symlink(first, filepath.Join(dir, dists)); err != nil {
				t.Fatal(err)
			}
		}, []string{"state-differs " + dists + "/InRelease"}},
		{"a suite that nobody knows", func(t *testing.T, dir string) {
			if err := os.CopyFS(filepath.Join(dir, "yum/el10"), os.DirFS(filepath.Join(dir, "yum/el9"))); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(filepath.Join(dir, "yum/el10/mirrorlist")); err != nil {
				t.Fatal(err)
			}
		}, []string{"suites-differ suites.json", "state-differs yum/el10/repodata"}},
		{"configuration gone", remove("example-archive.sources"), []string{"client-file-missing example-archive.sources"}},
		{"configuration for another suite", edit("example-archive.sources", "Suites: bookworm", "Suites: trixie"), []string{"client-file-differs example-archive.sources"}},
		{"configuration without a suite", edit("example-archive.repo", "[example-archive-el9]", "#"), []string{"client-file-differs example-archive.repo"}},
		{"configuration with another key", edit("example-archive.repo", key(t, house).Fingerprint()[:4], "0000"), []string{"client-file-differs example-archive.repo"}},
		{"mirrorlist leads out", edit("yum/el9/mirrorlist", "/x/yum/el9/", "/x/../"), []string{"mirrorlist-differs yum/el9/mirrorlist"}},
		{"mirrorlist of another generation", edit("yum/el9/mirrorlist", "generations/", "generations/x"), []string{"mirrorlist-differs yum/el9/mirrorlist"}},
		{"state damaged", edit(".wain/head.json", `"schema": "wain/head`, `"schema": "x`), []string{"state-damaged .wain/head.json"}},
		{"state lost in part", remove(".wain/generations"), []string{"state-damaged .wain"}},
		{"an orphan", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "apt/pool/bookworm/x.deb"), []byte("x"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, []string{"orphan-file apt/pool/bookworm/x.deb"}},
		{"what a kept generation names", func(t *testing.T, dir string) {
			o := repo.RemoveOptions{
				Commit:   repo.Commit{Dir: dir, Time: noon.Add(2 * time.Hour), Signer: signer(key(t, house))},
				Packages: []repo.Selection{{Name: "python-myproject", Version: "1.2.3"}}, Suite: "bookworm",
			}
			if _, err := repo.Remove(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}, nil},
		{"what was added alone", func(t *testing.T, dir string) {
			o := options(t, dir, dist(t, deb("9", "amd64")))
			if _, err := repo.Add(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := copyLinks(good, dir); err != nil {
				t.Fatal(err)
			}
			test.damage(t, dir)
			wantFindings(t, repo.VerifyOptions{Dir: dir, Verifier: verifier(t, key(t, house)), Time: noon.Add(3 * time.Hour)}, test.want...)
		})
	}
}

// copyLinks copies a folder with the links in it.
func copyLinks(from, to string) error {
	return filepath.WalkDir(from, func(name string, e os.DirEntry, err error) error {
		target := filepath.Join(to, strings.TrimPrefix(name, from))
		switch {
		case err != nil:
			return err
		case e.IsDir():
			return os.MkdirAll(target, 0o755)
		case e.Type()&os.ModeSymlink != 0:
			link, err := os.Readlink(name)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o644)
	})
}
