package wheel

import (
	"cmp"
	"encoding/binary"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// The bomb rule of the public index: both must be exceeded.
const (
	bombSize  = 64 << 20 // bytes, unpacked
	bombRatio = 50       // unpacked bytes to archive bytes
)

// Compression methods (APPNOTE 4.4.5); wheels have no others.
const (
	stored   = 0
	deflated = 8
)

// General purpose flags (APPNOTE 4.4.4).
const (
	flagEncrypted   = 1 << 0
	flagDeflateBits = 1<<1 | 1<<2
	flagDescriptor  = 1 << 3
	flagPatch       = 1 << 5
	flagStrong      = 1 << 6
	flagUTF8        = 1 << 11
	flagMasked      = 1 << 13
)

// maxExtractVersion is ZIP64's: 4.5. Later ones announce bzip2, LZMA, encryption.
const maxExtractVersion = 45

// entry is one member of the archive. Its two headers agree.
type entry struct {
	name         string
	dir          bool
	madeBy       uint16
	flags        uint16
	method       uint16
	clock, date  uint16 // MS-DOS form
	attributes   uint32
	crc          uint32
	size, packed int64 // bytes, unpacked and as stored
	header       int64 // offset of the local header
	data         int64 // offset of the first stored byte
}

// walk reads the structure of the archive and returns its entries in the order
// of the central directory. It reads headers only. The errors are *Error or
// those of r.
func walk(r io.ReaderAt, size int64) ([]entry, error) {
	// 1. The end records say where the directory is.
	d, err := findDirectory(r, size)
	if err != nil {
		return nil, err
	}
	// 2. The directory: each entry acceptable by itself.
	entries, err := readDirectory(r, d)
	if err != nil {
		return nil, err
	}
	// 3. The names together.
	if err := checkNames(entries); err != nil {
		return nil, err
	}
	// 4. The local entries: the same ones, back to back, nothing else.
	if err := checkLocals(r, entries, d.offset); err != nil {
		return nil, err
	}
	// 5. The sizes together.
	return entries, checkBomb(entries, size)
}

// checkBomb refuses an archive that unpacks to far more than it holds.
func checkBomb(entries []entry, size int64) error {
	total := int64(0)
	for i := range entries {
		if entries[i].size > math.MaxInt64-total {
			return refuse("zip-bomb", entries[i].name, "unpacked sizes beyond all bounds")
		}
		total += entries[i].size
	}
	if total > bombSize && total/bombRatio > size {
		return refuse("zip-bomb", "", "%d bytes unpack to %d: more than %d MiB and %d times the archive", size, total, bombSize>>20, bombRatio)
	}
	return nil
}

// readDirectory reads the central directory.
func readDirectory(r io.ReaderAt, d directory) ([]entry, error) {
	raw := make([]byte, d.size)
	if err := readAt(r, raw, d.offset); err != nil {
		return nil, err
	}
	entries := make([]entry, 0, d.entries)
	for len(raw) > 0 {
		e, length, err := readCentral(raw)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
		raw = raw[length:]
	}
	if uint64(len(entries)) != d.entries {
		return nil, refuse("zip-entry-count", "", "%d entries in the central directory, the end record says %d", len(entries), d.entries)
	}
	return entries, nil
}

// readCentral reads the header at the beginning of raw and returns its length.
func readCentral(raw []byte) (entry, int, error) {
	le := binary.LittleEndian
	if len(raw) < centralLength || le.Uint32(raw) != centralSignature {
		return entry{}, 0, refuse("zip-directory-record", "", "something else than entries in the central directory")
	}
	nameLength, extraLength, commentLength := int(le.Uint16(raw[28:])), int(le.Uint16(raw[30:])), int(le.Uint16(raw[32:]))
	length := centralLength + nameLength + extraLength + commentLength
	if length > len(raw) {
		return entry{}, 0, refuse("zip-directory-record", "", "the last entry of the central directory is cut short")
	}
	e := entry{
		name:       string(raw[centralLength : centralLength+nameLength]),
		madeBy:     le.Uint16(raw[4:]),
		flags:      le.Uint16(raw[8:]),
		method:     le.Uint16(raw[10:]),
		clock:      le.Uint16(raw[12:]),
		date:       le.Uint16(raw[14:]),
		crc:        le.Uint32(raw[16:]),
		attributes: le.Uint32(raw[38:]),
	}
	e.dir = strings.HasSuffix(e.name, "/")
	if err := checkName(e.name, e.flags&flagUTF8 != 0); err != nil {
		return entry{}, 0, err
	}
	if commentLength != 0 {
		return entry{}, 0, refuse("zip-entry-comment", e.name, "the entry has a comment")
	}
	if disk := le.Uint16(raw[34:]); disk != 0 {
		return entry{}, 0, refuse("zip-disks", e.name, "the entry is on disk %d", disk)
	}
	wide, err := readExtra(raw[centralLength+nameLength:length], e.name)
	if err != nil {
		return entry{}, 0, err
	}
	packed, size, header := uint64(le.Uint32(raw[20:])), uint64(le.Uint32(raw[24:])), uint64(le.Uint32(raw[42:]))
	if err := wide.resolve(e.name, false, &size, &packed, &header); err != nil {
		return entry{}, 0, err
	}
	e.packed, e.size, e.header = int64(packed), int64(size), int64(header)
	return e, length, e.check(le.Uint16(raw[6:]))
}

// check holds the rules for one entry by itself; needed is the version said to
// be needed to extract it.
func (e *entry) check(needed uint16) error {
	const accepted = flagDeflateBits | flagDescriptor | flagUTF8
	switch {
	case e.flags&(flagEncrypted|flagStrong|flagMasked) != 0:
		return refuse("zip-encrypted", e.name, "the entry is encrypted")
	case e.flags&flagPatch != 0:
		return refuse("zip-flags", e.name, "the entry is patch data")
	case e.flags&^accepted != 0:
		return refuse("zip-flags", e.name, "unknown flags %#04x", e.flags&^accepted)
	case e.method != stored && e.method != deflated:
		return refuse("zip-method", e.name, "compression method %d: only stored (0) and deflate (8) are accepted", e.method)
	case needed > maxExtractVersion:
		return refuse("zip-version", e.name, "needs version %d.%d of zip to extract, at most 4.5 is accepted", needed/10, needed%10)
	case e.method == stored && e.packed != e.size:
		return refuse("zip-size-mismatch", e.name, "stored without compression as %d bytes, said to be %d", e.packed, e.size)
	case e.method == deflated && e.packed == 0 && e.size != 0:
		return refuse("zip-size-mismatch", e.name, "deflated to nothing")
	}
	return e.checkType()
}

// Unix file types, the upper four of the sixteen mode bits.
const (
	unixType      = 0o170000
	unixRegular   = 0o100000
	unixDirectory = 0o040000
	unixSymlink   = 0o120000
)

// checkType refuses what is neither a regular file nor an empty directory.
func (e *entry) checkType() error {
	kind := e.attributes >> 16 & unixType
	switch {
	case kind == unixSymlink:
		return refuse("zip-symlink", e.name, "a symbolic link: the wheel format has none (PEP 778 is deferred)")
	case e.dir && (e.size != 0 || e.crc != 0 || e.packed != 0 && !e.deflatedNothing()):
		return refuse("zip-directory-entry", e.name, "a directory with content")
	case e.dir && kind != 0 && kind != unixDirectory, !e.dir && kind != 0 && kind != unixRegular:
		return refuse("zip-file-type", e.name, "Unix file type %#o does not fit the name", kind)
	}
	return nil
}

// deflatedNothing reports whether the entry can only be zlib's form of no bytes,
// which some tools write for a directory; checkLocal looks at them.
func (e *entry) deflatedNothing() bool { return e.method == deflated && e.packed == 2 }

// executable reports whether the entry is a regular Unix file that anybody may
// execute; no other bit of the mode is of interest.
func (e *entry) executable() bool {
	const madeOnUnix = 3
	mode := e.attributes >> 16
	return e.madeBy>>8 == madeOnUnix && mode&unixType == unixRegular && mode&0o111 != 0
}

// modified is the entry's time stamp, read as UTC; zero when it is none.
func (e *entry) modified() time.Time {
	year, month, day := int(e.date>>9)+1980, time.Month(e.date>>5&15), int(e.date&31)
	hour, minute, second := int(e.clock>>11), int(e.clock>>5&63), int(e.clock&31)*2
	t := time.Date(year, month, day, hour, minute, second, 0, time.UTC)
	if t.Month() != month || t.Day() != day || t.Hour() != hour || t.Minute() != minute {
		return time.Time{} // a date that is not in the calendar: month 0, 31 June
	}
	return t
}

// checkLocals walks the local entries in file order and fills in where their
// data is. Together they fill the file from its first byte to the central
// directory at end.
func checkLocals(r io.ReaderAt, entries []entry, end int64) error {
	order := make([]*entry, len(entries))
	for i := range entries {
		order[i] = &entries[i]
	}
	slices.SortStableFunc(order, func(a, b *entry) int { return cmp.Compare(a.header, b.header) })
	if len(order) == 0 {
		if end != 0 {
			return refuse("zip-prefix", "", "%d bytes stand before an empty central directory", end)
		}
		return nil
	}
	if first := order[0]; first.header != 0 {
		return refuse("zip-prefix", first.name, "the first entry begins at byte %d", first.header)
	}
	if last := order[len(order)-1]; last.header >= end {
		return refuse("zip-overlap", last.name, "the entry is said to begin at byte %d, the central directory begins at %d", last.header, end)
	}
	buffer := make([]byte, 512)
	for i, e := range order {
		limit := end
		if i+1 < len(order) {
			limit = order[i+1].header
		}
		var err error
		if buffer, err = e.checkLocal(r, limit, buffer); err != nil {
			return err
		}
	}
	return nil
}
