package repo_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/repo"
)

// TestDropOrphans removes what a dead publisher left a day ago, and nothing that anybody names or may be about to.
func TestDropOrphans(t *testing.T) {
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))))
	remove := options(t, dir).Commit
	if _, err := repo.Remove(t.Context(), repo.RemoveOptions{Commit: remove, Packages: []repo.Selection{{Name: "python-myproject", Version: "1.2.3"}}, Suite: "bookworm"}); err != nil {
		t.Fatal(err)
	}
	if _, err := repo.Add(t.Context(), options(t, dir, dist(t, rpm("1.2.4", "amd64")))); err != nil {
		t.Fatal(err)
	}
	old := []string{"apt/pool/bookworm/main/l/left/left_1_amd64.deb", "yum/el9/Packages/l/left-1-1.x86_64.rpm"}
	recent := "apt/pool/bookworm/main/r/recent/recent_1_amd64.deb"
	note := "apt/pool/README"
	long := noon.Add(-10 * 24 * time.Hour)
	for _, name := range append(old, recent, note) {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// A publisher that died before its commit has named its package in its own state; so has one that is at work.
	atWork := "yum/el9/Packages/w/work-1-1.x86_64.rpm"
	for name, of := range map[string]string{"1-0123456789abcdef.json": old[1], "99-0123456789abcdef.json": atWork} {
		if err := os.WriteFile(filepath.Join(dir, ".wain/segments", name), []byte(`{"packages": [{"path": "`+of+`"}]}`), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(atWork)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, atWork), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	all := below(t, dir)
	for _, name := range all {
		if name != recent {
			if err := os.Chtimes(filepath.Join(dir, name), long, long); err != nil && filepath.Ext(name) != "" {
				t.Fatal(err)
			}
		}
	}
	if err := os.Chtimes(filepath.Join(dir, recent), noon, noon); err != nil {
		t.Fatal(err)
	}
	c := options(t, dir).Commit
	c.DryRun = true
	found, err := repo.DropOrphans(t.Context(), c)
	if diff := cmp.Diff(old, found); diff != "" || err != nil {
		t.Errorf("would remove (-want +got), %v:\n%s", err, diff)
	}
	if diff := cmp.Diff(all, below(t, dir)); diff != "" {
		t.Errorf("a dry run (-before +after):\n%s", diff)
	}
	c.DryRun = false
	if found, err = repo.DropOrphans(t.Context(), c); !cmp.Equal(found, old) || err != nil {
		t.Errorf("removed %v, %v", found, err)
	}
	for _, name := range append([]string{recent, note, atWork}, "yum/el9/Packages/p/python-myproject-1.2.4-1.el9.x86_64.rpm", "apt/pool/bookworm/main/p/python-myproject/python-myproject_1.2.3_amd64.deb") {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	for _, name := range old {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
}
