package repo_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wain/fixtures"
	"wain/repo"
)

// TestClientReleaseInfoChange: a change of origin, which stops every host, is refused unless it is asked for; then hosts
// stop until somebody allows it there. Suite and codename are never empty. Case 22.
func TestClientReleaseInfoChange(t *testing.T) {
	fixtures.NeedTool(t, "apt-get")
	dir := t.TempDir()
	for _, at := range []string{dir, filepath.Dir(dir)} { // apt's methods run as another user
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	o := options(t, dir, dist(t, deb("1.2.3", "amd64")))
	o.BaseURL = "file://" + dir
	publish(t, o)
	host := newAptHost(t, dir, "amd64")
	update := func(args ...string) (string, error) {
		return run(t, host.env, append([]string{"apt-get", "-q", "update", "-o", "APT::Update::Error-Mode=any"}, args...)...)
	}
	if out, err := update(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	o.Origin, o.Paths = "Other", []string{dist(t, deb("1.2.4", "amd64"))}
	var identity *repo.IdentityError
	if _, err := repo.Publish(t.Context(), o); !errors.As(err, &identity) {
		t.Fatalf("another origin: %v", err)
	}
	o.ReleaseInfoChange = true
	publish(t, o)
	for _, field := range []string{"Origin: Other\n", "Suite: bookworm\n", "Codename: bookworm\n"} {
		if release := text(t, dir, "apt/dists/bookworm/Release"); !strings.Contains(release, field) {
			t.Errorf("Release lacks %q:\n%s", field, release)
		}
	}
	if out, err := update(); err == nil || !strings.Contains(out, "changed its 'Origin' value from 'Example Archive' to 'Other'") {
		t.Errorf("apt takes another origin: %v\n%s", err, out)
	}
	if out, err := update("--allow-releaseinfo-change"); err != nil {
		t.Errorf("apt, when it is allowed: %v\n%s", err, out)
	}
}
