package elf_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"testing"
)

// recipe is an ELF file to be built: a header, a PT_LOAD segment over the whole
// file at address base, PT_INTERP, PT_DYNAMIC, and what the latter points to.
// There are no section headers at all.
type recipe struct {
	class   elf.Class
	order   binary.ByteOrder
	typ     elf.Type
	machine elf.Machine

	interp, soname string
	needed         []string
	rpath, runpath string
	versions       []libraryVersions
	hash, gnuHash  bool
	extra          [][2]uint64 // entries for the dynamic table, before all others
	longString     int         // bytes of a string without an end behind the string table
}

type libraryVersions struct {
	soname   string
	versions []string
	weak     []string
}

const base = 0x400000

// build lays out: header, three program headers, interpreter, string table,
// version table, dynamic table.
func (r recipe) build(t testing.TB) []byte {
	t.Helper()
	if r.order == nil {
		r.order = binary.LittleEndian
	}
	if r.class == elf.ELFCLASSNONE {
		r.class = elf.ELFCLASS64
	}
	if r.typ == elf.ET_NONE {
		r.typ = elf.ET_DYN
	}
	if r.machine == elf.EM_NONE {
		r.machine = elf.EM_X86_64
	}
	body := &bytes.Buffer{}
	headers := uint64(64 + 3*56)
	if r.class == elf.ELFCLASS32 {
		headers = 52 + 3*32
	}
	here := func() uint64 { return headers + uint64(body.Len()) }
	put := func(v any) {
		if err := binary.Write(body, r.order, v); err != nil {
			t.Fatal(err)
		}
	}

	interpAt, interpSize := here(), uint64(0)
	if r.interp != "" {
		body.WriteString(r.interp + "\x00")
		interpSize = uint64(len(r.interp) + 1)
	}
	names, nameAt := []byte{0}, map[string]uint64{}
	name := func(s string) uint64 {
		if _, ok := nameAt[s]; !ok {
			nameAt[s] = uint64(len(names))
			names = append(append(names, s...), 0)
		}
		return nameAt[s]
	}
	var table [][2]uint64
	entry := func(tag elf.DynTag, v uint64) { table = append(table, [2]uint64{uint64(tag), v}) }
	table = append(table, r.extra...)
	for _, n := range r.needed {
		entry(elf.DT_NEEDED, name(n))
	}
	for tag, s := range map[elf.DynTag]string{elf.DT_SONAME: r.soname, elf.DT_RPATH: r.rpath, elf.DT_RUNPATH: r.runpath} {
		if s != "" {
			entry(tag, name(s))
		}
	}
	for _, l := range r.versions {
		name(l.soname)
		for _, v := range append(l.versions, l.weak...) {
			name(v)
		}
	}
	stringsAt := here()
	body.Write(names)
	body.Write(bytes.Repeat([]byte("x"), r.longString))
	entry(elf.DT_STRTAB, base+stringsAt)
	entry(elf.DT_STRSZ, here()-stringsAt)
	if len(r.versions) > 0 {
		entry(elf.DT_VERNEED, base+here())
		entry(elf.DT_VERNEEDNUM, uint64(len(r.versions)))
	}
	for i, l := range r.versions {
		count := len(l.versions) + len(l.weak)
		next := uint32(16 + 16*count)
		if i == len(r.versions)-1 {
			next = 0
		}
		put([]uint16{1, uint16(count)})
		put([]uint32{uint32(name(l.soname)), 16, next})
		for j, v := range append(l.versions, l.weak...) {
			flags, step := uint16(0), uint32(16)
			if j >= len(l.versions) {
				flags = 2
			}
			if j == count-1 {
				step = 0
			}
			put(uint32(0))
			put([]uint16{flags, uint16(j + 2)})
			put([]uint32{uint32(name(v)), step})
		}
	}
	if r.hash {
		entry(elf.DT_HASH, base)
	}
	if r.gnuHash {
		entry(elf.DT_GNU_HASH, base)
	}
	entry(elf.DT_NULL, 0)
	dynamicAt := here()
	for _, e := range table {
		if r.class == elf.ELFCLASS32 {
			put([]uint32{uint32(e[0]), uint32(e[1])})
		} else {
			put(e[:])
		}
	}
	size := here()

	out := &bytes.Buffer{}
	body, tail := out, body.Bytes()
	var ident [16]byte
	copy(ident[:], elf.ELFMAG)
	ident[elf.EI_CLASS], ident[elf.EI_VERSION] = byte(r.class), byte(elf.EV_CURRENT)
	ident[elf.EI_DATA] = byte(elf.ELFDATA2LSB)
	if r.order == binary.BigEndian {
		ident[elf.EI_DATA] = byte(elf.ELFDATA2MSB)
	}
	segments := []elf.Prog64{
		{Type: uint32(elf.PT_LOAD), Off: 0, Vaddr: base, Filesz: size},
		{Type: uint32(elf.PT_INTERP), Off: interpAt, Vaddr: base + interpAt, Filesz: interpSize},
		{Type: uint32(elf.PT_DYNAMIC), Off: dynamicAt, Vaddr: base + dynamicAt, Filesz: size - dynamicAt},
	}
	if r.class == elf.ELFCLASS64 {
		put(elf.Header64{Ident: ident, Type: uint16(r.typ), Machine: uint16(r.machine), Version: 1, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 3})
		put(segments)
	} else {
		put(elf.Header32{Ident: ident, Type: uint16(r.typ), Machine: uint16(r.machine), Version: 1, Phoff: 52, Ehsize: 52, Phentsize: 32, Phnum: 3})
		for _, s := range segments {
			put(elf.Prog32{Type: s.Type, Off: uint32(s.Off), Vaddr: uint32(s.Vaddr), Filesz: uint32(s.Filesz)})
		}
	}
	out.Write(tail)
	return out.Bytes()
}

// library is a recipe with a bit of everything.
func library() recipe {
	return recipe{
		interp: "/lib64/ld-linux-x86-64.so.2", soname: "libx.so.1", needed: []string{"libc.so.6", "liby.so.2"},
		rpath: "/no", runpath: "$ORIGIN/../x.libs:/opt/lib", gnuHash: true,
		versions: []libraryVersions{
			{soname: "libc.so.6", versions: []string{"GLIBC_2.34", "GLIBC_2.2.5"}, weak: []string{"GLIBC_2.38"}},
			{soname: "liby.so.2", weak: []string{"Y_1"}},
			{soname: "libm.so.6", versions: []string{"GLIBC_2.29"}},
		},
	}
}
