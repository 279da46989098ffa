package target

import (
	"fmt"

	"wain/convert/pep"
)

// Tags lists every wheel tag that the target takes, best first, in the order of
// packaging.tags.sys_tags.
func (t Target) Tags() []pep.Tag {
	minor := t.Python.minor()
	platforms := t.platforms()
	var tags []pep.Tag
	add := func(python, abi string, platforms ...string) {
		for _, p := range platforms {
			tags = append(tags, pep.Tag{Python: python, ABI: abi, Platform: p})
		}
	}
	cpython := fmt.Sprintf("cp3%d", minor)
	abi, stable := cpython, "abi3"
	if t.Python.FreeThreaded() { // PEP 703, 803
		abi, stable = cpython+"t", "abi3t"
	}
	// 1. What is compiled for this Python, or for its stable ABI.
	add(cpython, abi, platforms...)
	add(cpython, stable, platforms...)
	add(cpython, "none", platforms...)
	// 2. The stable ABI of older ones, down to the first that had it.
	for m := minor - 1; m >= 2; m-- {
		add(fmt.Sprintf("cp3%d", m), stable, platforms...)
	}
	// 3. What is compiled, but for no Python in particular.
	generic := genericPythons(minor)
	for _, python := range generic {
		add(python, "none", platforms...)
	}
	// 4. What is not compiled.
	add(cpython, "none", "any")
	for _, python := range generic {
		add(python, "none", "any")
	}
	return tags
}

// genericPythons lists py3X, py3, then py3(X-1) down to py30.
func genericPythons(minor int) []string {
	pythons := []string{fmt.Sprintf("py3%d", minor), "py3"}
	for m := minor - 1; m >= 0; m-- {
		pythons = append(pythons, fmt.Sprintf("py3%d", m))
	}
	return pythons
}

// platforms lists the platforms of the target's C library, newest first:
// linux_ARCH, then for glibc manylinux down to 2.5 on x86 and 2.17 elsewhere, the
// old names (PEP 513, 571, 599) after the levels they stand for (PEP 600), and
// for musl musllinux down to the first release of its major version (PEP 656).
func (t Target) platforms() []string {
	arch := t.Arch.Wheel
	if t.Musl != (Musl{}) {
		platforms := []string{"linux_" + arch}
		for minor := t.Musl.Minor; minor >= 0; minor-- {
			platforms = append(platforms, fmt.Sprintf("musllinux_%d_%d_%s", t.Musl.Major, minor, arch))
		}
		return platforms
	}
	oldest := 17
	if arch == "x86_64" || arch == "i686" {
		oldest = 5
	}
	platforms := []string{"linux_" + arch}
	for minor := t.Glibc.Minor; minor >= oldest; minor-- {
		platforms = append(platforms, fmt.Sprintf("manylinux_2_%d_%s", minor, arch))
		switch minor {
		case 17:
			platforms = append(platforms, "manylinux2014_"+arch)
		case 12:
			platforms = append(platforms, "manylinux2010_"+arch)
		case 5:
			platforms = append(platforms, "manylinux1_"+arch)
		}
	}
	return platforms
}
