package repo_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wain/repo"
)

// TestVerifyFinds damages one thing in a sound repository at a time.
func TestVerifyFinds(t *testing.T) {
	const suite, repodata = "apt/dists/bookworm/", "yum/el9/repodata/"
	const debFile = "apt/pool/bookworm/main/p/python-myproject/python-myproject_1.2.3_amd64.deb"
	const rpmFile = "yum/el9/Packages/p/python-myproject-1.2.3-1.el9.x86_64.rpm"
	good := t.TempDir()
	publish(t, options(t, good, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))))
	for _, test := range []struct {
		name   string
		damage func(t *testing.T, dir string)
		want   string // rule and path of one finding
	}{
		{"InRelease changed", change(suite + "InRelease"), "signature-bad " + suite + "InRelease"},
		{"InRelease gone", remove(suite + "InRelease"), "signature-missing " + suite + "InRelease"},
		{"InRelease of another key", resign(suite + "InRelease"), "signature-bad " + suite + "InRelease"},
		{"Release changed", change(suite + "Release"), "release-differs " + suite + "InRelease"},
		{"Release changed, its signature", change(suite + "Release"), "signature-bad " + suite + "Release.gpg"},
		{"Release gone", remove(suite + "Release"), "release-missing " + suite + "Release"},
		{"Release.gpg gone", remove(suite + "Release.gpg"), "signature-missing " + suite + "Release.gpg"},
		{"Packages.gz changed", change(suite + "main/binary-amd64/Packages.gz"), "index-differs " + suite + "main/binary-amd64/Packages.gz"},
		{"Packages.gz longer", longer(suite + "main/binary-amd64/Packages.gz"), "index-differs " + suite + "main/binary-amd64/Packages.gz"},
		{"Packages.gz gone", remove(suite + "main/binary-amd64/Packages.gz"), "index-missing " + suite + "main/binary-amd64/Packages.gz"},
		{"by-hash gone", remove(suite + "main/binary-amd64/by-hash"), "by-hash-missing " + suite + "main/binary-amd64/by-hash/SHA256/"},
		{"deb gone", remove(debFile), "package-missing " + debFile},
		{"deb changed", change(debFile), "package-differs " + debFile},
		{"deb longer", longer(debFile), "package-differs " + debFile},
		{"repomd.xml changed", change(repodata + "repomd.xml"), "signature-bad " + repodata + "repomd.xml.asc"},
		{"repomd.xml gone", remove(repodata + "repomd.xml"), "repomd-missing " + repodata + "repomd.xml"},
		{"repomd.xml.asc gone", remove(repodata + "repomd.xml.asc"), "signature-missing " + repodata + "repomd.xml.asc"},
		{"primary gone", remove(repodata + "*-primary.xml.gz"), "index-missing " + repodata},
		{"filelists changed", change(repodata + "*-filelists.xml.gz"), "index-differs " + repodata},
		{"rpm gone", remove(rpmFile), "package-missing " + rpmFile},
		{"rpm changed", change(rpmFile), "package-differs " + rpmFile},
		{"rpm longer", longer(rpmFile), "package-differs " + rpmFile},
		{"key gone", remove("key.asc"), "key-missing key.asc"},
		{"key of somebody else", otherKey("key.asc"), "key-differs key.asc"},
		{"binary key of somebody else", otherKey("key.gpg"), "key-differs key.gpg"},
		{"suite's key of somebody else", otherKey(repodata + "repomd.xml.key"), "key-differs " + repodata + "repomd.xml.key"},
		{"suite's key gone", remove(repodata + "repomd.xml.key"), "key-missing " + repodata + "repomd.xml.key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(good)); err != nil {
				t.Fatal(err)
			}
			test.damage(t, dir)
			findings, err := repo.Verify(t.Context(), repo.VerifyOptions{Dir: dir, Verifier: verifier(t, key(t, house))})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				if strings.HasPrefix(f.Rule+" "+f.Path, test.want) && f.Detail != "" {
					return
				}
			}
			t.Errorf("found %v, want %s", findings, test.want)
		})
	}
}

