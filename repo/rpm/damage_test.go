package rpm_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"wain/repo/rpm"
)

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
		{"signature of rpm 2", "lead-signature", patch(79, "\x01")},
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
		{"a folder's name that unfolds to 150 megabytes", "paths-too-large", simple(value{1117, make([]string, 3000)}, value{1116, make([]uint32, 3000)},
			value{1118, []string{"/" + strings.Repeat("d", 50_000)}}, value{1030, make([]uint16, 3000)}, value{1037, make([]uint32, 3000)})},
		{"changelog without authors", "header-entry", simple(value{1080, []uint32{1}}, value{1082, []string{"t"}})},
		{"no name", "identity-missing", rpmFile(nil, headerBytes(identity()[1:]...), "payload")},
		{"path for a version", "identity-invalid", rpmFile(nil, headerBytes(value{1000, "a"}, value{1001, "../1"}, value{1002, "1"}, value{1022, "noarch"}), "payload")},
		{"hyphen in a version", "identity-invalid", rpmFile(nil, headerBytes(value{1000, "a"}, value{1001, "1-2"}, value{1002, "1"}, value{1022, "noarch"}), "payload")},
		{"hyphen in a release", "identity-invalid", rpmFile(nil, headerBytes(value{1000, "a"}, value{1001, "1"}, value{1002, "1-2"}, value{1022, "noarch"}), "payload")},
		{"blank in a name", "identity-invalid", rpmFile(nil, headerBytes(value{1000, "a b"}, value{1001, "1"}, value{1002, "1"}, value{1022, "noarch"}), "payload")},
		{"hidden name", "identity-invalid", rpmFile(nil, headerBytes(value{1000, ".a"}, value{1001, "1"}, value{1002, "1"}, value{1022, "noarch"}), "payload")},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.file)
			var refusal *rpm.Error
			if !errors.As(err, &refusal) || refusal.Rule != c.rule {
				t.Errorf("got %v; want the rule %q", err, c.rule)
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
