package target

import (
	"fmt"
	"strings"

	"wain/convert/pep"
)

// A Target is one release of a distribution on one architecture with one
// Python. Find and Load make it; nothing changes it afterwards.
type Target struct {
	Name        string // "debian12", also when it was found by an alias
	Suite       string // what clients subscribe to, the codename where there is one: "bookworm", "el9"
	Format      string // "deb" or "rpm"
	Arch        Arch
	Glibc       Glibc // the zero value where the C library is musl
	Musl        Musl  // the zero value where the C library is glibc
	Python      Python
	Lib64       bool      // Python looks for compiled modules below lib64, not lib (sys.platlibdir)
	Compression string    // of a package's payload: "zstd", "xz" or "gzip", the best that the release's own tools read
	Dist        string    // what rpm releases end in: ".el9"; "" for deb
	Libraries   []Library // deb only, in the order of the file

	nativeArch, defaultPython bool              // Folder leaves these out
	mapped                    map[string]string // by WithLibraries: soname → relation, "" for none
}

// Glibc is a version of the GNU C library.
type Glibc struct{ Major, Minor int }

// String gives "2.36".
func (g Glibc) String() string { return fmt.Sprintf("%d.%d", g.Major, g.Minor) }

// Musl is a version of musl, another C library. The wheels for one do not run on
// the other.
type Musl struct{ Major, Minor int }

// String gives "1.2".
func (m Musl) String() string { return fmt.Sprintf("%d.%d", m.Major, m.Minor) }

// Python is an interpreter that the release has as a package: CPython, with the
// GIL or free-threaded.
type Python struct {
	Version string // "3.11"; "3.13t" when free-threaded: as its folders and its command are named
	Full    string // "3.11.2", the release's; updates may raise it
	Package string // "python3.11"
	Path    string // "/usr/bin/python3.11"
	NoABI   bool   // rpm: the package does not provide python(abi) = Version
}

// Number gives the version without the letter of free-threaded builds: "3.13".
func (p Python) Number() string { return strings.TrimSuffix(p.Version, "t") }

// FreeThreaded reports whether the interpreter is built without the GIL: it
// loads other compiled modules, and keeps its environments in other folders.
func (p Python) FreeThreaded() bool { return strings.HasSuffix(p.Version, "t") }

// Interpreter gives the relations that make the system provide the target's
// Python, in the syntax of its format. For rpm they are python(abi), so that an
// update never brings another minor version, and the path, which a package of
// any name provides. Fedora's side packages do not provide python(abi): no
// package of Fedora itself is to depend on them.
func (t Target) Interpreter() []string {
	switch {
	case t.Format == "deb":
		return []string{t.Python.Package}
	case t.Python.NoABI:
		return []string{t.Python.Path}
	}
	return []string{"python(abi) = " + t.Python.Version, t.Python.Path}
}

// String gives the name that Find finds the target by.
func (t Target) String() string {
	s := t.Name
	if !t.nativeArch {
		s += "/" + t.Arch.In(t.Format)
	}
	if !t.defaultPython {
		s += "+python" + t.Python.Version
	}
	return s
}

// Folder gives the name of the folder for the target's packages: "debian12",
// "debian12-arm64", "el9-python3.12". The native architecture and the default
// Python are left out; other architectures have their name in the format.
func (t Target) Folder() string {
	s := t.Name
	if !t.nativeArch {
		s += "-" + t.Arch.In(t.Format)
	}
	if !t.defaultPython {
		s += "-python" + t.Python.Version
	}
	return s
}

// Environment gives what the target's Python reports to markers.
func (t Target) Environment() pep.Environment {
	return pep.Environment{
		OSName:                       "posix",
		SysPlatform:                  "linux",
		PlatformSystem:               "Linux",
		PlatformMachine:              t.Arch.Wheel,
		ImplementationName:           "cpython",
		ImplementationVersion:        t.Python.Full,
		PlatformPythonImplementation: "CPython",
		PythonVersion:                t.Python.Number(),
		PythonFullVersion:            t.Python.Full,
	}
}
