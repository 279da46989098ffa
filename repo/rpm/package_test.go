package rpm_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

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

// TestReadRefuses names the rule for each damaged or hostile package.
func TestReadRefuses(t *testing.T) {
	header := headerBytes(identity()...)
	good := rpmFile(nil, header, "payload")
	patch := func(at int, with string) []byte {
		file := bytes.Clone(good)
		copy(file[at:], with)
		return file
	}
	length := []uint32{uint32(len(header) + len("payload"))}
	for _, c := range []struct {
		name, rule string
		file       []byte
	}{
		{"empty file", "truncated", nil},
		{"something else", "not-an-rpm", make([]byte, 200)},
		{"signature header without magic", "header-magic", patch(96, "\x00")},
		{"no entries", "header-size", patch(96+8, "\x00\x00\x00\x00")},
		{"four billion entries", "header-size", patch(96+8, "\xff\xff\xff\xff")},
		{"65535 entries in a small file", "truncated", patch(96+8, "\x00\x00\xff\xff")},
		{"four gigabytes of data", "header-size", patch(96+12, "\xff\xff\xff\xff")},
		{"200 megabytes of data in a small file", "truncated", patch(96+12, "\x0c\x00\x00\x00")},
		{"bytes behind the payload", "trailing-bytes", append(bytes.Clone(good), 0)},
		{"a byte less than announced", "truncated", good[:len(good)-1]},
		{"other header", "header-digest", bytes.Replace(good, []byte("1.2.3\x00"), []byte("1.2.4\x00"), 1)},
		{"other payload", "payload-digest", bytes.Replace(good, []byte("payload"), []byte("PAYLOAD"), 1)},
		{"sha1 of another header", "header-digest", rpmFile([]value{{269, strings.Repeat("0", 40)}, {1000, length}}, header, "payload")},
		{"neither digest nor length", "unverifiable", rpmFile([]value{{1007, []uint32{1}}}, header, "payload")},
		{"length in text", "header-entry", rpmFile([]value{{1000, "99"}}, header, "payload")},
		{"md5 in text", "header-entry", rpmFile([]value{{1000, length}, {1004, "99"}}, header, "payload")},
		{"unknown type", "header-entry", simple(value{1004, rawEntry{10, 0, 1}})},
		{"offset behind the data", "header-entry", simple(value{1004, rawEntry{6, 1 << 20, 1}})},
		{"negative offset", "header-entry", simple(value{1004, rawEntry{6, 0xffffffff, 1}})},
		{"count behind the data", "header-entry", simple(value{1009, rawEntry{4, 0, 1 << 30}})},
		{"count that overflows", "header-entry", simple(value{1009, rawEntry{5, 0, 0xffffffff}})},
		{"four billion strings", "header-entry", simple(value{1117, rawEntry{8, 0, 0xffffffff}})},
		{"values that share bytes", "header-entry", simple(value{5000, rawEntry{7, 0, 27}})}, // all of the data once more
		{"string without an end", "header-entry", simple(value{1117, rawEntry{8, 0, 20}})},
		{"one tag twice", "header-entry", simple(value{1004, "a"}, value{1004, "b"})},
		{"two values in a scalar string", "header-entry", simple(value{1004, rawEntry{6, 0, 2}})},
		{"number in text", "header-entry", simple(value{1006, "12"})},
		{"text in numbers", "header-entry", simple(value{1004, []uint32{1}})},
		{"epoch of 64 bits", "header-entry", simple(value{1003, []uint64{1 << 33}})},
		{"build time beyond time", "header-entry", simple(value{1006, []uint64{1 << 63}})},
		{"lists of unequal length", "header-entry", simple(value{1049, []string{"a", "b"}}, value{1048, []uint32{0}}, value{1050, []string{"", ""}})},
		{"list without its flags", "header-entry", simple(value{1047, []string{"a"}})},
		{"files without modes", "header-entry", simple(value{1027, []string{"/a"}})},
		{"folder that is not there", "header-entry", simple(value{1117, []string{"a"}}, value{1116, []uint32{9}}, value{1118, []string{"/"}}, value{1030, []uint16{0}}, value{1037, []uint32{0}})},
		{"fewer folders than files", "header-entry", simple(value{1117, []string{"a", "b"}}, value{1116, []uint32{0}}, value{1118, []string{"/"}})},
		{"changelog without authors", "header-entry", simple(value{1080, []uint32{1}}, value{1082, []string{"t"}})},
		{"no name", "identity-missing", rpmFile(nil, headerBytes(identity()[1:]...), "payload")},
		{"path for a version", "identity-invalid", rpmFile(nil, headerBytes(value{1000, "a"}, value{1001, "../1"}, value{1002, "1"}, value{1022, "noarch"}), "payload")},
		{"blank in a name", "identity-invalid", rpmFile(nil, headerBytes(value{1000, "a b"}, value{1001, "1"}, value{1002, "1"}, value{1022, "noarch"}), "payload")},
		{"hidden name", "identity-invalid", rpmFile(nil, headerBytes(value{1000, ".a"}, value{1001, "1"}, value{1002, "1"}, value{1022, "noarch"}), "payload")},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := read(c.file)
			var refusal *rpm.Error
			if !errors.As(err, &refusal) || refusal.Rule != c.rule {
				t.Errorf("got %+v, %v; want the rule %q", p, err, c.rule)
			}
		})
	}
}

// TestReadTruncated cuts packages at every length, one without and one with
// digests of SHA-256: none may pass.
func TestReadTruncated(t *testing.T) {
	for _, path := range foreignNamed(t, "simple-1.0.1-1.i386.rpm", "one-epoch-0.1-1.x86_64.rpm") {
		data := readFile(t, path)
		for n := range len(data) {
			if p, err := read(data[:n]); err == nil {
				t.Fatalf("%s: %d of %d bytes read as %+v", path, n, len(data), p)
			}
		}
	}
}

