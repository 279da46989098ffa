package apt_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo/apt"
	"wain/repo/deb"
)

// controls are control files that dpkg-deb builds, by what is odd in them.
func controls() map[string]string {
	return map[string]string{
		"plain":       "Package: example\nVersion: 1.2.3\nArchitecture: all\nMaintainer: Ops <ops@example.org>\nDescription: an example\n",
		"odd-order":   "Version: 1:2.0-1\nDescription: short  \n long one  \n .\n more\nX-Weird: a b  \nSource: other (1.9)\nPackage: example\nMaintainer: M <m@example.org>\nArchitecture: amd64\nTag: role::x\n",
		"own-fields":  "Package: example\nVersion: 1\nArchitecture: all\nMaintainer: M <m@example.org>\nFilename: evil\nSize: 7\nMD5sum: x\nSHA1: x\nSHA256: x\nDescription: d\n",
		"relations":   "Package: example\nVersion: 1\nArchitecture: amd64\nMulti-Arch: same\nMaintainer: M <m@example.org>\nDepends: a:any (>= 1) | b, c (= 1:2~)\nPre-Depends: d\nRecommends: e\nSuggests: f\nEnhances: g\nBreaks: h (<< 2)\nConflicts: i\nReplaces: j\nProvides: k (= 2), l\nBuilt-For-Profiles: nocheck  stage1\nDescription: d\n",
		"user-fields": "Package: example\nVersion: 1\nArchitecture: all\nMaintainer: M <m@example.org>\nWain-Suite: bookworm\nPython-Version: 3.11\nWain-Target: debian12\nHomepage: https://example.org/\nSection: python\nPriority: optional\nInstalled-Size: 12\nEssential: no\nOrigin: Example\nBugs: https://example.org/bugs\nDescription: d\n",
		"name-case":   "package: example\nVERSION: 1\narchitecture: all\nmaintainer: M <m@example.org>\nMD5SUM: x\ndescription: d\nx-lower: 1\n",
		"latin-1":     "Package: example\nVersion: 1\nArchitecture: all\nMaintainer: J\xfcrgen <j@example.org>\nDescription: caf\xe9\n \xff\n",
		"long-field":  "Package: example\nVersion: 1\nArchitecture: all\nMaintainer: M <m@example.org>\nX-Long: " + strings.Repeat("word ", 40000) + "\nDescription: d\n",
		"empty-field": "Package: example\nVersion: 1\nArchitecture: all\nMaintainer: M <m@example.org>\nX-Empty:\nX-Blank:   \nDescription:\n only the long part\n",
		"folded":      "Package: example\nVersion: 1\nArchitecture: all\nMaintainer: M <m@example.org>\nDepends: a,\n b,\n\tc (>= 2)\nConffiles:\n /etc/a 123\nDescription: d\n",
	}
}

// TestStanzaAsFtparchive compares stanzas byte for byte. Cases 16, 17 and 18.
func TestStanzaAsFtparchive(t *testing.T) {
	fixtures.NeedTool(t, "apt-ftparchive", "dpkg-deb")
	dir := t.TempDir()
	for name, control := range controls() {
		buildDeb(t, dir, name, control)
	}
	for name := range controls() {
		t.Run(name, func(t *testing.T) {
			path := "pool/" + name + ".deb"
			c := exec.Command("apt-ftparchive", "packages", "-o", "APT::FTPArchive::SHA512=false", path)
			c.Dir = dir
			want, err := c.Output()
			if err != nil {
				t.Fatal(err)
			}
			if got := apt.Stanza(readDeb(t, filepath.Join(dir, path)), path); !bytes.Equal(got, want) {
				t.Errorf("the stanza differs from apt-ftparchive's (-want +got):\n%s", cmp.Diff(string(want), string(got)))
			}
		})
	}
}

// TestStanza pins the rules for fields that dpkg-deb refuses to write. Cases
// 16 and 17.
func TestStanza(t *testing.T) {
	control, err := deb.ParseParagraph([]byte("\nX-Note: a\r\n b\r\nStatus: install ok installed\nSHA512: x\nPackage: example\nVersion: 1\nArchitecture: all"))
	if err != nil {
		t.Fatal(err)
	}
	p := &deb.Package{Control: control, Size: 7, MD5: "m", SHA1: "s", SHA256: "t"}
	want := "Package: example\nArchitecture: all\nVersion: 1\nFilename: pool/x.deb\nSize: 7\nMD5sum: m\nSHA1: s\nSHA256: t\nX-Note: a\n b\n\n"
	if diff := cmp.Diff(want, string(apt.Stanza(p, "pool/x.deb"))); diff != "" {
		t.Errorf("the stanza (-want +got):\n%s", diff)
	}
}

// FuzzStanza holds that no control file can add a stanza or hide the fields
// that are ours: what is rendered reads back as one paragraph with them.
func FuzzStanza(f *testing.F) {
	for _, control := range controls() {
		if len(control) < 4096 {
			f.Add([]byte(control))
		}
	}
	f.Fuzz(func(t *testing.T, control []byte) {
		paragraph, err := deb.ParseParagraph(control)
		if err != nil {
			return
		}
		stanza := apt.Stanza(&deb.Package{Control: paragraph, Size: 5, SHA256: "ours"}, "pool/ours.deb")
		if !bytes.HasSuffix(stanza, []byte("\n\n")) {
			t.Fatalf("no blank line ends %q", stanza)
		}
		again, err := deb.ParseParagraph(stanza)
		if err != nil {
			t.Fatalf("%q: %v", stanza, err)
		}
		if again.Get("SHA256") != "ours" || again.Get("Filename") != "pool/ours.deb" || again.Get("Size") != "5" {
			t.Errorf("our fields read back wrong from %q", stanza)
		}
		for _, field := range paragraph.Fields {
			if !isOurs(field.Name) && again.Get(field.Name) != field.Value {
				t.Errorf("%s: %q became %q", field.Name, field.Value, again.Get(field.Name))
			}
		}
	})
}

func isOurs(name string) bool {
	switch strings.ToLower(name) {
	case "filename", "size", "md5sum", "sha1", "sha256", "sha512", "status":
		return true
	}
	return false
}

// buildDeb builds DIR/pool/NAME.deb.
func buildDeb(t testing.TB, dir, name, control string) {
	t.Helper()
	tree := filepath.Join(dir, name)
	for _, d := range []string{filepath.Join(tree, "DEBIAN"), filepath.Join(dir, "pool")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(tree, "DEBIAN/control"), []byte(control), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("dpkg-deb", "--build", tree, filepath.Join(dir, "pool", name+".deb")).CombinedOutput()
	if err != nil {
		t.Fatalf("dpkg-deb: %v\n%s", err, out)
	}
}

func readDeb(t testing.TB, path string) *deb.Package {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := deb.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return p
}
