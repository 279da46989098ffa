package repo_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo"
)

// archive is a verifier of the key that foreign publishers sign with here. Packages may be signed by nobody.
func archive(t testing.TB) *repo.Verifier {
	t.Helper()
	v := verifier(t, key(t, "archive"))
	v.Rule = func(err error) string {
		if strings.Contains(err.Error(), "unknown key") {
			return "signature-unknown"
		}
		return ""
	}
	return v
}

// findings are the rules and paths that a verification finds, each once.
func findings(t testing.TB, o repo.VerifyOptions) []string {
	t.Helper()
	o.Jobs = 2
	found, err := repo.Verify(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range found {
		if line := f.Rule + " " + f.Path; len(lines) == 0 || lines[len(lines)-1] != line {
			lines = append(lines, line)
		}
		t.Logf("%s %s: %s", f.Rule, f.Path, f.Detail)
	}
	return lines
}

// wantFindings compares them, and says nothing of digests in names.
func wantFindings(t *testing.T, o repo.VerifyOptions, want ...string) {
	t.Helper()
	got := findings(t, o)
	for i, line := range got {
		if rule, name, _ := strings.Cut(line, " "); len(filepath.Base(name)) > 64 && filepath.Base(name)[64] == '-' {
			got[i] = rule + " " + filepath.Dir(name) + "/HASH" + filepath.Base(name)[64:]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// tools are packages without a suite, as other publishers get them.
func tools(t testing.TB, format string, versions ...string) []string {
	t.Helper()
	var files []string
	dir := t.TempDir()
	for _, version := range versions {
		files = append(files, made{format: format, name: "tool", version: version, arch: "amd64"}.write(t, dir))
	}
	return files
}

// TestVerifyAptly: aptly's tree is sound. It names pool files as they were uploaded, and has no hash-named indexes.
func TestVerifyAptly(t *testing.T) {
	k := fixtures.NewPublisherKey(t, "archive.key")
	dir := fixtures.Aptly(t, k, tools(t, "deb", "1.0", "1.1")...)
	wantFindings(t, repo.VerifyOptions{Dir: dir, Verifier: archive(t), Time: time.Now()})

	// Another key, and no key: what is signed can be missed only.
	wantFindings(t, repo.VerifyOptions{Dir: dir, Verifier: verifier(t, key(t, house))},
		"signature-bad dists/bookworm/InRelease", "signature-bad dists/bookworm/Release.gpg")
	wantFindings(t, repo.VerifyOptions{Dir: dir})
}

// TestVerifyReprepro: reprepro's tree is sound, and one that it was killed over is found: Release is new, the indexes
// are half new.
func TestVerifyReprepro(t *testing.T) {
	k := fixtures.NewPublisherKey(t, "archive.key")
	dir := fixtures.Reprepro(t, k, tools(t, "deb", "1.0")...)
	wantFindings(t, repo.VerifyOptions{Dir: dir, Verifier: archive(t), Time: time.Now()})

	next := fixtures.Reprepro(t, k, tools(t, "deb", "1.1")...)
	for _, name := range []string{"InRelease", "Release", "Release.gpg", "main/binary-amd64/Packages.gz"} {
		fixtures.CopyFile(t, filepath.Join(next, "dists/bookworm", name), filepath.Join(dir, "dists/bookworm", name))
	}
	wantFindings(t, repo.VerifyOptions{Dir: dir, Verifier: archive(t)},
		"index-differs dists/bookworm/main/binary-amd64/Packages",
		"orphan-file pool/main/t/tool/tool_1.0_amd64.deb",
		"package-missing pool/main/t/tool/tool_1.1_amd64.deb")
}

// TestVerifyFreightLike re-enacts what freight loses when its library and its cache lie on two file systems: every
// second run leaves a signed index over an empty pool. The timestamped folder behind the suite's link is a suite for
// clients too.
func TestVerifyFreightLike(t *testing.T) {
	k := fixtures.NewPublisherKey(t, "archive.key")
	dir := fixtures.FreightLike(t, k, tools(t, "deb", "1.0", "1.1")...)
	o := repo.VerifyOptions{Dir: dir, Verifier: archive(t), Time: noon.Add(time.Hour)}
	wantFindings(t, o)

	const pool = "pool/bookworm/main/t/tool/"
	remove(pool+"tool_1.0_amd64.deb")(t, dir)
	wantFindings(t, o, "package-missing "+pool+"tool_1.0_amd64.deb")
	remove("pool")(t, dir)
	wantFindings(t, o, "package-missing "+pool+"tool_1.0_amd64.deb", "package-missing "+pool+"tool_1.1_amd64.deb")
}

// TestVerifyCreaterepo: createrepo_c's tree is sound in each compression; two contents of one version, and a signature
// over the repomd.xml before the last createrepo_c, are found.
func TestVerifyCreaterepo(t *testing.T) {
	files := tools(t, "rpm", "1.0", "1.1")
	dir := fixtures.Createrepo(t, files...)
	wantFindings(t, repo.VerifyOptions{Dir: dir, Time: time.Now()})
	for _, how := range []string{"bz2", "xz"} {
		fixtures.RunCreaterepo(t, dir, "--general-compress-type="+how)
		wantFindings(t, repo.VerifyOptions{Dir: dir, Time: time.Now()})
	}
	fixtures.RunCreaterepo(t, dir, "--checksum=sha512", "--no-database")
	wantFindings(t, repo.VerifyOptions{Dir: dir})

	// Nobody asks for a signature but who has a key.
	k := fixtures.NewPublisherKey(t, "archive.key")
	const repomd = "repodata/repomd.xml"
	wantFindings(t, repo.VerifyOptions{Dir: dir, Verifier: archive(t)}, "signature-missing "+repomd+".asc")
	k.Sign(t, filepath.Join(dir, repomd), filepath.Join(dir, repomd+".asc"), "--detach-sign")
	wantFindings(t, repo.VerifyOptions{Dir: dir, Verifier: archive(t)})

	// Signed, and then createrepo_c ran once more.
	other := made{format: "rpm", name: "tool", version: "1.1", arch: "amd64", text: "other"}.write(t, t.TempDir())
	fixtures.CopyFile(t, other, filepath.Join(dir, "rebuilt.rpm"))
	saved, err := os.ReadFile(filepath.Join(dir, repomd+".asc"))
	if err != nil {
		t.Fatal(err)
	}
	fixtures.RunCreaterepo(t, dir)
	if err := os.WriteFile(filepath.Join(dir, repomd+".asc"), saved, 0o644); err != nil {
		t.Fatal(err)
	}
	wantFindings(t, repo.VerifyOptions{Dir: dir, Verifier: archive(t)},
		"conflicting-package repodata/HASH-primary.xml.gz", "signature-bad "+repomd+".asc")
}

// TestVerifyInFolders: several foreign trees in folders of one server are each found, with orphans told apart.
func TestVerifyInFolders(t *testing.T) {
	k := fixtures.NewPublisherKey(t, "archive.key")
	dir := t.TempDir()
	for name, made := range map[string]string{
		"debian/public": fixtures.Aptly(t, k, tools(t, "deb", "1.0")...),
		"rpm/9/x86_64":  fixtures.Createrepo(t, tools(t, "rpm", "1.0")...),
	} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(made)); err != nil {
			t.Fatal(err)
		}
	}
	wantFindings(t, repo.VerifyOptions{Dir: dir})
	lost := tools(t, "deb", "2.0")[0]
	fixtures.CopyFile(t, lost, filepath.Join(dir, "debian/public/pool/main/lost.deb"))
	fixtures.CopyFile(t, tools(t, "rpm", "2.0")[0], filepath.Join(dir, "rpm/9/x86_64/lost.rpm"))
	wantFindings(t, repo.VerifyOptions{Dir: dir}, "orphan-file debian/public/pool/main/lost.deb", "orphan-file rpm/9/x86_64/lost.rpm")
	wantFindings(t, repo.VerifyOptions{Dir: dir, Suites: []string{"bookworm"}})
}

// TestVerifyFlat: a flat repository, as many vendors have one, is looked into too, and so are suites in folders of dists.
func TestVerifyFlat(t *testing.T) {
	k := fixtures.NewPublisherKey(t, "archive.key")
	dir := fixtures.FlatLike(t, k, tools(t, "deb", "1.0", "1.1")...)
	o := repo.VerifyOptions{Dir: dir, Verifier: archive(t)}
	wantFindings(t, o)
	remove("tool_1.0_amd64.deb")(t, dir)
	wantFindings(t, o, "package-missing tool_1.0_amd64.deb")
	change("Packages")(t, dir)
	wantFindings(t, o, "index-differs Packages", "orphan-file tool_1.1_amd64.deb")

	dir = fixtures.Reprepro(t, k, tools(t, "deb", "1.0")...)
	if err := os.Mkdir(filepath.Join(dir, "dists/team"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "dists/bookworm"), filepath.Join(dir, "dists/team/bookworm")); err != nil {
		t.Fatal(err)
	}
	o.Dir = dir
	wantFindings(t, o)
	remove("pool")(t, dir)
	o.Suites = []string{"team/bookworm"}
	wantFindings(t, o, "package-missing pool/main/t/tool/tool_1.0_amd64.deb")
}
