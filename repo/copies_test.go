package repo_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPublishCopies is case 32: packages that are copied into sub-folders, with other times, are the same to a
// publisher, and where they are published anew, so is the repository.
func TestPublishCopies(t *testing.T) {
	dir, other := filepath.Join(t.TempDir(), "repo"), filepath.Join(t.TempDir(), "repo")
	in := dist(t, deb("1.2.2", "amd64"), deb("1.2.2", "all"), rpm("1.2.2", "amd64"))
	publish(t, options(t, dir, in))
	before := content(t, dir)
	copies := t.TempDir()
	for i, name := range below(t, in) {
		data, err := os.ReadFile(filepath.Join(in, name))
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(copies, strings.Repeat("a/", i+1), name)
		when := noon.AddDate(0, 0, i)
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, data, 0o600), os.Chtimes(to, when, when)); err != nil {
			t.Fatal(err)
		}
	}
	again := publish(t, options(t, dir, copies))
	if again.Changed || len(again.Suites) != 2 || len(again.Suites[0].Unchanged) != 2 || len(again.Suites[1].Unchanged) != 1 {
		t.Errorf("result: %+v", again)
	}
	if diff := cmp.Diff(before, content(t, dir)); diff != "" {
		t.Errorf("the tree changed (-before +after):\n%s", diff)
	}
	publish(t, options(t, other, copies))
	if diff := cmp.Diff(before, content(t, other)); diff != "" {
		t.Errorf("two publishes of the same differ (-one +two):\n%s", diff)
	}
}
