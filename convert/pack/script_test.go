package pack_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wain/convert/pack"
	"wain/fixtures"
)

// host plays the package manager below a folder of its own: it puts files in
// place and takes them away in the order of dpkg or rpm, and runs the scripts of
// real packages in between.
type host struct {
	t       *testing.T
	format  string
	root    string // of everything
	dir     string // the environment
	python  string
	version string // of Python
	current *installed
}

type installed struct {
	spec    pack.Spec
	scripts map[string]string
}

func newHost(t *testing.T, format string) *host {
	t.Helper()
	fixtures.NeedTool(t, "python3", "find", "dpkg-deb", "rpm")
	python := strings.TrimSpace(run(t, "python3", "-c", "import sys; print(sys.executable)")) // no shim
	root := t.TempDir()
	if err := os.WriteFile(root+"/keep", nil, 0o644); err != nil { // or an empty root would go too
		t.Fatal(err)
	}
	version := strings.TrimSpace(run(t, python, "-c", `import sys; print("%d.%d" % sys.version_info[:2])`))
	return &host{t: t, format: format, root: root, dir: root + "/opt/venvs/app", python: python, version: version}
}

// pkg gives a package of modules by their names below site-packages.
func (h *host) pkg(modules map[string]string) *installed {
	h.t.Helper()
	files := map[string]string{h.dir + "/pyvenv.cfg": "home = /usr/bin\n"}
	for name, text := range modules {
		files[h.site()+"/"+name] = text
	}
	s := spec(h.format, "1.0")
	s.Dir, s.Python, s.PythonPath, s.Entries = h.dir, h.version, h.python, tree(files)
	return &installed{s, scriptsOf(h.t, s)}
}

func (h *host) site() string { return h.dir + "/lib/python" + h.version + "/site-packages" }

// scriptsOf reads the scripts back out of a package.
func scriptsOf(t *testing.T, s pack.Spec) map[string]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), s.Filename())
	if err := os.WriteFile(file, write(t, s), 0o644); err != nil {
		t.Fatal(err)
	}
	scripts := make(map[string]string)
	if s.Format == "rpm" {
		for _, name := range []string{"posttrans", "preun", "postun", "prein", "postin", "pretrans"} {
			if text := run(t, "rpm", "-qp", "--qf", "%{"+strings.ToUpper(name)+"}", file); text != "(none)" {
				scripts[name] = text
			}
		}
		return scripts
	}
	control := t.TempDir()
	run(t, "dpkg-deb", "-e", file, control)
	for _, name := range []string{"preinst", "postinst", "prerm", "postrm"} {
		if text, err := os.ReadFile(filepath.Join(control, name)); err == nil {
			scripts[name] = string(text)
		}
	}
	return scripts
}

// script runs one script of a package, where there is one.
func (h *host) script(p *installed, name string, args ...string) {
	h.t.Helper()
	if text, ok := p.scripts[name]; ok {
		if out := run(h.t, "sh", append([]string{"-c", text, name}, args...)...); out != "" {
			h.t.Errorf("%s %v prints %q", name, args, out)
		}
	}
}

// install puts a package in place, over the one that is there.
func (h *host) install(p *installed, meanwhile ...func()) {
	h.t.Helper()
	old := h.current
	if h.format == "deb" {
		if old != nil {
			h.script(old, "prerm", "upgrade", "1.0")
		}
		for _, f := range meanwhile {
			f()
		}
		h.unpack(p)
		if old != nil {
			h.erase(old, p)
			h.script(old, "postrm", "upgrade", "1.0")
		}
		h.script(p, "postinst", "configure", "0.9")
	} else {
		h.unpack(p)
		for _, f := range meanwhile {
			f()
		}
		if old != nil {
			h.script(old, "preun", "1")
			h.erase(old, p)
			h.script(old, "postun", "1")
		}
		h.script(p, "posttrans", "1")
	}
	h.current = p
}

// remove takes the package away. All of the program's bytecode is written again
// just before the files go.
func (h *host) remove(meanwhile func()) {
	h.t.Helper()
	before, after, arg := "prerm", "postrm", "remove"
	if h.format == "rpm" {
		before, after, arg = "preun", "postun", "0"
	}
	h.script(h.current, before, arg)
	meanwhile()
	h.erase(h.current, nil)
	h.script(h.current, after, arg)
	h.current = nil
}

