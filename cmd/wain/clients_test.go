package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wain/fixtures"
)

// workshop is a folder in which wain is run as a user runs it.
type workshop struct {
	t   *testing.T
	dir string
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	w := &workshop{t, t.TempDir()}
	for _, name := range []string{"archive.key", "archive.asc"} {
		data, err := os.ReadFile("../../fixtures/keys/" + name)
		if err != nil {
			t.Fatal(err)
		}
		w.write(name, data)
	}
	return w
}

func (w *workshop) path(name string) string { return filepath.Join(w.dir, name) }

func (w *workshop) write(name string, data []byte) {
	w.t.Helper()
	if err := os.WriteFile(w.path(name), data, 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// wain runs the program; it must succeed.
func (w *workshop) wain(args ...string) string {
	w.t.Helper()
	cmd := exec.Command(wainPath(w.t), args...)
	cmd.Dir = w.dir
	cmd.Env = []string{"PATH=/nowhere", "WAIN_KEY_FILE=archive.key", "TMPDIR=" + w.dir}
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("wain %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// convert makes packages of a fixture application, with a wheelhouse and its
// lock, for the targets.
func (w *workshop) convert(application, wheelhouse, lock string, targets ...string) {
	w.t.Helper()
	source := fixtures.WheelFilename(application)
	w.write(source, fixtures.Wheel(application))
	args := []string{"convert", source, "--lock", lock, "--find-links", wheelhouse}
	for _, name := range targets {
		args = append(args, "-t", name)
	}
	w.wain(args...)
}

// repository publishes myproject in all its versions, for Debian 12 and 13 and
// an EL 9 style host with Python 3.11, and gives the repository's folder.
func (w *workshop) repository() string {
	w.t.Helper()
	fixtures.Wheelhouse(w.t, w.path("wheelhouse"))
	w.write("requirements.txt", []byte(fixtures.Requirements(w.t)))
	for _, application := range []string{"myproject-1.2.2", "myproject-1.2.3", "myproject-1.3.0"} {
		w.convert(application, "wheelhouse", "requirements.txt", "debian12", "debian13", "el9+python3.11")
		w.wain("publish", "dist", "--repo", "repo", "--origin", "Example")
	}
	return w.path("repo")
}

// application publishes one application with real wheels and gives the
// repository's folder.
func (w *workshop) application(name, wheels string, targets ...string) string {
	w.t.Helper()
	dir := fixtures.RealWheels(w.t, wheels)
	w.convert(name, dir, filepath.Join(dir, "requirements.txt"), targets...)
	w.wain("publish", "dist", "--repo", "repo", "--origin", "Example")
	return w.path("repo")
}

// aptHost configures apt for the suite of a repository at /srv/repo.
func aptHost(suite string) string {
	return `
install -D -m 0644 /srv/repo/key.asc /etc/apt/keyrings/example.asc
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
cat >/etc/apt/sources.list.d/example.sources <<'END'
Types: deb
URIs: file:/srv/repo/apt
Suites: ` + suite + `
Components: main
Signed-By: /etc/apt/keyrings/example.asc
END
apt-get -q update
`
}

// The Flask application, compiled MarkupSafe included, answers an HTTP request
// from its installed package.
func TestClientAptFlaskAnswers(t *testing.T) {
	for _, release := range []struct{ root, target string }{{"bookworm", "debian12"}, {"trixie", "debian13"}} {
		t.Run(release.root, func(t *testing.T) {
			root := fixtures.Root(t, release.root)
			repo := newWorkshop(t).application("webapp-1.0.0", "flask", release.target)
			out := root.Run(t, aptHost(release.root)+`
apt-get -qy install python-webapp=1.0.0
webapp --bind 127.0.0.1:18080 --pid /run/webapp.pid --daemon
for try in 1 2 3 4 5 6 7 8 9 10; do
	curl -fsS http://127.0.0.1:18080/ && break
	sleep 0.5
done
/opt/venvs/webapp/bin/python -c 'import markupsafe._speedups; print("compiled")'
kill "$(cat /run/webapp.pid)"
apt-get -qy purge python-webapp
echo "left under /opt: $(ls -A /opt)."
`, map[string]string{"/srv/repo": repo})
			for _, want := range []string{"webapp 1.0.0\n", "\ncompiled\n", "\nleft under /opt: .\n"} {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not in:\n%s", want, out)
				}
			}
		})
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// An application with compiled Rust and C extensions is installed with the
// libraries that it needs, and runs.
func TestClientAptCompiledRuns(t *testing.T) {
	root := fixtures.Root(t, "bookworm")
	repo := newWorkshop(t).application("sealer-1.0.0", "cryptography", "debian12")
	out := root.Run(t, aptHost("bookworm")+"apt-get -qy install python-sealer=1.0.0\nsealer\n", map[string]string{"/srv/repo": repo})
	if lastLine(out) != "sealer 1.0.0" {
		t.Errorf("the program printed:\n%s", out)
	}
}
