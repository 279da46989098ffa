package repo_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wain/fixtures"
	"wain/repo"
)

// published is a repository with several versions for apt and yum, signed by the archive key, and its base URL.
func published(t *testing.T) (dir, url string) {
	t.Helper()
	temp := t.TempDir()
	dir = filepath.Join(temp, "repo")
	for _, version := range []string{"1.2.2", "1.2.3"} {
		all, noarch := deb(version, "all"), rpm(version, "all")
		all.name, noarch.name = "python-pure", "python-pure"
		o := options(t, dir, dist(t, deb(version, "amd64"), rpm(version, "amd64"), all, noarch))
		o.Signer = signer(key(t, "archive"))
		o.BaseURL = "file://" + dir
		publish(t, o)
	}
	// gpgv and apt's methods run as other users.
	for _, at := range []string{dir, temp, filepath.Dir(temp)} {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir, "file://" + dir
}

// clean is an environment with nothing of ours in it.
func clean(home string) []string {
	return []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + home, "LC_ALL=C.UTF-8"}
}

// run runs a client and returns all that it prints.
func run(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = env
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// must is run for what has to succeed.
func must(t *testing.T, env []string, args ...string) string {
	t.Helper()
	out, err := run(t, env, args...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// TestSignaturesByOthers checks every signature with the verifiers that apt uses.
func TestSignaturesByOthers(t *testing.T) {
	fixtures.NeedTool(t, "gpgv", "sqv")
	dir, _ := published(t)
	env := clean(t.TempDir())
	for _, files := range [][]string{
		{"apt/dists/bookworm/Release.gpg", "apt/dists/bookworm/Release"},
		{"yum/el9/repodata/repomd.xml.asc", "yum/el9/repodata/repomd.xml"},
	} {
		signature, data := filepath.Join(dir, files[0]), filepath.Join(dir, files[1])
		must(t, env, "gpgv", "--keyring", filepath.Join(dir, "key.gpg"), signature, data)
		must(t, env, "sqv", "--keyring", filepath.Join(dir, "key.asc"), signature, data)
	}
	must(t, env, "gpgv", "--keyring", filepath.Join(dir, "key.gpg"), filepath.Join(dir, "apt/dists/bookworm/InRelease"))
}

// An aptHost is a folder that apt-get takes for a system.
type aptHost struct {
	env  []string
	root string
}

// newAptHost configures a host with the sources file and key of a repository.
func newAptHost(t *testing.T, repository, arch string) aptHost {
	t.Helper()
	root := t.TempDir()
	for _, folder := range []string{"etc/apt/sources.list.d", "etc/apt/preferences.d", "etc/apt/apt.conf.d", "var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/lib/dpkg"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	config := fmt.Sprintf("Dir %q;\nDir::State::status \"%s/var/lib/dpkg/status\";\nAPT::Architecture %q;\nAPT::Architectures { %[3]q; };\nAPT::Sandbox::User \"root\";\nAcquire::Languages \"none\";\n", root, root, arch)
	sources := strings.ReplaceAll(text(t, repository, "example-archive.sources"), "/etc/apt/keyrings/example-archive.asc", filepath.Join(repository, "key.asc"))
	for name, data := range map[string]string{
		"var/lib/dpkg/status": "", "apt.conf": config, "etc/apt/sources.list.d/example-archive.sources": sources,
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return aptHost{env: append(clean(root), "APT_CONFIG="+filepath.Join(root, "apt.conf")), root: root}
}

func TestClientApt(t *testing.T) {
	fixtures.NeedTool(t, "apt-get", "apt-cache")
	dir, _ := published(t)
	host := newAptHost(t, dir, "amd64")
	if out := must(t, host.env, "apt-get", "-q", "update"); strings.Contains(out, "W:") || strings.Contains(out, "N:") {
		t.Errorf("apt-get update warns:\n%s", out)
	}
	out := must(t, host.env, "apt-cache", "madison", "python-myproject", "python-pure")
	for _, want := range []string{"python-myproject |      1.2.3", "python-myproject |      1.2.2", "python-pure |      1.2.3"} {
		if !strings.Contains(out, want) {
			t.Errorf("apt-cache madison lacks %q:\n%s", want, out)
		}
	}
	install := must(t, host.env, "apt-get", "-s", "-o", "Debug::NoLocking=1", "install", "python-myproject=1.2.2", "python-pure")
	if !strings.Contains(install, "Inst python-myproject (1.2.2 ") || !strings.Contains(install, "Inst python-pure (1.2.3 ") {
		t.Errorf("apt-get -s install:\n%s", install)
	}
	cmd := exec.Command("apt-get", "-q", "download", "python-myproject=1.2.3")
	cmd.Env, cmd.Dir = host.env, t.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("apt-get download: %v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(cmd.Dir, "python-myproject_1.2.3_amd64.deb")); err != nil {
		t.Error(err)
	}

	// An architecture that the suite does not have sees the packages for all.
	other := newAptHost(t, dir, "arm64")
	_ = must(t, other.env, "apt-get", "-q", "update")
	if out := must(t, other.env, "apt-cache", "madison", "python-pure"); !strings.Contains(out, "1.2.3") {
		t.Errorf("a host of another architecture finds %q", out)
	}
}

// TestClientAptRefuses: a changed index and a changed signature are refused by apt.
func TestClientAptRefuses(t *testing.T) {
	fixtures.NeedTool(t, "apt-get")
	for _, name := range []string{"InRelease", "main/binary-amd64/Packages.gz"} {
		dir, _ := published(t)
		file := filepath.Join(dir, "apt/dists/bookworm", name)
		tamper(t, file)
		if name == "InRelease" {
			// apt would fall back to the pair.
			tamper(t, filepath.Join(dir, "apt/dists/bookworm/Release"))
		}
		host := newAptHost(t, dir, "amd64")
		out, err := run(t, host.env, "apt-get", "-q", "update", "-o", "APT::Update::Error-Mode=any")
		if err == nil {
			t.Errorf("apt-get update takes a changed %s:\n%s", name, out)
		}
	}
}

// tamper changes one letter in the middle of a file, under all its names.
func tamper(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := len(data) / 2
	if i := bytes.Index(data, []byte("Origin: Example")); i >= 0 {
		at = i + len("Origin: ")
	}
	data[at] ^= 1
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// contained runs a program whose daemons die with it: dnf leaves a gpg-agent for each cache.
func contained(args ...string) []string {
	if os.Geteuid() != 0 {
		return args
	}
	return append([]string{"unshare", "-p", "--fork", "--kill-child"}, args...)
}

func TestClientDnf(t *testing.T) {
	fixtures.NeedTool(t, "dnf", "unshare")
	fixtures.NeedRoot(t)
	dir, _ := published(t)
	dnf := func(args ...string) []string {
		root := t.TempDir()
		return append(contained("dnf", "-q", "-y", "--installroot="+root, "--releasever=9", "--setopt=reposdir="+dir,
			"--setopt=cachedir="+filepath.Join(root, "cache"), "--setopt=module_platform_id=platform:el9", "--setopt=*.skip_if_unavailable=0", "--forcearch=x86_64"), args...)
	}
	env := clean(t.TempDir())
	must(t, env, dnf("makecache")...)
	out := must(t, env, dnf("repoquery", "--queryformat", "%{name} %{version}-%{release} %{arch} %{reponame}\n")...)
	for _, want := range []string{"python-myproject 1.2.2-1.el9 x86_64 example-archive-el9", "python-myproject 1.2.3-1.el9 x86_64", "python-pure 1.2.3-1.el9 noarch"} {
		if !strings.Contains(out, want) {
			t.Errorf("dnf repoquery lacks %q:\n%s", want, out)
		}
	}
	if out := must(t, env, dnf("repoquery", "-l", "python-myproject-1.2.3")...); !strings.Contains(out, "/opt/python-myproject/content") {
		t.Errorf("dnf repoquery -l: %q", out)
	}
	tamper(t, filepath.Join(dir, "yum/el9/repodata/repomd.xml"))
	if out, err := run(t, env, dnf("makecache")...); err == nil {
		t.Errorf("dnf takes a changed repomd.xml:\n%s", out)
	}
}

func TestClientZypper(t *testing.T) {
	fixtures.NeedTool(t, "zypper", "unshare")
	fixtures.NeedRoot(t)
	dir, _ := published(t)
	root := t.TempDir()
	repos := filepath.Join(root, "etc/zypp/repos.d")
	if err := os.MkdirAll(repos, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(repos, "example-archive.repo"), []byte(text(t, dir, "example-archive.repo")), 0o644); err != nil {
		t.Fatal(err)
	}
	zypper := contained("zypper", "--root", root, "--non-interactive", "--releasever", "15", "--gpg-auto-import-keys")
	env := clean(t.TempDir())
	must(t, env, append(zypper, "refresh")...)
	out := must(t, env, append(zypper, "search", "-s", "python-myproject")...)
	if !strings.Contains(out, "1.2.2-1.el9") || !strings.Contains(out, "1.2.3-1.el9") {
		t.Errorf("zypper search:\n%s", out)
	}
}

// TestClientScript runs the apt snippet as it is printed, against folders of its own.
func TestClientScript(t *testing.T) {
	fixtures.NeedTool(t, "sh", "curl", "gpg", "apt-get")
	dir, url := published(t)
	host := newAptHost(t, dir, "amd64")
	script, err := repo.Snippet(repo.SnippetApt, repo.SnippetOptions{
		BaseURL: url, Origin: "Example Archive", Suite: "bookworm", Fingerprints: []string{key(t, "archive").Fingerprint()},
	})
	if err != nil {
		t.Fatal(err)
	}
	script = strings.ReplaceAll(script, "/etc/apt/", host.root+"/etc/apt/")
	out := must(t, host.env, "sh", "-ec", script)
	if !strings.Contains(out, key(t, "archive").Fingerprint()[36:]) {
		t.Errorf("the script does not show the key:\n%s", out)
	}
	if out := must(t, host.env, "apt-cache", "madison", "python-myproject"); !strings.Contains(out, "1.2.3") {
		t.Errorf("after the script apt finds %q", out)
	}
}
