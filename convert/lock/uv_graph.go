package lock

import (
	"slices"

	"wain/convert/pep"
)

const (
	// maxForks is how many packages of one name a lock may have. One with forks
	// for ten conflicting extras has about as many.
	maxForks = 200
	// maxConflicts is how many items the conflicts of a lock may have.
	maxConflicts = 10_000
)

// uvGraph is the content of a uv.lock: packages and what they need.
type uvGraph struct {
	gathered
	allowUnhashed bool
	python        pep.Specifiers
	supported     []*pep.Marker // one of them holds wherever the lock is good for; none: everywhere
	conflicts     [][]uvItem
	nodes         []*uvNode // in the order of the file
	byName        map[string][]*uvNode
	own           []*uvNode           // members of the workspace
	top           *uvNode             // the member whose folder is that of the lock, nil for none
	requirements  []uvRoot            // of a script
	groups        map[string][]uvRoot // of a workspace without a project, by normalised name
	overridden    []string            // names that the lock treats otherwise than packages ask

	markers setMarkers
}

// uvNode is a package. Names are normalised.
type uvNode struct {
	*uvPackage
	name        string
	version     string // in normal form, "" where it is dynamic
	line        int
	own         bool          // a member of the workspace
	forks       []*pep.Marker // where find by name takes it; none: everywhere
	needs       []uvEdge
	optional    map[string][]uvEdge // by extra
	groups      map[string][]uvEdge
	extras      []string // that it has, sorted
	extrasKnown bool     // extras holds all of them
	groupNames  []string
	kernel      []string // variables of its edges' markers that a target does not fix
}

// uvEdge is what a package needs.
type uvEdge struct {
	to     *uvNode
	extras []string
	marker *pep.Marker
}

// uvRoot is what the lock as a whole asks for, by name alone.
type uvRoot struct {
	name   string
	extras []string
	marker *pep.Marker
}

// files are the wheels and the source archive.
func (n *uvNode) files() []uvFile {
	if n.Sdist == nil {
		return n.Wheels
	}
	return append(slices.Clone(n.Wheels), *n.Sdist)
}

// title names a package in messages.
func (n *uvNode) title() string {
	if n.version == "" {
		return n.name
	}
	return n.name + "==" + n.version
}

// wrong reports what is wrong with a package, or with the lock where n is nil.
func (g *gathered) wrong(n *uvNode, p *problem) {
	if n == nil {
		g.report(0, "", p)
		return
	}
	g.report(n.line, n.title(), p)
}

// build makes the graph of a document; lines are those of its packages.
func (g *uvGraph) build(d *uvDocument, lines []int) {
	g.markers = setMarkers{}
	g.conflicts = d.Conflicts
	items := 0
	for _, set := range g.conflicts {
		items += len(set)
	}
	if items > maxConflicts {
		g.wrong(nil, problemf(RuleSize, "more than %d extras, groups and projects in conflicts", maxConflicts))
		return
	}
	for _, set := range g.conflicts {
		for i, item := range set {
			for _, name := range []string{item.Package, item.Extra, item.Group} {
				if name != "" {
					g.named(nil, []string{name})
				}
			}
			set[i] = uvItem{pep.Normalize(item.Package), pep.Normalize(item.Extra), pep.Normalize(item.Group)}
		}
	}
	var err error
	if g.python, err = pep.ParseSpecifiers(d.RequiresPython); err != nil {
		g.wrong(nil, problemf(RuleField, "requires-python %s: %s", quote(d.RequiresPython), syntaxDetail(err)))
	}
	g.supported = g.parseAll(nil, d.SupportedMarkers)
	g.byName = make(map[string][]*uvNode, len(d.Packages))
	g.nodes = make([]*uvNode, 0, len(d.Packages))
	for i := range d.Packages {
		g.node(&d.Packages[i], lines[i], d.Revision)
	}
	for _, n := range g.nodes {
		g.connect(n)
	}
	g.roots(d)
	g.markers = nil
}

