package rpm

import (
	"fmt"
	"io"
	"io/fs"
)

// Package is what a repository's metadata says of one package file. Text is
// as the header has it; nothing is cleaned or recoded.
type Package struct {
	// Name, Version, Release and Arch are validated: letters, digits and
	// "._+-~^" alone, so that they are safe as parts of a path. Arch is "src"
	// for source packages.
	Name, Version, Release, Arch string
	// Epoch is 0 when the header has none; rpm knows no difference.
	Epoch uint32
	// Source is set for source packages, with and without sources.
	Source bool

	Summary, Description, Packager, URL string
	Vendor, License, Group, BuildHost   string
	// SourceRPM is the file name of the source package, "" for source packages.
	SourceRPM string
	// BuildTime is in seconds since 1970, 0 when it is not recorded.
	BuildTime int64

	// Size is the length of the file, InstalledSize that of the files in it,
	// ArchiveSize that of the unpacked payload, all in bytes.
	Size, InstalledSize, ArchiveSize int64
	// HeaderStart and HeaderEnd delimit the header in the file.
	HeaderStart, HeaderEnd int64
	// SHA256 is the digest of the file in lower-case hexadecimal.
	SHA256 string
	// Signed is set when a signature is there. It was not verified.
	Signed bool

	Provides, Requires, Conflicts, Obsoletes    []Relation
	Recommends, Suggests, Supplements, Enhances []Relation

	// Files are in the header's order, which is by path.
	Files []File
	// Changelog is newest first, as the header has it.
	Changelog []Change
}

// FileName returns the canonical name of the package's file, whatever it was
// uploaded as: name-version-release.arch.rpm. The epoch is not part of it.
func (p *Package) FileName() string {
	return fmt.Sprintf("%s-%s-%s.%s.rpm", p.Name, p.Version, p.Release, p.Arch)
}

// EVR returns the package's version as rpm compares it,
// "epoch:version-release" or "version-release" when the epoch is 0.
func (p *Package) EVR() string {
	if p.Epoch == 0 {
		return p.Version + "-" + p.Release
	}
	return fmt.Sprintf("%d:%s-%s", p.Epoch, p.Version, p.Release)
}

// Relation is one dependency of any sort.
type Relation struct {
	// Name is a capability, a path, or a rich dependency in parentheses.
	Name string
	// Sense holds rpm's RPMSENSE bits.
	Sense Sense
	// EVR is what the capability is compared with, "" for nothing.
	EVR string
}

// Sense says how a relation compares, and when it matters
// (rpm's include/rpm/rpmds.h).
type Sense uint32

// The bits of a [Sense] that metadata cares about.
const (
	Less       Sense = 1 << 1
	Greater    Sense = 1 << 2
	Equal      Sense = 1 << 3
	PreReq     Sense = 1 << 6
	ScriptPre  Sense = 1 << 9
	ScriptPost Sense = 1 << 10
	MissingOK  Sense = 1 << 19
)

// Comparison returns "LT", "GT", "EQ", "LE" or "GE", and "" for a sense that
// compares nothing.
func (s Sense) Comparison() string {
	switch s & (1 | Less | Greater | Equal) {
	case Less:
		return "LT"
	case Greater:
		return "GT"
	case Equal:
		return "EQ"
	case Less | Equal:
		return "LE"
	case Greater | Equal:
		return "GE"
	}
	return ""
}

// File is one path that the package owns.
type File struct {
	// Path is as in the header, not cleaned.
	Path string
	// Mode holds type and permission bits.
	Mode fs.FileMode
	// Ghost is set for a file that is owned but not in the payload.
	Ghost bool
}

// Change is one entry of a changelog.
type Change struct {
	// Time is in seconds since 1970.
	Time int64
	// Author is the headline without its date.
	Author string
	// Text may have several lines.
	Text string
}

// Read reads the package that fills the first size bytes of r. Each byte is
// read once. The error is an [*Error] unless reading from r itself failed.
func Read(r io.ReaderAt, size int64) (*Package, error) {
	f, err := readFile(io.NewSectionReader(r, 0, size), size)
	if err != nil {
		return nil, err
	}
	p := &Package{
		Size:        size,
		HeaderStart: f.headerStart,
		HeaderEnd:   f.headerEnd,
		SHA256:      f.sha256,
	}
	for _, t := range []tag{sigDSA, sigRSA, sigOpenPGP, sigPGP, sigGPG} {
		p.Signed = p.Signed || f.signature.has(t)
	}
	if err := p.fill(f); err != nil {
		return nil, err
	}
	return p, nil
}
