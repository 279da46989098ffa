package repo_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo"
)

// rescan reads what is published in dir, with the house key from then on.
func rescan(t testing.TB, dir string, change func(*repo.Options)) (*repo.Result, error) {
	t.Helper()
	o := options(t, dir)
	o.Origin, o.Rescan, o.Time = "", true, noon.Add(365*24*time.Hour)
	if change != nil {
		change(&o)
	}
	return repo.Publish(t.Context(), o)
}

// TestRescanLostState: a repository without its state is read again, and goes on as it was.
func TestRescanLostState(t *testing.T) {
	dir := t.TempDir()
	o := options(t, dir, dist(t, deb("1.2.3", "amd64"), deb("1.2.3", "all"), rpm("1.2.3", "amd64")))
	publish(t, o)
	o = options(t, dir, dist(t, made{format: "deb", name: "extra", version: "1", arch: "arm64", suite: "bookworm"}))
	o.Component = "contrib"
	publish(t, o)
	configure(t, dir, "bookworm", noon.Add(time.Hour), func(c *repo.SuiteConfig) {
		*c = repo.SuiteConfig{
			Description: "Ours", ValidFor: 400 * 24 * time.Hour, NotAutomatic: true, ButAutomaticUpgrades: true, SignedBy: true,
			Compression: "zst", Contents: true, Translation: true,
		}
	})
	configure(t, dir, "el9", noon.Add(2*time.Hour), func(c *repo.SuiteConfig) { c.Compression = "zst" })
	before, configs := listed(t, dir), settings(t, dir)
	if err := os.RemoveAll(filepath.Join(dir, ".wain")); err != nil {
		t.Fatal(err)
	}
	result, err := rescan(t, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if result.Origin != "Example Archive" || len(result.Suites) != 2 || len(result.Warnings) != 0 {
		t.Errorf("result: %+v", result)
	}
	if diff := cmp.Diff(before, listed(t, dir)); diff != "" {
		t.Errorf("packages (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(configs, settings(t, dir)); diff != "" {
		t.Errorf("settings (-before +after):\n%s", diff)
	}
	sound(t, dir)
	publish(t, options(t, dir, dist(t, deb("1.2.4", "amd64"), rpm("1.2.4", "amd64"))))
	sound(t, dir)
}

// settings are those of every suite.
func settings(t testing.TB, dir string) map[string]repo.SuiteConfig {
	t.Helper()
	described, err := repo.Describe(t.Context(), folder(dir))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]repo.SuiteConfig{}
	for _, s := range described.Suites {
		all[s.Name] = s.Config
	}
	return all
}

// listed is every package with its suite, component and digest.
func listed(t testing.TB, dir string) []string {
	t.Helper()
	all, err := repo.List(t.Context(), folder(dir), repo.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range all {
		lines = append(lines, strings.Join([]string{p.Suite, p.Component, p.Name, p.Version, p.Architecture, p.Path, p.SHA256}, " "))
	}
	return lines
}

// TestRescanAdopts: the trees of other publishers are taken over where they are, and get a package more.
func TestRescanAdopts(t *testing.T) {
	for _, test := range []struct {
		name, format string
		tree         func(t *testing.T) string
		suite        string // what the adopted suite is called
		given        string // with --suite
		origin       string // where the tree has none
	}{
		{"aptly", "deb", func(t *testing.T) string {
			return fixtures.Aptly(t, fixtures.NewPublisherKey(t, "archive.key"), tools(t, "deb", "1.0", "1.1")...)
		}, "bookworm", "", ""},
		{"reprepro", "deb", func(t *testing.T) string {
			return fixtures.Reprepro(t, fixtures.NewPublisherKey(t, "archive.key"), tools(t, "deb", "1.1")...)
		}, "bookworm", "", ""},
		{"freight", "deb", func(t *testing.T) string {
			return fixtures.FreightLike(t, fixtures.NewPublisherKey(t, "archive.key"), tools(t, "deb", "1.0", "1.1")...)
		}, "bookworm", "", ""},
		{"createrepo_c", "rpm", func(t *testing.T) string {
			return fixtures.Createrepo(t, tools(t, "rpm", "1.0", "1.1")...)
		}, "el9", "el9", "Example"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := test.tree(t)
			were := below(t, dir)
			result, err := rescan(t, dir, func(o *repo.Options) { o.Suite, o.Origin = test.given, test.origin })
			if err != nil {
				t.Fatal(err)
			}
			if len(result.Suites) != 1 || result.Suites[0].Suite != test.suite || len(result.Suites[0].Added) == 0 {
				t.Fatalf("result: %+v", result)
			}
			soundAdopted(t, dir)
			for _, name := range were {
				if ext := filepath.Ext(name); ext != ".deb" && ext != ".rpm" && name != "dists/bookworm/Release" && name != "repodata/repomd.xml" {
					continue
				}
				if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
					t.Errorf("%s was served and is not any more: %v", name, err)
				}
			}
			o := options(t, dir, tools(t, test.format, "2.0")...)
			o.Origin, o.Suite, o.Time = "", test.suite, noon.Add(366*24*time.Hour)
			if more := publish(t, o); len(more.Suites[0].Added) != 1 {
				t.Errorf("a package more: %+v", more)
			}
			soundAdopted(t, dir)
			o.Paths = tools(t, test.format, "1.1")
			o.Paths = []string{changed(t, test.format)}
			var exists *repo.ExistsError
			if _, err := repo.Publish(t.Context(), o); !errors.As(err, &exists) {
				t.Errorf("other bytes under an adopted version: %v, want an *ExistsError", err)
			}
		})
	}
}

// changed is a package of an adopted version with other bytes.
func changed(t *testing.T, format string) string {
	return made{format: format, name: "tool", version: "1.1", arch: "amd64", text: "other"}.write(t, t.TempDir())
}

