package deb_test

import (
	"archive/tar"
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/xi2/xz"

	"wain/fixtures"
	"wain/repo/deb"
)

func read(data []byte) (*deb.Package, error) {
	return deb.Read(bytes.NewReader(data), int64(len(data)))
}

// TestReadForms reads each form in which the two members may be stored, with
// both spellings of the names involved, members of odd length and members that
// others add. Case 15.
func TestReadForms(t *testing.T) {
	suffixes := []string{"", ".gz", ".xz", ".zst", ".bz2", ".lzma"}
	for _, control := range suffixes[:5] {
		for _, data := range suffixes {
			for _, spelling := range []struct{ slash, file string }{{"", "./control"}, {"/", "control"}} {
				file := arFile(
					arMember{"debian-binary" + spelling.slash, []byte("2.0\n")},
					arMember{"_gpgorigin" + spelling.slash, []byte("odd")},
					arMember{"control.tar" + control + spelling.slash, compress(t, control, controlTar(spelling.file, plainControl))},
					arMember{"data.tar" + data + spelling.slash, compress(t, data, tarFile(tarEntry{"./x", "1", tar.TypeReg}))},
					arMember{"notes" + spelling.slash, []byte("behind the data member")},
				)
				p, err := read(file)
				if err != nil {
					t.Errorf("control.tar%s, data.tar%s, %q: %v", control, data, spelling, err)
					continue
				}
				if string(p.Control.Raw) != plainControl || p.Name != "example" || p.Version != "1.2.3" || p.Architecture != "all" {
					t.Errorf("control.tar%s, data.tar%s, %q: read %+v", control, data, spelling, p)
				}
			}
		}
	}
}

// TestReadDigests compares size and digests with those of the whole file, for
// files below and above every buffer's size.
func TestReadDigests(t *testing.T) {
	for _, n := range []int{0, 100_000, 3_000_001} {
		file := arFile(formatMember(), arMember{"control.tar", controlTar("control", plainControl)},
			arMember{"data.tar", append(tarFile(), make([]byte, n)...)})
		p, err := read(file)
		if err != nil {
			t.Fatal(err)
		}
		m, s, s2 := md5.Sum(file), sha1.Sum(file), sha256.Sum256(file)
		want := []string{hex.EncodeToString(m[:]), hex.EncodeToString(s[:]), hex.EncodeToString(s2[:])}
		if diff := cmp.Diff(want, []string{p.MD5, p.SHA1, p.SHA256}); diff != "" || p.Size != int64(len(file)) {
			t.Errorf("%d bytes, size %d, digests (-want +got):\n%s", len(file), p.Size, diff)
		}
	}
}

