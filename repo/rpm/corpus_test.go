package rpm_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// foreign returns the packages that go-rpmutils tests with: every payload
// compression, rpm 4.7 to 4.16, and nfpm.
func foreign(t testing.TB) []string {
	t.Helper()
	out := command(t, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/sassoftware/go-rpmutils")
	var paths []string
	err := filepath.WalkDir(filepath.Join(strings.TrimSpace(out), "testdata"), func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".rpm" {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d packages: %v", len(paths), err)
	}
	return paths
}

// foreignNamed returns some of them.
func foreignNamed(t testing.TB, names ...string) []string {
	t.Helper()
	paths := slices.DeleteFunc(foreign(t), func(path string) bool { return !slices.Contains(names, filepath.Base(path)) })
	if len(paths) != len(names) {
		t.Fatalf("%q of %q", paths, names)
	}
	return paths
}

// buildSpec builds a specification and returns all packages it makes.
func buildSpec(t *testing.T, spec string) []string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "SOURCES"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "SOURCES/hello.txt"), []byte("hello\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	command(t, "rpmbuild", "--quiet", "-ba", "-D", "_topdir "+dir, "-D", "_build_id_links none", "-D", "debug_package %{nil}", spec)
	binary, err := filepath.Glob(filepath.Join(dir, "RPMS/*/*.rpm"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := filepath.Glob(filepath.Join(dir, "SRPMS/*.rpm"))
	if err != nil || len(binary) == 0 || len(source) == 0 {
		t.Fatalf("%d binary and %d source packages: %v", len(binary), len(source), err)
	}
	return append(binary, source...)
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func command(t testing.TB, name string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	c := exec.Command(name, args...)
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, stderr.Bytes())
	}
	return string(out)
}
