package rpm_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rpmutils "github.com/sassoftware/go-rpmutils"

	"wain/fixtures"
	"wain/repo/rpm"
)

func read(data []byte) (*rpm.Package, error) {
	return rpm.Read(bytes.NewReader(data), int64(len(data)))
}

// TestReadAsRpm compares what we read with what rpm itself says, for packages
// that rpmbuild makes.
func TestReadAsRpm(t *testing.T) {
	fixtures.NeedTool(t, "rpm", "rpmbuild")
	for _, path := range buildSpec(t, "testdata/everything.spec") {
		p, err := read(readFile(t, path))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		query := func(format string) string { return command(t, "rpm", "-qp", "--nosignature", "--qf", format, path) }
		scalars := "%{name}|%{epochnum}|%{version}|%{release}|%{summary}|%{description}|%{packager}|%{url}|%{vendor}|" +
			"%{license}|%{group}|%{buildhost}|%{buildtime}|%{longsize}|%{longarchivesize}"
		got := strings.Join([]string{
			p.Name, fmt.Sprint(p.Epoch), p.Version, p.Release, p.Summary, p.Description, p.Packager, p.URL, p.Vendor,
			p.License, p.Group, p.BuildHost, fmt.Sprint(p.BuildTime), fmt.Sprint(p.InstalledSize), fmt.Sprint(p.ArchiveSize),
		}, "|")
		if diff := cmp.Diff(query(scalars), got); diff != "" {
			t.Errorf("%s: scalars (-rpm +got):\n%s", path, diff)
		}
		compareLists(t, path, p, query)
		sum := sha256.Sum256(readFile(t, path))
		if p.SHA256 != hex.EncodeToString(sum[:]) || p.Source != strings.HasSuffix(path, ".src.rpm") || p.Signed {
			t.Errorf("%s: sha256 %s, source %v, signed %v", path, p.SHA256, p.Source, p.Signed)
		}
		if filepath.Base(path) != p.FileName() {
			t.Errorf("%s: the canonical name is %s", path, p.FileName())
		}
	}
}

// compareLists compares relations, files and changelog with rpm's own.
func compareLists(t *testing.T, path string, p *rpm.Package, query func(string) string) {
	t.Helper()
	for tag, relations := range map[string][]rpm.Relation{
		"provide": p.Provides, "require": p.Requires, "conflict": p.Conflicts, "obsolete": p.Obsoletes,
		"recommend": p.Recommends, "suggest": p.Suggests, "supplement": p.Supplements, "enhance": p.Enhances,
	} {
		var got strings.Builder
		for _, r := range relations {
			fmt.Fprintf(&got, "%s|%d|%s\n", r.Name, r.Sense, r.EVR)
		}
		want := query("[%{" + tag + "name}|%{" + tag + "flags}|%{" + tag + "version}\n]")
		if diff := cmp.Diff(want, got.String()); diff != "" {
			t.Errorf("%s: %ss (-rpm +got):\n%s", path, tag, diff)
		}
	}
	var files, changes strings.Builder
	for _, f := range p.Files {
		flag := ""
		if f.Ghost {
			flag = "g"
		}
		fmt.Fprintf(&files, "%s|%v|%s\n", f.Path, f.Mode.IsDir(), flag)
	}
	var want strings.Builder
	for line := range strings.Lines(query("[%{filenames}|%{filemodes:octal}|%{fileflags:fflags}\n]")) {
		part := strings.Split(strings.TrimSpace(line), "|")
		mode, err := strconv.ParseUint(part[1], 8, 32)
		if err != nil {
			t.Fatal(err)
		}
		ghost := ""
		if strings.Contains(part[2], "g") {
			ghost = "g"
		}
		fmt.Fprintf(&want, "%s|%v|%s\n", part[0], mode&0o170000 == 0o040000, ghost)
	}
	if p.Source {
		want.Reset() // rpm shows a source package's files without their folder, as we do
		want.WriteString(files.String())
	}
	if diff := cmp.Diff(want.String(), files.String()); diff != "" {
		t.Errorf("%s: files (-rpm +got):\n%s", path, diff)
	}
	for _, c := range p.Changelog {
		fmt.Fprintf(&changes, "%d|%s|%s\n", c.Time, c.Author, c.Text)
	}
	if diff := cmp.Diff(query("[%{changelogtime}|%{changelogname}|%{changelogtext}\n]"), changes.String()); diff != "" {
		t.Errorf("%s: changelog (-rpm +got):\n%s", path, diff)
	}
}

