package elf

import (
	"debug/elf"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Platform is what a target can load.
type Platform struct {
	Machine elf.Machine
	Class   elf.Class
	Data    elf.Data // the zero value stands for little-endian
	Glibc   Glibc
	Musl    bool // the C library is musl, and Glibc says nothing
}

// Glibc is a version of the GNU C library.
type Glibc struct{ Major, Minor int }

func (g Glibc) String() string { return fmt.Sprintf("%d.%d", g.Major, g.Minor) }

// Less orders versions.
func (g Glibc) Less(h Glibc) bool {
	return g.Major < h.Major || g.Major == h.Major && g.Minor < h.Minor
}

// MachineError says that a file is for another processor.
type MachineError struct {
	Path string
	Have string // "EM_AARCH64, 64 bits, little-endian"
	Want string
}

func (e *MachineError) Error() string {
	return fmt.Sprintf("%s is for %s and cannot run on %s", e.Path, e.Have, e.Want)
}

// GlibcError says that a file needs a later GNU C library than the target has.
type GlibcError struct {
	Path   string
	Soname string // the library that the version is needed of: libc.so.6, libm.so.6, …
	Symbol string // the symbol version: GLIBC_2.38
	Needs  Glibc  // what it asks for
	Target Glibc  // what the target has
}

func (e *GlibcError) Error() string {
	return fmt.Sprintf("%s needs %s of %s, glibc %s or later; the target has %s", e.Path, e.Symbol, e.Soname, e.Needs, e.Target)
}

// LibcError says that a file is for another C library.
type LibcError struct {
	Path   string
	Soname string // what tells: libc.musl-x86_64.so.1, ld-linux-x86-64.so.2, …
	Have   string // "musl" or "glibc"
	Want   string
}

func (e *LibcError) Error() string {
	return fmt.Sprintf("%s needs %s, which is of %s, and cannot run on %s", e.Path, e.Soname, e.Have, e.Want)
}

// Check tells whether the platform can load o: a *MachineError, a *LibcError or a
// *GlibcError if not, the last with the highest version that o needs. A file that
// no loader maps (a relocatable object, a BPF program) is data and always passes.
func (p Platform) Check(o *Object) error {
	if !o.loadable() {
		return nil
	}
	want := p.Data
	if want == elf.ELFDATANONE {
		want = elf.ELFDATA2LSB
	}
	if o.Machine != p.Machine || o.Class != p.Class || o.Data != want {
		return &MachineError{
			Path: o.Path,
			Have: describe(o.Machine, o.Class, o.Data),
			Want: describe(p.Machine, p.Class, want),
		}
	}
	have, soname := o.libc()
	switch {
	case have == "musl" && !p.Musl:
		return &LibcError{Path: o.Path, Soname: soname, Have: have, Want: "glibc"}
	case have == "glibc" && p.Musl:
		return &LibcError{Path: o.Path, Soname: soname, Have: have, Want: "musl"}
	case p.Musl:
		return nil
	}
	soname, symbol, needs := o.glibc()
	if p.Glibc.Less(needs) {
		return &GlibcError{Path: o.Path, Soname: soname, Symbol: symbol, Needs: needs, Target: p.Glibc}
	}
	return nil
}

func describe(m elf.Machine, c elf.Class, d elf.Data) string {
	bits := map[elf.Class]string{elf.ELFCLASS32: "32 bits", elf.ELFCLASS64: "64 bits"}[c]
	order := map[elf.Data]string{elf.ELFDATA2LSB: "little-endian", elf.ELFDATA2MSB: "big-endian"}[d]
	return fmt.Sprintf("%s, %s, %s", m, bits, order)
}

// libc gives the C library that the file is for, and the name that tells it;
// nothing where no name does: musl calls itself libc.so where it is not told
// otherwise, as a linker script of glibc is called.
func (o *Object) libc() (kind, soname string) {
	for _, name := range append(o.libraries(), path.Base(o.Interp)) {
		switch {
		case strings.HasPrefix(name, "libc.musl-"), strings.HasPrefix(name, "ld-musl-"):
			return "musl", name
		case name == "libc.so.6", strings.HasPrefix(name, "ld-linux"):
			return "glibc", name
		}
	}
	return "", ""
}

// glibc gives the highest GLIBC version that the file needs, and of which
// library; zero values where it needs none.
func (o *Object) glibc() (soname, symbol string, needs Glibc) {
	for _, name := range o.libraries() {
		for _, version := range o.Versions[name] {
			if g, ok := ParseGlibc(version); ok && needs.Less(g) {
				soname, symbol, needs = name, version, g
			}
		}
	}
	return soname, symbol, needs
}

// abiVersions are the versions that stand for a feature of the loader and not
// for a release, with the release that brought them. A file that needs one is
// refused by an older loader as it would be for a missing GLIBC_2.N.
// https://sourceware.org/glibc/wiki/Release/2.36
var abiVersions = []struct {
	symbol string
	glibc  Glibc
}{
	{"GLIBC_ABI_DT_RELR", Glibc{2, 36}},
}

// ParseGlibc reads the glibc release from a symbol version: 2.17 from
// GLIBC_2.17 and 2.2 from GLIBC_2.2.5 (glibc has had no third number since
// 2.3.6). It is false for every other version, GLIBC_PRIVATE among them.
func ParseGlibc(symbol string) (Glibc, bool) {
	for _, v := range abiVersions {
		if v.symbol == symbol {
			return v.glibc, true
		}
	}
	rest, ok := strings.CutPrefix(symbol, "GLIBC_")
	if !ok {
		return Glibc{}, false
	}
	parts := strings.Split(rest, ".")
	if len(parts) < 2 || slices.Contains(parts, "") {
		return Glibc{}, false
	}
	major, err1 := strconv.ParseUint(parts[0], 10, 16)
	minor, err2 := strconv.ParseUint(parts[1], 10, 16)
	if err1 != nil || err2 != nil {
		return Glibc{}, false
	}
	return Glibc{int(major), int(minor)}, true
}
