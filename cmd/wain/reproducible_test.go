package main_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
)

// wainPath is the program as a file: TestMain puts it on PATH.
func wainPath(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("wain")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// surroundings is what must not show in the output.
type surroundings struct {
	umask, zone, locale, host, jobs, folder string
}

// One release, converted, signed and published in two surroundings: every byte
// of the packages and of the repository is the same.
func TestSameBytesAnywhere(t *testing.T) {
	fixtures.NeedRoot(t)
	fixtures.NeedTool(t, "unshare", "hostname")
	here := release(t, surroundings{"022", "UTC", "C.UTF-8", "one", "1", "a"})
	there := release(t, surroundings{"077", "Pacific/Kiritimati", "tr_TR.UTF-8", "another", "4", "some/deeper/folder"})
	if len(here) < 30 {
		t.Fatalf("only %d files were made", len(here))
	}
	if diff := cmp.Diff(here, there); diff != "" {
		t.Errorf("-here +there:\n%s", diff)
	}
}

// release makes packages and a repository and gives the digest of every file.
func release(t *testing.T, s surroundings) map[string]string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), s.folder)
	fixtures.Wheelhouse(t, filepath.Join(dir, "wheelhouse"))
	lock := []byte(fixtures.Requirements(t))
	key, err := os.ReadFile("../../fixtures/keys/archive.key")
	if err != nil {
		t.Fatal(err)
	}
	source, compiled := fixtures.WheelFilename("myproject-1.2.3"), fixtures.WheelFilename("sealer-1.0.0")
	for name, data := range map[string][]byte{
		"requirements.txt": lock, "archive.key": key,
		source: fixtures.Wheel("myproject-1.2.3"), compiled: fixtures.Wheel("sealer-1.0.0"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wheels := fixtures.RealWheels(t, "cryptography")
	for _, args := range [][]string{
		{"convert", compiled, "--lock", filepath.Join(wheels, "requirements.txt"), "-f", wheels, "-t", "debian12", "-t", "el9+python3.11", "--key", "archive.key", "-j", s.jobs},
		{"convert", source, "--lock", "requirements.txt", "-f", "wheelhouse", "-t", "debian12", "-t", "debian13/arm64", "-t", "el9", "-t", "el8", "--key", "archive.key", "-j", s.jobs},
		{"publish", "dist", "--repo", "repo", "--origin", "Example", "--key", "archive.key", "-j", s.jobs},
	} {
		script := "umask " + s.umask + "; hostname " + s.host + `; exec "$0" "$@"`
		cmd := exec.Command("unshare", append([]string{"-u", "sh", "-c", script, wainPath(t)}, args...)...)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TZ=" + s.zone, "LC_ALL=" + s.locale, "SOURCE_DATE_EPOCH=1790000000"}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("wain %v: %v\n%s", args, err, out)
		}
	}
	files := map[string]string{}
	for _, root := range []string{"dist", "repo"} {
		readTree(t, dir, root, files)
	}
	return files
}

// readTree gathers the digest of every file, and the target of every link,
// below dir/root.
func readTree(t *testing.T, dir, root string, files map[string]string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, root), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if d.Type()&fs.ModeSymlink != 0 {
			files[name], err = os.Readlink(path)
			return err
		}
		data, err := os.ReadFile(path)
		files[name] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
