package repo_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/repo"
)

// TestSigningFailsHalfway: a key that signs one thing and then fails, as an agent or a card may, leaves nothing half
// signed, and no first publish anything at all (case 38).
func TestSigningFailsHalfway(t *testing.T) {
	gone := errors.New("the card is gone")
	for _, signed := range []int{0, 1} { // so many detached signatures are made: Release's comes before its clear one, repomd.xml's after both
		dir := filepath.Join(t.TempDir(), "repo")
		half := func(o repo.Options) repo.Options {
			clear, n := 0, 0
			whole := *o.Signer
			o.Signer = &repo.Signer{
				Clear: func(data []byte, at time.Time) ([]byte, error) {
					clear++
					return whole.Clear(data, at)
				},
				Detached: func(data []byte, at time.Time) ([]byte, error) {
					if n++; n > signed {
						return nil, gone
					}
					return whole.Detached(data, at)
				},
				PublicArmored: whole.PublicArmored, PublicBinary: whole.PublicBinary, Fingerprints: whole.Fingerprints,
			}
			t.Cleanup(func() {
				if clear != signed {
					t.Errorf("%d clear signatures were made, want %d", clear, signed)
				}
			})
			return o
		}
		first := options(t, dir, dist(t, deb("1.2.2", "amd64"), rpm("1.2.2", "amd64")))
		if _, err := repo.Publish(t.Context(), half(first)); !errors.Is(err, gone) {
			t.Fatalf("%v, want the signer's error", err)
		}
		if left := below(t, filepath.Dir(dir)); len(left) > 0 {
			t.Errorf("the first publish left %q", left)
		}
		publish(t, first)
		before := content(t, dir)
		second := options(t, dir, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64")))
		if _, err := repo.Publish(t.Context(), half(second)); !errors.Is(err, gone) {
			t.Fatalf("%v, want the signer's error", err)
		}
		if diff := cmp.Diff(before, content(t, dir)); diff != "" {
			t.Errorf("the tree changed (-before +after):\n%s", diff)
		}
		publish(t, second)
		sound(t, dir)
	}
}
