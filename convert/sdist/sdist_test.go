package sdist_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/convert/pep"
	"wain/convert/sdist"
	"wain/fixtures"
)

// Both tools build with setuptools from a folder of wheels, without network, and
// the bytes are those of the next build.
func TestBuild(t *testing.T) {
	path, sum := archive(t, map[string]string{
		"setup.py":         "from setuptools import setup\nsetup(name='demo', version='1.0', packages=['demo'])\n",
		"demo/__init__.py": "", "PKG-INFO": "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
	})
	wheels := fixtures.RealWheels(t, "setuptools")
	for _, tool := range []string{sdist.Pip, sdist.UV} {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			var sums []string
			builds := 1 // pip takes its time
			if tool == sdist.UV {
				builds = 2
			}
			for range builds {
				o := options(t, path, sum)
				if tool == sdist.UV {
					o = uv(t, o)
				}
				o.FindLinks = []string{wheels}
				built := build(t, o)
				data, err := os.ReadFile(built.Path)
				if err != nil {
					t.Fatal(err)
				}
				if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != built.WheelSHA256 {
					t.Errorf("SHA-256 %x, said to be %s", got, built.WheelSHA256)
				}
				sums = append(sums, built.WheelSHA256)
				if built.Wheel != "demo-1.0-py3-none-any.whl" || built.Tool != tool || built.ToolVersion == "" || built.Cached ||
					!strings.HasPrefix(built.Python, o.Python+".") || built.SHA256 != hex.EncodeToString(sum[:]) {
					t.Errorf("%+v", built)
				}
				entries, err := os.ReadDir(filepath.Dir(built.Path))
				if err != nil || len(entries) != 3 {
					t.Errorf("the entry holds %v, %v; want wheel, log and built.json", entries, err)
				}
			}
			if sums[0] != sums[len(sums)-1] {
				t.Errorf("two builds, two wheels: %q", sums)
			}
		})
	}
}

// What the caller's environment says about pip, Python and secrets is not seen.
func TestEnvironmentIsClean(t *testing.T) {
	for _, tool := range []string{sdist.Pip, sdist.UV} {
		t.Run(tool, func(t *testing.T) {
			path, sum := hooked(t, "import os; answer.update(os.environ); answer['cwd'] = os.getcwd()")
			o := options(t, path, sum)
			if tool == sdist.UV {
				o = uv(t, o)
			}
			o.Env = []string{
				"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "CC=my-cc", "CFLAGS=-O1", "CC=my-own-cc",
				"PIP_INDEX_URL=https://secret@index.example.org/", "PIP_REQUIRE_VIRTUALENV=1", "PYTHONPATH=/secret", "PYTHONSTARTUP=secret",
				"UV_INDEX_URL=https://secret@index.example.org/", "TWINE_PASSWORD=secret", "AWS_SECRET_ACCESS_KEY=secret",
				"https_proxy=http://secret@proxy.example.org", "SSH_AUTH_SOCK=/secret", "VIRTUAL_ENV=/secret", "NETRC=/secret",
			}
			got := answer(t, build(t, o))
			for name, value := range got {
				if strings.Contains(fmt.Sprint(value), "secret") {
					t.Errorf("%s=%v", name, value)
				}
			}
			// What holds where the kernel grants no namespace.
			if got["PIP_NO_INDEX"] != "1" || got["UV_OFFLINE"] != "1" || got["https_proxy"] != "http://127.0.0.1:9" {
				t.Errorf("PIP_NO_INDEX=%v UV_OFFLINE=%v https_proxy=%v", got["PIP_NO_INDEX"], got["UV_OFFLINE"], got["https_proxy"])
			}
			if got["CC"] != "my-own-cc" || got["CFLAGS"] != "-O1" || got["SOURCE_DATE_EPOCH"] != "315532800" {
				t.Errorf("CC=%v CFLAGS=%v SOURCE_DATE_EPOCH=%v", got["CC"], got["CFLAGS"], got["SOURCE_DATE_EPOCH"])
			}
			for _, name := range []string{"HOME", "TMPDIR", "cwd"} {
				if !strings.HasPrefix(fmt.Sprint(got[name]), o.Cache) {
					t.Errorf("%s is %v, outside of the build's folder", name, got[name])
				}
			}
			if _, err := os.Stat(fmt.Sprint(got["HOME"])); err == nil {
				t.Errorf("the build's home %v is still there", got["HOME"])
			}
		})
	}
}

