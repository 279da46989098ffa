package lock

import (
	"fmt"
	"slices"
	"strings"
)

// uvSchema is the version of the format that is read. Revisions of it, which
// only add what may be passed over, do not matter.
const uvSchema = 1

// uvDocument is a uv.lock. Keys that old versions of uv wrote under another
// name are there twice.
type uvDocument struct {
	Version          *int64     `toml:"version"`
	Revision         int64      `toml:"revision"`
	RequiresPython   string     `toml:"requires-python"`
	SupportedMarkers []string   `toml:"supported-markers"`
	Conflicts        [][]uvItem `toml:"conflicts"`
	Manifest         struct {
		Members      []string                   `toml:"members"`
		Requirements []uvRequirement            `toml:"requirements"`
		Groups       map[string][]uvRequirement `toml:"dependency-groups"`
		// What is said otherwise than packages do: of what others ask of them,
		// that nobody gets them, of what they ask.
		Overrides []uvRequirement `toml:"overrides"`
		Excludes  []string        `toml:"excludes"`
		Metadata  []uvRequirement `toml:"dependency-metadata"`
	} `toml:"manifest"`
	Packages      []uvPackage `toml:"package"`
	Distributions []uvPackage `toml:"distribution"`
}

// uvItem is one side of a conflict: an extra or group of a package, or the
// package.
type uvItem struct {
	Package string `toml:"package"`
	Extra   string `toml:"extra"`
	Group   string `toml:"group"`
}

func (i uvItem) String() string {
	switch {
	case i.Extra != "":
		return fmt.Sprintf("the extra %s of %s", i.Extra, i.Package)
	case i.Group != "":
		return fmt.Sprintf("the group %s of %s", i.Group, i.Package)
	}
	return "the project " + i.Package
}

// uvRequirement is what a workspace without a project, or a script, asks for.
type uvRequirement struct {
	Name   string   `toml:"name"`
	Extras []string `toml:"extras"`
	Marker string   `toml:"marker"`
}

type uvPackage struct {
	Name         string                    `toml:"name"`
	Version      string                    `toml:"version"` // "" of a project whose version is dynamic
	Source       uvSource                  `toml:"source"`
	Forks        []string                  `toml:"resolution-markers"`
	Dependencies []uvDependency            `toml:"dependencies"`
	Optional     map[string][]uvDependency `toml:"optional-dependencies"`
	Groups       map[string][]uvDependency `toml:"dev-dependencies"`
	OldGroups    map[string][]uvDependency `toml:"dependency-groups"`
	Sdist        *uvFile                   `toml:"sdist"`
	Wheels       []uvFile                  `toml:"wheels"`
	Metadata     *struct {
		Extras    *[]string             `toml:"provides-extras"`
		Groups    map[string][]struct{} `toml:"requires-dev"`
		OldGroups map[string][]struct{} `toml:"dependency-groups"`
	} `toml:"metadata"`
}

// uvSource says where a package comes from; one of the fields is set, and
// Subdirectory with URL alone.
type uvSource struct {
	Registry     string `toml:"registry"` // URL or folder
	Git          string `toml:"git"`
	URL          string `toml:"url"`
	Path         string `toml:"path"`
	Directory    string `toml:"directory"`
	Editable     string `toml:"editable"`
	Virtual      string `toml:"virtual"` // a folder of which nothing is installed but what it needs
	Subdirectory string `toml:"subdirectory"`
}

// folder is the folder of a project that uv would build, "" for another source.
func (s uvSource) folder() string { return s.Directory + s.Editable + s.Virtual }

func (s uvSource) zero() bool { return s == uvSource{} }

// kinds counts the fields that are set.
func (s uvSource) kinds() (n int) {
	for _, value := range []string{s.Registry, s.Git, s.URL, s.Path, s.Directory, s.Editable, s.Virtual} {
		if value != "" {
			n++
		}
	}
	return n
}

// uvDependency is an edge. Version and Source are there where the name alone
// does not tell the package.
type uvDependency struct {
	Name    string   `toml:"name"`
	Version string   `toml:"version"`
	Source  uvSource `toml:"source"`
	Extras  []string `toml:"extra"`
	Marker  string   `toml:"marker"`
}

