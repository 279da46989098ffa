package target

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"wain/convert/pep"
)

// A release is one data file.
type release struct {
	Name          string    // "debian12"
	Aliases       []string  // other names, none of them another release's
	Suite         string    // "bookworm"
	Format        string    // "deb" or "rpm"
	Architectures []string  // in Python's spelling, the native one first
	Glibc         string    // "2.36"; absent where musl stands
	Musl          string    // "1.2"; absent where glibc stands
	Lib64         bool      // sys.platlibdir is lib64
	Compression   string    // "zstd", "xz" or "gzip"
	Dist          string    // ".el9"; deb: absent
	Pythons       []python  // the default first
	Libraries     []Library // deb only
}

type python struct {
	Version string // "3.11", "3.13t"
	Full    string // "3.11.2"
	Package string // "python3.11"
	Path    string // "/usr/bin/python3.11"
	NoABI   bool   `yaml:"no-abi"` // rpm: the package does not provide python(abi)
}

// A FileError lists what is wrong with a target file, one issue a line.
type FileError struct {
	File   string
	Issues []string
}

func (e *FileError) Error() string {
	lines := make([]string, len(e.Issues))
	for i, issue := range e.Issues {
		lines[i] = fmt.Sprintf("%s: %s", e.File, issue)
	}
	return strings.Join(lines, "\n")
}

// MaxFile is the size, in bytes, of the largest target file that is read.
const MaxFile = 1 << 20

