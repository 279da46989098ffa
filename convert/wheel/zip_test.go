package wheel_test

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
)

var le = binary.LittleEndian

// member is one entry of an archive built by hand. Its headers are right unless
// a hook changes them.
type member struct {
	name    string
	data    []byte
	deflate bool
	flags   uint16
	packed  []byte // instead of what data is stored as

	attributes             uint32
	extra, centralExtra    []byte
	comment                []byte
	before, after          []byte // raw bytes before the local header, behind the data
	inLocal, inCentral     string // another name in one of the headers
	noLocal, noCentral     bool
	editLocal, editCentral func(h []byte) // the fixed part, in place
}

// archive is a whole zip file built by hand.
type archive struct {
	members          []member
	prefix           []byte // offsets count it
	beforeDirectory  []byte
	inDirectory      []byte // behind its last entry, counted as part of it
	afterDirectory   []byte
	comment, trailer []byte
	wide             bool // with the ZIP64 end record and locator
	editEnd          func(h []byte)
	editEnd64        func(h []byte)
	editLocator      func(h []byte)
}

func deflated(data []byte) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 9)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func (m *member) stored() []byte {
	switch {
	case m.packed != nil:
		return m.packed
	case m.deflate:
		return deflated(m.data)
	}
	return m.data
}

// header fills in what local and central headers share, from "version needed".
func (m *member) header(h []byte) {
	le.PutUint16(h, 20)
	le.PutUint16(h[2:], m.flags)
	if m.deflate {
		le.PutUint16(h[4:], 8)
	}
	le.PutUint16(h[6:], 12<<11)
	le.PutUint16(h[8:], (2026-1980)<<9|1<<5|5)
	le.PutUint32(h[10:], crc32.ChecksumIEEE(m.data))
	le.PutUint32(h[14:], uint32(len(m.stored())))
	le.PutUint32(h[18:], uint32(len(m.data)))
}

func (m *member) local() []byte {
	name := m.name
	if m.inLocal != "" {
		name = m.inLocal
	}
	h := make([]byte, 30)
	le.PutUint32(h, 0x04034b50)
	m.header(h[4:])
	le.PutUint16(h[26:], uint16(len(name)))
	le.PutUint16(h[28:], uint16(len(m.extra)))
	if m.editLocal != nil {
		m.editLocal(h)
	}
	return slicesConcat(h, []byte(name), m.extra, m.stored(), m.after)
}

func (m *member) central(offset int) []byte {
	name := m.name
	if m.inCentral != "" {
		name = m.inCentral
	}
	h := make([]byte, 46)
	le.PutUint32(h, 0x02014b50)
	le.PutUint16(h[4:], 3<<8|20)
	m.header(h[6:])
	le.PutUint16(h[28:], uint16(len(name)))
	le.PutUint16(h[30:], uint16(len(m.centralExtra)))
	le.PutUint16(h[32:], uint16(len(m.comment)))
	le.PutUint32(h[38:], m.attributes)
	le.PutUint32(h[42:], uint32(offset))
	if m.editCentral != nil {
		m.editCentral(h)
	}
	return slicesConcat(h, []byte(name), m.centralExtra, m.comment)
}

func slicesConcat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func (a *archive) bytes() []byte {
	out := append([]byte(nil), a.prefix...)
	var directory []byte
	entries := 0
	for i := range a.members {
		m := &a.members[i]
		out = append(out, m.before...)
		offset := len(out)
		if !m.noLocal {
			out = append(out, m.local()...)
		}
		if !m.noCentral {
			directory = append(directory, m.central(offset)...)
			entries++
		}
	}
	out = append(out, a.beforeDirectory...)
	start := len(out)
	directory = append(directory, a.inDirectory...)
	out = append(append(out, directory...), a.afterDirectory...)
	if a.wide {
		out = append(out, a.end64(len(out), entries, len(directory), start)...)
	}
	end := make([]byte, 22)
	le.PutUint32(end, 0x06054b50)
	le.PutUint16(end[8:], uint16(entries))
	le.PutUint16(end[10:], uint16(entries))
	le.PutUint32(end[12:], uint32(len(directory)))
	le.PutUint32(end[16:], uint32(start))
	le.PutUint16(end[20:], uint16(len(a.comment)))
	if a.editEnd != nil {
		a.editEnd(end)
	}
	return slicesConcat(out, end, a.comment, a.trailer)
}