// TestReadFlipped changes each byte of packages once. Whatever lies behind
// the signature header is covered; in front of it a change may pass, but then
// everything that was read is the same.
func TestReadFlipped(t *testing.T) {
	for _, path := range foreignNamed(t, "simple-1.0.1-1.i386.rpm", "one-epoch-0.1-1.x86_64.rpm") {
		data := readFile(t, path)
		before, err := read(data)
		if err != nil {
			t.Fatal(err)
		}
		for n := range len(data) {
			data[n] ^= 0x10
			p, err := read(data)
			data[n] ^= 0x10
			if err != nil {
				continue
			}
			// What the signature header alone says: whether there is a
			// signature, and the length of the unpacked payload.
			p.SHA256, p.Signed, p.ArchiveSize = before.SHA256, before.Signed, before.ArchiveSize
			if int64(n) >= before.HeaderStart || !cmp.Equal(before, p) {
				t.Fatalf("%s: a change at %d of %d passed", path, n, len(data))
			}
		}
	}
}

// TestReadShorterThanItsSize stands for a file that shrinks while it is read.
func TestReadShorterThanItsSize(t *testing.T) {
	file := simple()
	for _, n := range []int{4, 100, 300, len(file) - 1} {
		_, err := rpm.Read(bytes.NewReader(file[:n]), int64(len(file)))
		if refusal := (*rpm.Error)(nil); !errors.As(err, &refusal) {
			t.Errorf("%d of %d bytes: %v", n, len(file), err)
		}
	}
}

// TestReadError hands on what the reader reports.
func TestReadError(t *testing.T) {
	broken := errors.New("broken disk")
	if _, err := rpm.Read(errorReaderAt{broken}, 1000); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type errorReaderAt struct{ err error }

func (r errorReaderAt) ReadAt(p []byte, _ int64) (int, error) { return iotest.ErrReader(r.err).Read(p) }

// FuzzRead looks for panics, for allocations beyond the file's length and for
// names that would leave the repository.
func FuzzRead(f *testing.F) {
	f.Add(simple())
	f.Add(simple(value{1027, []string{"/bin/a"}}, value{1030, []uint16{0o100755}}, value{1037, []uint32{0}}))
	f.Add(simple(value{1117, []string{"a"}}, value{1116, []uint32{0}}, value{1118, []string{"/"}}, value{1030, []uint16{0}}, value{1037, []uint32{64}},
		value{1080, []uint32{1}}, value{1081, []string{"a"}}, value{1082, []string{"t"}},
		value{1047, []string{"a"}}, value{1112, []uint32{8}}, value{1113, []string{"1"}}))
	f.Fuzz(func(t *testing.T, file []byte) {
		_, _ = read(file) // the signature header as it is
		p, err := read(rehash(file))
		if err != nil {
			return
		}
		for _, part := range []string{p.Name, p.Version, p.Release, p.Arch} {
			if part == "" || strings.ContainsAny(part, "/\n\x00 ") || part[0] == '.' {
				t.Errorf("%q became part of %+v", part, p)
			}
		}
		if n := len(p.Files) + len(p.Requires) + len(p.Changelog); n > len(file) {
			t.Errorf("%d values from %d bytes", n, len(file))
		}
	})
}

// rehash replaces lead and signature header by honest ones where it can tell
// where the header begins, so that fuzzing gets past the digests.
func rehash(file []byte) []byte {
	magic := []byte("\x8e\xad\xe8\x01")
	if len(file) < 96+16 {
		return file
	}
	at := bytes.Index(file[100:], magic)
	if at < 0 || len(file) < 100+at+16 {
		return file
	}
	header := file[100+at:]
	n := 16 + 16*int(uint16(header[10])<<8|uint16(header[11])) + int(uint16(header[14])<<8|uint16(header[15]))
	if n > len(header) {
		return file
	}
	return rpmFile(nil, header[:n], string(header[n:]))
}

// foreign returns the packages that go-rpmutils tests with: every payload
// compression, rpm 4.7 to 4.16, and nfpm.
func foreign(t testing.TB) []string {
	t.Helper()
	out := command(t, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/sassoftware/go-rpmutils")
	var paths []string
	err := filepath.WalkDir(filepath.Join(strings.TrimSpace(out), "testdata"), func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".rpm" {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d packages: %v", len(paths), err)
	}
	return paths
}

// foreignNamed returns some of them.
func foreignNamed(t testing.TB, names ...string) []string {
	t.Helper()
	paths := slices.DeleteFunc(foreign(t), func(path string) bool { return !slices.Contains(names, filepath.Base(path)) })
	if len(paths) != len(names) {
		t.Fatalf("%q of %q", paths, names)
	}
	return paths
}

// buildSpec builds a specification and returns all packages it makes.
func buildSpec(t *testing.T, spec string) []string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "SOURCES"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "SOURCES/hello.txt"), []byte("hello\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	command(t, "rpmbuild", "--quiet", "-ba", "-D", "_topdir "+dir, "-D", "_build_id_links none", "-D", "debug_package %{nil}", spec)
	binary, err := filepath.Glob(filepath.Join(dir, "RPMS/*/*.rpm"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := filepath.Glob(filepath.Join(dir, "SRPMS/*.rpm"))
	if err != nil || len(binary) == 0 || len(source) == 0 {
		t.Fatalf("%d binary and %d source packages: %v", len(binary), len(source), err)
	}
	return append(binary, source...)
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func command(t testing.TB, name string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	c := exec.Command(name, args...)
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, stderr.Bytes())
	}
	return string(out)
}
