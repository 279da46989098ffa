package elf

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// Bounds on what a file may claim. Real files stay far below: the largest
// dynamic table found on a desktop system has some hundred entries.
const (
	maxProgramHeaders = 4096
	maxDynamic        = 1 << 16 // entries of the dynamic table
	maxNeeded         = 1 << 12 // DT_NEEDED entries
	maxVersions       = 1 << 14 // entries of the version table, both levels together
	maxString         = 1 << 12 // bytes of one name or search path
	maxNames          = 1 << 20 // bytes of all names together
)

// image is an ELF file as the loader maps it: its header and its segments.
type image struct {
	r        io.ReaderAt
	order    binary.ByteOrder
	typ      elf.Type
	machine  elf.Machine
	class    elf.Class
	data     elf.Data
	segments []segment
}

// segment is one program header.
type segment struct {
	typ    elf.ProgType
	offset uint64 // in the file
	addr   uint64 // in memory
	size   uint64 // in the file
}

// readImage reads the file header and the program headers.
func readImage(r io.ReaderAt) (*image, error) {
	img := &image{r: r}
	ident, err := img.at(0, elf.EI_NIDENT)
	if err != nil {
		return nil, err
	}
	if !Is(ident) {
		return nil, malformed("no ELF magic number")
	}
	img.class, img.data = elf.Class(ident[elf.EI_CLASS]), elf.Data(ident[elf.EI_DATA])
	switch img.data {
	case elf.ELFDATA2LSB:
		img.order = binary.LittleEndian
	case elf.ELFDATA2MSB:
		img.order = binary.BigEndian
	default:
		return nil, malformedf("unknown byte order %d", ident[elf.EI_DATA])
	}
	if v := ident[elf.EI_VERSION]; v != byte(elf.EV_CURRENT) {
		return nil, malformedf("unknown ELF version %d", v)
	}
	switch img.class {
	case elf.ELFCLASS32:
		err = img.header32()
	case elf.ELFCLASS64:
		err = img.header64()
	default:
		return nil, malformedf("unknown class %d", ident[elf.EI_CLASS])
	}
	if err != nil {
		return nil, err
	}
	return img, nil
}

func (img *image) header32() error {
	var h elf.Header32
	if err := img.decode(0, &h); err != nil {
		return err
	}
	img.typ, img.machine = elf.Type(h.Type), elf.Machine(h.Machine)
	count, err := programHeaders(h.Phnum, h.Phentsize, binary.Size(elf.Prog32{}))
	if err != nil {
		return err
	}
	for i := range count {
		var p elf.Prog32
		if err := img.decode(uint64(h.Phoff)+i*uint64(h.Phentsize), &p); err != nil {
			return err
		}
		img.segments = append(img.segments, segment{elf.ProgType(p.Type), uint64(p.Off), uint64(p.Vaddr), uint64(p.Filesz)})
	}
	return nil
}

func (img *image) header64() error {
	var h elf.Header64
	if err := img.decode(0, &h); err != nil {
		return err
	}
	img.typ, img.machine = elf.Type(h.Type), elf.Machine(h.Machine)
	count, err := programHeaders(h.Phnum, h.Phentsize, binary.Size(elf.Prog64{}))
	if err != nil {
		return err
	}
	for i := range count {
		var p elf.Prog64
		if err := img.decode(h.Phoff+i*uint64(h.Phentsize), &p); err != nil {
			return err
		}
		img.segments = append(img.segments, segment{elf.ProgType(p.Type), p.Off, p.Vaddr, p.Filesz})
	}
	return nil
}

// programHeaders checks the count and entry size of the program header table.
func programHeaders(count, entry uint16, want int) (uint64, error) {
	switch {
	case count == 0:
		return 0, nil
	case int(entry) != want:
		return 0, malformedf("program headers of %d bytes, want %d", entry, want)
	case count > maxProgramHeaders:
		return 0, malformedf("%d program headers, at most %d are read", count, maxProgramHeaders)
	}
	return uint64(count), nil
}

// find gives the first segment of a type that has bytes in the file.
func (img *image) find(typ elf.ProgType) (segment, bool) {
	for _, s := range img.segments {
		if s.typ == typ && s.size > 0 {
			return s, true
		}
	}
	return segment{}, false
}

// interp is the path in PT_INTERP, "" where there is none.
func (img *image) interp() (string, error) {
	s, ok := img.find(elf.PT_INTERP)
	if !ok {
		return "", nil
	}
	if s.size > maxString {
		return "", malformedf("an interpreter path of %d bytes", s.size)
	}
	b, err := img.at(s.offset, int(s.size))
	if err != nil {
		return "", err
	}
	b, _, ok = bytes.Cut(b, []byte{0})
	if !ok {
		return "", malformed("the interpreter path does not end")
	}
	return string(b), nil
}

// offset translates a memory address into a place of the file, and says how
// many bytes of the file are mapped from there on.
func (img *image) offset(addr uint64) (offset, rest uint64, err error) {
	for _, s := range img.segments {
		if s.typ == elf.PT_LOAD && addr >= s.addr && addr-s.addr < s.size {
			into := addr - s.addr
			if s.offset > math.MaxInt64-into {
				break
			}
			return s.offset + into, img.reach(s) - into, nil
		}
	}
	return 0, 0, malformedf("address %#x is in no segment of the file", addr)
}

// reach is the size of a segment and of those that follow it without a gap, in
// memory as in the file: the loader sees one piece.
func (img *image) reach(s segment) uint64 {
	size := s.size
	for _, next := range img.segments { // PT_LOAD come by address
		if next.typ == elf.PT_LOAD && next.addr == s.addr+size && next.offset == s.offset+size && next.size < math.MaxInt64-size {
			size += next.size
		}
	}
	return size
}

// at reads n bytes at an offset of the file. n is bounded by the caller.
func (img *image) at(offset uint64, n int) ([]byte, error) {
	if offset > math.MaxInt64-uint64(n) {
		return nil, malformedf("offset %#x is beyond any file", offset)
	}
	b := make([]byte, n)
	got, err := img.r.ReadAt(b, int64(offset))
	switch {
	case got == n:
		return b, nil
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, malformedf("cut short: %d bytes at offset %#x are missing", n-got, offset+uint64(got))
	default:
		return nil, err
	}
}

// decode reads a fixed-size structure at an offset of the file.
func (img *image) decode(offset uint64, into any) error {
	b, err := img.at(offset, binary.Size(into))
	if err != nil {
		return err
	}
	_, err = binary.Decode(b, img.order, into)
	return err
}
