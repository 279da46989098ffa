package apt_test

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo/apt"
	"wain/repo/frame"
)

// TestReleaseFileAsFtparchive compares whole files, all digests included.
func TestReleaseFileAsFtparchive(t *testing.T) {
	fixtures.NeedTool(t, "apt-ftparchive")
	dir := t.TempDir()
	packages := []byte("Package: example\n\n")
	files := []apt.IndexFile{
		writeIndex(t, dir, "main/binary-amd64/Packages.gz", frame.Gzip(packages)),
		writeIndex(t, dir, "main/binary-amd64/Packages", packages),
		writeIndex(t, dir, "main/binary-amd64/Packages.zst", frame.Zstd(packages)),
		writeIndex(t, dir, "main/binary-all/Packages", nil),
		writeIndex(t, dir, "main/Contents-amd64", []byte("usr/bin/x python/example\n")),
		writeIndex(t, dir, "main/Contents-amd64.gz", frame.Gzip([]byte("usr/bin/x python/example\n"))),
		writeIndex(t, dir, "main/i18n/Translation-en.gz", frame.Gzip(nil)),
		writeIndex(t, dir, "extra/tools/binary-amd64/Packages", packages),
	}
	const option, fingerprint = "APT::FTPArchive::Release::", "0123456789ABCDEF0123456789ABCDEF01234567"
	c := exec.Command("apt-ftparchive", "release",
		"-o", option+"Origin=Example", "-o", option+"Label=Example Archive", "-o", option+"Suite=bookworm",
		"-o", option+"Codename=bookworm", "-o", option+"Architectures=all amd64", "-o", option+"Components=main extra/tools", "-o", option+"Signed-By="+fingerprint,
		"-o", option+"Patterns::=*.zst", "-o", option+"Patterns::=Translation-*",
		"-o", option+"Description=A repository", "-o", option+"Acquire-By-Hash=yes", "-o", option+"NotAutomatic=yes",
		"-o", option+"ButAutomaticUpgrades=yes", "-o", option+"Version=1", ".")
	c.Dir = dir
	c.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1795248000", "LC_ALL=C")
	want, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := apt.ReleaseFile(apt.Release{
		Origin: "Example", Label: "Example Archive", Suite: "bookworm", Codename: "bookworm", Version: "1",
		Description: "A repository", Architectures: []string{"all", "amd64"}, Components: []string{"main", "extra/tools"}, SignedBy: []string{fingerprint},
		Date: releaseDate(t, want), AcquireByHash: true, NotAutomatic: true, ButAutomaticUpgrades: true, Files: files,
	})
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("Release differs from apt-ftparchive's (-want +got):\n%s", diff)
	}
}

// TestReleaseFile pins what clients depend on, without a tool.
func TestReleaseFile(t *testing.T) {
	got := string(apt.ReleaseFile(apt.Release{
		Origin: "Example\nSuite: evil", Suite: "bookworm", Codename: "bookworm",
		Date:       time.Date(2026, 11, 21, 9, 0, 0, 999, time.FixedZone("", 3600)),
		ValidUntil: time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC),
		Files:      []apt.IndexFile{{Path: "main/binary-amd64/Packages", Size: 12, SHA256: "ab"}},
	}))
	want := strings.Join([]string{
		"Codename: bookworm",
		"Date: Sat, 21 Nov 2026 08:00:00 +0000",
		"Origin: Example Suite: evil",
		"Suite: bookworm",
		"Valid-Until: Sat, 28 Nov 2026 08:00:00 +0000",
		"SHA256:",
		" ab               12 main/binary-amd64/Packages",
		"",
	}, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Release (-want +got):\n%s", diff)
	}
}

// TestSignedBy holds that a key which apt may not understand takes no other
// with it.
func TestSignedBy(t *testing.T) {
	four, six := strings.Repeat("ab", 20), strings.Repeat("cd", 32)
	for _, c := range []struct {
		keys []string
		want string
	}{
		{nil, ""},
		{[]string{four}, "Signed-By: " + strings.ToUpper(four) + "\n"},
		{[]string{four, four}, "Signed-By: " + strings.ToUpper(four) + ", " + strings.ToUpper(four) + "\n"},
		{[]string{four, six}, ""},
	} {
		if diff := cmp.Diff(c.want, string(apt.ReleaseFile(apt.Release{SignedBy: c.keys}))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.keys, diff)
		}
	}
}

// writeIndex writes a file below dir and describes it with every digest.
func writeIndex(t *testing.T, dir, path string, data []byte) apt.IndexFile {
	t.Helper()
	name := filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	md5, sha1, sha256, sha512 := md5.Sum(data), sha1.Sum(data), sha256.Sum256(data), sha512.Sum512(data)
	return apt.IndexFile{
		Path: path, Size: int64(len(data)), MD5: hex.EncodeToString(md5[:]), SHA1: hex.EncodeToString(sha1[:]),
		SHA256: hex.EncodeToString(sha256[:]), SHA512: hex.EncodeToString(sha512[:]),
	}
}

// releaseDate reads the date that apt-ftparchive chose; not every version
// obeys SOURCE_DATE_EPOCH.
func releaseDate(t *testing.T, release []byte) time.Time {
	t.Helper()
	for line := range strings.Lines(string(release)) {
		if text, ok := strings.CutPrefix(line, "Date: "); ok {
			date, err := time.Parse(time.RFC1123Z, strings.TrimSpace(text))
			if err != nil {
				t.Fatal(err)
			}
			return date
		}
	}
	t.Fatalf("no Date in:\n%s", release)
	return time.Time{}
}
