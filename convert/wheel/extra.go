package wheel

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"slices"
)

// Extra field numbers (APPNOTE 4.5.2, 4.6.9).
const (
	zip64Extra       = 0x0001
	unicodePathExtra = 0x7075
)

// zip64 is the body of a ZIP64 extra field.
type zip64 struct {
	present bool
	body    []byte
}

// readExtra walks the extra fields of the entry called name. Fields that no
// reader uses to find a name or a size pass unread.
func readExtra(extra []byte, name string) (zip64, error) {
	var wide zip64
	unicode := false
	for len(extra) > 0 {
		if len(extra) < 4 {
			return wide, refuse("zip-extra", name, "%d stray bytes behind the extra fields", len(extra))
		}
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if n > len(extra)-4 {
			return wide, refuse("zip-extra", name, "extra field %#04x has %d of its %d bytes", id, len(extra)-4, n)
		}
		body := extra[4 : 4+n]
		extra = extra[4+n:]
		switch id {
		case zip64Extra:
			if wide.present {
				return wide, refuse("zip64-extra", name, "the ZIP64 extra field is there twice")
			}
			if !slices.Contains([]int{0, 8, 16, 24, 28}, n) {
				return wide, refuse("zip64-extra", name, "a ZIP64 extra field of %d bytes", n)
			}
			wide = zip64{present: true, body: body}
		case unicodePathExtra:
			if unicode {
				return wide, refuse("zip-unicode-path", name, "the Unicode path extra field is there twice")
			}
			unicode = true
			if err := checkUnicodePath(body, name); err != nil {
				return wide, err
			}
		}
	}
	return wide, nil
}

// checkUnicodePath refuses a second name that is not the first: version 1, the
// CRC of the header's name, the name in UTF-8.
func checkUnicodePath(body []byte, name string) error {
	switch {
	case len(body) < 5 || body[0] != 1:
		return refuse("zip-unicode-path", name, "malformed Unicode path extra field")
	case string(body[5:]) != name:
		return refuse("zip-unicode-path", name, "its Unicode path says %q", body[5:])
	case binary.LittleEndian.Uint32(body[1:]) != crc32.ChecksumIEEE([]byte(name)):
		return refuse("zip-unicode-path", name, "the Unicode path is for another name")
	}
	return nil
}

// resolve puts the 64-bit values in the place of sentinels. The fields are size,
// compressed size and, in the central directory, header offset. The extra field
// holds either exactly the values with a sentinel, or the first ones in order,
// where those without a sentinel must repeat the header.
func (z zip64) resolve(name string, local bool, fields ...*uint64) error {
	if !z.present {
		return nil
	}
	var wanted []*uint64
	prefix := true // the fields with a sentinel are the first ones
	for i, f := range fields {
		if *f == math.MaxUint32 {
			prefix = prefix && len(wanted) == i
			wanted = append(wanted, f)
		}
	}
	count := len(z.body) / 8
	if len(z.body) == 28 {
		count = 3
		if disk := binary.LittleEndian.Uint32(z.body[24:]); disk != 0 {
			return refuse("zip-disks", name, "its ZIP64 extra field names disk %d", disk)
		}
	}
	if count > len(fields) || count < len(wanted) {
		return refuse("zip64-extra", name, "a ZIP64 extra field of %d bytes for %d values", len(z.body), len(wanted))
	}
	from := wanted
	if count != len(wanted) {
		// Others than local headers must not hold both sizes when only one is
		// needed: readers take the first value for the one that is missing.
		if !prefix && !local {
			return refuse("zip64-extra", name, "a ZIP64 extra field of %d bytes for %d values", len(z.body), len(wanted))
		}
		from = fields[:count]
	}
	for i, f := range from {
		v := binary.LittleEndian.Uint64(z.body[8*i:])
		if *f != math.MaxUint32 && *f != v {
			return refuse("zip64-extra", name, "%d in the header, %d in its ZIP64 extra field", *f, v)
		}
		if v > math.MaxInt64 {
			return refuse("zip64-extra", name, "the value %d in its ZIP64 extra field", v)
		}
		*f = v
	}
	return nil
}