func (g *uvGraph) parseAll(n *uvNode, texts []string) []*pep.Marker {
	var list []*pep.Marker
	for _, text := range texts {
		marker, p := g.markers.parse(text)
		if p != nil {
			g.wrong(n, p)
		}
		list = append(list, marker)
	}
	return list
}

// node adds a package, without its edges.
func (g *uvGraph) node(p *uvPackage, line int, revision int64) {
	n := &uvNode{uvPackage: p, name: pep.Normalize(p.Name), line: line}
	if !pep.ValidName(p.Name) {
		g.wrong(n, problemf(RuleField, "is not the name of a project"))
		return
	}
	if p.Version != "" {
		v, err := pep.ParseVersion(p.Version)
		if err != nil {
			g.wrong(n, problemf(RuleField, "the version %s: %s", quote(p.Version), syntaxDetail(err)))
			return
		}
		n.version = v.String()
	}
	switch kinds := p.Source.kinds(); {
	case kinds == 0:
		g.wrong(n, problemf(RuleSource, "comes from nowhere that is known: its source is none of registry, git, url, path, directory, editable and virtual"))
	case kinds > 1:
		g.wrong(n, problemf(RuleSource, "has a source of several kinds"))
	case n.version == "" && p.Source.folder() == "":
		g.wrong(n, problemf(RuleField, "has no version"))
	}
	n.forks = g.parseAll(n, p.Forks)
	g.offers(n)
	n.extrasKnown = p.Metadata != nil && (p.Metadata.Extras != nil || revision >= 1)
	if len(g.byName[n.name]) == maxForks {
		g.wrong(n, problemf(RuleSize, "more than %d packages of one name", maxForks))
		return
	}
	for _, other := range g.byName[n.name] {
		if other.version == n.version && other.Source == p.Source {
			g.wrong(n, problemf(RuleTwice, "is in the lock a second time, first in line %d", other.line))
			return
		}
	}
	g.nodes = append(g.nodes, n)
	g.byName[n.name] = append(g.byName[n.name], n)
}

// offers finds the extras and groups of a package. Its metadata has those
// without dependencies too; of extras it says so since revision 1.
func (g *uvGraph) offers(n *uvNode) {
	extras, groups := uvKeys(n.Optional), append(uvKeys(n.Groups), uvKeys(n.OldGroups)...)
	if m := n.Metadata; m != nil {
		if m.Extras != nil {
			extras = append(extras, *m.Extras...)
		}
		groups = append(append(groups, uvKeys(m.Groups)...), uvKeys(m.OldGroups)...)
	}
	n.extras, n.groupNames = g.named(n, extras), g.named(n, groups)
}

// named brings names to normal form, sorted. What is no name is reported.
func (g *uvGraph) named(n *uvNode, names []string) []string {
	for _, name := range names {
		if !pep.ValidName(name) {
			g.wrong(n, problemf(RuleField, "%s is not the name of a project, extra or group", quote(name)))
		}
	}
	return sortNames(normalNames(names))
}

// connect makes the edges of a package.
func (g *uvGraph) connect(n *uvNode) {
	n.needs = g.edges(n, n.Dependencies)
	n.optional = g.tables(n, n.Optional)
	n.groups = g.tables(n, n.Groups)
	if n.groups == nil {
		n.groups = g.tables(n, n.OldGroups)
	}
	slices.Sort(n.kernel)
	n.kernel = slices.Compact(n.kernel)
}

func (g *uvGraph) tables(n *uvNode, tables map[string][]uvDependency) map[string][]uvEdge {
	if len(tables) == 0 {
		return nil
	}
	edges := make(map[string][]uvEdge, len(tables))
	for _, name := range uvKeys(tables) {
		normal := pep.Normalize(name)
		edges[normal] = append(edges[normal], g.edges(n, tables[name])...)
	}
	return edges
}