// TestReadDpkgDeb reads what dpkg-deb builds and compares each field with
// what "dpkg-deb --field" prints. Cases 11, 15 and 16.
func TestReadDpkgDeb(t *testing.T) {
	fixtures.NeedTool(t, "dpkg-deb")
	dir := t.TempDir()
	tree := filepath.Join(dir, "tree")
	if err := os.MkdirAll(filepath.Join(tree, "DEBIAN"), 0o755); err != nil {
		t.Fatal(err)
	}
	control := "Package: example\nSource: other (2:1.0-1)\nVersion: 1:1.2.3~rc1+x-1\nArchitecture: amd64\n" +
		"Maintainer: J\xfcrgen <j@example.org>\nX-Own: 1\nDescription: an example\n long\n .\n text\n"
	if err := os.WriteFile(filepath.Join(tree, "DEBIAN/control"), []byte(control), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, compression := range []string{"none", "gzip", "xz", "zstd"} {
		path := filepath.Join(dir, compression+".deb")
		command(t, "dpkg-deb", "--uniform-compression", "-Z"+compression, "--build", tree, path)
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p, err := read(file)
		if err != nil {
			t.Fatalf("%s: %v", compression, err)
		}
		for _, f := range p.Control.Fields {
			want := strings.TrimSuffix(command(t, "dpkg-deb", "--field", path, f.Name), "\n")
			if diff := cmp.Diff(want, f.Value); diff != "" {
				t.Errorf("%s: %s differs from dpkg-deb's (-want +got):\n%s", compression, f.Name, diff)
			}
		}
		if len(p.Control.Fields) != 7 || p.Source != "other" || p.SourceVersion != "2:1.0-1" {
			t.Errorf("%s: %d fields, source %q %q", compression, len(p.Control.Fields), p.Source, p.SourceVersion)
		}
	}
}

// TestReadRefuses names the rule for each damaged or hostile package. Cases 16
// and 25.
func TestReadRefuses(t *testing.T) {
	control := arMember{"control.tar", controlTar("control", plainControl)}
	data := arMember{"data.tar", tarFile()}
	good := arFile(formatMember(), control, data)
	patch := func(at int, with string) []byte {
		file := bytes.Clone(good)
		copy(file[at:], with)
		return file
	}
	stored := func(suffix string, change func([]byte) []byte) []byte {
		tar := compress(t, suffix, control.data)
		return arFile(formatMember(), arMember{"control.tar" + suffix, change(tar)}, data)
	}
	half := func(b []byte) []byte { return b[:len(b)/2] }
	flip := func(b []byte) []byte { b[len(b)/2] ^= 0x55; return b }
	in := func(entries ...tarEntry) []byte {
		return arFile(formatMember(), arMember{"control.tar", tarFile(entries...)}, data)
	}
	for _, c := range []struct {
		name, rule string
		file       []byte
	}{
		{"empty file", "truncated", nil},
		{"something else", "not-a-deb", []byte("PK\x03\x04 and more")},
		{"no members", "not-a-deb", arFile()},
		{"other ar archive", "not-a-deb", arFile(arMember{"x.o", []byte("1")})},
		{"format 3", "format-version", arFile(arMember{"debian-binary", []byte("3.0\n")}, control, data)},
		{"header without trailer", "ar-header", patch(8+58, "xx")},
		{"negative size", "ar-header", patch(8+48, "-4")},
		{"size in letters", "ar-header", patch(8+48, "4e9")},
		{"size beyond the file", "truncated", patch(8+48, "9999999999")},
		{"bytes behind the last member", "truncated", append(bytes.Clone(good), "tail"...)},
		{"no control member", "member-order", arFile(formatMember(), data)},
		{"nothing but the format", "control-missing", arFile(formatMember())},
		{"no data member", "data-missing", arFile(formatMember(), control)},
		{"members swapped", "member-order", arFile(formatMember(), data, control)},
		{"control member twice", "member-twice", arFile(formatMember(), control, control, data)},
		{"control member again behind data", "member-twice", arFile(formatMember(), control, data, control)},
		{"data member twice", "member-twice", arFile(formatMember(), control, data, arMember{"data.tar.gz", []byte("\x1f\x8b")})},
		{"unknown member in front", "member-unknown", arFile(formatMember(), arMember{"evil", nil}, control, data)},
		{"unknown compression", "member-unknown", arFile(formatMember(), arMember{"control.tar.lz4", []byte("1")}, data)},
		{"control member in lzma", "compression", stored(".lzma", func(b []byte) []byte { return b })},
		{"data member of another form", "compression", arFile(formatMember(), control, arMember{"data.tar.xz", []byte("\x1f\x8b")})},
		{"control member of another form", "compression", arFile(formatMember(), arMember{"control.tar.gz", control.data}, data)},
		{"data member without a byte", "member-empty", arFile(formatMember(), control, arMember{"data.tar", nil})},
		{"half a gzip", "control-damaged", stored(".gz", half)},
		{"half an xz", "control-damaged", stored(".xz", half)},
		{"half a zstd", "control-damaged", stored(".zst", half)},
		{"half a bzip2", "control-damaged", stored(".bz2", half)},
		{"a flipped bit in gzip", "control-damaged", stored(".gz", flip)},
		{"a flipped bit in xz", "control-damaged", stored(".xz", flip)},
		{"a flipped bit in zstd", "control-damaged", stored(".zst", flip)},
		{"bytes behind the gzip", "control-damaged", stored(".gz", func(b []byte) []byte { return append(b, "more"...) })},
		{"control file twice", "control-twice", in(tarEntry{"control", plainControl, tar.TypeReg}, tarEntry{"./control", plainControl, tar.TypeReg})},
		{"control file is a link", "control-not-a-file", in(tarEntry{"control", "/etc/passwd", tar.TypeSymlink})},
		{"no control file", "control-missing", in(tarEntry{"./DEBIAN/control", plainControl, tar.TypeReg})},
		{"control file without a byte", "control-empty", in(tarEntry{"control", "", tar.TypeReg})},
		{"control file too large", "control-too-large", in(tarEntry{"control", strings.Repeat(" ", 16<<20+1), tar.TypeReg})},
		{"control member that explodes", "control-too-large", explodingDeb(t)},
		{"no package", "control-field-missing", plainDeb("Version: 1\nArchitecture: all\n")},
		{"no version", "control-field-missing", plainDeb("Package: a\nArchitecture: all\n")},
		{"no architecture", "control-field-missing", plainDeb("Package: a\nVersion: 1\n")},
		{"path for a name", "control-field-invalid", plainDeb("Package: ../a\nVersion: 1\nArchitecture: all\n")},
		{"path for a version", "control-field-invalid", plainDeb("Package: a\nVersion: 1/../2\nArchitecture: all\n")},
		{"path for an architecture", "control-field-invalid", plainDeb("Package: a\nVersion: 1\nArchitecture: ../all\n")},
		{"any architecture", "control-field-invalid", plainDeb("Package: a\nVersion: 1\nArchitecture: any\n")},                // case 25
		{"a family of architectures", "control-field-invalid", plainDeb("Package: a\nVersion: 1\nArchitecture: linux-any\n")}, // case 25
		{"source package", "control-field-invalid", plainDeb("Package: a\nVersion: 1\nArchitecture: source\n")},               // case 25
		{"folded version", "control-field-invalid", plainDeb("Package: a\nVersion: 1\n 2\nArchitecture: all\n")},
		{"epoch in letters", "control-field-invalid", plainDeb("Package: a\nVersion: x:1\nArchitecture: all\n")},
		{"path for a source", "control-field-invalid", plainDeb("Package: a\nVersion: 1\nArchitecture: all\nSource: ../b\n")},
		{"source version left open", "control-field-invalid", plainDeb("Package: a\nVersion: 1\nArchitecture: all\nSource: b (1\n")},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := read(c.file)
			var refusal *deb.Error
			if !errors.As(err, &refusal) || refusal.Rule != c.rule {
				t.Errorf("got %+v, %v; want the rule %q", p, err, c.rule)
			}
		})
	}
}