// uvFile is a wheel or a source archive.
type uvFile struct {
	URL      string `toml:"url"`
	Path     string `toml:"path"`     // in the folder of the source
	Filename string `toml:"filename"` // of the source's one file
	Hash     string `toml:"hash"`
	Size     int64  `toml:"size"`
}

// readUV reads a uv.lock. What is wrong with its structure is told at once; what
// only matters to those who ask for a package, when they do.
func readUV(path string, data []byte, o Options) (*Lock, error) {
	var document uvDocument
	issues := decodeTOML(path, data, &document)
	if p := uvVersion(path, data, document, issues); p != nil {
		issues = []Issue{p.at(place{file: path})}
	}
	if len(issues) > 0 {
		return nil, &Error{Path: path, Issues: issues}
	}
	table := "package"
	if len(document.Packages) == 0 {
		document.Packages, table = document.Distributions, "distribution"
	}
	g := &uvGraph{gathered: gathered{path: path}, allowUnhashed: o.AllowUnhashed}
	g.build(&document, tableLines(data, table, len(document.Packages)))
	if err := g.err(); err != nil {
		return nil, err
	}
	g.caution()
	l := &Lock{Path: path, Format: formatUV, content: g, Warnings: g.warnings}
	for _, n := range g.own {
		l.Own = append(l.Own, n.name)
	}
	l.Extras, l.Groups = g.offered(g.own)
	return l, nil
}

// uvVersion refuses a lock of another schema. Where the document does not fit,
// its version may be the reason, and is looked for by itself.
func uvVersion(path string, data []byte, document uvDocument, issues []Issue) *problem {
	version := document.Version
	if len(issues) > 0 {
		var head struct {
			Version *int64 `toml:"version"`
		}
		if decodeTOML(path, data, &head) != nil {
			return nil
		}
		version = head.Version
	}
	switch {
	case version == nil && len(issues) > 0:
		return nil
	case version == nil:
		return problemf(RuleVersion, "has no version: uv writes version = %d; lock again with a present uv", uvSchema)
	case *version != uvSchema:
		return problemf(RuleVersion, "is of version %d of uv.lock, and only version %d is read: lock with a uv that writes it, or let uv write a pylock.toml (uv export --format pylock.toml) and use that",
			*version, uvSchema)
	}
	return nil
}

// offered gives the extras and groups that may be asked of projects. extras is
// nil where the lock does not say.
func (g *uvGraph) offered(projects []*uvNode) (extras, groups []string) {
	extras, groups = []string{}, []string{}
	for name := range g.groups {
		groups = append(groups, name)
	}
	known := true
	for _, p := range projects {
		known = known && p.extrasKnown
		extras = append(extras, p.extras...)
		groups = append(groups, p.groupNames...)
	}
	if !known {
		return nil, sortNames(groups)
	}
	return sortNames(extras), sortNames(groups)
}

// caution warns of what is taken without a hash, of markers that no target can
// answer, and of what is not as packages themselves say.
func (g *uvGraph) caution() {
	for _, n := range g.nodes {
		if g.allowUnhashed && slices.ContainsFunc(n.files(), uvFile.weak) {
			g.warn(n.line, "%s has no hash by sha256, sha384 or sha512: any file of that name is taken", quote(n.title()))
		}
		for _, variable := range n.kernel {
			g.warn(n.line, "what %s needs depends on %s, which a target does not fix: it is taken for empty", n.name, variable)
		}
	}
	if len(g.overridden) > 0 {
		g.warn(0, "overrides what packages say of %s: their own metadata may disagree", strings.Join(g.overridden, ", "))
	}
}

// Overridden gives the projects of which a lock says otherwise than wheels do,
// because its user wanted so: that nobody gets them, another version, or that
// they need something else. What wheels ask of them, or they ask, need not hold.
// Names are normalised and sorted; nil where there are none, or the format does
// not say.
func (l *Lock) Overridden() []string {
	g, ok := l.content.(*uvGraph)
	if !ok {
		return nil
	}
	names := slices.Clone(g.overridden)
	for _, n := range g.nodes {
		if n.Source.Virtual != "" {
			names = append(names, n.name)
		}
	}
	return sortNames(names)
}
