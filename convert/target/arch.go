package target

import (
	"debug/elf"
	"slices"
)

// An Arch is a processor architecture under the names it has in each place.
type Arch struct {
	Wheel   string // in wheel tags and platform_machine: "x86_64"
	Deb     string // to dpkg: "amd64"
	Rpm     string // to rpm: "x86_64"
	Go      string // GOARCH: "amd64"
	Machine elf.Machine
	Class   elf.Class
}

// architectures is the table of python-formats: EL, Fedora and SUSE agree on
// rpm's names but for 32-bit ARM, which none of them builds any more.
func architectures() []Arch {
	return []Arch{
		{"x86_64", "amd64", "x86_64", "amd64", elf.EM_X86_64, elf.ELFCLASS64},
		{"aarch64", "arm64", "aarch64", "arm64", elf.EM_AARCH64, elf.ELFCLASS64},
		{"i686", "i386", "i686", "386", elf.EM_386, elf.ELFCLASS32},
		{"armv7l", "armhf", "armv7hl", "arm", elf.EM_ARM, elf.ELFCLASS32},
		{"ppc64le", "ppc64el", "ppc64le", "ppc64le", elf.EM_PPC64, elf.ELFCLASS64},
		{"s390x", "s390x", "s390x", "s390x", elf.EM_S390, elf.ELFCLASS64},
		{"riscv64", "riscv64", "riscv64", "riscv64", elf.EM_RISCV, elf.ELFCLASS64},
		{"loongarch64", "loong64", "loongarch64", "loong64", elf.EM_LOONGARCH, elf.ELFCLASS64},
	}
}

// findArch finds an architecture by any of its names.
func findArch(name string) (Arch, bool) {
	all := architectures()
	i := slices.IndexFunc(all, func(a Arch) bool {
		return name == a.Wheel || name == a.Deb || name == a.Rpm || name == a.Go
	})
	if i < 0 {
		return Arch{}, false
	}
	return all[i], true
}

// wheelArchs lists the names of all architectures in wheel tags.
func wheelArchs() []string {
	var names []string
	for _, a := range architectures() {
		names = append(names, a.Wheel)
	}
	return names
}

// In gives the name that packages of the format, "deb" or "rpm", carry.
func (a Arch) In(format string) string {
	if format == "deb" {
		return a.Deb
	}
	return a.Rpm
}
