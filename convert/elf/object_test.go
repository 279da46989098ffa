package elf_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	wainelf "wain/convert/elf"
	"wain/fixtures"
)

func read(t testing.TB, b []byte) (*wainelf.Object, error) {
	t.Helper()
	return wainelf.Read("lib/x.so", bytes.NewReader(b))
}

// TestRead reads the same content in every class and byte order.
func TestRead(t *testing.T) {
	for _, class := range []elf.Class{elf.ELFCLASS32, elf.ELFCLASS64} {
		for data, order := range map[elf.Data]binary.ByteOrder{elf.ELFDATA2LSB: binary.LittleEndian, elf.ELFDATA2MSB: binary.BigEndian} {
			r := library()
			r.class, r.order = class, order
			got, err := read(t, r.build(t))
			if err != nil {
				t.Errorf("%s %s: %v", class, data, err)
				continue
			}
			want := &wainelf.Object{
				Path: "lib/x.so", Type: elf.ET_DYN, Machine: elf.EM_X86_64, Class: class, Data: data,
				Interp: "/lib64/ld-linux-x86-64.so.2", Soname: "libx.so.1", Needed: []string{"libc.so.6", "liby.so.2"},
				Runpath:     []string{"$ORIGIN/../x.libs", "/opt/lib"},
				Versions:    map[string][]string{"libc.so.6": {"GLIBC_2.2.5", "GLIBC_2.34"}, "libm.so.6": {"GLIBC_2.29"}},
				GNUHashOnly: true,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", class, data, diff)
			}
		}
	}
}