func uvKeys[T any](table map[string]T) []string {
	keys := make([]string, 0, len(table))
	for key := range table {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (g *uvGraph) edges(n *uvNode, dependencies []uvDependency) []uvEdge {
	edges := make([]uvEdge, 0, len(dependencies))
	for _, d := range dependencies {
		to, p := g.find(d)
		if p != nil {
			g.wrong(n, p)
			continue
		}
		marker, p := g.markers.parse(d.Marker)
		if p != nil {
			g.wrong(n, p)
			continue
		}
		if marker != nil {
			for _, variable := range marker.Variables() {
				if variable == "platform_release" || variable == "platform_version" {
					n.kernel = append(n.kernel, variable)
				}
			}
		}
		edges = append(edges, uvEdge{to, normalNames(d.Extras), marker})
	}
	return edges
}

func normalNames(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	normal := make([]string, len(names))
	for i, name := range names {
		normal[i] = pep.Normalize(name)
	}
	return normal
}

// find gives the one package that an edge means.
func (g *uvGraph) find(d uvDependency) (*uvNode, *problem) {
	name := pep.Normalize(d.Name)
	version := d.Version
	if v, err := pep.ParseVersion(version); version != "" && err == nil {
		version = v.String()
	}
	var found *uvNode
	for _, n := range g.byName[name] {
		if version != "" && n.version != version || !d.Source.zero() && n.Source != d.Source {
			continue
		}
		if found != nil {
			return nil, problemf(RuleMissing, "needs %s, and the lock does not say whether that of line %d or of line %d", quote(name), found.line, n.line)
		}
		found = n
	}
	if found == nil {
		if version != "" {
			name += "==" + version
		}
		return nil, problemf(RuleMissing, "needs %s, which the lock does not have: lock again", quote(name))
	}
	return found, nil
}

// roots finds the workspace's members and what the lock as a whole asks for.
func (g *uvGraph) roots(d *uvDocument) {
	for _, member := range d.Manifest.Members {
		name := pep.Normalize(member)
		i := slices.IndexFunc(g.byName[name], func(n *uvNode) bool { return n.Source.folder() != "" })
		if i < 0 {
			g.wrong(nil, problemf(RuleMissing, "names %s as a member of its workspace, and has no such package: lock again", quote(name)))
			continue
		}
		g.join(g.byName[name][i])
	}
	for _, n := range g.nodes {
		if n.Source.folder() != "." {
			continue
		}
		g.top = n
		if len(d.Manifest.Members) == 0 {
			g.join(n)
		}
	}
	g.requirements = g.rootsOf(d.Manifest.Requirements)
	g.groups = map[string][]uvRoot{}
	g.named(nil, uvKeys(d.Manifest.Groups))
	for _, name := range uvKeys(d.Manifest.Groups) {
		normal := pep.Normalize(name)
		g.groups[normal] = append(g.groups[normal], g.rootsOf(d.Manifest.Groups[name])...)
	}
	for _, list := range [][]uvRequirement{d.Manifest.Overrides, d.Manifest.Metadata} {
		for _, r := range list {
			g.overridden = append(g.overridden, r.Name)
		}
	}
	g.overridden = g.named(nil, append(g.overridden, d.Manifest.Excludes...))
}

// join makes a package a member of the workspace.
func (g *uvGraph) join(n *uvNode) {
	if !n.own {
		n.own = true
		g.own = append(g.own, n)
	}
}

func (g *uvGraph) rootsOf(requirements []uvRequirement) []uvRoot {
	var list []uvRoot
	for _, r := range requirements {
		marker, p := g.markers.parse(r.Marker)
		if p != nil {
			g.wrong(nil, p)
		}
		name := pep.Normalize(r.Name)
		if p == nil && len(g.byName[name]) == 0 {
			g.wrong(nil, problemf(RuleMissing, "asks for %s, which the lock does not have: lock again", quote(name)))
		}
		list = append(list, uvRoot{name, normalNames(r.Extras), marker})
	}
	return list
}
