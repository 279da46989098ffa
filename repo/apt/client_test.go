package apt_test

import (
	"crypto/sha256"
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
	"wain/repo/deb"
	"wain/repo/frame"
)

// A host is a folder that apt takes for a system, with one source: the
// archive in another folder.
type host struct {
	t       *testing.T
	archive string
	env     []string
}

// newHost configures a host that reads Translation-en and, as the package
// apt-file sets it up, Contents.
func newHost(t *testing.T, archive, suite, components string) host {
	t.Helper()
	root := t.TempDir()
	for _, folder := range []string{"etc/apt/preferences.d", "etc/apt/apt.conf.d", "etc/apt/sources.list.d", "var/lib/apt/lists/partial", "var/cache/apt/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"status": "", "etc/apt/sources.list": "deb [trusted=yes] file:" + archive + " " + suite + " " + components + "\n",
		"apt.conf": `Dir "` + root + `"; Dir::State::status "` + root + `/status"; APT::Architecture "amd64"; APT::Architectures { "amd64"; };
APT::Sandbox::User "root"; Acquire::Languages { "en"; };
Acquire::IndexTargets::deb::Contents-deb { MetaKey "$(COMPONENT)/Contents-$(ARCHITECTURE)"; ShortDescription "Contents"; Description "Contents"; KeepCompressed "true"; };
`,
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return host{t: t, archive: archive, env: []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + root, "LC_ALL=C.UTF-8", "APT_CONFIG=" + filepath.Join(root, "apt.conf")}}
}

func (h host) run(args ...string) (string, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = h.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (h host) must(args ...string) string {
	h.t.Helper()
	out, err := h.run(args...)
	if err != nil {
		h.t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return out
}

// put stores an index by hash alone, in the given form, and lists it as a
// publisher does: the plain form, which is not stored, and the packed one.
func put(t *testing.T, dist, path, form string, parts ...[]byte) []apt.IndexFile {
	t.Helper()
	var plain, packed []byte
	for _, part := range parts {
		plain = append(plain, part...)
		if form == ".zst" {
			packed = append(packed, frame.Zstd(part)...)
		} else {
			packed = append(packed, frame.Gzip(part)...)
		}
	}
	hash := func(data []byte) string {
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:])
	}
	stored := filepath.Join(dist, filepath.Dir(path), "by-hash/SHA256", hash(packed))
	if err := os.MkdirAll(filepath.Dir(stored), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stored, packed, 0o644); err != nil {
		t.Fatal(err)
	}
	return []apt.IndexFile{
		{Path: path, Size: int64(len(plain)), SHA256: hash(plain)},
		{Path: path + form, Size: int64(len(packed)), SHA256: hash(packed)},
	}
}

// clientArchive writes a suite with two components, one with a slash in its
// name, whose indexes are joined from parts, in the given form.
func clientArchive(t *testing.T, form string, change func(*apt.Release)) (archive string) {
	t.Helper()
	archive = t.TempDir()
	dist := filepath.Join(archive, "dists/stable/updates")
	r := apt.Release{
		Origin: "Example", Label: "Example", Suite: "stable/updates", Codename: "stable/updates", Description: "A repository",
		Date: time.Now().Add(-time.Minute), ValidUntil: time.Now().Add(time.Hour), Architectures: []string{"amd64"},
		Components: []string{"main", "extra/tools"}, AcquireByHash: true, NotAutomatic: true, ButAutomaticUpgrades: true,
		SignedBy: []string{strings.Repeat("AB", 20), strings.Repeat("cd", 20)},
	}
	for _, component := range r.Components {
		var packages, translations, contents [][]byte
		for _, version := range []string{"1:1.0~rc1+x-1", "1.2"} {
			control, err := deb.ParseParagraph([]byte("Package: example-" + component[:1] + "\nVersion: " + version + "\nArchitecture: amd64\n" +
				"Section: python\nMaintainer: J <j@example.org>\nDescription: version " + version + "\n of " + component + "\n .\n caf\xc3\xa9\n"))
			if err != nil {
				t.Fatal(err)
			}
			p := &deb.Package{Name: control.Get("Package"), Version: version, Architecture: "amd64", Source: "example", Control: control, Size: 1, SHA256: strings.Repeat("0", 64)}
			packages = append(packages, apt.ShortStanza(p, apt.PoolPath("stable", component, p)))
			translations = append(translations, apt.Translation(p))
			contents = append(contents, apt.Contents(p, []string{"opt/venvs/" + component + "/two words", "opt/venvs/caf\xe9", "usr/bin/example"}))
		}
		r.Files = append(r.Files, put(t, dist, component+"/binary-amd64/Packages", form, packages...)...)
		r.Files = append(r.Files, put(t, dist, component+"/i18n/Translation-en", form, translations...)...)
		r.Files = append(r.Files, put(t, dist, component+"/Contents-amd64", form, contents...)...)
	}
	if change != nil {
		change(&r)
	}
	if err := os.WriteFile(filepath.Join(dist, "Release"), apt.ReleaseFile(r), 0o644); err != nil {
		t.Fatal(err)
	}
	return archive
}

