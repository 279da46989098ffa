package rpm_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rpmutils "github.com/sassoftware/go-rpmutils"

	"wain/fixtures"
	"wain/repo/rpm"
)

// largePayload is more than 32 bits count.
const largePayload = 4<<30 + 4096

// largeHead is a package of more than 4 GiB up to its payload: lengths in 64
// bits wherever there is a tag for them, and a signature header that needs
// padding.
func largeHead() (head []byte, size int64) {
	header := headerBytes(identity(
		value{1117, []string{"a", "b"}}, value{1116, []uint32{0, 0}}, value{1118, []string{"/opt/"}},
		value{1030, []uint16{0o100644, 0o100644}}, value{1037, []uint32{0, 0}},
		value{5008, []uint64{largePayload, 1}}, // LONGFILESIZES
		value{5009, []uint64{largePayload + 1}},
	)...)
	signature := []value{{270, []uint64{uint64(len(header) + largePayload)}}, {271, []uint64{largePayload}}}
	head = rpmFile(signature, header, "")
	return head, int64(len(head)) + largePayload
}

// holed is a file of which only the beginning has bytes; past that it fails,
// or is as many zeros as announced.
type holed struct {
	head []byte
	err  error
}

func (h holed) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	if at < int64(len(h.head)) {
		if n = copy(p, h.head[at:]); n == len(p) {
			return n, nil
		}
	}
	if h.err != nil {
		return n, h.err
	}
	clear(p[n:])
	return len(p), nil
}

// TestReadLarge reads a package of more than 4 GiB up to its payload, and all
// of it where WAIN_LARGE is set: that takes some seconds of hashing. Case 30.
func TestReadLarge(t *testing.T) {
	head, size := largeHead()
	stop := errors.New("the payload")
	// The length is judged before the payload is read.
	if _, err := rpm.Read(holed{head, stop}, size); !errors.Is(err, stop) {
		t.Errorf("%d bytes: %v", size, err)
	}
	for _, wrong := range []int64{-1, 1, -1 << 32, 1 << 32} {
		var refusal *rpm.Error
		if _, err := rpm.Read(holed{head, stop}, size+wrong); !errors.As(err, &refusal) {
			t.Errorf("%d bytes instead of %d: %v", size+wrong, size, err)
		}
	}
	if os.Getenv("WAIN_LARGE") == "" {
		return
	}
	p, err := rpm.Read(holed{head: head}, size)
	if err != nil {
		t.Fatal(err)
	}
	if p.Size != size || p.InstalledSize != largePayload+1 || p.ArchiveSize != largePayload || p.HeaderEnd != int64(len(head)) {
		t.Errorf("read %+v", p)
	}
}

// TestLargeAsRpm asks rpm what it reads of the same file, with a hole for its
// payload. Case 30.
func TestLargeAsRpm(t *testing.T) {
	fixtures.NeedTool(t, "rpm")
	head, size := largeHead()
	path := filepath.Join(t.TempDir(), "large.rpm")
	if err := os.WriteFile(path, head, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		fixtures.Missing(t, "no file of more than 4 GiB, with a hole, in %s: %v", t.TempDir(), err)
	}
	got := command(t, "rpm", "-qp", "--nodigest", "--nosignature", "--qf", "%{name} %{longsigsize} %{longarchivesize} %{longsize} [%{longfilesizes} ]", path)
	want := fmt.Sprintf("example %d %d %d %d 1 ", size-headerStart(t, head), largePayload, largePayload+1, largePayload)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rpm reads (-want +got):\n%s", diff)
	}
}

// headerStart asks the independent reader.
func headerStart(t *testing.T, head []byte) int64 {
	t.Helper()
	h, err := rpmutils.ReadHeader(bytes.NewReader(head))
	if err != nil {
		t.Fatal(err)
	}
	return int64(h.GetRange().Start)
}

// TestReadPaddedSignature holds that the header's place is right whatever
// the length of the signature header in front of it. Case 30.
func TestReadPaddedSignature(t *testing.T) {
	header := headerBytes(identity()...)
	for n := range 16 {
		file := rpmFile(append(honest(header, "payload"), value{1002, bytes.Repeat([]byte{1}, 200+n)}), header, "payload")
		p, err := read(file)
		if err != nil {
			t.Fatal(err)
		}
		if want := headerStart(t, file); p.HeaderStart != want || p.HeaderEnd != want+int64(len(header)) || !p.Signed {
			t.Errorf("a signature of %d bytes: header at %d to %d, want %d", 200+n, p.HeaderStart, p.HeaderEnd, want)
		}
	}
}

// TestReadSignatureKinds names what counts as a signature: over the header or
// over all, in the tags of rpm 3, 4 and 6, several at once; digests are none.
// Case 31.
func TestReadSignatureKinds(t *testing.T) {
	header := headerBytes(identity()...)
	for _, c := range []struct {
		name   string
		tags   []value
		signed bool
	}{
		{"unsigned", nil, false},
		{"v3 alone, RSA", []value{{1002, []byte{1}}}, true},
		{"v3 alone, DSA", []value{{1005, []byte{1}}}, true},
		{"v4, RSA", []value{{268, []byte{1}}}, true},
		{"v4, DSA or EdDSA", []value{{267, []byte{1}}}, true},
		{"v6", []value{{278, []string{"c2ln"}}}, true},
		{"v4 and v6", []value{{268, []byte{1}}, {278, []string{"c2ln", "c2ln"}}}, true},
	} {
		p, err := read(rpmFile(append(honest(header, "payload"), c.tags...), header, "payload"))
		if err != nil || p.Signed != c.signed {
			t.Errorf("%s: %+v, %v", c.name, p, err)
		}
	}
}

// TestReadNosrc compares a source package without its sources with what rpm
// says. Case 31.
func TestReadNosrc(t *testing.T) {
	fixtures.NeedTool(t, "rpm", "rpmbuild")
	for _, path := range buildSpec(t, "testdata/nosrc.spec") {
		p, err := read(readFile(t, path))
		if err != nil {
			t.Fatal(err)
		}
		if source := strings.Contains(path, "/SRPMS/"); p.Source != source || filepath.Base(path) != p.FileName() {
			t.Errorf("%s: source %v, called %s", path, p.Source, p.FileName())
		}
		if p.Description != "" || len(p.Files) > 2 {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

var _ io.ReaderAt = holed{}