// TestReadLargeDictionary refuses an xz block that asks for a gigabyte before
// any of it is allocated.
func TestReadLargeDictionary(t *testing.T) {
	stream := largeDictionary(compress(t, ".xz", controlTar("control", plainControl)))
	_, err := read(arFile(formatMember(), arMember{"control.tar.xz", stream}, arMember{"data.tar", tarFile()}))
	if !errors.Is(err, xz.ErrMemlimit) {
		t.Errorf("got %v", err)
	}
}

// TestReadTruncated cuts packages at every length: none may pass.
func TestReadTruncated(t *testing.T) {
	for _, suffix := range []string{"", ".gz", ".xz", ".zst"} {
		file := arFile(formatMember(),
			arMember{"control.tar" + suffix, compress(t, suffix, controlTar("control", plainControl))},
			arMember{"data.tar" + suffix, compress(t, suffix, tarFile(tarEntry{"./x", "12", tar.TypeReg}))},
			arMember{"_gpgorigin", []byte("odd")})
		last := bytes.LastIndex(file, []byte("_gpgorigin"))
		for n := range len(file) {
			if n == last {
				continue // exactly the package before it was signed
			}
			if p, err := read(file[:n]); err == nil {
				t.Errorf("%q: %d of %d bytes read as %+v", suffix, n, len(file), p)
			}
		}
	}
}

// TestReadShorterThanItsSize stands for a file that shrinks while it is read.
func TestReadShorterThanItsSize(t *testing.T) {
	file := plainDeb(plainControl)
	for _, n := range []int{4, 70, 500, len(file) - 1} {
		_, err := deb.Read(bytes.NewReader(file[:n]), int64(len(file)))
		if refusal := (*deb.Error)(nil); !errors.As(err, &refusal) {
			t.Errorf("%d of %d bytes: %v", n, len(file), err)
		}
	}
}

// TestReadError hands on what the reader reports.
func TestReadError(t *testing.T) {
	broken := errors.New("broken disk")
	if _, err := deb.Read(errorReaderAt{broken}, 1000); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type errorReaderAt struct{ err error }

func (r errorReaderAt) ReadAt(p []byte, _ int64) (int, error) { return iotest.ErrReader(r.err).Read(p) }

// FuzzRead looks for panics and for packages that would leave the pool.
func FuzzRead(f *testing.F) {
	f.Add(plainDeb(plainControl))
	for _, suffix := range []string{".gz", ".xz", ".zst"} {
		f.Add(arFile(formatMember(), arMember{"control.tar" + suffix, compress(f, suffix, controlTar("control", plainControl))},
			arMember{"data.tar" + suffix, compress(f, suffix, tarFile())}))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := read(file)
		if err != nil {
			return
		}
		for _, part := range []string{p.Name, p.Version, p.Architecture, p.Source} {
			if part == "" || strings.ContainsAny(part, "/\n\x00 ") || part[0] == '.' {
				t.Errorf("%q became part of %+v", part, p)
			}
		}
	})
}

// explodingDeb is a few hundred kilobytes that unpack to more than any
// control member may.
func explodingDeb(t *testing.T) []byte {
	t.Helper()
	var tarBytes bytes.Buffer
	w := tar.NewWriter(&tarBytes)
	const size = 300 << 20
	if err := w.WriteHeader(&tar.Header{Name: "./md5sums", Mode: 0o644, Size: size, Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	bomb := append(tarBytes.Bytes(), make([]byte, size+1024)...)
	return arFile(formatMember(), arMember{"control.tar.zst", compress(t, ".zst", bomb)}, arMember{"data.tar", tarFile()})
}

// largeDictionary rewrites the one block header of a small xz stream.
func largeDictionary(stream []byte) []byte {
	const header, property = 12, 12 + 4
	stream[property] = 36 // 2 << 29 bytes and more, see the .xz file format 5.3.1
	size := (int(stream[header]) + 1) * 4
	sum := crc32.ChecksumIEEE(stream[header : header+size-4])
	copy(stream[header+size-4:], []byte{byte(sum), byte(sum >> 8), byte(sum >> 16), byte(sum >> 24)})
	return stream
}

func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s %q: %v", name, args, err)
	}
	return string(out)
}
