package repo_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"wain/fixtures"
	"wain/repo"
)

// A dnfHost is a folder that dnf takes for a system, subscribed by the snippet for a mirrorlist.
type dnfHost struct{ command, env []string }

func newDnfHost(t *testing.T, url string) dnfHost {
	t.Helper()
	script, err := repo.Snippet(repo.SnippetDnf, repo.SnippetOptions{
		BaseURL: url, Origin: "Example Archive", Suite: "el9", Immutable: true,
		Fingerprints: []string{key(t, "archive").Fingerprint()},
	})
	if err != nil {
		t.Fatal(err)
	}
	root, repos := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(repos, "example-archive.repo"), []byte(heredoc(t, script)), 0o644); err != nil {
		t.Fatal(err)
	}
	// The packages of these tests have no signatures of their own; the indexes are checked as the snippet says.
	return dnfHost{
		command: contained("dnf", "-q", "-y", "--installroot="+root, "--releasever=9", "--setopt=reposdir="+repos,
			"--setopt=cachedir="+filepath.Join(root, "cache"), "--setopt=module_platform_id=platform:el9",
			"--setopt=*.skip_if_unavailable=0", "--setopt=*.gpgcheck=0", "--forcearch=x86_64"),
		env: clean(t.TempDir()),
	}
}

// run does not end the test: it may be called beside it.
func (h dnfHost) run(args ...string) (string, error) {
	command := append(append([]string{}, h.command...), args...)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = h.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("dnf %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// An address is a repository that is served before it is there, since its mirrorlist holds the address.
type address struct {
	*httptest.Server
	dir string

	mu    sync.Mutex
	asked []string
}

func newAddress(t *testing.T) *address {
	t.Helper()
	a := &address{dir: filepath.Join(t.TempDir(), "repo")}
	files := http.FileServer(http.Dir(a.dir))
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.asked = append(a.asked, r.URL.Path)
		a.mu.Unlock()
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(a.Close)
	return a
}

// publish adds a version.
func (a *address) publish(t *testing.T, patch int) {
	t.Helper()
	o := options(t, a.dir, dist(t, rpm(fmt.Sprintf("1.2.%d", patch), "amd64")))
	o.Signer, o.BaseURL = signer(key(t, "archive")), a.URL
	publish(t, o)
}

// TestClientImmutable: hosts install through the mirrorlist while somebody publishes without a pause, and never see
// repomd.xml of one generation with the signature of another, or an index that its repomd.xml does not name.
func TestClientImmutable(t *testing.T) {
	fixtures.NeedTool(t, "dnf", "unshare")
	fixtures.NeedRoot(t)
	a := newAddress(t)
	a.publish(t, 0)
	var hosts []dnfHost
	for range 5 {
		hosts = append(hosts, newDnfHost(t, a.URL))
	}
	done := make(chan error, 1)
	go func() {
		for _, host := range hosts {
			if _, err := host.run("install", "python-myproject"); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for n := 1; ; n++ {
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("after %d publishes: %v", n, err)
			}
			if n < 2*len(hosts) {
				t.Errorf("only %d publishes: nothing is shown", n)
			}
			a.onlyGenerations(t)
			return
		default:
			a.publish(t, n)
		}
	}
}

// onlyGenerations fails where a host read what changes, the mirrorlist and the key aside.
func (a *address) onlyGenerations(t *testing.T) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	generations := map[string]bool{}
	for _, path := range a.asked {
		rest, inside := strings.CutPrefix(path, "/yum/el9/generations/")
		if inside {
			generation, _, _ := strings.Cut(rest, "/")
			generations[generation] = true
		} else if path != "/yum/el9/mirrorlist" && path != "/key.asc" {
			t.Errorf("a host asked for %s", path)
		}
	}
	if len(generations) < 2 {
		t.Errorf("the hosts saw the generations %v alone", generations)
	}
}

// TestClientImmutableLate: a host that read the indexes some publishes ago installs what they name.
func TestClientImmutableLate(t *testing.T) {
	fixtures.NeedTool(t, "dnf", "unshare")
	fixtures.NeedRoot(t)
	a := newAddress(t)
	a.publish(t, 0)
	host := newDnfHost(t, a.URL)
	if _, err := host.run("makecache"); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 6; n++ {
		a.publish(t, n)
	}
	if _, err := host.run("--setopt=metadata_expire=never", "install", "python-myproject-1.2.0"); err != nil {
		t.Error(err)
	}
	if out, err := host.run("--refresh", "repoquery", "python-myproject"); err != nil || !strings.Contains(out, "1.2.6-1.el9") {
		t.Errorf("after a refresh dnf finds %q, %v", out, err)
	}
}