// TestReadAsRpmutils compares with an independent reader, for packages of
// several rpm versions.
func TestReadAsRpmutils(t *testing.T) {
	for _, path := range foreign(t) {
		data := readFile(t, path)
		p, err := read(data)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		theirs, err := rpmutils.ReadRpm(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		nevra, err := theirs.Header.GetNEVRA()
		if err != nil {
			t.Fatal(err)
		}
		if got := (rpmutils.NEVRA{Name: p.Name, Epoch: fmt.Sprint(p.Epoch), Version: p.Version, Release: p.Release, Arch: p.Arch}); got != *nevra {
			t.Errorf("%s: %+v, want %+v", path, got, *nevra)
		}
		bounds := theirs.Header.GetRange()
		if want := [2]int64{int64(bounds.Start), int64(bounds.End)}; want != [2]int64{p.HeaderStart, p.HeaderEnd} {
			t.Errorf("%s: header at %d to %d, want %v", path, p.HeaderStart, p.HeaderEnd, want)
		}
		files, err := theirs.Header.GetFiles()
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range files {
			if i >= len(p.Files) || p.Files[i].Path != f.Name() {
				t.Errorf("%s: file %d is not %s", path, i, f.Name())
			}
		}
		if p.Signed {
			t.Errorf("%s is not signed", path)
		}
	}
}

// TestReadSigned signs a package both ways: over the header (rpm 4), and over
// header and payload too (the v3 way).
func TestReadSigned(t *testing.T) {
	fixtures.NeedTool(t, "rpmsign", "gpg")
	dir := t.TempDir()
	gpg := []string{"--homedir", dir, "--batch", "--quiet", "--passphrase", ""}
	command(t, "gpg", append(gpg, "--quick-generate-key", "test@example.org", "rsa2048", "sign", "never")...)
	t.Cleanup(func() { _ = exec.Command("gpgconf", "--homedir", dir, "--kill", "gpg-agent").Run() })
	for _, option := range []string{"--rpmv3", ""} {
		path := filepath.Join(dir, "signed.rpm")
		data := readFile(t, foreign(t)[0])
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"-D", "__gpg /usr/bin/gpg", "-D", "_gpg_name test@example.org", "-D", "_gpg_path " + dir, "--addsign", path}
		if option != "" {
			args = append([]string{option}, args...)
		}
		command(t, "rpmsign", args...)
		want, err := read(data)
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(readFile(t, path))
		if err != nil || !got.Signed || got.SHA256 == want.SHA256 || got.HeaderStart%8 != 0 {
			t.Errorf("rpmsign %s: %+v, %v", option, got, err)
			continue
		}
		got.SHA256, got.Size, got.HeaderStart, got.HeaderEnd, got.Signed = want.SHA256, want.Size, want.HeaderStart, want.HeaderEnd, false
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("rpmsign %s changed (-before +after):\n%s", option, diff)
		}
	}
}

// TestReadForms covers what no tool here writes.
func TestReadForms(t *testing.T) {
	payload := "payload"
	sum256, sum512 := sha256.Sum256([]byte(payload)), sha512.Sum512([]byte(payload))
	header := headerBytes(identity(value{5092, []string{hex.EncodeToString(sum256[:])}}, value{5113, []uint64{5 << 32}})...)
	p, err := read(rpmFile([]value{{278, []string{"c2ln"}}}, header, payload))
	if err != nil || !p.Signed || p.ArchiveSize != 5<<32 {
		t.Errorf("format 6: %+v, %v", p, err)
	}
	header = headerBytes(identity(value{5092, []string{hex.EncodeToString(sum512[:])}}, value{5093, []uint32{10}}, value{5009, []uint64{6 << 32}})...)
	p, err = read(rpmFile([]value{{270, []uint64{uint64(len(header) + len(payload))}}, {271, []uint64{7 << 32}}}, header, payload))
	if err != nil || p.InstalledSize != 6<<32 || p.ArchiveSize != 7<<32 {
		t.Errorf("sizes in 64 bits: %+v, %v", p, err)
	}
	p, err = read(simple(value{1003, []uint32{0}}, value{1027, []string{"/bin/a", "/b"}}, value{1030, []uint16{0o100755, 0o40755}}, value{1037, []uint32{0, 0}}))
	if err != nil || p.Epoch != 0 || len(p.Files) != 2 || p.Files[0].Path != "/bin/a" || p.Files[1].Mode != fs.ModeDir|0o755 {
		t.Errorf("whole file names: %+v, %v", p, err)
	}
	p, err = read(simple(value{1106, []uint32{1}}, value{1003, []uint32{7}}))
	if err != nil || p.Arch != "src" || p.EVR() != "7:1.2.3-1.el9" || p.FileName() != "example-1.2.3-1.el9.src.rpm" {
		t.Errorf("source package: %+v, %v", p, err)
	}
	header = headerBytes(identity()...)
	if p, err = read(rpmFile([]value{{1000, []uint32{uint32(len(header) + len(payload))}}}, header, payload)); err != nil || p.EVR() != "1.2.3-1.el9" {
		t.Errorf("nothing but a length: %+v, %v", p, err)
	}
}