func (h *host) unpack(p *installed) {
	h.t.Helper()
	for _, e := range p.spec.Entries {
		if e.Mode.IsDir() {
			if err := os.MkdirAll(e.Path, 0o755); err != nil {
				h.t.Fatal(err)
			}
			continue
		}
		h.write(e.Path, bodyOf(h.t, e))
		if err := os.Chtimes(e.Path, p.spec.Time, p.spec.Time); err != nil {
			h.t.Fatal(err)
		}
	}
}

// erase removes the files of old that next does not have, and the directories
// that are empty then, as both package managers do.
func (h *host) erase(old, next *installed) {
	kept := map[string]bool{}
	if next != nil {
		for _, e := range next.spec.Entries {
			kept[e.Path] = true
		}
	}
	for _, e := range slices.Backward(old.spec.Entries) {
		if !kept[e.Path] && strings.HasPrefix(e.Path, h.root+"/opt/") {
			os.Remove(e.Path) // a directory with something in it stays
		}
	}
}

func (h *host) write(name, text string) {
	h.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		h.t.Fatal(err)
	}
	os.Remove(name)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

// runs gives the version that the program prints. It runs twice: once with the bytecode of the scripts, once
// in a way that makes Python write its own.
func (h *host) runs() (version string) {
	h.t.Helper()
	const program = `import sys; sys.path.insert(0, sys.argv[1]); import app.version; print(app.version.V)`
	plain := run(h.t, h.python, "-S", "-c", program, h.site())
	if optimised := run(h.t, h.python, "-S", "-O", "-c", program, h.site()); optimised != plain {
		return plain + " and with -O " + optimised
	}
	return strings.TrimSpace(plain)
}

// below gives everything that packages put into the root.
func (h *host) below() []string {
	h.t.Helper()
	var names []string
	err := filepath.WalkDir(h.root, func(name string, _ fs.DirEntry, err error) error {
		if err == nil && name != h.root && name != h.root+"/keep" {
			names = append(names, strings.TrimPrefix(name, h.root))
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return names
}

func (h *host) exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// TestNoStaleBytecode goes up and down between two versions whose modules have
// one size and one time stamp, and runs each, so that Python writes bytecode of
// its own. Only the version that is installed may ever run.
func TestNoStaleBytecode(t *testing.T) {
	for _, format := range []string{"deb", "rpm"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, format)
			v2 := h.pkg(map[string]string{"app/__init__.py": "", "app/version.py": "V = '1.2.2'\n", "app/bad.py": "print 'x'\n"})
			v3 := h.pkg(map[string]string{"app/__init__.py": "", "app/version.py": "V = '1.2.3'\n", "app/old/gone.py": "", "app/old/deep/er.py": ""})
			for _, step := range []struct {
				p    *installed
				want string
			}{{v3, "1.2.3"}, {v2, "1.2.2"}, {v3, "1.2.3"}} {
				h.install(step.p)
				cache := h.site() + "/app/__pycache__"
				if files, _ := filepath.Glob(cache + "/version.*.pyc"); len(files) != 1 {
					t.Fatalf("bytecode after the scripts: %v", files)
				} else if head, err := os.ReadFile(files[0]); err != nil || head[4] != 3 { // PEP 552: checked hash
					t.Fatalf("flags of %s: %v, %v", files[0], head[4:8], err)
				}
				if got := h.runs(); got != step.want {
					t.Fatalf("runs %s, want %s", got, step.want)
				}
			}
			h.remove(func() { h.write(h.site()+"/app/__pycache__/late.pyc", "x") })
			if left := h.below(); len(left) > 0 {
				t.Errorf("left after removal: %v", left)
			}
		})
	}
}

// TestDroppedDirectories drops a package of modules that ran: neither it nor its
// bytecode may stay, also when it ran in the middle of the upgrade.
func TestDroppedDirectories(t *testing.T) {
	for _, format := range []string{"deb", "rpm"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, format)
			with := h.pkg(map[string]string{"app/version.py": "V = 1\n", "app/old/deep/gone.py": "\n"})
			without := h.pkg(map[string]string{"app/version.py": "V = 2\n"})
			h.install(with)
			h.write(h.site()+"/app/kept/data.txt", "the administrator's own\n")
			h.install(without, func() {
				h.write(h.site()+"/app/old/deep/__pycache__/gone.cpython-311.pyc", "x")
				h.write(h.site()+"/app/old/deep/__pycache__/-rf.pyc.1234", "x")
				h.write(h.site()+"/app/old/__pycache__/new\nline.pyc", "x")
			})
			if h.exists(h.site() + "/app/old") {
				t.Errorf("app/old stays: %v", h.below())
			}
			if !h.exists(h.site() + "/app/kept/data.txt") {
				t.Error("a foreign file is gone")
			}
			if got := h.runs(); got != "2" {
				t.Errorf("runs %s", got)
			}
		})
	}
}

