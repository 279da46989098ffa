package elf_test

import (
	"bytes"
	"cmp"
	"debug/elf"
	"encoding/binary"
	"slices"
	"testing"
)

// recipe is an ELF file to be built: a header, a PT_LOAD segment over the whole
// file at address base (or two), PT_INTERP, PT_DYNAMIC, and what the latter points to.
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
	split          bool        // load the file in two segments, divided inside the string table
	longString     int         // bytes of a string without an end behind the string table
}

type libraryVersions struct {
	soname   string
	versions []string
	weak     []string
}

const base = 0x400000

// file is an ELF file while it is built.
type file struct {
	t       testing.TB
	recipe  recipe
	headers uint64 // bytes of the file header and program headers
	body    bytes.Buffer
	names   []byte
	nameAt  map[string]uint64
	table   [][2]uint64 // the dynamic table

	stringsAt uint64 // offset of the string table
}

// build lays out: header, three program headers, interpreter, string table,
// version table, dynamic table.
func (r recipe) build(t testing.TB) []byte {
	t.Helper()
	if r.order == nil {
		r.order = binary.LittleEndian
	}
	r.class = cmp.Or(r.class, elf.ELFCLASS64)
	r.typ = cmp.Or(r.typ, elf.ET_DYN)
	r.machine = cmp.Or(r.machine, elf.EM_X86_64)
	f := &file{t: t, recipe: r, names: []byte{0}, nameAt: map[string]uint64{}, table: slices.Clone(r.extra)}
	segments := uint64(3)
	if r.split {
		segments = 4
	}
	f.headers = 64 + segments*56
	if r.class == elf.ELFCLASS32 {
		f.headers = 52 + segments*32
	}
	interp := elf.Prog64{Type: uint32(elf.PT_INTERP), Off: f.here()}
	if r.interp != "" {
		f.body.WriteString(r.interp + "\x00")
	}
	interp.Filesz = f.here() - interp.Off
	f.strings()
	f.versions()
	if r.hash {
		f.entry(elf.DT_HASH, base)
	}
	if r.gnuHash {
		f.entry(elf.DT_GNU_HASH, base)
	}
	f.entry(elf.DT_NULL, 0)
	dynamic := elf.Prog64{Type: uint32(elf.PT_DYNAMIC), Off: f.here()}
	for _, e := range f.table {
		if r.class == elf.ELFCLASS32 {
			f.put([]uint32{uint32(e[0]), uint32(e[1])})
		} else {
			f.put(e[:])
		}
	}
	dynamic.Filesz = f.here() - dynamic.Off
	loads := []elf.Prog64{{Type: uint32(elf.PT_LOAD), Vaddr: base, Filesz: f.here()}}
	if r.split {
		at := f.stringsAt + uint64(len(f.names))/2
		loads[0].Filesz = at
		loads = append(loads, elf.Prog64{Type: uint32(elf.PT_LOAD), Off: at, Vaddr: base + at, Filesz: f.here() - at})
	}
	return append(f.header(append(loads, interp, dynamic)), f.body.Bytes()...)
}

// here is the offset in the file of what is put next.
func (f *file) here() uint64 { return f.headers + uint64(f.body.Len()) }

func (f *file) put(v any) {
	if err := binary.Write(&f.body, f.recipe.order, v); err != nil {
		f.t.Fatal(err)
	}
}

func (f *file) entry(tag elf.DynTag, v uint64) { f.table = append(f.table, [2]uint64{uint64(tag), v}) }

// name gives the offset of a string in the string table.
func (f *file) name(s string) uint64 {
	if _, ok := f.nameAt[s]; !ok {
		f.nameAt[s] = uint64(len(f.names))
		f.names = append(append(f.names, s...), 0)
	}
	return f.nameAt[s]
}

// strings puts the string table, with the entries that name its strings.
func (f *file) strings() {
	for _, n := range f.recipe.needed {
		f.entry(elf.DT_NEEDED, f.name(n))
	}
	for _, s := range []struct {
		tag  elf.DynTag
		text string
	}{{elf.DT_SONAME, f.recipe.soname}, {elf.DT_RPATH, f.recipe.rpath}, {elf.DT_RUNPATH, f.recipe.runpath}} {
		if s.text != "" {
			f.entry(s.tag, f.name(s.text))
		}
	}
	for _, l := range f.recipe.versions {
		f.name(l.soname)
		for _, v := range slices.Concat(l.versions, l.weak) {
			f.name(v)
		}
	}
	at := f.here()
	f.stringsAt = at
	f.body.Write(f.names)
	f.body.Write(bytes.Repeat([]byte("x"), f.recipe.longString))
	f.entry(elf.DT_STRTAB, base+at)
	f.entry(elf.DT_STRSZ, f.here()-at)
}

// versions puts the table of needed versions.
func (f *file) versions() {
	list := f.recipe.versions
	if len(list) == 0 {
		return
	}
	f.entry(elf.DT_VERNEED, base+f.here())
	f.entry(elf.DT_VERNEEDNUM, uint64(len(list)))
	for i, l := range list {
		count := len(l.versions) + len(l.weak)
		next := uint32(16 + 16*count)
		if i == len(list)-1 {
			next = 0
		}
		f.put([]uint16{1, uint16(count)})
		f.put([]uint32{uint32(f.name(l.soname)), 16, next})
		for j, v := range slices.Concat(l.versions, l.weak) {
			flags, step := uint16(0), uint32(16)
			if j >= len(l.versions) {
				flags = 2
			}
			if j == count-1 {
				step = 0
			}
			f.put(uint32(0))
			f.put([]uint16{flags, uint16(j + 2)})
			f.put([]uint32{uint32(f.name(v)), step})
		}
	}
}

// header gives the file header and the program headers.
func (f *file) header(segments []elf.Prog64) []byte {
	r := f.recipe
	var ident [16]byte
	copy(ident[:], elf.ELFMAG)
	ident[elf.EI_CLASS], ident[elf.EI_DATA], ident[elf.EI_VERSION] = byte(r.class), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	if r.order == binary.BigEndian {
		ident[elf.EI_DATA] = byte(elf.ELFDATA2MSB)
	}
	top := &file{t: f.t, recipe: r}
	count := uint16(len(segments))
	if r.class == elf.ELFCLASS64 {
		top.put(elf.Header64{Ident: ident, Type: uint16(r.typ), Machine: uint16(r.machine), Version: 1, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: count})
		top.put(segments)
		return top.body.Bytes()
	}
	top.put(elf.Header32{Ident: ident, Type: uint16(r.typ), Machine: uint16(r.machine), Version: 1, Phoff: 52, Ehsize: 52, Phentsize: 32, Phnum: count})
	for _, s := range segments {
		top.put(elf.Prog32{Type: s.Type, Off: uint32(s.Off), Vaddr: uint32(s.Vaddr), Filesz: uint32(s.Filesz)})
	}
	return top.body.Bytes()
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