func TestReadParts(t *testing.T) {
	tests := map[string]struct {
		recipe recipe
		want   wainelf.Object
	}{
		"RPATH counts where there is no RUNPATH": {recipe{rpath: "/a:/b"}, wainelf.Object{Runpath: []string{"/a", "/b"}}},
		"both hash tables":                       {recipe{hash: true, gnuHash: true}, wainelf.Object{}},
		"nothing at all":                         {recipe{}, wainelf.Object{}},
		"the first of two sonames":               {recipe{extra: [][2]uint64{{uint64(elf.DT_SONAME), 1}}, needed: []string{"liba"}, soname: "libb"}, wainelf.Object{Soname: "liba", Needed: []string{"liba"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, test.recipe.build(t))
			if err != nil {
				t.Fatal(err)
			}
			test.want.Path, test.want.Type, test.want.Machine, test.want.Class, test.want.Data = got.Path, elf.ET_DYN, elf.EM_X86_64, elf.ELFCLASS64, elf.ELFDATA2LSB
			if diff := cmp.Diff(&test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A table that runs on into the next segment, which follows in the file as in
// memory, is whole: patchelf lays files out so.
func TestSegmentsTogether(t *testing.T) {
	r := library()
	whole, err := read(t, r.build(t))
	if err != nil {
		t.Fatal(err)
	}
	r.split = true
	split, err := read(t, r.build(t))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole, split); diff != "" {
		t.Errorf("(-whole +split):\n%s", diff)
	}
}

// TestSections: what section headers say, or that there are none, changes
// nothing. The test's own program is a real file with them.
func TestSections(t *testing.T) {
	path := "/bin/ls"
	b, err := os.ReadFile(path)
	if err != nil || !wainelf.Is(b) || b[elf.EI_CLASS] != byte(elf.ELFCLASS64) || b[elf.EI_DATA] != byte(elf.ELFDATA2LSB) {
		fixtures.Missing(t, "%s is no 64-bit little-endian ELF file: %v", path, err)
	}
	want, err := read(t, b)
	if err != nil {
		t.Fatal(err)
	}
	if len(want.Needed) == 0 || len(want.Versions) == 0 {
		t.Fatalf("%s needs nothing: %+v", path, want)
	}
	sections := binary.LittleEndian.Uint64(b[40:])
	tests := map[string]func(b []byte) []byte{
		"stripped": func(b []byte) []byte {
			clear(b[40:48]) // e_shoff
			clear(b[58:64]) // e_shentsize, e_shnum, e_shstrndx
			return b
		},
		"cut off": func(b []byte) []byte { return b[:sections] },
		"lying": func(b []byte) []byte {
			for i := sections; i < uint64(len(b)); i++ {
				b[i] = 0xff
			}
			return b
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, change(bytes.Clone(b)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-with sections +without):\n%s", diff)
			}
		})
	}
}

// TestMalformed has hostile files: each is a *FormatError, found with little
// memory whatever it claims.
func TestMalformed(t *testing.T) {
	const huge = 1 << 62
	whole := library().build(t)
	change := func(at int, value ...byte) []byte {
		b := bytes.Clone(whole)
		copy(b[at:], value)
		return b
	}
	phdr := func(n, field int) int { return 64 + 56*n + field }
	const offset, filesz = 8, 32
	maximum := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}
	many := func(tag elf.DynTag, n int) (list [][2]uint64) {
		for range n {
			list = append(list, [2]uint64{uint64(tag), 1})
		}
		return list
	}
	var wide recipe
	for range 200 {
		wide.versions = append(wide.versions, libraryVersions{soname: "l", versions: make([]string, 100)})
	}
	looped := recipe{versions: []libraryVersions{{soname: "l", versions: []string{"v"}}}, extra: [][2]uint64{{uint64(elf.DT_VERNEEDNUM), huge}}}.build(t)
	// The chain leads on into the middle of itself, where no version table is.
	binary.LittleEndian.PutUint32(looped[bytes.Index(looped, []byte{1, 0, 1, 0})+12:], 6)

	tests := map[string]struct {
		file []byte
		want string
	}{
		"empty":                        {nil, "cut short"},
		"no ELF file":                  {[]byte("#!/bin/sh\necho not an ELF file"), "no ELF magic"},
		"header cut short":             {whole[:40], "cut short"},
		"class":                        {change(elf.EI_CLASS, 3), "unknown class"},
		"byte order":                   {change(elf.EI_DATA, 9), "unknown byte order"},
		"version":                      {change(elf.EI_VERSION, 0), "unknown ELF version"},
		"size of a program header":     {change(54, 55), "program headers of 55 bytes"},
		"very many program headers":    {change(56, 0xff, 0xff), "65535 program headers"},
		"program headers elsewhere":    {change(32, maximum...), "beyond any file"},
		"interpreter of any size":      {change(phdr(1, filesz), maximum...), "an interpreter path of"},
		"interpreter without an end":   {change(phdr(1, filesz), 4), "does not end"},
		"dynamic table elsewhere":      {change(phdr(2, offset), maximum...), "beyond any file"},
		"dynamic table cut short":      {whole[:len(whole)-20], "cut short"},
		"nothing is mapped":            {change(phdr(0, filesz), make([]byte, 8)...), "in no segment"},
		"the mapping leaves the file":  {change(phdr(0, offset), maximum...), "in no segment"},
		"a dynamic table without end":  {recipe{extra: many(elf.DT_DEBUG, 1<<16)}.build(t), "a dynamic table of more than"},
		"very many libraries":          {recipe{extra: many(elf.DT_NEEDED, 5000), soname: "x"}.build(t), "needed libraries"},
		"a name outside of the table":  {recipe{extra: [][2]uint64{{uint64(elf.DT_NEEDED), huge}}}.build(t), "outside the string table"},
		"a name without an end":        {recipe{extra: [][2]uint64{{uint64(elf.DT_NEEDED), 1}}, longString: 100}.build(t), "outside the string table"},
		"a name of any size":           {recipe{extra: [][2]uint64{{uint64(elf.DT_NEEDED), 1}}, longString: 1 << 20}.build(t), "a name of more than"},
		"long names, again and again":  {recipe{extra: many(elf.DT_NEEDED, 600), needed: []string{strings.Repeat("n", 4000)}}.build(t), "together"},
		"names and no string table":    {recipe{extra: [][2]uint64{{uint64(elf.DT_NEEDED), 1}, {uint64(elf.DT_NULL), 0}}}.build(t), "no string table"},
		"string table elsewhere":       {recipe{extra: [][2]uint64{{uint64(elf.DT_STRTAB), huge}}}.build(t), "in no segment"},
		"version table elsewhere":      {recipe{extra: [][2]uint64{{uint64(elf.DT_VERNEED), huge}}}.build(t), "in no segment"},
		"very many versions":           {wide.build(t), "symbol versions"},
		"a version table that is none": {looped, "a version table of kind"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := read(t, test.file)
			runtime.ReadMemStats(&after)
			var e *wainelf.FormatError
			if !errors.As(err, &e) || !strings.Contains(e.Detail, test.want) {
				t.Errorf("want a *FormatError with %q, got %v", test.want, err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
				t.Errorf("%d bytes allocated", used)
			}
		})
	}
}

// TestShort cuts a file at every length: an error or, behind the last byte that
// is read, the whole answer.
func TestShort(t *testing.T) {
	whole := library().build(t)
	for n := range whole {
		_, err := read(t, whole[:n])
		var e *wainelf.FormatError
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
}

// broken is a file on a disk that fails.
type broken struct{}

func (broken) ReadAt([]byte, int64) (int, error) { return 0, os.ErrPermission }

func TestReadError(t *testing.T) {
	_, err := wainelf.Read("x", broken{})
	var e *wainelf.FormatError
	if !errors.Is(err, os.ErrPermission) || errors.As(err, &e) {
		t.Errorf("a failing disk: %v", err)
	}
}

func TestIs(t *testing.T) {
	for text, want := range map[string]bool{"\x7fELF": true, "\x7fELF\x02": true, "\x7fEL": false, "": false, "#!/b": false} {
		if got := wainelf.Is([]byte(text)); got != want {
			t.Errorf("Is(%q) = %v", text, got)
		}
	}
}

// sparse is a file of a terabyte: a header, then zeros.
type sparse []byte

func (s sparse) ReadAt(b []byte, at int64) (int, error) {
	if at >= 1<<40 {
		return 0, io.EOF
	}
	clear(b)
	if at < int64(len(s)) {
		copy(b, s[at:])
	}
	return len(b), nil
}

// FuzzRead changes real files: no panic, and no more memory than the bounds.
func FuzzRead(f *testing.F) {
	f.Add(library().build(f))
	r := library()
	r.class, r.order = elf.ELFCLASS32, binary.BigEndian
	f.Add(r.build(f))
	f.Add(recipe{}.build(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, r := range []io.ReaderAt{bytes.NewReader(data), sparse(data)} {
			o, err := wainelf.Read("x", r)
			if err != nil {
				var e *wainelf.FormatError
				if !errors.As(err, &e) {
					t.Errorf("neither an object nor a *FormatError: %v", err)
				}
				continue
			}
			names := 0
			for _, n := range wainelf.Needs([]*wainelf.Object{o}) {
				names += len(n.Soname) + len(strings.Join(n.Versions, ""))
			}
			if names > 4<<20 {
				t.Errorf("%d bytes of names", names)
			}
			_ = wainelf.Platform{Machine: elf.EM_X86_64, Class: elf.ELFCLASS64}.Check(o)
		}
	})
}
