package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wain/fixtures"
	"wain/fixtures/clients"
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

// snippet is what wain prints for a client, as a clients.Case wants it.
func (w *workshop) snippet(kind, suite string) func(baseURL string) string {
	return func(baseURL string) string {
		return w.wain("snippet", kind, "--repo", "repo", "--suite", suite, "--base-url", baseURL)
	}
}

// manifest is wain's snippet for Puppet, applied as it is; Puppet's code 2 says
// that it changed something, and that all of it worked.
func (w *workshop) manifest(suite string) func(baseURL string) string {
	return func(baseURL string) string {
		return "cat >/snippet.pp <<'END OF MANIFEST'\n" + w.snippet("puppet", suite)(baseURL) +
			"END OF MANIFEST\npuppet apply --color false --detailed-exitcodes /snippet.pp || [ $? = 2 ]\n"
	}
}

// Every client, set up by the snippet that wain prints, takes myproject through
// its life: 1.2.3 exactly, 1.3.0, 1.2.2, 1.2.3 again, removal.
func TestClientLifeCycle(t *testing.T) {
	fixtures.NeedRoots(t)
	w := newWorkshop(t)
	repository := w.repository()
	for name, c := range map[string]clients.Case{
		"apt-debian12":        {Client: clients.Apt, Root: "bookworm", Suite: "bookworm", Configure: w.snippet("apt", "bookworm"), HTTP: true},
		"apt-debian12-folder": {Client: clients.Apt, Root: "bookworm", Suite: "bookworm"},
		"apt-debian13":        {Client: clients.Apt, Root: "trixie", Suite: "trixie", Configure: w.snippet("apt", "trixie"), HTTP: true},
		"dnf":                 {Client: clients.Dnf, Root: "rpmhost", Suite: "el9", Configure: w.snippet("dnf", "el9"), HTTP: true},
		"dnf-folder":          {Client: clients.Dnf, Root: "rpmhost", Suite: "el9"},
		"zypper":              {Client: clients.Zypper, Root: "rpmhost", Suite: "el9", Configure: w.snippet("zypper", "el9"), HTTP: true},
		"zypper-folder":       {Client: clients.Zypper, Root: "rpmhost", Suite: "el9"},
		"puppet-apt":          {Client: clients.PuppetApt, Root: "rpmhost", Suite: "bookworm", Configure: w.manifest("bookworm"), HTTP: true},
		"puppet-dnf":          {Client: clients.PuppetDnf, Root: "rpmhost", Suite: "el9", Configure: w.manifest("el9"), HTTP: true},
	} {
		t.Run(name, func(t *testing.T) {
			c.Repository = repository
			c.LifeCycle(t)
		})
	}
}

// Every client refuses a repository in which anything was tampered with.
func TestClientRefusesDamage(t *testing.T) {
	fixtures.NeedRoots(t)
	repository := newWorkshop(t).repository()
	for name, c := range map[string]clients.Case{
		"apt-debian12": {Client: clients.Apt, Root: "bookworm", Suite: "bookworm"},
		"apt-debian13": {Client: clients.Apt, Root: "trixie", Suite: "trixie"},
		"dnf":          {Client: clients.Dnf, Root: "rpmhost", Suite: "el9"},
		"zypper":       {Client: clients.Zypper, Root: "rpmhost", Suite: "el9"},
	} {
		damages := clients.YumDamages()
		if c.Client == clients.Apt {
			damages = clients.AptDamages()
		}
		for _, d := range damages {
			t.Run(name+"/"+d.Name, func(t *testing.T) {
				c.Repository = d.Apply(t, repository)
				c.Refuses(t, "1.2.3", d.Says...)
			})
		}
	}
}

// The Flask application, compiled MarkupSafe included, answers an HTTP request
// from its installed package.
func TestClientAptFlaskAnswers(t *testing.T) {
	for _, c := range []clients.Case{
		{Client: clients.Apt, Root: "bookworm", Suite: "bookworm", Package: "python-webapp", Program: "webapp"},
		{Client: clients.Apt, Root: "trixie", Suite: "trixie", Package: "python-webapp", Program: "webapp"},
	} {
		t.Run(c.Root, func(t *testing.T) {
			fixtures.NeedRoots(t)
			c.Repository = newWorkshop(t).application("webapp-1.0.0", "flask", c.Suite)
			out := c.Install(t, "1.0.0", `
webapp --bind 127.0.0.1:18080 --pid /run/webapp.pid --daemon
for try in 1 2 3 4 5 6 7 8 9 10; do
	curl -fsS http://127.0.0.1:18080/ && break
	sleep 0.5
done
/opt/venvs/webapp/bin/python -c 'import markupsafe._speedups; print("compiled")'
kill "$(cat /run/webapp.pid)"
apt-get -qq purge python-webapp >/dev/null
echo "left under /opt: $(ls -A /opt)."
`)
			for _, want := range []string{"webapp 1.0.0\n", "compiled\n", "left under /opt: .\n"} {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not in:\n%s", want, out)
				}
			}
		})
	}
}

// An application with compiled Rust and C extensions is installed with the
// libraries that it needs, and runs.
func TestClientCompiledRuns(t *testing.T) {
	fixtures.NeedRoots(t)
	repository := newWorkshop(t).application("sealer-1.0.0", "cryptography", "debian12", "el9+python3.11")
	for _, c := range []clients.Case{
		{Client: clients.Apt, Root: "bookworm", Suite: "bookworm"},
		{Client: clients.Dnf, Root: "rpmhost", Suite: "el9"},
	} {
		t.Run(string(c.Client), func(t *testing.T) {
			c.Repository, c.Package, c.Program = repository, "python-sealer", "sealer"
			if out := c.Install(t, "1.0.0", "sealer"); !strings.Contains(out, "sealer 1.0.0\n") {
				t.Errorf("the program printed:\n%s", out)
			}
		})
	}
}