// TestCameAndWent removes a package whose earlier version left a directory
// behind, as one that was installed by other means may.
func TestCameAndWent(t *testing.T) {
	for _, format := range []string{"deb", "rpm"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, format)
			h.install(h.pkg(map[string]string{"app/version.py": "V = 1\n"}))
			h.write(h.site()+"/app/long/ago/__pycache__/x.pyc", "x")
			h.remove(func() { h.write(h.site()+"/app/other/__pycache__/y.pyc", "y") })
			if left := h.below(); len(left) > 0 {
				t.Errorf("left after removal: %v", left)
			}
		})
	}
}

// TestScriptsKeepOut lays links around the environment. The scripts follow none.
func TestScriptsKeepOut(t *testing.T) {
	for _, format := range []string{"deb", "rpm"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, format)
			h.install(h.pkg(map[string]string{"app/version.py": "V = 1\n"}))
			outside := t.TempDir()
			precious := outside + "/__pycache__/precious.pyc"
			h.write(precious, "x")
			for _, name := range []string{"/linked", "/app/linked"} {
				if err := os.Symlink(outside, h.site()+name); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink(outside+"/__pycache__", h.site()+"/app/sub__pycache__"); err != nil {
				t.Fatal(err)
			}
			os.RemoveAll(h.site() + "/__pycache__")
			if err := os.Symlink(outside+"/__pycache__", h.site()+"/__pycache__"); err != nil {
				t.Fatal(err)
			}
			h.install(h.current)
			h.remove(func() {})
			if !h.exists(precious) {
				t.Error("the scripts left the environment")
			}
			// A whole environment that is a link is the administrator's doing.
			os.RemoveAll(h.dir)
			if err := os.MkdirAll(filepath.Dir(h.dir), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(outside, h.dir); err != nil {
				t.Fatal(err)
			}
			p := h.pkg(map[string]string{"app/version.py": "V = 1\n"})
			h.script(p, "prerm", "remove")
			h.script(p, "postrm", "remove")
			h.script(p, "preun", "0")
			h.script(p, "postun", "0")
			if !h.exists(precious) {
				t.Error("the scripts followed the environment itself")
			}
		})
	}
}

// TestTakenOver removes a package after another took its environment over: the
// other's bytecode and directories stay.
func TestTakenOver(t *testing.T) {
	h := newHost(t, "deb")
	p := h.pkg(map[string]string{"app/version.py": "V = 1\n"})
	h.install(p)
	if err := os.Mkdir(h.dir+"/var", 0o755); err != nil {
		t.Fatal(err)
	}
	before := h.below()
	h.script(p, "postrm", "remove")
	h.script(p, "postrm", "purge")
	if after := h.below(); !slices.Equal(before, after) {
		t.Errorf("before %v\nafter %v", before, after)
	}
}

// TestPolicyArguments calls every script in every way that dpkg does
// (policy 6.5), with and without an environment.
func TestPolicyArguments(t *testing.T) {
	h := newHost(t, "deb")
	p := h.pkg(map[string]string{"app/version.py": "V = 1\n"})
	for range 2 {
		for name, calls := range map[string][]string{
			"postinst": {"configure", "configure 1.0", "abort-upgrade 2.0", "abort-remove in-favour x 1", "abort-remove", "abort-deconfigure in-favour x 1 removing y 1", "triggered /usr/bin/python3.11"},
			"prerm":    {"remove", "remove in-favour x 1", "upgrade 2.0", "failed-upgrade 1.0", "deconfigure in-favour x 1 removing y 1"},
			"postrm":   {"remove", "purge", "upgrade 2.0", "failed-upgrade 1.0 2.0", "abort-install", "abort-install 1.0 2.0", "abort-upgrade 1.0 2.0", "disappear x 1"},
		} {
			for _, call := range calls {
				h.script(p, name, strings.Fields(call)...)
			}
			if err := exec.Command("sh", "-c", p.scripts[name], name, "nonsense").Run(); err == nil {
				t.Errorf("%s takes an unknown argument", name)
			}
		}
		h.unpack(p)
	}
	h.script(p, "prerm", "upgrade", "2.0")
	if h.exists(h.site() + "/app/__pycache__") {
		t.Error("prerm leaves bytecode for the next version's programs")
	}
	h.script(p, "postinst", "abort-upgrade", "2.0")
	if !h.exists(h.site() + "/app/__pycache__") {
		t.Error("abort-upgrade leaves the old version without bytecode")
	}
}
