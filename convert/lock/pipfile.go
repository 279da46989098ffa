package lock

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"

	"wain/convert/pep"
)

// pipfileSpec is the version of Pipfile.lock that is read; Pipenv has written
// no other since 2017.
const pipfileSpec = 6

// The sections that every Pipfile.lock has, and their names in a Pipfile.
const (
	pipfileDefault = "default" // packages
	pipfileDevelop = "develop" // dev-packages
)

// pipfile is what a Pipfile.lock holds.
type pipfile struct {
	path     string
	requires []pipfileRequires
	entries  []pipfileEntry // default, develop, then the others as they stand
	groups   []string       // their sections, normalised, without default
}

// pipfileRequires is what the project said of the Python it is for.
type pipfileRequires struct {
	text string // "3.11"
	pep.Specifiers
}

// pipfileEntry is a package of a section.
type pipfileEntry struct {
	Pin
	group string   // its section, normalised; "default"
	wrong *problem // why it cannot be a pin, should its marker hold
	own   bool     // the project that the lock is of
}

// pipfileReader makes a pipfile of a document.
type pipfileReader struct {
	gathered
	options Options
	dir     string
	lock    *Lock
	found   *pipfile
	sources map[string]string // the URL of an index by its name
}

func readPipfile(path string, data []byte, o Options) (*Lock, error) {
	r := &pipfileReader{
		gathered: gathered{path: path}, options: o, dir: filepath.Dir(path),
		lock: &Lock{Path: path, Format: formatPipfile}, found: &pipfile{path: path}, sources: map[string]string{},
	}
	r.read(data)
	if err := r.err(); err != nil {
		return nil, err
	}
	r.found.groups = sortNames(append([]string{}, r.found.groups...))
	r.lock.Groups, r.lock.Warnings, r.lock.content = r.found.groups, r.warnings, r.found
	for _, e := range r.found.entries {
		if e.own {
			r.lock.Own = append(r.lock.Own, e.Name)
		}
	}
	r.lock.Own = sortNames(r.lock.Own)
	return r.lock, nil
}

// read reads the sections: _meta first, since the others name its indexes.
func (r *pipfileReader) read(data []byte) {
	sections, issue := jsonMembers(r.path, data, 0)
	if issue != nil {
		r.issues = append(r.issues, *issue)
		return
	}
	at := func(name string) int {
		return slices.IndexFunc(sections, func(m jsonMember) bool { return m.name == name })
	}
	i := at("_meta")
	if i < 0 {
		r.report(0, "_meta", problemf(RuleField, "is missing"))
		return
	}
	if !r.meta(sections[i]) {
		return
	}
	i = at(pipfileDefault)
	if i < 0 {
		r.report(0, pipfileDefault, problemf(RuleField, "is missing"))
		return
	}
	r.section(data, sections[i])
	if i := at(pipfileDevelop); i >= 0 {
		r.section(data, sections[i])
	}
	for _, s := range sections {
		if s.name != "_meta" && s.name != pipfileDefault && s.name != pipfileDevelop {
			r.section(data, s)
		}
	}
}

// meta reads what holds for the lock as a whole, and tells whether its version
// is known.
func (r *pipfileReader) meta(m jsonMember) (known bool) {
	var d struct {
		spec     *int64
		requires map[string]any
		sources  []map[string]any
	}
	var members map[string]json.RawMessage
	err := json.Unmarshal(m.value, &members)
	for _, key := range []struct {
		name string
		into any
	}{{"pipfile-spec", &d.spec}, {"requires", &d.requires}, {"sources", &d.sources}} {
		if raw, there := members[key.name]; there && err == nil {
			err = json.Unmarshal(raw, key.into)
		}
	}
	switch {
	case err != nil:
		r.report(m.line, m.name, problemf(RuleField, "%s", plainJSON(err)))
		return false
	case d.spec == nil:
		r.report(m.line, "pipfile-spec", problemf(RuleField, "is missing"))
		return false
	case *d.spec != pipfileSpec:
		r.report(m.line, "pipfile-spec", problemf(RuleVersion, "%d is not read, %d is: lock again, with the Pipenv of today", *d.spec, pipfileSpec))
		return false
	}
	for _, key := range []string{"python_version", "python_full_version"} {
		if value, there := d.requires[key]; there {
			r.requires(m.line, key, value)
		}
	}
	for i, s := range d.sources {
		name, _ := s["name"].(string)
		address, _ := s["url"].(string)
		address = r.expand(m.line, address)
		r.sources[name] = address
		if i == 0 {
			r.lock.IndexURL = address
		} else {
			r.lock.ExtraIndexURLs = append(r.lock.ExtraIndexURLs, address)
		}
	}
	return true
}