// counted is an sdist that leaves a line in a file for each build.
func counted(t *testing.T, more string) (path string, sum [32]byte, count func() int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "count")
	path, sum = hooked(t, fmt.Sprintf("open(%q, 'a').write('built\\n')\n%s", file, more))
	return path, sum, func() int {
		text, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return strings.Count(string(text), "\n")
	}
}

func TestCache(t *testing.T) {
	path, sum, count := counted(t, "")
	o := uv(t, options(t, path, sum))
	first := build(t, o)
	second := build(t, o)
	if first.Cached || !second.Cached || count() != 1 {
		t.Errorf("first %+v, second %+v, %d builds", first, second, count())
	}
	second.Cached = false
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("built -, from the cache +:\n%s", diff)
	}
	// Credentials of an index are nobody's business without the network.
	o.Indexes = []string{"https://user:secret@index.example.org/simple/"}
	if !build(t, o).Cached {
		t.Error("an index that is not used makes a difference")
	}
	// The sdist itself is no longer needed.
	gone := o
	gone.Archive = filepath.Join(t.TempDir(), "demo-1.0.tar.gz")
	if !build(t, gone).Cached {
		t.Error("built without its sdist")
	}
	dated := o
	dated.Epoch = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	if built := build(t, dated); built.Cached || !build(t, dated).Cached {
		t.Error("a wheel of another date was taken")
	}
	for name, damage := range map[string]func() error{
		"a wheel that changed":   func() error { return os.WriteFile(first.Path, []byte("PK"), 0o644) },
		"no wheel":               func() error { return os.Remove(first.Path) },
		"no built.json":          func() error { return os.Remove(filepath.Join(filepath.Dir(first.Path), "built.json")) },
		"a built.json cut short": func() error { return os.Truncate(filepath.Join(filepath.Dir(first.Path), "built.json"), 20) },
		"what a kill left": func() error {
			return errors.Join(os.RemoveAll(filepath.Dir(first.Path)), os.MkdirAll(filepath.Dir(first.Path)+".new-1/work/in", 0o755),
				os.WriteFile(filepath.Dir(first.Path)+".new-1/demo-1.0-py3-none-any.whl", nil, 0o644))
		},
	} {
		before := count()
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		again := build(t, o)
		if again.Cached || count() != before+1 || again.WheelSHA256 != first.WheelSHA256 {
			t.Errorf("%s: %+v, %d builds", name, again, count()-before)
		}
		if !build(t, o).Cached {
			t.Errorf("%s: the cache is not whole again", name)
		}
		if left, err := filepath.Glob(filepath.Dir(first.Path) + ".new*"); err != nil || len(left) != 0 {
			t.Errorf("%s: %q is left, %v", name, left, err)
		}
	}
}

// Several processes that want the same wheel share one build, and one that is
// killed in the midst of it harms nobody.
func TestCacheIsShared(t *testing.T) {
	started := filepath.Join(t.TempDir(), "started")
	path, sum, count := counted(t, fmt.Sprintf("import time; open(%q, 'w'); time.sleep(1)", started))
	o := uv(t, options(t, path, sum))
	process := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0], "-test.run=^TestHelperProcess$")
		cmd.Env = append(os.Environ(), "SDIST_HELPER="+strings.Join([]string{path, hex.EncodeToString(sum[:]), o.Cache, o.Interpreter, o.Python}, "\n"))
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	killed := process()
	waitFor(t, started)
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := killed.Wait(); err == nil {
		t.Fatal("the process was not killed")
	}
	before := count()
	others := []*exec.Cmd{process(), process(), process()}
	built := build(t, o)
	for _, cmd := range others {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if n := count() - before; n != 1 {
		t.Errorf("%d builds for four processes", n)
	}
	if built.Wheel == "" || !build(t, o).Cached {
		t.Errorf("%+v", built)
	}
}

