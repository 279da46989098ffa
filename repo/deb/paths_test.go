package deb_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"wain/fixtures"
	"wain/repo/deb"
)

func paths(file []byte) ([]string, error) {
	return deb.Paths(bytes.NewReader(file), int64(len(file)))
}

// withData is a package with a data member as given.
func withData(name string, data []byte) []byte {
	return arFile(formatMember(), arMember{"control.tar", controlTar("./control", plainControl)}, arMember{name, data})
}

// TestPaths reads each form of the data member. Case 15.
func TestPaths(t *testing.T) {
	files := tarFile(
		tarEntry{"./", "", tar.TypeDir}, tarEntry{"./usr/", "", tar.TypeDir}, tarEntry{"./usr/a b", "12", tar.TypeReg},
		tarEntry{"usr/caf\xe9", "", tar.TypeReg}, tarEntry{"/usr/link", "/etc", tar.TypeSymlink}, tarEntry{"././usr/.x", "", tar.TypeReg},
		tarEntry{"./" + strings.Repeat("long/", 60) + "name", "", tar.TypeReg}, tarEntry{"./...", "", tar.TypeReg},
	)
	want := []string{"usr/a b", "usr/caf\xe9", "usr/link", "usr/.x", strings.Repeat("long/", 60) + "name", "..."}
	for _, suffix := range []string{"", ".gz", ".xz", ".zst", ".bz2", ".lzma"} {
		got, err := paths(withData("data.tar"+suffix, compress(t, suffix, files)))
		if err != nil {
			t.Errorf("data.tar%s: %v", suffix, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("data.tar%s (-want +got):\n%s", suffix, diff)
		}
	}
	if got, err := paths(withData("data.tar", tarFile())); err != nil || len(got) != 0 {
		t.Errorf("an empty data member: %q, %v", got, err)
	}
}

// TestPathsAsTar compares with what tar lists, in the forms that old and new
// tools write: GNU and PAX headers, links of both kinds.
func TestPathsAsTar(t *testing.T) {
	fixtures.NeedTool(t, "tar", "sh")
	dir := t.TempDir()
	command(t, "sh", "-c", `cd "$0" && mkdir -p t/usr/d && touch "t/usr/d/a b" t/usr/d/x,y "t/usr/d/$(printf 'l%.0s' $(seq 200))" && ln t/usr/d/x,y t/usr/d/hard && ln -s /etc t/usr/d/soft && mkfifo t/usr/d/fifo`, dir)
	for _, format := range []string{"gnu", "pax", "ustar", "v7", "oldgnu"} {
		args := []string{"-C", filepath.Join(dir, "t"), "--format=" + format, "-cf", "-", "."}
		if format == "v7" || format == "ustar" { // which hold neither
			args = append([]string{"--exclude=lll*", "--exclude=fifo"}, args...)
		}
		files := []byte(command(t, "tar", args...))
		file := withData("data.tar", files)
		got, err := paths(file)
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		c := exec.Command("tar", "-tf", "-")
		c.Stdin = bytes.NewReader(files)
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for line := range strings.Lines(string(out)) {
			if line = strings.TrimSuffix(line, "\n"); !strings.HasSuffix(line, "/") {
				want = append(want, strings.TrimPrefix(line, "./"))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) < 4 {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}

// TestPathsRefuses names the rule for each damaged or hostile data member.
func TestPathsRefuses(t *testing.T) {
	data := tarFile(tarEntry{"./x", strings.Repeat("content", 1000), tar.TypeReg})
	lzma := compress(t, ".lzma", data)
	copy(lzma[1:5], "\x00\x00\xff\x7f")
	flip := func(b []byte) []byte { b[len(b)/2] ^= 0x55; return b }
	for _, c := range []struct {
		name, rule string
		file       []byte
	}{
		{"no data member", "data-missing", arFile(formatMember(), arMember{"control.tar", nil})},
		{"something else", "not-a-deb", []byte("PK\x03\x04 and more")},
		{"cut", "truncated", withData("data.tar", data)[:2000]},
		{"not a tar", "data-damaged", withData("data.tar", bytes.Repeat([]byte("x"), 1024))},
		{"half a tar", "data-damaged", withData("data.tar", data[:1024])},
		{"another form", "compression", withData("data.tar.xz", data)},
		{"a flipped bit in gzip", "data-damaged", withData("data.tar.gz", flip(compress(t, ".gz", data)))},
		{"a flipped bit in xz", "data-damaged", withData("data.tar.xz", flip(compress(t, ".xz", data)))},
		{"a flipped bit in zstd", "data-damaged", withData("data.tar.zst", flip(compress(t, ".zst", data)))},
		{"bytes behind the gzip", "data-damaged", withData("data.tar.gz", append(compress(t, ".gz", data), "more"...))},
		{"a large dictionary in lzma", "data-damaged", withData("data.tar.lzma", lzma)},
		{"a large dictionary in xz", "data-damaged", withData("data.tar.xz", largeDictionary(compress(t, ".xz", data)))},
		{"lzma without a header", "data-damaged", withData("data.tar.lzma", []byte("\x5d\x00\x00"))},
	} {
		got, err := paths(c.file)
		var refusal *deb.Error
		if !errors.As(err, &refusal) || refusal.Rule != c.rule {
			t.Errorf("%s: got %q, %v; want the rule %q", c.name, got, err, c.rule)
		}
	}
}

// venvData streams a data member of n modules of a virtual environment, a
// megabyte each.
func venvData(n int) io.Reader {
	r, w := io.Pipe()
	go func() {
		z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
		t := tar.NewWriter(z)
		body := make([]byte, 1<<20)
		for i := range n {
			name := fmt.Sprintf("./opt/venvs/application/lib/python3.11/site-packages/package%d/module%d.py", i/100, i)
			size := len(body)
			if i%100 != 0 {
				size = 0 // otherwise the test would take a minute
			}
			_ = t.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(size), ModTime: time.Unix(0, 0)})
			_, _ = t.Write(body[:size])
		}
		w.CloseWithError(errors.Join(t.Close(), z.Close()))
	}()
	return r
}

// TestPathsMemory lists 100,000 files that unpack to 1 GB: the heap holds the
// list and a few hundred kilobytes. Case 21.
func TestPathsMemory(t *testing.T) {
	const n = 100_000
	data, err := io.ReadAll(venvData(n))
	if err != nil {
		t.Fatal(err)
	}
	file := withData("data.tar.zst", data)
	data = nil
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	peak := make(chan uint64)
	stop := make(chan struct{})
	go func() {
		highest := uint64(0)
		for {
			select {
			case <-stop:
				peak <- highest
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&now)
				highest = max(highest, now.HeapAlloc)
			}
		}
	}()
	got, err := paths(file)
	close(stop)
	grown := int64(<-peak) - int64(before.HeapAlloc)
	if err != nil || len(got) != n {
		t.Fatalf("%d paths, %v", len(got), err)
	}
	// Each path has about 80 bytes and a string header of 16, in a slice that
	// doubles while it grows; the window of a zstd frame is 8 MiB.
	const limit = 32 << 20
	if grown > limit {
		t.Errorf("the heap grew by %d bytes, more than %d", grown, limit)
	}
	t.Logf("the heap grew by %d KiB for %d files", grown>>10, n)
}

// TestPathsBomb lists the names of a small package that has more of them than
// any memory should hold.
func TestPathsBomb(t *testing.T) {
	name := "./" + strings.Repeat("d/", 100_000) + "x"
	var entry, packed bytes.Buffer
	w := tar.NewWriter(&entry)
	if err := errors.Join(w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644}), w.Flush()); err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	for range 260 << 20 / len(name) {
		if _, err := z.Write(entry.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = paths(withData("data.tar.zst", packed.Bytes()))
	var refusal *deb.Error
	if !errors.As(err, &refusal) || refusal.Rule != "data-too-large" || packed.Len() > 1<<20 {
		t.Errorf("%d bytes: %v", packed.Len(), err)
	}
}

// FuzzPaths looks for panics and for names with a slash in front.
func FuzzPaths(f *testing.F) {
	for _, suffix := range []string{"", ".gz", ".xz", ".zst", ".lzma"} {
		f.Add(withData("data.tar"+suffix, compress(f, suffix, tarFile(tarEntry{"./x", "1", tar.TypeReg}))))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := paths(file)
		if err != nil {
			return
		}
		for _, path := range got {
			if strings.HasPrefix(path, "/") || strings.HasPrefix(path, "./") {
				t.Errorf("the path %q", path)
			}
		}
	})
}
