package frame_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"wain/fixtures"
	"wain/repo/frame"
)

// forms are both ways to compress, with the tool that knows each best.
var forms = []struct {
	name   string
	pack   func([]byte) []byte
	unpack func([]byte, int64) ([]byte, error)
	tool   string
}{
	{"gzip", frame.Gzip, frame.Gunzip, "gzip"},
	{"zstd", frame.Zstd, frame.Unzstd, "zstd"},
}

// texts are what indexes are made of, by length.
func texts() [][]byte {
	var long strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&long, "Package: example-%d\nVersion: 1.%d\n\n", i, i*i)
	}
	return [][]byte{nil, []byte("x"), []byte("Package: example\n\n"), []byte(long.String())}
}

// TestJoined reads parts that were compressed apart as one, here and with the
// tools that clients' libraries come from.
func TestJoined(t *testing.T) {
	fixtures.NeedTool(t, "gzip", "zstd")
	for _, f := range forms {
		var packed, want []byte
		for _, text := range texts() {
			packed, want = append(packed, f.pack(text)...), append(want, text...)
		}
		got, err := f.unpack(packed, int64(len(want)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v", f.name, len(got), err)
		}
		c := exec.Command(f.tool, "-dc")
		c.Stdin = bytes.NewReader(packed)
		if got, err := c.Output(); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s -dc: %d bytes, %v", f.tool, len(got), err)
		}
	}
}

// TestSameBytes holds that neither earlier calls nor other goroutines show.
func TestSameBytes(t *testing.T) {
	p := &frame.Packer{}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 3 {
				for _, text := range texts() {
					if !bytes.Equal(p.Gzip(text), frame.Gzip(text)) || !bytes.Equal(p.Zstd(text), frame.Zstd(text)) {
						t.Errorf("%d bytes: a packer in use writes other bytes than a new one", len(text))
					}
				}
			}
		})
	}
	group.Wait()
}

// TestHeaders pins what the first bytes say.
func TestHeaders(t *testing.T) {
	z, err := gzip.NewReader(bytes.NewReader(frame.Gzip([]byte("x"))))
	if err != nil {
		t.Fatal(err)
	}
	if z.Name != "" || !z.ModTime.IsZero() || z.Comment != "" || z.Extra != nil {
		t.Errorf("gzip: the header says %+v", z.Header)
	}
	var h zstd.Header
	text := texts()[3]
	if err := h.Decode(frame.Zstd(text)); err != nil {
		t.Fatal(err)
	}
	// Every reader takes windows of 8 MiB; no part is longer than it says.
	if !h.HasCheckSum || !h.HasFCS || h.FrameContentSize != uint64(len(text)) || h.WindowSize > 8<<20 {
		t.Errorf("zstd: the header says %+v", h)
	}
}

// TestUnpacker reads each part on its own, and refuses what says or has another length.
func TestUnpacker(t *testing.T) {
	u := &frame.Unpacker{}
	for _, text := range texts() {
		packed, size := frame.Zstd(text), int64(len(text))
		if got, err := u.Unzstd(packed, size); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%d bytes: %d bytes, %v", size, len(got), err)
		}
		for name, file := range map[string][]byte{
			"nothing": nil, "half": packed[:len(packed)/2], "bytes behind": append(bytes.Clone(packed), "more"...),
		} {
			if got, err := u.Unzstd(file, size); err == nil {
				t.Errorf("%d bytes, %s: read %d bytes", size, name, len(got))
			}
		}
		var refusal *frame.SizeError
		if _, err := u.Unzstd(packed, size+1); !errors.As(err, &refusal) {
			t.Errorf("%d bytes announced as one more: %v", size, err)
		}
	}
}

// TestUnpackerBounds gives an unpacker what says one length and has another.
func TestUnpackerBounds(t *testing.T) {
	u := &frame.Unpacker{}
	text := bytes.Repeat([]byte("x"), 1000)
	second := append(frame.Zstd(text), frame.Zstd(make([]byte, 64<<20))...)
	if got, err := u.Unzstd(second, int64(len(text))); err == nil || cap(got) > 1<<20 {
		t.Errorf("a second part of 64 MiB: %d bytes, %v", len(got), err)
	}
	for _, size := range []int64{-1, 1 << 40, 1 << 62} {
		var refusal *frame.SizeError
		if _, err := u.Unzstd(frame.Zstd(text), size); !errors.As(err, &refusal) {
			t.Errorf("%d bytes announced: %v", size, err)
		}
	}
}

// TestRefused gives each reader what is cut, damaged, too long, too short or
// followed by something.
func TestRefused(t *testing.T) {
	text := texts()[3]
	for _, f := range forms {
		packed := f.pack(text)
		flipped := bytes.Clone(packed)
		flipped[len(flipped)/2] ^= 0x10
		checksum := bytes.Clone(packed)
		checksum[len(checksum)-5] ^= 0x10
		for name, file := range map[string][]byte{
			"nothing": nil, "half": packed[:len(packed)/2], "all but a byte": packed[:len(packed)-1],
			"a flipped bit": flipped, "a flipped bit at the end": checksum,
			"bytes behind": append(bytes.Clone(packed), "more"...), "half a second part": append(bytes.Clone(packed), packed[:50]...),
		} {
			if got, err := f.unpack(file, int64(len(text))); err == nil {
				t.Errorf("%s, %s: read %d bytes", f.name, name, len(got))
			}
		}
		for _, size := range []int{0, len(text) - 1, len(text) + 1, 1 << 50} {
			_, err := f.unpack(packed, int64(size))
			var refusal *frame.SizeError
			if !errors.As(err, &refusal) || refusal.Want != int64(size) {
				t.Errorf("%s: %d bytes announced as %d: %v", f.name, len(text), size, err)
			}
		}
		if _, err := f.unpack(nil, 0); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: nothing at all: %v", f.name, err)
		}
	}
}

// FuzzUnpack holds that what was packed reads as it was, that readers of all
// kinds agree, and that nothing makes them take more than they were told.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte("Package: example\n\n"), uint16(17))
	for _, form := range forms {
		f.Add(form.pack([]byte("Package: example\n\n")), uint16(18))
		f.Add(append(form.pack(nil), form.pack(bytes.Repeat([]byte("x"), 5000))...), uint16(5000))
	}
	u := &frame.Unpacker{}
	f.Fuzz(func(t *testing.T, data []byte, size uint16) {
		for _, form := range forms {
			if got, err := form.unpack(form.pack(data), int64(len(data))); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s: %d bytes read as %d, %v", form.name, len(data), len(got), err)
			}
			if got, err := form.unpack(data, int64(size)); err == nil && len(got) != int(size) {
				t.Errorf("%s: %d bytes instead of %d", form.name, len(got), size)
			}
		}
		one, err := frame.Unzstd(data, int64(size))
		two, again := u.Unzstd(data, int64(size))
		if again == nil && (err != nil || !bytes.Equal(one, two)) {
			t.Errorf("Unzstd: %d bytes, %v; an unpacker: %d bytes", len(one), err, len(two))
		}
	})
}

func BenchmarkPack(b *testing.B) {
	text := texts()[3][:256<<10]
	p := &frame.Packer{}
	for name, pack := range map[string]func([]byte) []byte{"gzip": p.Gzip, "zstd": p.Zstd} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				pack(text)
			}
		})
	}
}
