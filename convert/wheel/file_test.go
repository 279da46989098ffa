package wheel_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"wain/convert/wheel"
)

// big is a wheel with a compressible and a stored file that span many buffers.
func big(t testing.TB) (*wheel.Wheel, map[string][]byte) {
	t.Helper()
	text := bytes.Repeat([]byte("All work and no play makes Jack a dull boy.\n"), 20000)
	noise := make([]byte, 300_000)
	seed := uint32(1)
	for i := range noise {
		seed = seed*1664525 + 1013904223
		noise[i] = byte(seed >> 24)
	}
	content := map[string][]byte{"demo/text": text, "demo/noise": noise, "demo/noise.deflated": noise, "demo/empty": nil}
	data := demo(
		member{name: "demo/text", data: text, deflate: true},
		member{name: "demo/noise", data: noise},
		member{name: "demo/noise.deflated", data: noise, deflate: true},
		member{name: "demo/empty", deflate: true},
	).bytes()
	w, err := wheel.Open(bytes.NewReader(data), int64(len(data)), "demo-1.0-py3-none-any.whl", wheel.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w, content
}

// Many goroutines read at once, in every manner of reading.
func TestReadersSideBySide(t *testing.T) {
	w, content := big(t)
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			for i := range w.Files {
				f := &w.Files[i]
				want, ok := content[f.Path]
				if !ok {
					continue
				}
				r, err := w.Open(f)
				if err != nil {
					t.Error(err)
					return
				}
				var got []byte
				switch n % 4 {
				case 0:
					got, err = io.ReadAll(r)
				case 1:
					var b bytes.Buffer
					_, err = io.Copy(&b, r)
					got = b.Bytes()
				case 2:
					got, err = io.ReadAll(iotest.HalfReader(r))
				case 3: // lets go in the middle, then again from the start
					io.CopyN(io.Discard, r, f.Size/2)
					r.Close()
					r, _ = w.Open(f)
					got = make([]byte, f.Size)
					_, err = io.ReadFull(r, got)
				}
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s: %d bytes, want %d: %v", f.Path, len(got), len(want), err)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func TestReaderByTheBook(t *testing.T) {
	w, content := big(t)
	for i := range w.Files {
		f := &w.Files[i]
		if want, ok := content[f.Path]; ok && f.Path != "demo/text" {
			r, err := w.Open(f)
			if err != nil {
				t.Fatal(err)
			}
			if err := iotest.TestReader(r, want); err != nil {
				t.Errorf("%s: %v", f.Path, err)
			}
			r.Close()
			if _, err := r.Read(make([]byte, 1)); !errors.Is(err, fs.ErrClosed) {
				t.Errorf("%s: reading after Close: %v", f.Path, err)
			}
			if err := r.Close(); err != nil {
				t.Errorf("%s: closing twice: %v", f.Path, err)
			}
		}
	}
}

// A caller that reads just the size it knows learns of a wrong hash with the
// last byte.
func TestLastByteBringsTheVerdict(t *testing.T) {
	data := extra(func(m *member) { m.deflate, m.packed = false, bytes.ToUpper(plain) }).bytes()
	w, err := wheel.Open(bytes.NewReader(data), int64(len(data)), "demo-1.0-py3-none-any.whl", wheel.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range w.Files {
		if f := &w.Files[i]; f.Path == "demo/more.py" {
			r, err := w.Open(f)
			if err != nil {
				t.Fatal(err)
			}
			n, err := r.Read(make([]byte, f.Size))
			if err == nil {
				t.Errorf("%d of %d bytes read, no error", n, f.Size)
			}
		}
	}
}

// failing is a file that cannot be read behind a point.
type failing struct {
	data []byte
	from int64
}

var errDisk = errors.New("the disk is gone")

func (r failing) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > r.from {
		return 0, errDisk
	}
	return bytes.NewReader(r.data).ReadAt(p, at)
}

func TestReadErrorsAreNotTheWheels(t *testing.T) {
	data := demo().bytes()
	_, err := wheel.Open(failing{data, 10}, int64(len(data)), "demo-1.0-py3-none-any.whl", wheel.Options{})
	var e *wheel.Error
	if !errors.Is(err, errDisk) || errors.As(err, &e) || !strings.HasPrefix(err.Error(), "read wheel demo-1.0-py3-none-any.whl: ") {
		t.Errorf("%v", err)
	}
	_, err = wheel.Open(bytes.NewReader(data), int64(len(data))+10, "demo-1.0-py3-none-any.whl", wheel.Options{})
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file shorter than said: %v", err)
	}
}

func BenchmarkRead(b *testing.B) {
	w, _ := big(b)
	total := int64(0)
	for _, f := range w.Files {
		total += f.Size
	}
	b.SetBytes(total)
	for b.Loop() {
		for i := range w.Files {
			r, err := w.Open(&w.Files[i])
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r); err != nil {
				b.Fatal(err)
			}
			r.Close()
		}
	}
}