// soundAdopted wants a sound repository, whose packages may be signed by nobody.
func soundAdopted(t *testing.T, dir string) {
	t.Helper()
	found, err := repo.Verify(t.Context(), repo.VerifyOptions{Dir: dir, Verifier: verifier(t, key(t, house)), Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Rule != "signature-missing" && f.Rule != "orphan-file" {
			t.Errorf("%s %s: %s", f.Rule, f.Path, f.Detail)
		}
	}
}

// below lists all files below dir.
func below(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, err := filepath.Rel(dir, path)
			names = append(names, name)
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestRescanCarries is case 34: updateinfo, comps, modules and what nobody knows are kept over an adoption and the
// publishes after it.
func TestRescanCarries(t *testing.T) {
	fixtures.NeedTool(t, "createrepo_c", "modifyrepo_c")
	dir := fixtures.Createrepo(t, tools(t, "rpm", "1.0")...)
	fixtures.RunCreaterepo(t, dir, "--content", "ours")
	extra := map[string]string{"updateinfo": "<updates></updates>\n", "modules": "---\n", "group": "<comps></comps>\n", "ourown": "anything\n", "damaged": "whole\n"}
	for kind, text := range extra {
		file := filepath.Join(t.TempDir(), kind+".xml")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		args := []string{"--mdtype", kind, file, filepath.Join(dir, "repodata")}
		if kind == "group" {
			args = append([]string{"--no-compress"}, args...) // EL 7 reads no other
		}
		if out, err := exec.Command("modifyrepo_c", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	// What the list does not vouch for is not signed by us.
	changed := filepath.Join(dir, "repodata", filepath.Base(glob(t, filepath.Join(dir, "repodata/*damaged.xml*"))))
	if err := os.WriteFile(changed, []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	delete(extra, "damaged")
	result, err := rescan(t, dir, func(o *repo.Options) { o.Suite, o.Origin = "el9", "Example" })
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(result.Warnings, "\n"), "damaged.xml") {
		t.Errorf("nothing is said of a changed file: %q", result.Warnings)
	}
	for i, version := range []string{"1.1", "1.2", "1.3", "1.4", "1.5"} {
		o := options(t, dir, tools(t, "rpm", version)...)
		o.Origin, o.Suite, o.Time = "", "el9", noon.Add(time.Duration(366+i)*24*time.Hour)
		publish(t, o)
	}
	soundAdopted(t, dir)
	repomd := text(t, dir, "repodata/repomd.xml")
	if !strings.Contains(repomd, "<content>ours</content>") || strings.Contains(repomd, `type="damaged"`) {
		t.Errorf("repomd.xml:\n%s", repomd)
	}
	for kind := range extra {
		if strings.Count(repomd, `type="`+kind+`"`) != 1 {
			t.Errorf("repomd.xml has lost %s:\n%s", kind, repomd)
		}
	}
	// An oracle: it reads all that repomd.xml lists.
	if out, err := exec.Command("createrepo_c", "--quiet", "--update", "--update-md-path", dir, "--outputdir", t.TempDir(), dir).CombinedOutput(); err != nil {
		t.Errorf("createrepo_c: %v\n%s", err, out)
	}
}

// glob is the one file that a pattern stands for.
func glob(t *testing.T, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) != 1 {
		t.Fatal(pattern, names, err)
	}
	return names[0]
}

// TestRescanLostPackage: what an index names and the pool has lost is left out, and said.
func TestRescanLostPackage(t *testing.T) {
	dir := fixtures.FreightLike(t, fixtures.NewPublisherKey(t, "archive.key"), tools(t, "deb", "1.0", "1.1")...)
	for _, name := range below(t, dir) {
		if strings.HasSuffix(name, "tool_1.0_amd64.deb") {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	result, err := rescan(t, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Suites[0].Added) != 1 || !strings.Contains(strings.Join(result.Warnings, "\n"), "tool_1.0_amd64.deb") {
		t.Errorf("result: %+v", result)
	}
	soundAdopted(t, dir)
}

// TestRescanRefuses: what cannot go on as it was is refused, and nothing is written.
func TestRescanRefuses(t *testing.T) {
	dir := fixtures.FreightLike(t, fixtures.NewPublisherKey(t, "archive.key"), tools(t, "deb", "1.0")...)
	before := below(t, dir)
	var identity *repo.IdentityError
	if _, err := rescan(t, dir, func(o *repo.Options) { o.Origin = "Somebody Else" }); !errors.As(err, &identity) {
		t.Errorf("another origin: %v, want an *IdentityError", err)
	}
	if diff := cmp.Diff(before, below(t, dir)); diff != "" {
		t.Errorf("files (-before +after):\n%s", diff)
	}
	if _, err := rescan(t, t.TempDir(), nil); !errors.Is(err, repo.ErrNoRepository) {
		t.Errorf("nothing there: %v", err)
	}
	flat := t.TempDir()
	if err := os.WriteFile(filepath.Join(flat, "Packages"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var adopt *repo.AdoptError
	if _, err := rescan(t, flat, nil); !errors.As(err, &adopt) || !errors.Is(err, repo.ErrFlat) {
		t.Errorf("a flat repository: %v, want an *AdoptError", err)
	}
	broken := t.TempDir()
	if err := os.MkdirAll(filepath.Join(broken, "repodata"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken, "repodata/repomd.xml"), []byte("<repomd"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := rescan(t, broken, func(o *repo.Options) { o.Suite, o.Origin = "el9", "Example" }); !errors.As(err, &adopt) || adopt.Path != "repodata/repomd.xml" {
		t.Errorf("a broken repomd.xml: %v, want an *AdoptError", err)
	}
}
