package elf

import (
	"bytes"
	"debug/elf"
)

// dynamic is the dynamic table: what the loader goes by.
type dynamic struct {
	*image
	first  map[elf.DynTag]uint64 // the first value of each tag
	needed []uint64              // the values of DT_NEEDED, all of them
	names  uint64                // file offset of the string table
	length uint64                // its length in bytes
	budget int                   // bytes of names that may still be read
}

// readDynamic reads the table that PT_DYNAMIC points to; nil where there is
// none.
func readDynamic(img *image) (*dynamic, error) {
	s, ok := img.find(elf.PT_DYNAMIC)
	if !ok {
		return nil, nil
	}
	d := &dynamic{image: img, first: map[elf.DynTag]uint64{}, budget: maxNames}
	if err := d.entries(s); err != nil {
		return nil, err
	}
	if !d.has(elf.DT_STRTAB) {
		if len(d.needed) > 0 || d.has(elf.DT_SONAME) || d.has(elf.DT_VERNEED) {
			return nil, malformed("the dynamic table has names and no string table")
		}
		return d, nil
	}
	offset, rest, err := img.offset(d.value(elf.DT_STRTAB))
	if err != nil {
		return nil, err
	}
	d.names, d.length = offset, rest
	if d.has(elf.DT_STRSZ) {
		d.length = min(rest, d.value(elf.DT_STRSZ))
	}
	return d, nil
}

// dynChunk is how many entries of the table are read at a time.
const dynChunk = 64

// entries reads the table up to DT_NULL, or to the end of its segment.
func (d *dynamic) entries(s segment) error {
	size := uint64(16)
	if d.class == elf.ELFCLASS32 {
		size = 8
	}
	count := s.size / size
	for i := uint64(0); i < count; {
		if i >= maxDynamic {
			return malformedf("a dynamic table of more than %d entries", maxDynamic)
		}
		n := min(dynChunk, count-i)
		b, err := d.at(s.offset+i*size, int(n*size))
		if err != nil {
			return err
		}
		for ; len(b) > 0; b = b[size:] {
			tag, value := d.entry(b)
			if tag == elf.DT_NULL {
				return nil
			}
			if err := d.add(tag, value); err != nil {
				return err
			}
		}
		i += n
	}
	return nil
}

// entry decodes one entry of the table.
func (d *dynamic) entry(b []byte) (elf.DynTag, uint64) {
	if d.class == elf.ELFCLASS32 {
		return elf.DynTag(int32(d.order.Uint32(b))), uint64(d.order.Uint32(b[4:]))
	}
	return elf.DynTag(int64(d.order.Uint64(b))), d.order.Uint64(b[8:])
}

// add keeps what Read asks for later.
func (d *dynamic) add(tag elf.DynTag, value uint64) error {
	switch tag {
	case elf.DT_NEEDED:
		if len(d.needed) == maxNeeded {
			return malformedf("more than %d needed libraries", maxNeeded)
		}
		d.needed = append(d.needed, value)
	case elf.DT_STRTAB, elf.DT_STRSZ, elf.DT_SONAME, elf.DT_RPATH, elf.DT_RUNPATH,
		elf.DT_HASH, elf.DT_GNU_HASH, elf.DT_VERNEED, elf.DT_VERNEEDNUM:
		if _, ok := d.first[tag]; !ok {
			d.first[tag] = value
		}
	}
	return nil
}

func (d *dynamic) has(tag elf.DynTag) bool {
	_, ok := d.first[tag]
	return ok
}

func (d *dynamic) value(tag elf.DynTag) uint64 { return d.first[tag] }

// strings looks all of the offsets up in the string table.
func (d *dynamic) strings(offsets []uint64) ([]string, error) {
	var list []string
	for _, o := range offsets {
		s, err := d.string(o)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// stringChunk is how much of the string table is read for a name at a time;
// few names are longer.
const stringChunk = 128

// string is the string at an offset of the string table. The table itself may
// be tens of megabytes and is never read as a whole.
func (d *dynamic) string(at uint64) (string, error) {
	var s []byte
	for len(s) <= maxString {
		if at >= d.length {
			return "", malformedf("a name outside the string table of %d bytes", d.length)
		}
		n := min(stringChunk, d.length-at)
		b, err := d.image.at(d.names+at, int(n))
		if err != nil {
			return "", err
		}
		b, _, ended := bytes.Cut(b, []byte{0})
		s = append(s, b...)
		if d.budget -= len(b); d.budget < 0 {
			return "", malformedf("names of more than %d bytes together", maxNames)
		}
		if ended {
			return string(s), nil
		}
		at += n
	}
	return "", malformedf("a name of more than %d bytes", maxString)
}