func readRelease(data []byte, file string) (*release, error) {
	if len(data) > MaxFile {
		return nil, &FileError{file, []string{"too large for a target file"}}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	r := new(release)
	if err := decoder.Decode(r); errors.Is(err, io.EOF) {
		return nil, &FileError{file, []string{"the file is empty"}}
	} else if err != nil {
		return nil, &FileError{file, []string{err.Error()}}
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, &FileError{file, []string{"expected one YAML document"}}
	}
	if issues := r.check(); len(issues) > 0 {
		return nil, &FileError{file, issues}
	}
	return r, nil
}

// check lists everything that is wrong with the file.
func (r *release) check() (issues []string) {
	fail := func(format string, args ...any) { issues = append(issues, fmt.Sprintf(format, args...)) }
	for _, name := range append([]string{r.Name, r.Suite}, r.Aliases...) {
		if !regexp.MustCompile(`^[a-z][a-z0-9.]*$`).MatchString(name) {
			fail("name, suite and aliases: %q: expected lower-case letters, digits and dots, a letter first", name)
		}
	}
	if r.Format != "deb" && r.Format != "rpm" {
		fail("format: %q: expected deb or rpm", r.Format)
	}
	if len(r.Architectures) == 0 {
		fail("architectures: expected one at least")
	}
	for _, name := range r.Architectures {
		if a, ok := findArch(name); !ok || a.Wheel != name {
			fail("architectures: %q: expected the name that wheels have, one of %s", name, strings.Join(wheelArchs(), ", "))
		}
	}
	issues = append(issues, r.checkLibc()...)
	if !slices.Contains([]string{"zstd", "xz", "gzip"}, r.Compression) {
		fail("compression: %q: expected zstd, xz or gzip", r.Compression)
	}
	if !regexp.MustCompile(`^(\.[a-z][a-z0-9.]*)?$`).MatchString(r.Dist) || r.Dist != "" && r.Format == "deb" {
		fail("dist: %q: expected a dot and a name, for rpm only", r.Dist)
	}
	if len(r.Pythons) == 0 {
		fail("pythons: expected one at least")
	}
	for _, p := range r.Pythons {
		issues = append(issues, p.check()...)
	}
	if r.Format == "rpm" && len(r.Libraries) > 0 {
		fail("libraries: rpm needs no table")
	}
	for _, l := range r.Libraries {
		issues = append(issues, l.check()...)
	}
	return issues
}

func (r *release) checkLibc() (issues []string) {
	if r.Musl != "" && r.Glibc != "" {
		return []string{"glibc, musl: expected one of them"}
	}
	if r.Musl != "" {
		if major, _, ok := parsePair(r.Musl); !ok || major != 1 {
			issues = append(issues, fmt.Sprintf("musl: %q: expected 1.0 or above", r.Musl))
		}
	} else if major, minor, ok := parsePair(r.Glibc); !ok || major != 2 || minor < 17 {
		issues = append(issues, fmt.Sprintf("glibc: %q: expected 2.17 or above", r.Glibc))
	}
	return issues
}

func (p python) check() (issues []string) {
	fail := func(format string, args ...any) {
		issues = append(issues, fmt.Sprintf("pythons: %q: ", p.Version)+fmt.Sprintf(format, args...))
	}
	number := Python(p).Number()
	if !regexp.MustCompile(`^3\.[1-9][0-9]?$`).MatchString(number) || Python(p).minor() < 8 {
		fail("expected a version X.Y from 3.8 on")
	} else if Python(p).FreeThreaded() && Python(p).minor() < 13 {
		fail("free-threaded Pythons began with 3.13t")
	}
	if v, err := pep.ParseVersion(p.Full); err != nil || v.String() != p.Full || !strings.HasPrefix(p.Full, number+".") {
		fail("full: %q: expected a version that begins with %s.", p.Full, number)
	}
	if !isPackageName(p.Package) {
		fail("package: %q: expected the name of a package", p.Package)
	}
	if !path.IsAbs(p.Path) || path.Clean(p.Path) != p.Path || strings.ContainsAny(p.Path, " \t\n\"'\\") {
		fail("path: %q: expected an absolute path", p.Path)
	}
	return issues
}

// minor gives the Y of X.Y, 0 when there is none.
func (p Python) minor() int {
	_, minor, _ := strings.Cut(p.Number(), ".")
	n, _ := strconv.Atoi(minor)
	return n
}

// parsePair reads the version of a C library, X.Y.
func parsePair(s string) (major, minor int, ok bool) {
	x, y, _ := strings.Cut(s, ".")
	major, errX := strconv.Atoi(x)
	minor, errY := strconv.Atoi(y)
	return major, minor, errX == nil && errY == nil && fmt.Sprintf("%d.%d", major, minor) == s
}

// target chooses an architecture and a Python; "" chooses the first.
func (r *release) target(arch, version string) (Target, error) {
	a, err := r.arch(arch)
	if err != nil {
		return Target{}, err
	}
	p, err := r.python(version)
	if err != nil {
		return Target{}, err
	}
	var glibc Glibc
	var musl Musl
	glibc.Major, glibc.Minor, _ = parsePair(r.Glibc)
	musl.Major, musl.Minor, _ = parsePair(r.Musl)
	return Target{
		Name:          r.Name,
		Suite:         r.Suite,
		Format:        r.Format,
		Arch:          a,
		Glibc:         glibc,
		Musl:          musl,
		Python:        p,
		Lib64:         r.Lib64,
		Compression:   r.Compression,
		Dist:          r.Dist,
		Libraries:     r.Libraries,
		nativeArch:    a.Wheel == r.Architectures[0],
		defaultPython: p.Version == r.Pythons[0].Version,
	}, nil
}

func (r *release) arch(name string) (Arch, error) {
	if name == "" {
		name = r.Architectures[0]
	}
	if a, ok := findArch(name); ok && slices.Contains(r.Architectures, a.Wheel) {
		return a, nil
	}
	e := &UnknownError{Kind: "architecture", Got: name, Target: r.Name}
	for _, wheel := range r.Architectures {
		a, _ := findArch(wheel)
		e.Known = append(e.Known, a.In(r.Format))
	}
	return Arch{}, e
}

func (r *release) python(version string) (Python, error) {
	if version == "" {
		return Python(r.Pythons[0]), nil
	}
	e := &UnknownError{Kind: "python", Got: version, Target: r.Name}
	for _, p := range r.Pythons {
		if p.Version == version {
			return Python(p), nil
		}
		e.Known = append(e.Known, p.Version)
	}
	return Python{}, e
}
