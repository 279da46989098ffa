package sdist_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wain/convert/pep"
	"wain/convert/sdist"
	"wain/fixtures"
)

// archive makes an sdist of files, demo-1.0.tar.gz, and gives its path and hash.
func archive(t testing.TB, files map[string]string) (path string, sum [32]byte) {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h := &tar.Header{Name: "demo-1.0/" + name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "demo-1.0.tar.gz")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path, sha256.Sum256(b.Bytes())
}

// hooked is an sdist with a backend of its own: hook is the Python code that
// runs in the build, and what it puts into "answer" is in the wheel.
func hooked(t testing.TB, hook string) (path string, sum [32]byte) {
	t.Helper()
	return hookedAs(t, hook, "demo-1.0-py3-none-any.whl")
}

func hookedAs(t testing.TB, hook, wheel string) (path string, sum [32]byte) {
	t.Helper()
	backend, err := os.ReadFile(filepath.Join("testdata", "backend.py"))
	if err != nil {
		t.Fatal(err)
	}
	return archive(t, map[string]string{
		"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n",
		"PKG-INFO":       "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
		"backend.py":     string(backend), "hook.py": hook, "wheel.json": `{"file": "` + wheel + `"}`,
	})
}

// python is an interpreter with pip, and its version.
func python(t testing.TB) (path, version string) {
	t.Helper()
	path = fixtures.PackagingPython(t)
	out, err := exec.Command(path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").Output()
	if err != nil {
		t.Fatal(err)
	}
	return path, strings.TrimSpace(string(out))
}

// options builds the sdist at path with pip, in a cache of its own.
func options(t testing.TB, path string, sum [32]byte) sdist.Options {
	t.Helper()
	v, err := pep.ParseVersion("1.0")
	if err != nil {
		t.Fatal(err)
	}
	interpreter, version := python(t)
	return sdist.Options{
		Archive: path, SHA256: sum, Project: "Demo", Version: v,
		Python: version, Interpreter: interpreter, Tool: sdist.Pip,
		Cache: t.TempDir(), Env: os.Environ(),
	}
}

func build(t testing.TB, o sdist.Options) *sdist.Built {
	t.Helper()
	built, err := sdist.Build(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

// answer is what the hook left in the wheel.
func answer(t testing.TB, built *sdist.Built) map[string]any {
	t.Helper()
	z, err := zip.OpenReader(built.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("answer.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var a map[string]any
	if err := json.NewDecoder(f).Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}

// refused builds what must not be built.
func refused(t testing.TB, o sdist.Options, rule string) *sdist.Error {
	t.Helper()
	built, err := sdist.Build(t.Context(), o)
	var e *sdist.Error
	if !errors.As(err, &e) || e.Rule != rule {
		t.Fatalf("%+v, %v; want %s", built, err, rule)
	}
	return e
}

// uv makes o build by uv.
func uv(t testing.TB, o sdist.Options) sdist.Options {
	t.Helper()
	o.Tool, o.UV = sdist.UV, fixtures.PythonTool(t, "uv", "uv")
	return o
}
