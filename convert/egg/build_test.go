package egg_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"wain/convert/egg"
	"wain/convert/wheel"
	"wain/fixtures"
)

// setuptools is a Python with setuptools and wheel, and nothing else.
func setuptools(t testing.TB) string {
	t.Helper()
	return fixtures.PythonTool(t, "setuptools", "python")
}

// run runs a program in dir with an environment that holds nothing of ours.
func run(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LANG=C.UTF-8", "SOURCE_DATE_EPOCH=1767614400"}
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%s %q: %v\n%s%s", name, args, err, out, exit.Stderr)
		}
		t.Fatal(err)
	}
	return string(out)
}

// source unpacks a project of testdata.
func source(t testing.TB, project string) string {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", project+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// built lets setuptools make an egg ("bdist_egg") or a wheel ("bdist_wheel").
func built(t testing.TB, project, command string, more ...string) string {
	t.Helper()
	if project == "compiled" {
		fixtures.NeedTool(t, "gcc")
		include := strings.TrimSpace(run(t, ".", setuptools(t), "-c", "import sysconfig; print(sysconfig.get_path('include'))"))
		if _, err := os.Stat(filepath.Join(include, "Python.h")); err != nil {
			fixtures.Missing(t, "needs Python.h: %v", err)
		}
	}
	dir := source(t, project)
	run(t, dir, setuptools(t), append([]string{"setup.py", "-q", command}, more...)...)
	found, err := filepath.Glob(filepath.Join(dir, "dist", "*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s made %q, %v", command, found, err)
	}
	return found[0]
}

// convert makes the wheel of an egg in a folder of its own.
func convert(t testing.TB, path string) (wheelPath string, result *egg.Result) {
	t.Helper()
	var b bytes.Buffer
	result, err := egg.Convert(t.Context(), path, &b)
	if err != nil {
		t.Fatal(err)
	}
	wheelPath = filepath.Join(t.TempDir(), result.Filename)
	if err := os.WriteFile(wheelPath, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return wheelPath, result
}

// openWheel reads a wheel by the rules of its format.
func openWheel(t testing.TB, path string) *wheel.Wheel {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := wheel.Open(bytes.NewReader(data), int64(len(data)), filepath.Base(path), wheel.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// contents gives the files of a zip file.
func contents(t testing.TB, path string) map[string]string {
	t.Helper()
	r, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	files := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(data)
	}
	return files
}

// unpacked is an egg as a folder, as easy_install leaves one that is not safe
// to be zipped.
func unpacked(t testing.TB, path string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), filepath.Base(path))
	for name, text := range contents(t, path) {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// environment is a virtual environment with the wheels and nothing else: no pip,
// no setuptools, no pkg_resources.
func environment(t testing.TB, wheels ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "venv")
	run(t, ".", setuptools(t), "-m", "venv", "--without-pip", dir)
	run(t, ".", setuptools(t), append([]string{
		"-m", "pip", "--disable-pip-version-check", "--python", filepath.Join(dir, "bin", "python"),
		"install", "-q", "--no-index", "--no-deps",
	}, wheels...)...)
	return filepath.Join(dir, "bin")
}

func sumFile(t testing.TB, path string) [32]byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(data)
}
