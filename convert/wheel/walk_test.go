package wheel_test

import (
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"wain/convert/wheel"
)

// open opens a demo wheel and reads every file of it, as a build does.
func open(data []byte, options ...wheel.Options) (*wheel.Wheel, error) {
	var o wheel.Options
	if len(options) > 0 {
		o = options[0]
	}
	w, err := wheel.Open(bytes.NewReader(data), int64(len(data)), "demo-1.0-py3-none-any.whl", o)
	if err != nil {
		return nil, err
	}
	for i := range w.Files {
		r, err := w.Open(&w.Files[i])
		if err != nil {
			return nil, err
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return nil, err
		}
		r.Close()
	}
	return w, nil
}

// refused checks that err is the refusal by rule and names the wheel.
func refused(t *testing.T, err error, rule string) {
	t.Helper()
	var e *wheel.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a refusal by %s", err, rule)
	}
	if e.Rule != rule {
		t.Errorf("refused by %s, want %s: %v", e.Rule, rule, err)
	}
	if !strings.Contains(err.Error(), "demo-1.0-py3-none-any.whl") {
		t.Errorf("the error does not name the wheel: %v", err)
	}
}

func TestHostileArchives(t *testing.T) {
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			_, err := open(c.build())
			refused(t, err, c.rule)
		})
	}
}

// Odd archives that every reader sees alike are fine.
func TestOddArchives(t *testing.T) {
	cases := []struct {
		name  string
		build func() []byte
	}{
		{"archive comment", func() []byte { a := demo(); a.comment = []byte("made by hand"); return a.bytes() }},
		{"directory entries", func() []byte { return demoDirectory(0o040755).bytes() }},
		{"directory entry, deflated", func() []byte { return deflatedDirectory([]byte{3, 0}).bytes() }},
		{"directory entry without type", func() []byte { return demoDirectory(0).bytes() }},
		{"unicode name", func() []byte { return named("demo/é.txt", utf8Flag).bytes() }},
		{"unicode path that says the same", func() []byte {
			return extra(func(m *member) { m.extra, m.centralExtra = unicodePath(m.name, m.name), unicodePath(m.name, m.name) }).bytes()
		}},
		{"time stamp extra", func() []byte {
			return extra(func(m *member) { m.centralExtra = extraField(0x5455, []byte{1, 0, 0, 0, 0}) }).bytes()
		}},
		{"zip64 end records", wideEnd(nil, nil)},
		{"zip64 end records with sentinels", func() []byte {
			a := demo()
			a.wide, a.editEnd = true, func(h []byte) { copy(h[8:20], bytes.Repeat([]byte{0xff}, 12)) }
			return a.bytes()
		}},
		{"zip64 sizes in both headers", func() []byte {
			return extra(func(m *member) {
				wide := wideField(len(plain), len(deflated(plain)))
				m.extra, m.centralExtra = wide, wide
				m.editLocal = func(h []byte) { le.PutUint32(h[18:], 1<<32-1); le.PutUint32(h[22:], 1<<32-1) }
				m.editCentral = func(h []byte) { le.PutUint32(h[20:], 1<<32-1); le.PutUint32(h[24:], 1<<32-1) }
			}).bytes()
		}},
		{"zip64 sizes in the local header only", func() []byte { // Python's force_zip64
			return extra(func(m *member) {
				m.extra = wideField(len(plain), len(deflated(plain)))
				m.editLocal = func(h []byte) { le.PutUint32(h[18:], 1<<32-1); le.PutUint32(h[22:], 1<<32-1) }
			}).bytes()
		}},
		{"descriptor", describedBy(func(crc uint32, packed, size int) []byte { return descriptor(true, crc, packed, size) })},
		{"descriptor without signature", describedBy(func(crc uint32, packed, size int) []byte { return descriptor(false, crc, packed, size) })},
		{"zip64 descriptor", func() []byte { // Python's force_zip64 on a pipe
			return extra(func(m *member) {
				m.flags, m.extra = 8, wideField(0, 0)
				m.editLocal = func(h []byte) { blank(h); le.PutUint32(h[18:], 1<<32-1); le.PutUint32(h[22:], 1<<32-1) }
				m.after = le.AppendUint32(le.AppendUint32(nil, 0x08074b50), crc32.ChecksumIEEE(plain))
				m.after = le.AppendUint64(le.AppendUint64(m.after, uint64(len(deflated(plain)))), uint64(len(plain)))
			}).bytes()
		}},
		{"deflated to nothing and empty", func() []byte {
			return extra(func(m *member) { m.data, m.packed = nil, []byte{} }).bytes()
		}},
		{"date that is none", func() []byte {
			return extra(func(m *member) { m.editCentral = func(h []byte) { le.PutUint16(h[14:], 0) } }).bytes()
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, err := open(c.build()); err != nil {
				t.Error(err)
			}
		})
	}
}

// Every cut of a sound wheel is refused, and none panics.
func TestEveryTruncationIsRefused(t *testing.T) {
	whole := demo().bytes()
	for n := range whole {
		if _, err := open(whole[:n]); err == nil {
			t.Errorf("cut to %d of %d bytes: accepted", n, len(whole))
		}
	}
}
