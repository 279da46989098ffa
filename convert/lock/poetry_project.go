package lock

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"wain/convert/pep"
)

// poetryProjectFile is what a walk reads of a pyproject.toml.
// https://python-poetry.org/docs/pyproject/
type poetryProjectFile struct {
	Project *struct {
		Name         string              `toml:"name"`
		Dependencies *[]string           `toml:"dependencies"`
		Optional     map[string][]string `toml:"optional-dependencies"`
		Dynamic      []string            `toml:"dynamic"`
	} `toml:"project"`
	Groups map[string][]any `toml:"dependency-groups"`
	Tool   struct {
		Poetry struct {
			Name            string         `toml:"name"`
			Dependencies    map[string]any `toml:"dependencies"`
			DevDependencies map[string]any `toml:"dev-dependencies"`
			Group           map[string]struct {
				Dependencies map[string]any `toml:"dependencies"`
				Include      []string       `toml:"include-groups"`
			} `toml:"group"`
		} `toml:"poetry"`
	} `toml:"tool"`
}

func decodePoetryProject(path string, data []byte) (*poetryProjectFile, []Issue) {
	var d poetryProjectFile
	if issues := decodeTOML(path, data, &d); len(issues) > 0 {
		return nil, issues
	}
	return &d, nil
}

// own gives the project's name, normalised; none where it has none.
func (d *poetryProjectFile) own() []string {
	for _, name := range []string{d.projectName(), d.Tool.Poetry.Name} {
		if pep.ValidName(name) {
			return []string{pep.Normalize(name)}
		}
	}
	return nil
}

func (d *poetryProjectFile) projectName() string {
	if d.Project == nil {
		return ""
	}
	return d.Project.Name
}

// poetryProject is where a walk starts: what the groups of a project need.
type poetryProject struct {
	path   string
	own    []string
	groups map[string][]poetryEdge // without what they include
	with   dependencyGroups
}

// names are the groups that may be asked for, without main.
func (p *poetryProject) names() []string {
	names := sortedKeys(p.groups)
	return slices.DeleteFunc(names, func(name string) bool { return name == poetryMain })
}

// poetryEdge is what a project or a package needs.
type poetryEdge struct {
	line       int
	name       string // normalised
	constraint poetryConstraint
	python     poetryConstraint // nil: any
	platform   poetryPlatform   // nil: any
	marker     poetryCondition
	extras     []string // normalised, of the project needed
	optional   bool
	in         []string // the extras of the project that it belongs to, where it is known

	direct string // git, url or path; "" for what an index has
	place  string // of the url
	index  string // the name of the source it is to come from, "" for any
}

// project reads the groups of a pyproject.toml.
func (r *poetryReader) project(path string, d *poetryProjectFile) *poetryProject {
	p := &poetryProject{path: path, own: d.own(), groups: map[string][]poetryEdge{poetryMain: {}}}
	report := func(text string, w *problem) {
		if w != nil {
			r.issues = append(r.issues, w.at(place{file: path, text: text}))
		}
	}
	add := func(group string, table map[string]any) {
		group = pep.Normalize(group)
		if p.groups[group] == nil {
			p.groups[group] = []poetryEdge{}
		}
		for _, name := range sortedKeys(table) {
			if group == poetryMain && strings.ToLower(name) == "python" {
				continue // the lock has it as python-versions
			}
			edges, w := r.edges(name, table[name], path, 0)
			report(name, w)
			p.groups[group] = append(p.groups[group], edges...)
		}
	}
	poetry := d.Tool.Poetry
	standard, w := r.standard(d)
	report("project", w)
	p.groups[poetryMain] = append(p.groups[poetryMain], standard...)
	if d.Project == nil || d.Project.Dependencies == nil && d.Project.Optional == nil || slices.Contains(d.Project.Dynamic, "dependencies") {
		add(poetryMain, poetry.Dependencies)
	}
	if poetry.DevDependencies != nil {
		add("dev", poetry.DevDependencies)
	}
	for _, group := range sortedKeys(poetry.Group) {
		if d.hasGroup(group) {
			p.groups[pep.Normalize(group)] = []poetryEdge{} // the table says more of the dependencies that are there
			continue
		}
		add(group, poetry.Group[group].Dependencies)
	}
	p.with, w = readGroups(d.Groups)
	report("dependency-groups", w)
	for _, group := range sortedKeys(p.with) {
		edges, w := r.requirementEdges(p.with[group].requirements)
		report("dependency-groups", w)
		p.groups[group] = append(p.groups[group], edges...)
	}
	report("dependency-groups", p.include(d))
	return p
}

// hasGroup tells whether a group is one of [dependency-groups], where tables of
// Poetry only add to what is there.
func (d *poetryProjectFile) hasGroup(group string) bool {
	for name := range d.Groups {
		if pep.Normalize(name) == pep.Normalize(group) {
			return true
		}
	}
	return false
}

// standard reads the dependencies of [project].
func (r *poetryReader) standard(d *poetryProjectFile) (edges []poetryEdge, p *problem) {
	if d.Project == nil {
		return nil, nil
	}
	read := func(list []string, extra string) {
		for _, text := range list {
			e, w := r.requirementEdge(text)
			if w != nil {
				p = w
				continue
			}
			if extra != "" {
				e.optional, e.in = true, []string{pep.Normalize(extra)}
			}
			edges = append(edges, e)
		}
	}
	if d.Project.Dependencies != nil {
		read(*d.Project.Dependencies, "")
	}
	for _, extra := range sortedKeys(d.Project.Optional) {
		read(d.Project.Optional[extra], extra)
	}
	return edges, p
}

