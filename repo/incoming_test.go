package repo_test

import (
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