// TestClientIndexes has apt and apt-file read what this package writes:
// descriptions by way of Translation-en, Contents joined from parts and not
// sorted, components and suites with a slash, and every index by hash alone,
// packed in either form. Cases 2, 12, 21, 23 and 24.
func TestClientIndexes(t *testing.T) {
	fixtures.NeedTool(t, "apt-get", "apt-cache", "apt-file")
	for _, form := range []string{".gz", ".zst"} {
		h := newHost(t, clientArchive(t, form, nil), "stable/updates", "main extra/tools")
		if out := h.must("apt-get", "-q", "update"); strings.Contains(out, "W:") || strings.Contains(out, "E:") {
			t.Errorf("%s: apt-get update:\n%s", form, out)
		}
		show := h.must("apt-cache", "show", "example-m=1:1.0~rc1+x-1")
		if want := "version 1:1.0~rc1+x-1\n of main\n .\n café\n"; !strings.Contains(show, want) {
			t.Errorf("%s: apt-cache show lacks %q:\n%s", form, want, show)
		}
		if !strings.Contains(show, "Filename: pool/stable/main/e/example/epoch-1/example-m_1.0~rc1+x-1_amd64.deb\n") {
			t.Errorf("%s: apt-cache show has another path:\n%s", form, show)
		}
		if policy := h.must("apt-cache", "policy", "example-e"); !strings.Contains(policy, "100 file:") {
			t.Errorf("%s: NotAutomatic and ButAutomaticUpgrades do not make a priority of 100:\n%s", form, policy)
		}
		for pattern, want := range map[string]string{
			"two words":       "example-e: /opt/venvs/extra/tools/two words\nexample-m: /opt/venvs/main/two words\n",
			"usr/bin/example": "example-e: /usr/bin/example\nexample-m: /usr/bin/example\n",
		} {
			if diff := cmp.Diff(want, h.must("apt-file", "search", pattern)); diff != "" {
				t.Errorf("%s: apt-file search %q (-want +got):\n%s", form, pattern, diff)
			}
		}
		if got := h.must("apt-file", "list", "example-m"); strings.Count(got, "\n") != 3 {
			t.Errorf("%s: apt-file list:\n%s", form, got)
		}
	}
}

// TestClientRelease asks apt what it makes of single fields. Case 2: without
// the plain index there is no package, and no error either.
func TestClientRelease(t *testing.T) {
	fixtures.NeedTool(t, "apt-get", "apt-cache")
	for _, c := range []struct {
		name    string
		change  func(*apt.Release)
		fails   string // in what apt-get update prints; empty where it succeeds
		visible bool
	}{
		{"as it is", nil, "", true},
		{"no plain index", func(r *apt.Release) {
			var packed []apt.IndexFile
			for _, f := range r.Files {
				if strings.HasSuffix(f.Path, ".gz") {
					packed = append(packed, f)
				}
			}
			r.Files = packed
		}, "", false},
		{"past Valid-Until", func(r *apt.Release) { r.Date, r.ValidUntil = r.Date.Add(-48*time.Hour), r.Date.Add(-24*time.Hour) }, "expired", false},
	} {
		h := newHost(t, clientArchive(t, ".gz", c.change), "stable/updates", "main")
		out, err := h.run("apt-get", "-q", "update")
		if (err != nil) != (c.fails != "") || !strings.Contains(out, c.fails) {
			t.Errorf("%s: %v\n%s", c.name, err, out)
		}
		if policy, _ := h.run("apt-cache", "policy", "example-m"); strings.Contains(policy, "1.2 ") != c.visible {
			t.Errorf("%s: apt-cache policy says\n%s", c.name, policy)
		}
	}
}
