package wheel

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
)

// Signatures and fixed lengths of zip records (APPNOTE 4.3).
const (
	localSignature      = 0x04034b50
	descriptorSignature = 0x08074b50
	centralSignature    = 0x02014b50
	endSignature        = 0x06054b50
	end64Signature      = 0x06064b50
	locatorSignature    = 0x07064b50

	localLength   = 30
	centralLength = 46
	endLength     = 22
	end64Length   = 56
	locatorLength = 20

	// maxDirectory bounds the central directory, which is held in memory: a
	// hundred thousand entries with long names.
	maxDirectory = 16 << 20
)

var endMark = []byte("PK\x05\x06")

// directory says where the central directory is and how many entries it has.
type directory struct {
	offset, size int64
	entries      uint64
}

// findDirectory reads the end records. They must reach exactly to the end of
// the file and the central directory exactly to them, so that no reader,
// however it searches, finds another directory.
func findDirectory(r io.ReaderAt, size int64) (directory, error) {
	tail := make([]byte, min(size, endLength+math.MaxUint16+end64Length+locatorLength))
	base := size - int64(len(tail))
	if err := readAt(r, tail, base); err != nil {
		return directory{}, err
	}
	// 1. The last end record, with its comment, is the end of the file.
	at := bytes.LastIndex(tail, endMark)
	if at < 0 {
		return directory{}, refuse("zip-end-record", "", "no end of central directory: not a zip file, or cut short")
	}
	if len(tail)-at < endLength {
		return directory{}, refuse("zip-end-record", "", "the end of central directory record is cut short")
	}
	end := tail[at:]
	comment := int(binary.LittleEndian.Uint16(end[20:]))
	switch rest := len(end) - endLength; {
	case comment < rest:
		return directory{}, refuse("zip-trailing-bytes", "", "%d bytes follow the archive", rest-comment)
	case comment > rest:
		return directory{}, refuse("zip-end-record", "", "the archive comment is cut short: %d of %d bytes", rest, comment)
	}
	for _, c := range end[endLength:] {
		if c >= 1 && c <= 8 {
			return directory{}, refuse("zip-comment", "", "the archive comment holds byte %#02x", c)
		}
	}
	d, err := readEnd(end)
	if err != nil {
		return directory{}, err
	}
	// 2. ZIP64 records, if there are any, sit between directory and end record.
	after := base + int64(at)
	if at >= locatorLength && binary.LittleEndian.Uint32(tail[at-locatorLength:]) == locatorSignature {
		d, after, err = readEnd64(tail[:at], base, d)
		if err != nil {
			return directory{}, err
		}
	}
	// 3. The directory ends where they begin.
	return d, checkDirectory(d, after)
}

// checkDirectory holds d against after, the offset of the first end record.
func checkDirectory(d directory, after int64) error {
	switch {
	case d.size > maxDirectory:
		return refuse("zip-directory-size", "", "the central directory has %d bytes, the limit is %d", d.size, int64(maxDirectory))
	case d.offset > after || d.size > after || d.offset+d.size > after:
		return refuse("zip-directory-place", "", "the central directory is said to end at %d, the end records begin at %d", d.offset+d.size, after)
	case d.offset+d.size < after:
		return refuse("zip-prefix", "", "%d bytes stand before the archive or between its parts", after-d.offset-d.size)
	case d.entries > uint64(d.size/centralLength):
		return refuse("zip-entry-count", "", "%d entries do not fit in a central directory of %d bytes", d.entries, d.size)
	}
	return nil
}

// readEnd reads the classic end record.
func readEnd(end []byte) (directory, error) {
	le := binary.LittleEndian
	disk, start := le.Uint16(end[4:]), le.Uint16(end[6:])
	here, total := le.Uint16(end[8:]), le.Uint16(end[10:])
	if disk != 0 || start != 0 {
		return directory{}, refuse("zip-disks", "", "disk numbers %d and %d: an archive of several disks", disk, start)
	}
	if here != total {
		return directory{}, refuse("zip-entry-count", "", "%d entries on this disk, %d in all", here, total)
	}
	return directory{
		size:    int64(le.Uint32(end[12:])),
		offset:  int64(le.Uint32(end[16:])),
		entries: uint64(total),
	}, nil
}

// readEnd64 reads the ZIP64 locator and end record that stand at the end of
// tail, whose first byte is at base in the file. Readers choose between the
// classic and the 64-bit values in different ways: a classic value must be the
// same or the "see ZIP64" sentinel. It returns the offset of the first of them.
func readEnd64(tail []byte, base int64, classic directory) (directory, int64, error) {
	le := binary.LittleEndian
	odd := func(format string, args ...any) (directory, int64, error) {
		return directory{}, 0, refuse("zip64-end-record", "", format, args...)
	}
	at := len(tail) - locatorLength - end64Length
	if at < 0 {
		return odd("no room for the ZIP64 end record before its locator")
	}
	locator := tail[len(tail)-locatorLength:]
	record := tail[at : at+end64Length]
	offset := base + int64(at)
	switch {
	case le.Uint32(locator[4:]) != 0 || le.Uint32(locator[16:]) > 1:
		return odd("the ZIP64 locator names several disks")
	case le.Uint64(locator[8:]) != uint64(offset):
		return odd("the ZIP64 locator points at %d, the record before it is at %d", le.Uint64(locator[8:]), offset)
	case le.Uint32(record) != end64Signature:
		return odd("no ZIP64 end record where the locator points")
	case le.Uint64(record[4:]) != end64Length-12:
		return odd("the ZIP64 end record says it has %d bytes, not 44: extensible data is not accepted", le.Uint64(record[4:]))
	case le.Uint32(record[16:]) != 0 || le.Uint32(record[20:]) != 0:
		return odd("the ZIP64 end record names several disks")
	case le.Uint64(record[24:]) != le.Uint64(record[32:]):
		return odd("%d entries on this disk, %d in all", le.Uint64(record[24:]), le.Uint64(record[32:]))
	}
	entries, size, start := le.Uint64(record[32:]), le.Uint64(record[40:]), le.Uint64(record[48:])
	if size > uint64(offset) || start > uint64(offset) {
		return odd("the central directory is said to lie at %d with %d bytes, outside the file", start, size)
	}
	for _, v := range []struct {
		name          string
		classic, wide uint64
		sentinel      uint64
	}{
		{"number of entries", classic.entries, entries, math.MaxUint16},
		{"directory size", uint64(classic.size), size, math.MaxUint32},
		{"directory offset", uint64(classic.offset), start, math.MaxUint32},
	} {
		if v.classic != v.wide && v.classic != v.sentinel {
			return odd("%s: %d in the end record, %d in the ZIP64 one", v.name, v.classic, v.wide)
		}
	}
	return directory{offset: int64(start), size: int64(size), entries: entries}, offset, nil
}

// readAt fills p from offset, which the caller knows to be inside the file.
func readAt(r io.ReaderAt, p []byte, offset int64) error {
	n, err := r.ReadAt(p, offset)
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}