func waitFor(t *testing.T, path string) {
	t.Helper()
	for range 200 {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s does not come", path)
}

// TestHelperProcess is a process of TestCacheIsShared.
func TestHelperProcess(t *testing.T) {
	args := strings.Split(os.Getenv("SDIST_HELPER"), "\n")
	if len(args) != 5 {
		return // not called by that test
	}
	sum, err := hex.DecodeString(args[1])
	if err != nil {
		t.Fatal(err)
	}
	o := uv(t, options(t, args[0], [32]byte(sum)))
	o.Cache, o.Interpreter, o.Python = args[2], args[3], args[4]
	build(t, o)
}

// A build that fails says why with its last words, bounded and harmless.
func TestFailureShowsTheLog(t *testing.T) {
	path, sum := hooked(t, `
import sys
for i in range(3000):
    print("line", i, "x" * 4000)
print("\x1b[31mred\x1b[0m \x07 wide" + "y" * 5000)
sys.exit("the compiler is missing")
`)
	o := options(t, path, sum)
	e := refused(t, o, "sdist-build")
	text := e.Error()
	if !strings.Contains(text, "the compiler is missing") || !strings.Contains(text, e.Log) || len(text) > 15000 || strings.ContainsAny(text, "\x1b\x07") {
		t.Errorf("%d bytes: %q", len(text), text)
	}
	if len(e.Tail) == 0 || len(e.Tail) > 30 {
		t.Errorf("%d lines", len(e.Tail))
	}
	info, err := os.Stat(e.Log)
	if err != nil || info.Size() > 9<<20 || info.Size() < 1<<20 {
		t.Errorf("log: %v, %v", info, err)
	}
	left, err := filepath.Glob(filepath.Join(o.Cache, "built", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range left {
		if !strings.HasSuffix(path, ".log") && !strings.HasSuffix(path, ".lock") {
			t.Errorf("%s is left", path)
		}
	}
}

// A build requirement that no folder has is named.
func TestMissingBuildRequirement(t *testing.T) {
	path, sum := archive(t, map[string]string{
		"pyproject.toml": "[build-system]\nrequires = [\"flit-core>=3\"]\nbuild-backend = \"flit_core.buildapi\"\n",
		"PKG-INFO":       "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
	})
	for _, o := range []sdist.Options{options(t, path, sum), uv(t, options(t, path, sum))} {
		if e := refused(t, o, "sdist-build"); !strings.Contains(e.Error(), "flit-core") {
			t.Errorf("%s: %v", o.Tool, e)
		}
	}
}

// A build that is given up ends with all that it has started.
func TestCancelKillsEverything(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	path, sum := hooked(t, fmt.Sprintf(`
import subprocess, time, os
child = subprocess.Popen(["sleep", "1000"])
open(%[1]q + ".new", "w").write(str(child.pid))
os.rename(%[1]q + ".new", %[1]q)
time.sleep(1000)
`, file))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		waitFor(t, file)
	}()
	_, err := sdist.Build(ctx, options(t, path, sum))
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("process %d still runs", pid)
}

// An extension is compiled for the target's Python, by the compiler that the
// caller's PATH has.
func TestBuildCompiled(t *testing.T) {
	fixtures.NeedTool(t, "gcc")
	path, sum := archive(t, map[string]string{
		"setup.py": "from setuptools import setup, Extension\nsetup(name='demo', version='1.0', ext_modules=[Extension('demo', ['demo.c'])])\n",
		"PKG-INFO": "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
		"demo.c":   "#include <Python.h>\nstatic struct PyModuleDef module = {PyModuleDef_HEAD_INIT, \"demo\", 0, -1, 0};\nPyMODINIT_FUNC PyInit_demo(void) { return PyModule_Create(&module); }\n",
	})
	o := uv(t, options(t, path, sum))
	include, err := exec.Command(o.Interpreter, "-c", "import sysconfig; print(sysconfig.get_path('include'))").Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(strings.TrimSpace(string(include)), "Python.h")); err != nil {
		fixtures.Missing(t, "needs Python.h: %v", err)
	}
	o.FindLinks = []string{fixtures.RealWheels(t, "setuptools")}
	cp := "cp" + strings.ReplaceAll(o.Python, ".", "")
	machine, err := exec.Command(o.Interpreter, "-c", "import sysconfig; print(sysconfig.get_platform().replace('-', '_').replace('.', '_'), end='')").Output()
	if err != nil {
		t.Fatal(err)
	}
	o.Tags = []pep.Tag{{Python: "py3", ABI: "none", Platform: "any"}, {Python: cp, ABI: cp, Platform: string(machine)}}
	built := build(t, o)
	if want := "demo-1.0-" + o.Tags[1].String() + ".whl"; built.Wheel != want {
		t.Errorf("%s, want %s", built.Wheel, want)
	}
	// For a target that takes only pure wheels it is of no use, from the cache
	// neither.
	o.Tags = o.Tags[:1]
	refused(t, o, "sdist-result")
}