// otherKey puts another key where hosts fetch the repository's.
func otherKey(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.WriteFile(file, key(t, "other").PublicArmored(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestVerifyUnsigned: an unsigned repository is a finding, unless it is known to be one.
func TestVerifyUnsigned(t *testing.T) {
	dir := t.TempDir()
	o := options(t, dir, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64")))
	o.Signer, o.Unsigned = nil, true
	publish(t, o)
	findings, err := repo.Verify(t.Context(), repo.VerifyOptions{Dir: dir})
	if err != nil || len(findings) != 3 {
		t.Errorf("found %v (%v), want three absent signatures", findings, err)
	}
	findings, err = repo.Verify(t.Context(), repo.VerifyOptions{Dir: dir, Unsigned: true})
	if err != nil || len(findings) != 0 {
		t.Errorf("found %v (%v), want nothing", findings, err)
	}
	for _, name := range []string{"example-archive.sources", "example-archive.repo"} {
		if got := text(t, dir, name); strings.Contains(got, "Signed-By") || strings.Contains(got, "gpgcheck=1") {
			t.Errorf("%s asks for signatures:\n%s", name, got)
		}
	}
}

// TestVerifyStanza changes what an index says of a package and signs that: no hash shows it.
func TestVerifyStanza(t *testing.T) {
	dir := t.TempDir()
	path := deb("1.2.3", "amd64").write(t, t.TempDir())
	publish(t, options(t, dir, path))
	index := filepath.Join(dir, "apt/dists/bookworm/main/binary-amd64/Packages")
	old := text(t, dir, "apt/dists/bookworm/main/binary-amd64/Packages")
	if err := os.WriteFile(index, []byte(strings.Replace(old, "Version: 1.2.3", "Version: 9.9.9", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	release := text(t, dir, "apt/dists/bookworm/Release")
	signRelease(t, dir, "apt/dists/bookworm", strings.Replace(release, sum(old), sum(text(t, dir, "apt/dists/bookworm/main/binary-amd64/Packages")), 1))
	findings, err := repo.Verify(t.Context(), repo.VerifyOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Rule == "stanza-differs" && strings.Contains(f.Detail, `Version is "1.2.3"`) {
			return
		}
	}
	t.Errorf("found %v, want a stanza that differs", findings)
}

// TestVerifyIndexesOnly looks at what a client reads before it installs anything (case 5).
func TestVerifyIndexesOnly(t *testing.T) {
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))))
	remove("apt/pool")(t, dir)
	o := repo.VerifyOptions{Dir: dir, IndexesOnly: true, Verifier: verifier(t, key(t, house))}
	if findings, err := repo.Verify(t.Context(), o); err != nil || len(findings) != 0 {
		t.Errorf("found %v (%v), want nothing", findings, err)
	}
	remove("yum/el9/repodata/*-primary.xml.gz")(t, dir)
	if findings, err := repo.Verify(t.Context(), o); err != nil || len(findings) == 0 {
		t.Errorf("found %v (%v), want a lost index", findings, err)
	}
}

func TestVerifyAbsent(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "absent")} {
		if _, err := repo.Verify(t.Context(), repo.VerifyOptions{Dir: dir}); !errors.Is(err, repo.ErrNoRepository) {
			t.Errorf("%v, want ErrNoRepository", err)
		}
	}
}

// match returns the one file or folder of a pattern.
func match(t *testing.T, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v, %v", pattern, found, err)
	}
	return found[0]
}

func remove(pattern string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.RemoveAll(match(t, dir, pattern)); err != nil {
			t.Fatal(err)
		}
	}
}

func change(pattern string) func(*testing.T, string) {
	return func(t *testing.T, dir string) { tamper(t, match(t, dir, pattern)) }
}

func longer(pattern string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		f, err := os.OpenFile(match(t, dir, pattern), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString("more"); err != nil {
			t.Fatal(err)
		}
	}
}

// resign signs the same Release with a key that nobody trusts.
func resign(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		release := text(t, dir, filepath.Join(filepath.Dir(name), "Release"))
		signed, err := key(t, "other").Clear([]byte(release), noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), signed, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// signRelease gives a suite another Release, signed by the house key.
func signRelease(t *testing.T, dir, suite, release string) {
	t.Helper()
	inline, err := key(t, house).Clear([]byte(release), noon)
	if err != nil {
		t.Fatal(err)
	}
	detached, err := key(t, house).Detached(strings.NewReader(release), noon)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"Release": []byte(release), "InRelease": inline, "Release.gpg": detached} {
		if err := os.WriteFile(filepath.Join(dir, suite, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
