package repo_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo"
)

// configure changes one suite of the repository in dir.
func configure(t *testing.T, dir, suite string, at time.Time, set func(*repo.SuiteConfig)) {
	t.Helper()
	o := options(t, dir)
	o.Time = at
	if _, err := repo.Configure(t.Context(), repo.ConfigureOptions{Commit: o.Commit, Suite: suite, Set: set}); err != nil {
		t.Fatal(err)
	}
}

// TestClientConfigured: packages that were published before are in Contents, Translation and .zst as those that come
// later, clients read them, and what was switched on can be switched off.
func TestClientConfigured(t *testing.T) {
	fixtures.NeedTool(t, "apt-get", "apt-cache", "dnf", "unshare")
	fixtures.NeedRoot(t)
	dir, _ := published(t)
	at := noon
	step := func() time.Time { at = at.Add(time.Hour); return at }
	configure(t, dir, "bookworm", step(), func(c *repo.SuiteConfig) {
		c.Contents, c.Translation, c.Compression, c.Description = true, true, "zst", "Ours"
		c.NotAutomatic, c.ButAutomaticUpgrades, c.SignedBy = true, true, true
	})
	configure(t, dir, "el9", step(), func(c *repo.SuiteConfig) { c.Compression = "zst" })
	o := options(t, dir, dist(t, deb("1.2.4", "amd64"), rpm("1.2.4", "amd64")))
	o.Signer, o.Time = signer(key(t, "archive")), step()
	o.Origin = ""
	publish(t, o)

	tree := filepath.Join(dir, "apt/dists/bookworm/main")
	for _, name := range []string{"binary-amd64/Packages.gz", "binary-amd64/Packages.zst", "Contents-amd64.gz", "Contents-amd64.zst", "i18n/Translation-en.gz"} {
		if _, err := os.Stat(filepath.Join(tree, name)); err != nil {
			t.Error(err)
		}
	}
	contents := text(t, tree, "Contents-amd64")
	for _, want := range []string{"opt/python-myproject/content", "opt/python-pure/content"} {
		if !strings.Contains(contents, want) {
			t.Errorf("Contents lacks %s:\n%s", want, contents)
		}
	}
	if n := strings.Count(text(t, tree, "i18n/Translation-en"), "Description-en: A test package"); n < 3 {
		t.Errorf("Translation-en has %d descriptions", n)
	}
	release := text(t, dir, "apt/dists/bookworm/Release")
	for _, want := range []string{"Description: Ours\n", "NotAutomatic: yes\n", "ButAutomaticUpgrades: yes\n", "Signed-By: " + key(t, "archive").Fingerprint()} {
		if !strings.Contains(release, want) {
			t.Errorf("Release lacks %q:\n%s", want, release)
		}
	}
	host := newAptHost(t, dir, "amd64")
	languages := append(host.env, "LANG=en_US.UTF-8")
	config := filepath.Join(host.root, "apt.conf")
	if err := os.WriteFile(config, []byte(strings.Replace(text(t, host.root, "apt.conf"), `Languages "none"`, `Languages "en"`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	must(t, languages, "apt-get", "-q", "update")
	if out := must(t, languages, "apt-cache", "show", "python-myproject=1.2.4"); !strings.Contains(out, "It says more of itself") {
		t.Errorf("apt-cache show:\n%s", out)
	}
	if out := must(t, languages, "apt-cache", "policy", "python-myproject"); !strings.Contains(out, "1.2.4 100") {
		t.Errorf("NotAutomatic and ButAutomaticUpgrades make a priority of 100:\n%s", out)
	}
	root := t.TempDir()
	out := must(t, clean(t.TempDir()), contained("dnf", "-q", "-y", "--installroot="+root, "--releasever=9", "--setopt=reposdir="+dir,
		"--setopt=cachedir="+filepath.Join(root, "cache"), "--setopt=*.skip_if_unavailable=0", "--forcearch=x86_64", "repoquery")...)
	if !strings.Contains(out, "python-myproject-0:1.2.4-1.el9.x86_64") || !strings.Contains(out, "python-myproject-0:1.2.2-1.el9.x86_64") {
		t.Errorf("dnf reads of .zst:\n%s", out)
	}
	if repomd := text(t, dir, "yum/el9/repodata/repomd.xml"); strings.Contains(repomd, ".xml.gz") {
		t.Errorf("a suite of .zst has .gz:\n%s", repomd)
	}
	found, err := repo.Verify(t.Context(), repo.VerifyOptions{Dir: dir, Verifier: verifier(t, key(t, "archive"))})
	for _, f := range found {
		if f.Rule != "signature-missing" {
			t.Errorf("%s %s: %s", f.Rule, f.Path, f.Detail)
		}
	}
	if err != nil {
		t.Error(err)
	}

	shown, err := repo.Show(t.Context(), folder(dir), repo.ListOptions{Suites: []string{"bookworm"}, Packages: []repo.Selection{{Name: "python-myproject", Version: "1.2.4"}}})
	if err != nil || len(shown) != 1 || shown[0].Summary != "A test package" {
		t.Errorf("shown: %+v, %v", shown, err)
	}

	configure(t, dir, "bookworm", step(), func(c *repo.SuiteConfig) { *c = repo.SuiteConfig{} })
	if _, err := os.Stat(filepath.Join(tree, "Contents-amd64.gz")); err == nil {
		t.Error("Contents is still there")
	}
	if packages := text(t, tree, "binary-amd64/Packages"); strings.Contains(packages, "Description-md5") || strings.Count(packages, "Description: A test package") < 3 {
		t.Errorf("Packages has short descriptions:\n%s", packages)
	}
}

// TestRefresh is case 7: nothing is written until half of the time is over that Release is valid; then it is signed anew.
func TestRefresh(t *testing.T) {
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))))
	configure(t, dir, "bookworm", noon.Add(time.Minute), func(c *repo.SuiteConfig) { c.ValidFor = 10 * 24 * time.Hour })
	refresh := func(after time.Duration) *repo.Result {
		o := options(t, dir)
		o.Refresh, o.Time = true, noon.Add(after)
		return publish(t, o)
	}
	before := snapshot(t, dir)
	if result := refresh(4 * 24 * time.Hour); result.Changed {
		t.Errorf("refreshed after four of ten days: %+v", result)
	}
	if after := snapshot(t, dir); len(after) != len(before) {
		t.Error("a refresh that is not due writes")
	}
	yum := text(t, dir, "yum/el9/repodata/repomd.xml")
	if result := refresh(6 * 24 * time.Hour); !result.Changed {
		t.Error("not refreshed after six of ten days")
	}
	want := "Valid-Until: " + noon.Add(16*24*time.Hour).Format(time.RFC1123Z)
	if release := text(t, dir, "apt/dists/bookworm/Release"); !strings.Contains(release, want) {
		t.Errorf("Release lacks %q:\n%s", want, release)
	}
	if text(t, dir, "yum/el9/repodata/repomd.xml") != yum {
		t.Error("a suite without a limit was signed anew")
	}
	sound(t, dir)
}
