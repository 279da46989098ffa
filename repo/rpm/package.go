package rpm

import (
	"fmt"
	"io"
	"math"
	"strings"
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
	// Source is set for source packages, with and without sources, as rpm
	// 4.6 and later mark them.
	Source bool
	// Incomplete is set for source packages that lack some of their sources.
	// Metadata calls their architecture "src" too; their files end in
	// ".nosrc.rpm".
	Incomplete bool

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

	// Files are in the header's order. Those of a source package have no
	// folder.
	Files []File
	// Changelog is newest first, as the header has it.
	Changelog []Change
}

// FileName returns the canonical name of the package's file, whatever it was
// uploaded as: name-version-release.arch.rpm. The epoch is not part of it.
func (p *Package) FileName() string {
	arch := p.Arch
	if p.Incomplete {
		arch = "nosrc"
	}
	return fmt.Sprintf("%s-%s-%s.%s.rpm", p.Name, p.Version, p.Release, arch)
}

// EVR returns the package's version as rpm compares it,
// "epoch:version-release" or "version-release" when the epoch is 0.
func (p *Package) EVR() string {
	if p.Epoch == 0 {
		return p.Version + "-" + p.Release
	}
	return fmt.Sprintf("%d:%s-%s", p.Epoch, p.Version, p.Release)
}

// Read reads the package that fills the first size bytes of r. Each byte is
// read once. The error is an [*Error] unless reading from r itself failed.
func Read(r io.ReaderAt, size int64) (*Package, error) {
	s, err := readSections(io.NewSectionReader(r, 0, size), size)
	if err != nil {
		return nil, err
	}
	p := &Package{
		Size:        size,
		HeaderStart: s.headerStart,
		HeaderEnd:   s.headerEnd,
		SHA256:      s.sha256,
	}
	for _, t := range []tag{sigDSA, sigRSA, sigOpenPGP, sigPGP, sigGPG} {
		p.Signed = p.Signed || s.signature.has(t)
	}
	if err := p.fill(s); err != nil {
		return nil, err
	}
	return p, nil
}

// fill takes everything out of the headers. A header's error stays the first
// one: gather remembers it and later reads return nothing.
func (p *Package) fill(s *sections) error {
	g := &gather{h: s.header}
	p.Name, p.Version, p.Release = g.text(tagName), g.text(tagVersion), g.text(tagRelease)
	p.Arch = g.text(tagArch)
	p.Epoch = uint32(g.number(math.MaxUint32, tagEpoch))
	p.Source = s.header.has(tagSourcePackage)
	if p.Source {
		p.Arch = "src"
		p.Incomplete = s.header.has(tagNoSource) || s.header.has(tagNoPatch)
	}
	p.Summary, p.Description = g.text(tagSummary), g.text(tagDescription)
	p.Packager, p.URL, p.Vendor = g.text(tagPackager), g.text(tagURL), g.text(tagVendor)
	p.License, p.Group, p.BuildHost = g.text(tagLicense), g.text(tagGroup), g.text(tagBuildHost)
	p.SourceRPM = g.text(tagSourceRPM)
	p.BuildTime = g.number(math.MaxInt64, tagBuildTime)
	p.InstalledSize = g.number(math.MaxInt64, tagLongSize, tagSize)
	p.Provides = g.relations(tagProvideName, tagProvideFlags, tagProvideVersion)
	p.Requires = g.relations(tagRequireName, tagRequireFlags, tagRequireVersion)
	p.Conflicts = g.relations(tagConflictName, tagConflictFlags, tagConflictVersion)
	p.Obsoletes = g.relations(tagObsoleteName, tagObsoleteFlags, tagObsoleteVersion)
	p.Recommends = g.relations(tagRecommendName, tagRecommendFlags, tagRecommendVersion)
	p.Suggests = g.relations(tagSuggestName, tagSuggestFlags, tagSuggestVersion)
	p.Supplements = g.relations(tagSupplementName, tagSupplementFlags, tagSupplementVersion)
	p.Enhances = g.relations(tagEnhanceName, tagEnhanceFlags, tagEnhanceVersion)
	p.Files = g.files()
	p.Changelog = g.changelog()
	p.ArchiveSize = g.archiveSize(s.signature)
	if g.err != nil {
		return g.err
	}
	return p.checkIdentity()
}

// archiveSize looks in the signature header first, where format 4 keeps the
// length of the unpacked payload.
func (g *gather) archiveSize(signature *header) int64 {
	first := &gather{h: signature}
	size := first.number(math.MaxInt64, sigLongArchiveSize, sigArchiveSize)
	g.keep(first.err)
	if size == 0 {
		size = g.number(math.MaxInt64, tagArchiveSize, tagPayloadSizeAlt)
	}
	return size
}

// checkIdentity validates what becomes part of paths.
func (p *Package) checkIdentity() error {
	for _, f := range []struct{ name, value string }{
		{"name", p.Name}, {"version", p.Version}, {"release", p.Release}, {"arch", p.Arch},
	} {
		if f.value == "" {
			return refuse("identity-missing", "header", "no %s", f.name)
		}
		// A hyphen ends a version and a release: with one inside, two packages
		// would have one file name.
		if !validIdentity(f.value) || f.name != "name" && strings.Contains(f.value, "-") {
			return refuse("identity-invalid", "header", "the %s is %.80q", f.name, f.value)
		}
	}
	return nil
}

// validIdentity takes what rpmbuild takes, but not a leading dot or hyphen.
func validIdentity(s string) bool {
	for i := range len(s) {
		c := s[i]
		alphanumeric := '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !alphanumeric && strings.IndexByte("._+-~^", c) < 0 {
			return false
		}
	}
	return s[0] != '.' && s[0] != '-'
}
