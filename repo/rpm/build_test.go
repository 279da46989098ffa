package rpm_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// value is one header entry that a test writes: a string, []string, a slice
// of integers of some width, or []byte.
type value struct {
	tag   uint32
	value any
}

// rawEntry stands for values that no honest writer would produce.
type rawEntry struct {
	kind, offset, count uint32
}

// headerBytes writes a header section. Entries are sorted by tag, as rpm
// wants them.
func headerBytes(values ...value) []byte {
	slices.SortStableFunc(values, func(a, b value) int { return int(a.tag) - int(b.tag) })
	var table, data bytes.Buffer
	for _, v := range values {
		e, ok := v.value.(rawEntry)
		if !ok {
			e = appendValue(&data, v.value)
		}
		binary.Write(&table, binary.BigEndian, []uint32{v.tag, e.kind, e.offset, e.count})
	}
	var b bytes.Buffer
	b.WriteString("\x8e\xad\xe8\x01\x00\x00\x00\x00")
	binary.Write(&b, binary.BigEndian, []uint32{uint32(len(values)), uint32(data.Len())})
	b.Write(table.Bytes())
	b.Write(data.Bytes())
	return b.Bytes()
}

// appendValue appends one entry's data, aligned, and describes it.
func appendValue(data *bytes.Buffer, v any) rawEntry {
	align := func(n int) {
		for data.Len()%n != 0 {
			data.WriteByte(0)
		}
	}
	e := rawEntry{count: 1}
	switch v := v.(type) {
	case string:
		e.kind, e.offset = 6, uint32(data.Len())
		data.WriteString(v + "\x00")
	case []string:
		e.kind, e.offset, e.count = 8, uint32(data.Len()), uint32(len(v))
		for _, s := range v {
			data.WriteString(s + "\x00")
		}
	case []byte:
		e.kind, e.offset, e.count = 7, uint32(data.Len()), uint32(len(v))
		data.Write(v)
	case []uint16:
		align(2)
		e.kind, e.offset, e.count = 3, uint32(data.Len()), uint32(len(v))
		binary.Write(data, binary.BigEndian, v)
	case []uint32:
		align(4)
		e.kind, e.offset, e.count = 4, uint32(data.Len()), uint32(len(v))
		binary.Write(data, binary.BigEndian, v)
	case []uint64:
		align(8)
		e.kind, e.offset, e.count = 5, uint32(data.Len()), uint32(len(v))
		binary.Write(data, binary.BigEndian, v)
	}
	return e
}

// identity is the least that a header must hold.
func identity(extra ...value) []value {
	return append([]value{{1000, "example"}, {1001, "1.2.3"}, {1002, "1.el9"}, {1022, "x86_64"}}, extra...)
}

// rpmFile joins lead, signature header, header and payload; a signature of nil
// is replaced by an honest one.
func rpmFile(signature []value, header []byte, payload string) []byte {
	if signature == nil {
		signature = honest(header, payload)
	}
	file := make([]byte, 96)
	copy(file, "\xed\xab\xee\xdb\x03\x00\x00\x00\x00\x01example-1.2.3-1.el9")
	file[79] = 5 // a signature header follows
	file = append(file, headerBytes(signature...)...)
	for len(file)%8 != 0 {
		file = append(file, 0)
	}
	return append(append(file, header...), payload...)
}

// honest covers header and payload as rpm 4 does.
func honest(header []byte, payload string) []value {
	sum := sha256.Sum256(header)
	whole := md5.Sum(append(bytes.Clone(header), payload...))
	return []value{
		{273, hex.EncodeToString(sum[:])},
		{1000, []uint32{uint32(len(header) + len(payload))}},
		{1004, whole[:]},
		{1007, []uint32{4711}},
	}
}

// simple is a package with a few values in its header.
func simple(extra ...value) []byte {
	return rpmFile(nil, headerBytes(identity(extra...)...), "payload")
}