func (r *poetryReader) requirementEdges(list []string) (edges []poetryEdge, p *problem) {
	for _, text := range list {
		e, p := r.requirementEdge(text)
		if p != nil {
			return nil, p
		}
		edges = append(edges, e)
	}
	return edges, nil
}

// include adds to the groups what Poetry's own tables include.
func (p *poetryProject) include(d *poetryProjectFile) *problem {
	if p.with == nil {
		return nil // there is a problem already
	}
	for name := range p.groups {
		if _, there := p.with[name]; !there {
			p.with[name] = dependencyGroup{}
		}
	}
	for name, group := range d.Tool.Poetry.Group {
		g := p.with[pep.Normalize(name)]
		g.includes = append(g.includes, normalizeAll(group.Include)...)
		p.with[pep.Normalize(name)] = g
	}
	return p.with.check()
}

// requirementEdge reads a requirement of the standard form.
func (r *poetryReader) requirementEdge(text string) (poetryEdge, *problem) {
	q, err := pep.ParseRequirement(text)
	if err != nil {
		return poetryEdge{}, problemf(RuleSyntax, "%s is not a requirement: %s", quote(text), syntaxDetail(err))
	}
	e := poetryEdge{name: pep.Normalize(q.Name), constraint: poetryConstraint{q.Specifiers}, extras: normalizeAll(q.Extras)}
	var p *problem
	if q.Marker != nil {
		e.marker, p = r.markers.parse(q.Marker.String())
	}
	switch scheme := urlScheme(q.URL); {
	case q.URL == "":
	case isSourceScheme(scheme):
		e.direct = "git"
	case scheme == "file":
		e.direct = "path"
	default:
		e.direct, e.place = "url", q.URL
	}
	return e, p
}

// edges reads what a table of Poetry says of a dependency: a constraint, a table,
// or a list of these, each for other environments.
func (r *poetryReader) edges(name string, value any, path string, line int) ([]poetryEdge, *problem) {
	if !pep.ValidName(name) {
		return nil, problemf(RuleField, "%s is not the name of a project", quote(name))
	}
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	var edges []poetryEdge
	for _, item := range list {
		var e poetryEdge
		var err error
		switch item := item.(type) {
		case string:
			e.constraint, err = parseConstraint(item)
		case map[string]any:
			e, err = r.edge(item)
		default:
			return nil, problemf(RuleField, "the dependency %s is neither a string nor a table", quote(name))
		}
		if err != nil {
			return nil, problemf(RuleField, "the dependency %s: %s", quote(name), err)
		}
		e.name, e.line = pep.Normalize(name), line
		edges = append(edges, e)
	}
	return edges, nil
}

// edge reads a dependency that is a table.
func (r *poetryReader) edge(table map[string]any) (e poetryEdge, err error) {
	text := func(key string) string {
		value, _ := table[key].(string)
		return value
	}
	if e.constraint, err = parseConstraint(text("version")); err != nil {
		return e, err
	}
	if python := text("python"); python != "" {
		if e.python, err = parsePythonConstraint(python); err != nil {
			return e, err
		}
	}
	e.platform = parsePlatform(text("platform"))
	m, p := r.marker(text("markers"))
	if p != nil {
		return e, errors.New(p.detail)
	}
	e.marker = m
	e.optional, _ = table["optional"].(bool)
	if extras, ok := table["extras"].([]any); ok {
		for _, extra := range extras {
			name, _ := extra.(string)
			e.extras = append(e.extras, pep.Normalize(name))
		}
	}
	e.index = text("source")
	switch {
	case text("git") != "":
		e.direct = "git"
	case text("path")+text("file") != "":
		e.direct, e.place = "path", resolveBeside(r.dir, text("path")+text("file"))
	case text("url") != "":
		e.direct, e.place = "url", text("url")
	}
	return e, nil
}

// poetryPlatform is a constraint of sys_platform: "linux", "!=win32",
// "linux || darwin".
type poetryPlatform [][]string

func parsePlatform(text string) poetryPlatform {
	if text == "" || text == "*" {
		return nil
	}
	var all poetryPlatform
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "||", "|"), "|") {
		all = append(all, strings.FieldsFunc(part, func(c rune) bool { return c == ',' || c == ' ' }))
	}
	return all
}

func (c poetryPlatform) allows(platform string) bool {
	if c == nil {
		return true
	}
	for _, clauses := range c {
		ok := true
		for _, clause := range clauses {
			if other, not := strings.CutPrefix(clause, "!="); not {
				ok = ok && other != platform
			} else {
				ok = ok && strings.TrimLeft(clause, "=") == platform
			}
		}
		if ok {
			return true
		}
	}
	return false
}

// samePlace tells whether a package comes from where an edge says. A commit is
// the lock's to choose.
func (e *poetryEdge) samePlace(k *poetryPackage, dir string) bool {
	s := k.source
	switch e.direct {
	case "":
		return true
	case "git":
		return s.Type == "git"
	case "url":
		return s.Type == "url" && s.URL == e.place
	}
	if s.Type != "file" && s.Type != "directory" {
		return false
	}
	return e.place == "" || filepath.Join(resolveBeside(dir, s.URL), s.Subdirectory) == filepath.Clean(e.place) || resolveBeside(dir, s.URL) == e.place
}
