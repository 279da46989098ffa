package wheel

import (
	"encoding/binary"
	"io"
)

// checkLocal reads the local header of e and holds it against the central one;
// the entry must reach exactly to limit, where the next one begins. buffer is
// scratch space, returned for the next call.
func (e *entry) checkLocal(r io.ReaderAt, limit int64, buffer []byte) ([]byte, error) {
	le := binary.LittleEndian
	overlap := func() error {
		return refuse("zip-overlap", e.name, "the entry runs into what begins at byte %d", limit)
	}
	length := int64(localLength + len(e.name))
	if e.header > limit || limit-e.header < length {
		return buffer, overlap()
	}
	buffer = grow(buffer, int(length))
	head := buffer[:length]
	if err := readAt(r, head, e.header); err != nil {
		return buffer, err
	}
	if le.Uint32(head) != localSignature {
		return buffer, refuse("zip-local-header", e.name, "no local header at byte %d, where the central directory points", e.header)
	}
	if nameLength := int(le.Uint16(head[26:])); nameLength != len(e.name) || string(head[localLength:]) != e.name {
		return buffer, refuse("zip-name-mismatch", e.name, "the local header has another name: %q", head[localLength:localLength+min(nameLength, len(e.name))])
	}
	extraLength := int64(le.Uint16(head[28:]))
	e.data = e.header + length + extraLength
	if e.data > limit || e.packed > limit-e.data {
		return buffer, overlap()
	}
	fixed := [localLength]byte(head)
	buffer = grow(buffer, int(extraLength))
	extra := buffer[:extraLength]
	if err := readAt(r, extra, e.header+length); err != nil {
		return buffer, err
	}
	wide, err := readExtra(extra, e.name)
	if err != nil {
		return buffer, err
	}
	if err := e.compareLocal(fixed, wide); err != nil {
		return buffer, err
	}
	if e.dir && e.packed != 0 {
		if err := e.checkNothing(r); err != nil {
			return buffer, err
		}
	}
	return buffer, e.checkRest(r, limit, wide.present)
}

// checkNothing holds the data of a directory that is deflated against zlib's form
// of no bytes: one last block with fixed codes, in which the end comes first.
func (e *entry) checkNothing(r io.ReaderAt) error {
	var data [2]byte
	if err := readAt(r, data[:], e.data); err != nil {
		return err
	}
	if data != [2]byte{3, 0} {
		return refuse("zip-directory-entry", e.name, "a directory with content")
	}
	return nil
}

// compareLocal holds the fixed part of the local header against e. With a data
// descriptor behind the data, CRC and sizes may still be zero here.
func (e *entry) compareLocal(head [localLength]byte, wide zip64) error {
	le := binary.LittleEndian
	flags, method, crc := le.Uint16(head[6:]), le.Uint16(head[8:]), le.Uint32(head[14:])
	packed, size := uint64(le.Uint32(head[18:])), uint64(le.Uint32(head[22:]))
	if flags != e.flags {
		return refuse("zip-header-mismatch", e.name, "flags %#04x in the local header, %#04x in the central directory", flags, e.flags)
	}
	if method != e.method {
		return refuse("zip-header-mismatch", e.name, "method %d in the local header, %d in the central directory", method, e.method)
	}
	if needed := le.Uint16(head[4:]); needed > maxExtractVersion {
		return refuse("zip-version", e.name, "needs version %d.%d of zip to extract, at most 4.5 is accepted", needed/10, needed%10)
	}
	if err := wide.resolve(e.name, true, &size, &packed); err != nil {
		return err
	}
	if flags&flagDescriptor != 0 && crc == 0 && packed == 0 && size == 0 {
		return nil
	}
	if crc != e.crc {
		return refuse("zip-header-mismatch", e.name, "CRC %08x in the local header, %08x in the central directory", crc, e.crc)
	}
	if packed != uint64(e.packed) || size != uint64(e.size) {
		return refuse("zip-size-mismatch", e.name, "%d bytes packed and %d unpacked in the local header, %d and %d in the central directory", packed, size, e.packed, e.size)
	}
	return nil
}

// checkRest looks at what stands between the entry's data and limit: exactly a
// data descriptor where the flags announce one, else nothing.
func (e *entry) checkRest(r io.ReaderAt, limit int64, wide bool) error {
	at := e.data + e.packed
	rest := limit - at
	if e.flags&flagDescriptor == 0 {
		if rest == 0 {
			return nil
		}
		return e.describeGap(r, at, rest)
	}
	width := int64(4)
	if wide {
		width = 8
	}
	signed := rest == 8+2*width
	if !signed && rest != 4+2*width {
		return refuse("zip-descriptor", e.name, "%d bytes where a data descriptor of %d or %d is announced", rest, 4+2*width, 8+2*width)
	}
	raw := make([]byte, rest)
	if err := readAt(r, raw, at); err != nil {
		return err
	}
	le := binary.LittleEndian
	if signed {
		if le.Uint32(raw) != descriptorSignature {
			return refuse("zip-descriptor", e.name, "no signature on the data descriptor")
		}
		raw = raw[4:]
	}
	crc, packed, size := le.Uint32(raw), uint64(le.Uint32(raw[4:])), uint64(le.Uint32(raw[4+width:]))
	if wide {
		packed, size = le.Uint64(raw[4:]), le.Uint64(raw[12:])
	}
	if crc != e.crc || packed != uint64(e.packed) || size != uint64(e.size) {
		return refuse("zip-descriptor", e.name, "the data descriptor says CRC %08x, %d bytes packed, %d unpacked; the central directory %08x, %d, %d", crc, packed, size, e.crc, e.packed, e.size)
	}
	return nil
}

// describeGap names what was found at a place where nothing should be.
func (e *entry) describeGap(r io.ReaderAt, at, rest int64) error {
	var signature [4]byte
	if rest >= 4 {
		if err := readAt(r, signature[:], at); err != nil {
			return err
		}
	}
	switch binary.LittleEndian.Uint32(signature[:]) {
	case localSignature:
		return refuse("zip-hidden-entry", e.name, "behind it, at byte %d, begins an entry that the central directory does not list", at)
	case descriptorSignature:
		return refuse("zip-descriptor", e.name, "a data descriptor that the flags do not announce")
	}
	return refuse("zip-gap", e.name, "%d bytes behind it belong to no entry", rest)
}

// grow gives a slice of at least n bytes, the old one if that will do.
func grow(buffer []byte, n int) []byte {
	if n <= len(buffer) {
		return buffer
	}
	return make([]byte, n)
}
