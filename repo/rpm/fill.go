package rpm

import (
	"io/fs"
	"math"
	"strings"
)

// fill takes everything out of the headers. A header's error stays the first
// one: gather remembers it and later reads return nothing.
func (p *Package) fill(f *file) error {
	g := &gather{h: f.header}
	p.Name, p.Version, p.Release = g.text(tagName), g.text(tagVersion), g.text(tagRelease)
	p.Arch = g.text(tagArch)
	p.Epoch = uint32(g.number(math.MaxUint32, tagEpoch))
	p.Source = f.header.has(tagSourcePackage) || f.lead[6] == 0 && f.lead[7] == 1
	if p.Source {
		p.Arch = "src"
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
	g.fillArchiveSize(p, f)
	if g.err != nil {
		return g.err
	}
	return p.checkIdentity()
}

// gather reads values out of a header until the first error.
type gather struct {
	h   *header
	err error
}

func (g *gather) keep(err error) {
	if g.err == nil {
		g.err = err
	}
}

func (g *gather) text(t tag) string {
	v, err := g.h.text(t)
	g.keep(err)
	return v
}

func (g *gather) texts(t tag) []string {
	v, err := g.h.texts(t)
	g.keep(err)
	return v
}

func (g *gather) numbers(t tag) []uint64 {
	v, err := g.h.numbers(t)
	g.keep(err)
	return v
}

// number returns the first of the tags that is there, at most limit.
func (g *gather) number(limit uint64, tags ...tag) int64 {
	v, _, err := g.h.number(tags...)
	g.keep(err)
	if v > limit {
		g.keep(refuse("header-entry", g.h.part, "tag %d is %d", tags[0], v))
		return 0
	}
	return int64(v)
}

// fillArchiveSize looks in the signature header first, where format 4 keeps
// the length of the unpacked payload.
func (g *gather) fillArchiveSize(p *Package, f *file) {
	signature := &gather{h: f.signature}
	p.ArchiveSize = signature.number(math.MaxInt64, sigLongArchiveSize, sigArchiveSize)
	g.keep(signature.err)
	if p.ArchiveSize == 0 {
		p.ArchiveSize = g.number(math.MaxInt64, tagArchiveSize, tagPayloadSizeAlt)
	}
}

// relations joins the three parallel lists of one sort of dependency.
func (g *gather) relations(name, sense, evr tag) []Relation {
	names, senses, evrs := g.texts(name), g.numbers(sense), g.texts(evr)
	if g.err != nil || len(names) == 0 {
		return nil
	}
	if len(senses) != len(names) || len(evrs) != len(names) {
		g.keep(refuse("header-entry", g.h.part, "tags %d, %d and %d have %d, %d and %d values",
			name, sense, evr, len(names), len(senses), len(evrs)))
		return nil
	}
	relations := make([]Relation, len(names))
	for i := range names {
		relations[i] = Relation{Name: names[i], Sense: Sense(senses[i]), EVR: evrs[i]}
	}
	return relations
}

// files joins the parallel lists of paths, modes and flags.
func (g *gather) files() []File {
	paths := g.paths()
	modes, flags := g.numbers(tagFileModes), g.numbers(tagFileFlags)
	if g.err != nil || len(paths) == 0 {
		return nil
	}
	if len(modes) != len(paths) || len(flags) != len(paths) {
		g.keep(refuse("header-entry", g.h.part, "%d paths have %d modes and %d flags", len(paths), len(modes), len(flags)))
		return nil
	}
	const ghost = 1 << 6
	files := make([]File, len(paths))
	for i, path := range paths {
		files[i] = File{Path: path, Mode: fileMode(modes[i]), Ghost: flags[i]&ghost != 0}
	}
	return files
}

// paths returns the full paths: folder names, shared between files, and base
// names; or whole names in packages older than rpm 4.
func (g *gather) paths() []string {
	bases := g.texts(tagBaseNames)
	if len(bases) == 0 {
		return g.texts(tagOldFileNames)
	}
	dirs, indexes := g.texts(tagDirNames), g.numbers(tagDirIndexes)
	if g.err == nil && len(indexes) != len(bases) {
		g.keep(refuse("header-entry", g.h.part, "%d base names have %d folder indexes", len(bases), len(indexes)))
	}
	if g.err != nil {
		return nil
	}
	for i, index := range indexes {
		if index >= uint64(len(dirs)) {
			g.keep(refuse("header-entry", g.h.part, "file %d lies in folder %d of %d", i, index, len(dirs)))
			return nil
		}
		bases[i] = dirs[index] + bases[i]
	}
	return bases
}

// changelog joins the three parallel lists of the changelog.
func (g *gather) changelog() []Change {
	times, authors, texts := g.numbers(tagChangelogTime), g.texts(tagChangelogName), g.texts(tagChangelogText)
	if g.err != nil || len(times) == 0 {
		return nil
	}
	if len(authors) != len(times) || len(texts) != len(times) {
		g.keep(refuse("header-entry", g.h.part, "%d changes have %d authors and %d texts", len(times), len(authors), len(texts)))
		return nil
	}
	changes := make([]Change, len(times))
	for i := range times {
		changes[i] = Change{Time: int64(times[i]), Author: authors[i], Text: texts[i]}
	}
	return changes
}

// checkIdentity validates what becomes part of paths.
func (p *Package) checkIdentity() error {
	for _, f := range []struct{ name, value string }{
		{"name", p.Name}, {"version", p.Version}, {"release", p.Release}, {"arch", p.Arch},
	} {
		if f.value == "" {
			return refuse("identity-missing", "header", "no %s", f.name)
		}
		if !validIdentity(f.value) {
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

// fileMode converts the bits of stat(2).
func fileMode(bits uint64) fs.FileMode {
	mode := fs.FileMode(bits & 0o777)
	switch bits & 0o170000 {
	case 0o040000:
		mode |= fs.ModeDir
	case 0o120000:
		mode |= fs.ModeSymlink
	case 0o020000:
		mode |= fs.ModeDevice | fs.ModeCharDevice
	case 0o060000:
		mode |= fs.ModeDevice
	case 0o010000:
		mode |= fs.ModeNamedPipe
	case 0o140000:
		mode |= fs.ModeSocket
	}
	if bits&0o4000 != 0 {
		mode |= fs.ModeSetuid
	}
	if bits&0o2000 != 0 {
		mode |= fs.ModeSetgid
	}
	if bits&0o1000 != 0 {
		mode |= fs.ModeSticky
	}
	return mode
}