// requires reads the Python that the project is for: "3.11" is any 3.11, "*" any
// at all; Pipenv takes specifiers too.
func (r *pipfileReader) requires(line int, key string, value any) {
	text, ok := value.(string)
	if !ok {
		r.report(line, key, problemf(RuleField, "is no string"))
		return
	}
	clauses := text
	switch {
	case text == "*" || text == "":
		return
	case strings.ContainsAny(text, "<>=!~"):
	case key == "python_version":
		clauses = "==" + text + ".*"
	default:
		clauses = "==" + text
	}
	s, err := pep.ParseSpecifiers(clauses)
	if err != nil {
		r.report(line, key, problemf(RuleField, "not a version: %s", syntaxDetail(err)))
		return
	}
	r.found.requires = append(r.found.requires, pipfileRequires{text, s})
}

// section reads one group of packages.
func (r *pipfileReader) section(data []byte, m jsonMember) {
	entries, issue := jsonMembers(r.path, data, m.offset)
	if issue != nil {
		r.issues = append(r.issues, *issue)
		return
	}
	group := pep.Normalize(m.name)
	if m.name != pipfileDefault {
		if group == pipfileDefault || slices.Contains(r.found.groups, group) {
			r.report(m.line, m.name, problemf(RuleField, "is the name of two groups"))
			return
		}
		r.found.groups = append(r.found.groups, group)
	}
	for _, e := range entries {
		if len(r.found.entries) == maxLines {
			r.report(e.line, "", problemf(RuleSize, "more than %d packages", maxLines))
			return
		}
		if found, ok := r.entry(e); ok {
			found.group = group
			r.found.entries = append(r.found.entries, found)
		}
	}
}

func (p *pipfile) pins() []Pin {
	var pins []Pin
	for _, e := range p.entries {
		if !e.own {
			pins = append(pins, e.clone())
		}
	}
	return pins
}

// pick takes the entries of the sections asked for whose markers hold. A package
// may stand in several of them, as one.
func (p *pipfile) pick(w want) ([]Pin, []Issue) {
	g := gathered{path: p.path}
	python, err := pep.ParseVersion(w.env.PythonFullVersion)
	for _, r := range p.requires {
		if err != nil || !r.Contains(python, true) {
			g.report(0, "", problemf(RuleTarget, "was locked for Python %s alone; the target has %s: lock for that, or without [requires] in the Pipfile",
				quote(r.text), w.env.PythonFullVersion))
		}
	}
	groups := []string{pipfileDefault}
	for _, group := range normalizeAll(w.Groups) {
		switch group {
		case "packages":
			group = pipfileDefault
		case "dev-packages":
			group = pipfileDevelop
		}
		if group != pipfileDefault && !slices.Contains(p.groups, group) {
			g.report(0, "", noGroup(group, p.groups))
		}
		groups = append(groups, group)
	}
	if len(g.issues) > 0 {
		return nil, g.issues
	}
	var pins []Pin
	first := map[string]int{}
	for _, e := range p.entries {
		if !slices.Contains(groups, e.group) || e.own {
			continue
		}
		holds, err := e.Marker.Eval(w.env, w.Extras)
		switch {
		case err != nil:
			g.report(e.Line, e.Name, problemf(RuleMarker, "%s", err))
		case !holds:
		case e.wrong != nil:
			g.report(e.Line, e.Name, e.wrong)
		default:
			i, again := first[e.Name]
			if !again {
				first[e.Name] = len(pins)
				pins = append(pins, e.clone())
				continue
			}
			if !pins[i].join(e.Pin) {
				g.report(e.Line, e.Name, pinnedTwice(pins[i]))
			}
		}
	}
	return pins, g.issues
}

// join adds what another section says of the same package, and tells whether
// the two agree.
func (p *Pin) join(other Pin) bool {
	both := bothAllow(p.Hashes, other.Hashes)
	if p.Version != other.Version || p.URL != other.URL || p.Path != other.Path || p.Origin != other.Origin ||
		len(p.Files) != len(other.Files) || len(both) == 0 && len(p.Hashes) > 0 {
		return false
	}
	for i := range p.Files {
		if p.Files[i].URL != other.Files[i].URL || p.Files[i].Path != other.Files[i].Path || !slices.Equal(p.Files[i].Hashes, other.Files[i].Hashes) {
			return false
		}
	}
	p.Hashes = slices.Clone(both)
	p.Extras = normalizeAll(slices.Concat(p.Extras, other.Extras))
	if p.Index == "" {
		p.Index = other.Index
	}
	return true
}
