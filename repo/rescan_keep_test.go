package repo_test

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wain/fixtures"
	"wain/repo"
)

// TestRescanReleased: what apt asks a person about stays as the other publisher had it.
func TestRescanReleased(t *testing.T) {
	k := fixtures.NewPublisherKey(t, "archive.key")
	dir := fixtures.FreightLike(t, k, tools(t, "deb", "1.0")...)
	const fields = "Origin: Freight\nLabel: Freight\nSuite: stable\nCodename: bookworm\nVersion: 12.1\n" +
		"Date: Fri, 20 Nov 2026 12:00:00 UTC\nArchitectures: amd64\nComponents: main\n"
	fixtures.ReleaseLike(t, k, filepath.Join(dir, "dists/bookworm-20261120T120000Z"), fields)
	check := func() {
		t.Helper()
		release := text(t, dir, "dists/bookworm/Release")
		for _, field := range []string{"Suite: stable\n", "Codename: bookworm\n", "Version: 12.1\n"} {
			if !strings.Contains(release, field) {
				t.Errorf("Release has lost %q:\n%s", field, release)
			}
		}
		soundAdopted(t, dir)
	}
	if _, err := rescan(t, dir, nil); err != nil {
		t.Fatal(err)
	}
	check()
	o := options(t, dir, tools(t, "deb", "1.1")...)
	o.Origin, o.Suite, o.Time = "", "bookworm", noon.AddDate(2, 0, 0)
	publish(t, o)
	check()
	if err := os.RemoveAll(filepath.Join(dir, ".wain")); err != nil {
		t.Fatal(err)
	}
	if _, err := rescan(t, dir, nil); err != nil {
		t.Fatal(err)
	}
	check()
}

// TestRescanSources: source packages are not taken over, and it is said.
func TestRescanSources(t *testing.T) {
	k := fixtures.NewPublisherKey(t, "archive.key")
	dir := fixtures.FreightLike(t, k, tools(t, "deb", "1.0")...)
	suite := filepath.Join(dir, "dists/bookworm-20261120T120000Z")
	if err := os.MkdirAll(filepath.Join(suite, "main/source"), 0o755); err != nil {
		t.Fatal(err)
	}
	sources := "Package: tool\nDirectory: pool/x\nChecksums-Sha256:\n " + sum("x") + " 1 tool.dsc\n"
	if err := os.WriteFile(filepath.Join(suite, "main/source/Sources"), []byte(sources), 0o644); err != nil {
		t.Fatal(err)
	}
	release := strings.TrimSpace(text(t, dir, "dists/bookworm/Release")) + "\n " + sum(sources) + " 111 main/source/Sources\n"
	release = strings.Replace(release, " 111 ", " "+strconv.Itoa(len(sources))+" ", 1)
	if err := os.WriteFile(filepath.Join(suite, "Release"), []byte(release), 0o644); err != nil {
		t.Fatal(err)
	}
	k.Sign(t, filepath.Join(suite, "Release"), filepath.Join(suite, "Release.gpg"), "--detach-sign")
	k.Sign(t, filepath.Join(suite, "Release"), filepath.Join(suite, "InRelease"), "--clear-sign")
	result, err := rescan(t, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(result.Warnings, "\n"); !strings.Contains(said, "main/source/Sources: source packages are left out") {
		t.Errorf("warnings: %s", said)
	}
}

// TestRescanKeepsReaders is case 3: a reader who has the other publisher's InRelease or repomd.xml finds all that it
// names, after the adoption and after the publish that follows it.
func TestRescanKeepsReaders(t *testing.T) {
	for _, test := range []struct {
		name, format, suite string
		tree                func(t *testing.T) string
		former              func(t *testing.T, dir string) []string
	}{
		{"createrepo_c", "rpm", "el9", func(t *testing.T) string {
			return fixtures.Createrepo(t, tools(t, "rpm", "1.0")...)
		}, func(t *testing.T, dir string) []string {
			var names []string
			for _, href := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(text(t, dir, "repodata/repomd.xml"), -1) {
				names = append(names, href[1])
			}
			return names
		}},
		{"apt by hash", "deb", "bookworm", func(t *testing.T) string {
			dir := t.TempDir()
			publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"))))
			// The same as somebody else might have it: at the root, in real folders, without a state.
			real := t.TempDir()
			copyServed(t, filepath.Join(dir, "apt/dists/bookworm"), filepath.Join(real, "dists/bookworm"))
			copyServed(t, filepath.Join(dir, "apt/pool"), filepath.Join(real, "pool"))
			return real
		}, func(t *testing.T, dir string) []string {
			var names []string
			for _, name := range below(t, filepath.Join(dir, "dists")) {
				if strings.Contains(name, "/by-hash/") {
					names = append(names, path.Join("dists", filepath.ToSlash(name)))
				}
			}
			return names
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := test.tree(t)
			before := map[string][]byte{}
			for _, name := range test.former(t, dir) {
				before[name] = []byte(text(t, dir, name))
			}
			if len(before) == 0 {
				t.Fatal("nothing is named by its hash")
			}
			there := func(when string) {
				t.Helper()
				for name, data := range before {
					if now, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(now, data) {
						t.Errorf("%s: %s: %v", when, name, err)
					}
				}
			}
			// A package more, so that no index stays what it was.
			if _, err := rescan(t, dir, func(o *repo.Options) {
				if o.Suite, o.Paths = test.suite, tools(t, test.format, "1.1"); test.format == "rpm" {
					o.Origin = "Example"
				}
			}); err != nil {
				t.Fatal(err)
			}
			there("after the adoption")
			for i, version := range []string{"1.2", "1.3", "1.4", "1.5"} {
				o := options(t, dir, tools(t, test.format, version)...)
				o.Origin, o.Suite, o.Time = "", test.suite, noon.AddDate(2, 0, 2*i)
				publish(t, o)
				if i < 2 {
					there("after " + version)
				}
			}
			for name := range before {
				if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
					t.Errorf("%s is still there after four publishes", name)
				}
			}
			soundAdopted(t, dir)
		})
	}
}

// copyServed copies a folder, following links.
func copyServed(t *testing.T, from, to string) {
	t.Helper()
	from, err := filepath.EvalSymlinks(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range below(t, from) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		fixtures.CopyFile(t, filepath.Join(from, name), filepath.Join(to, name))
	}
}