func (a *archive) end64(at, entries, size, start int) []byte {
	h := make([]byte, 56)
	le.PutUint32(h, 0x06064b50)
	le.PutUint64(h[4:], 44)
	le.PutUint16(h[12:], 45)
	le.PutUint16(h[14:], 45)
	le.PutUint64(h[24:], uint64(entries))
	le.PutUint64(h[32:], uint64(entries))
	le.PutUint64(h[40:], uint64(size))
	le.PutUint64(h[48:], uint64(start))
	if a.editEnd64 != nil {
		a.editEnd64(h)
	}
	l := make([]byte, 20)
	le.PutUint32(l, 0x07064b50)
	le.PutUint64(l[8:], uint64(at))
	le.PutUint32(l[16:], 1)
	if a.editLocator != nil {
		a.editLocator(l)
	}
	return append(h, l...)
}

const info = "demo-1.0.dist-info/"

// demo is the plain members of a sound wheel of demo 1.0; files replace or add
// to its content. RECORD comes last.
func demo(files ...member) *archive {
	members := []member{
		{name: "demo/__init__.py", data: []byte("VERSION = '1.0'\n"), deflate: true},
		{name: "demo/data.bin", data: []byte("\x00\x01\x02")},
		{name: info + "METADATA", data: []byte("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")},
		{name: info + "WHEEL", data: []byte("Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n")},
	}
	for _, f := range files {
		replaced := false
		for i := range members {
			if members[i].name == f.name {
				members[i], replaced = f, true
			}
		}
		if !replaced {
			members = append(members, f)
		}
	}
	for _, f := range files {
		if f.name == info+"RECORD" {
			return &archive{members: members}
		}
	}
	return &archive{members: append(members, member{name: info + "RECORD", data: record(members)})}
}

func record(members []member) []byte {
	var b strings.Builder
	for _, m := range members {
		if strings.HasSuffix(m.name, "/") {
			continue
		}
		sum := sha256.Sum256(m.data)
		fmt.Fprintf(&b, "%s,sha256=%s,%d\n", m.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(m.data))
	}
	return []byte(b.String() + info + "RECORD,,\n")
}

// extraField is one extra field.
func extraField(id uint16, body []byte) []byte {
	h := make([]byte, 4)
	le.PutUint16(h, id)
	le.PutUint16(h[2:], uint16(len(body)))
	return append(h, body...)
}

// wideField is a ZIP64 extra field of 64-bit values.
func wideField(values ...int) []byte {
	var body []byte
	for _, v := range values {
		body = le.AppendUint64(body, uint64(v))
	}
	return extraField(1, body)
}

// unicodePath is the Info-ZIP Unicode path field of an entry called name.
func unicodePath(name, path string) []byte {
	body := le.AppendUint32([]byte{1}, crc32.ChecksumIEEE([]byte(name)))
	return extraField(0x7075, append(body, path...))
}

// descriptor is a data descriptor for data stored as packed.
func descriptor(signed bool, crc uint32, packed, size int) []byte {
	var b []byte
	if signed {
		b = le.AppendUint32(b, 0x08074b50)
	}
	b = le.AppendUint32(b, crc)
	b = le.AppendUint32(b, uint32(packed))
	return le.AppendUint32(b, uint32(size))
}

// blank zeroes CRC and sizes of a local header, as a writer does that puts them
// into a data descriptor.
func blank(h []byte) {
	clear(h[14:26])
}

func TestHandMadeWheelIsSound(t *testing.T) {
	if _, err := open(demo().bytes()); err != nil {
		t.Fatal(err)
	}
}
