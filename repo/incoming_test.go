package repo_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPublishUnsignedPackages warns of what clients of a signed repository would refuse, in one line; an unsigned
// repository's clients take it.
func TestPublishUnsignedPackages(t *testing.T) {
	in := dist(t, deb("1.2.3", "amd64"), rpm("1.2.2", "amd64"), rpm("1.2.3", "amd64"))
	const want = "1 more are not signed: dnf and zypper refuse them where gpgcheck=1"
	o := options(t, t.TempDir(), in)
	if got := publish(t, o).Warnings; len(got) != 1 || !strings.HasSuffix(got[0], want) {
		t.Errorf("warnings: %q", got)
	}
	o = options(t, t.TempDir(), in)
	o.Signer, o.Unsigned = nil, true
	if got := publish(t, o).Warnings; len(got) != 0 {
		t.Errorf("warnings of an unsigned repository: %q", got)
	}
}

// TestPublishSearch finds packages in folders at any depth, by their endings, and not in repositories; a path by itself
// names a package, whatever it is called.
func TestPublishSearch(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "dist", "debian12")
	dir := filepath.Join(root, "repo")
	for _, folder := range []string{deep, filepath.Join(root, "dist", "empty.deb")} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "dist", "README"), []byte("not a package"), 0o644); err != nil {
		t.Fatal(err)
	}
	deb("1.2.3", "amd64").write(t, deep)
	publish(t, options(t, dir, root))
	// The repository itself lies under the path now.
	o := options(t, dir, root)
	o.Channel = "staging"
	result := publish(t, o)
	if len(result.Suites) != 1 || len(result.Suites[0].Added) != 1 {
		t.Errorf("result: %+v", result)
	}
	odd := filepath.Join(t.TempDir(), "artifact")
	if err := os.Rename(deb("1.2.4", "amd64").write(t, t.TempDir()), odd); err != nil {
		t.Fatal(err)
	}
	if result := publish(t, options(t, dir, odd)); len(result.Suites[0].Added) != 1 {
		t.Errorf("a package named by its path: %+v", result)
	}
}
