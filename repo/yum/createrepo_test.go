package yum_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/files"
	nfpmrpm "github.com/goreleaser/nfpm/v2/rpm"

	"wain/fixtures"
	"wain/repo/rpm"
	"wain/repo/yum"
)

// TestCreaterepo compares our documents with createrepo_c's over the same
// folder, byte for byte. File times are set to build times first, which is
// the one difference. Cases 26, 27, 29 and 31: what everything.spec requires
// in each way, its rich and weak relations, its files; source packages, a
// package without files, noarch, with and without an epoch.
func TestCreaterepo(t *testing.T) {
	fixtures.NeedTool(t, "createrepo_c", "rpmbuild")
	dir := t.TempDir()
	buildSpec(t, dir, "../rpm/testdata/everything.spec")
	buildSpec(t, dir, "../rpm/testdata/nosrc.spec")
	buildNFPM(t, dir)
	copyForeign(t, dir)
	packages := readFolder(t, dir)
	if len(packages) < 15 {
		t.Fatalf("%d packages in the folder", len(packages))
	}
	run(t, dir, "createrepo_c", "--quiet", "--no-database", ".")

	var records []yum.Record
	for _, href := range slices.Sorted(maps.Keys(packages)) {
		records = append(records, yum.Records(packages[href], href))
	}
	for _, d := range []struct {
		name string
		got  []byte
	}{
		{"primary", primary(records)},
		{"filelists", filelists(records)},
		{"other", other(records)},
	} {
		want := sortPackages(t, unzip(t, dir, d.name))
		if diff := cmp.Diff(want, sortPackages(t, d.got)); diff != "" {
			t.Errorf("%s differs from createrepo_c's (-want +got):\n%s", d.name, diff)
		}
	}
}

// TestRepomd compares repomd.xml, its lengths and digests being createrepo_c's.
// Case 33.
func TestRepomd(t *testing.T) {
	fixtures.NeedTool(t, "createrepo_c")
	dir := t.TempDir()
	run(t, dir, "createrepo_c", "--quiet", "--no-database", "--revision=1795248000", "--set-timestamp-to-revision", ".")
	want, err := os.ReadFile(filepath.Join(dir, "repodata/repomd.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var repomd struct {
		Data []struct {
			Type         string `xml:"type,attr"`
			Checksum     string `xml:"checksum"`
			OpenChecksum string `xml:"open-checksum"`
			Size         int64  `xml:"size"`
			OpenSize     int64  `xml:"open-size"`
			Timestamp    int64  `xml:"timestamp"`
			Location     struct {
				Href string `xml:"href,attr"`
			} `xml:"location"`
		} `xml:"data"`
	}
	if err := xml.Unmarshal(want, &repomd); err != nil {
		t.Fatal(err)
	}
	var data []yum.Data
	for _, d := range repomd.Data {
		data = append(data, yum.Data{
			Type: d.Type, Checksum: d.Checksum, OpenChecksum: d.OpenChecksum, Size: d.Size,
			OpenSize: d.OpenSize, Timestamp: d.Timestamp, Href: d.Location.Href,
		})
	}
	if len(data) != 3 {
		t.Fatalf("createrepo_c wrote %d files", len(data))
	}
	if diff := cmp.Diff(string(want), string((&yum.Repository{Revision: "1795248000", Data: data}).Render())); diff != "" {
		t.Errorf("repomd.xml differs from createrepo_c's (-want +got):\n%s", diff)
	}
}

// buildSpec builds source and binary packages of a specification into dir.
func buildSpec(t *testing.T, dir, spec string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "SOURCES"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "SOURCES/hello.txt"), []byte("hello\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	spec, err := filepath.Abs(spec)
	if err != nil {
		t.Fatal(err)
	}
	run(t, dir, "rpmbuild", "--quiet", "-ba", "-D", "_topdir "+dir, "-D", "_build_id_links none",
		"-D", "debug_package %{nil}", spec)
}

// buildNFPM writes a package as nfpm does, which has neither rpmlib() requires
// nor a provide with the architecture.
func buildNFPM(t *testing.T, dir string) {
	t.Helper()
	content := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(content, []byte("data\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	stamp := time.Unix(1700000000, 0)
	info := &nfpm.Info{
		Name: "python-example", Arch: "amd64", Platform: "linux", Version: "1.2.3", Release: "1.el9", VersionSchema: "none",
		Maintainer: "Ops <ops@example.org>", Description: "An example\nwith caf\xe9", MTime: stamp,
		Overridables: nfpm.Overridables{
			Depends:  []string{"/usr/bin/python3.11", "python(abi) = 3.11"},
			Provides: []string{"wain(suite) = el9"},
			RPM:      nfpm.RPM{BuildHost: "localhost", Compression: "zstd"},
			Contents: files.Contents{
				{Source: content, Destination: "/opt/venvs/example/bin/example", FileInfo: &files.ContentFileInfo{Mode: 0o755, MTime: stamp}},
				{Destination: "/opt/venvs/example", Type: files.TypeDir, FileInfo: &files.ContentFileInfo{Mode: 0o755, MTime: stamp}},
				{Source: "/opt/venvs/example/bin/example", Destination: "/usr/bin/example", Type: files.TypeSymlink},
			},
		},
	}
	var b bytes.Buffer
	if err := nfpmrpm.DefaultRPM.Package(nfpm.WithDefaults(info), &b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "nfpm.rpm"), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// copyForeign adds the packages that go-rpmutils tests with: every payload
// compression, and rpm 4.7 to 4.16.
func copyForeign(t *testing.T, dir string) {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/sassoftware/go-rpmutils").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(out)), "testdata"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".rpm" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, filepath.Base(path)), data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// readFolder reads every package below dir, by relative path, and sets its
// file's time to its build time.
func readFolder(t *testing.T, dir string) map[string]*rpm.Package {
	t.Helper()
	packages := make(map[string]*rpm.Package)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".rpm" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		p, err := rpm.Read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		href, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		packages[href] = p
		stamp := time.Unix(p.BuildTime, 0)
		return os.Chtimes(path, stamp, stamp)
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// unzip returns one of the documents that createrepo_c wrote.
func unzip(t *testing.T, dir, name string) []byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "repodata", "*-"+name+".xml.gz"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("%s: %v %v", name, paths, err)
	}
	f, err := os.Open(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// sortPackages orders a document's packages by their text; createrepo_c
// writes them in an order of its own. Nothing else changes.
func sortPackages(t *testing.T, document []byte) []string {
	t.Helper()
	const end = "</package>\n"
	if !xmlWellFormed(document) {
		t.Error("the document is not well-formed")
	}
	head, rest, ok := strings.Cut(string(document), "<package ")
	if !ok {
		return []string{string(document)}
	}
	parts := strings.SplitAfter("<package "+rest, end)
	tail := parts[len(parts)-1]
	parts = parts[:len(parts)-1]
	slices.Sort(parts)
	return append(append([]string{head}, parts...), tail)
}

func xmlWellFormed(document []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(document))
	for {
		if _, err := d.Token(); err == io.EOF {
			return true
		} else if err != nil {
			return false
		}
	}
}

func run(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	c := exec.Command(name, args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return out
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func sorted(lines []string) []string {
	slices.Sort(lines)
	return lines
}
