package lock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"wain/convert/pep"
)

// The keys of a poetry.lock, as Poetry 1.0 to 2.x write them.
// https://github.com/python-poetry/poetry/blob/main/src/poetry/packages/locker.py
type (
	poetryDocument struct {
		Packages []poetryEntry       `toml:"package"`
		Extras   map[string][]string `toml:"extras"`
		Metadata struct {
			LockVersion *string                 `toml:"lock-version"`
			Python      string                  `toml:"python-versions"`
			ContentHash string                  `toml:"content-hash"`
			Files       map[string][]poetryFile `toml:"files"`  // before 2.0
			Hashes      map[string][]string     `toml:"hashes"` // before 1.0
		} `toml:"metadata"`
	}
	poetryEntry struct {
		Name         string              `toml:"name"`
		Version      string              `toml:"version"`
		Optional     bool                `toml:"optional"`
		Python       string              `toml:"python-versions"`
		Groups       []string            `toml:"groups"`  // since 2.1
		Markers      any                 `toml:"markers"` // since 2.1: a string, or a table by group
		Marker       string              `toml:"marker"`  // only in 1.0, where edges have none
		Files        *[]poetryFile       `toml:"files"`
		Dependencies map[string]any      `toml:"dependencies"`
		Extras       map[string][]string `toml:"extras"`
		Source       *poetrySource       `toml:"source"`
	}
	poetryFile struct {
		File string `toml:"file"`
		Hash string `toml:"hash"`
	}
	poetrySource struct {
		Type         string `toml:"type"`
		URL          string `toml:"url"`
		Reference    string `toml:"reference"`
		Resolved     string `toml:"resolved_reference"`
		Subdirectory string `toml:"subdirectory"`
	}
)

// poetryMain is the group of a project's own dependencies.
const poetryMain = "main"

// poetry is what a poetry.lock holds.
type poetry struct {
	path     string
	flat     bool             // packages say their groups and markers; else a walk finds them
	python   poetryConstraint // of the project
	pythons  string           // the same, as written
	extras   map[string][]string
	groups   []string // that may be asked for, without main
	packages []*poetryPackage
	byName   map[string][]*poetryPackage // the newest first
	project  *poetryProject              // only for a walk
}

// poetryPackage is one package of the lock.
type poetryPackage struct {
	Pin
	optional bool
	version  pep.Version
	python   poetryConstraint
	source   poetrySource

	groups map[string]poetryCondition // flat: when each group needs it

	only   poetryCondition // to walk: when it is there at all; nil always
	edges  []poetryEdge
	extras map[string][]string // of the package: names of optional edges
}

// poetryCondition is a marker whose variable extra has been made a set. nil
// always holds.
type poetryCondition = *pep.Marker

// poetryReader makes a poetry of a document.
type poetryReader struct {
	gathered
	options Options
	dir     string
	markers setMarkers
	shown   map[string]*pep.Marker // as written, by text
	poetry  *poetry
}

func readPoetry(path string, data []byte, o Options) (*Lock, error) {
	var d poetryDocument
	if issues := decodeTOML(path, data, &d); len(issues) > 0 {
		return nil, &Error{Path: path, Issues: issues}
	}
	r := &poetryReader{
		gathered: gathered{path: path}, options: o, dir: filepath.Dir(path),
		markers: setMarkers{}, shown: map[string]*pep.Marker{},
		poetry: &poetry{path: path, byName: map[string][]*poetryPackage{}},
	}
	if known := r.version(d.Metadata.LockVersion); !known {
		return nil, r.err() // the rest may mean anything
	}
	p := r.poetry
	p.python = r.constraint(0, "metadata.python-versions", d.Metadata.Python, parsePythonConstraint)
	p.pythons = d.Metadata.Python
	p.extras = r.extras(0, "extras", d.Extras)
	lines := tableLines(data, "package", len(d.Packages))
	for i := range d.Packages {
		if k := r.locked(lines[i], &d.Packages[i], &d); k != nil {
			p.packages = append(p.packages, k)
			p.byName[k.Name] = append(p.byName[k.Name], k)
		}
	}
	r.poolFiles()
	for _, list := range p.byName {
		slices.SortStableFunc(list, func(a, b *poetryPackage) int { return b.version.Compare(a.version) })
	}
	own := r.beside(d.Metadata.ContentHash)
	if err := r.err(); err != nil {
		return nil, err
	}
	return &Lock{Path: path, Format: formatPoetry, Own: own, Extras: sortedKeys(p.extras), Groups: p.groups, Warnings: r.warnings, content: p}, nil
}

// version accepts what Poetry 2 reads: 1.x and 2.x.
func (r *poetryReader) version(text *string) (known bool) {
	if text == nil {
		r.report(0, "metadata.lock-version", problemf(RuleVersion, "is missing, as in locks of Poetry before 1.0: run poetry lock with Poetry 2"))
		return false
	}
	v, err := pep.ParseVersion(*text)
	if err != nil {
		r.report(0, "metadata.lock-version", problemf(RuleField, "not a version: %s", syntaxDetail(err)))
		return false
	}
	readable, _ := pep.ParseSpecifiers(">=1,<3")
	withGroups, _ := pep.ParseSpecifiers(">=2.1")
	newest, _ := pep.ParseVersion("2.1")
	if !readable.Contains(v, true) {
		r.report(0, "metadata.lock-version", problemf(RuleVersion, "%s is not read, 1.0 to 2.1 are: run poetry lock with Poetry 2", quote(*text)))
		return false
	}
	if v.Compare(newest) > 0 {
		r.warn(0, "lock-version %s is newer than 2.1, which is known: what it adds is passed over", v)
	}
	r.poetry.flat = withGroups.Contains(v, true)
	return true
}

// extras normalises a table of extras: each names projects, or requirements
// that begin with the name of one.
func (r *poetryReader) extras(line int, key string, table map[string][]string) map[string][]string {
	all := make(map[string][]string, len(table))
	for _, extra := range sortedKeys(table) {
		if !pep.ValidName(extra) {
			r.report(line, key, problemf(RuleField, "%s is not the name of an extra", quote(extra)))
			continue
		}
		names := []string{}
		for _, requirement := range table[extra] {
			if name := leadingName(requirement); name != "" {
				names = append(names, pep.Normalize(name))
			}
		}
		all[pep.Normalize(extra)] = append(all[pep.Normalize(extra)], names...)
	}
	return all
}

// leadingName is the name that a requirement begins with.
func leadingName(requirement string) string {
	for i := range len(requirement) {
		switch c := requirement[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return requirement[:i]
		}
	}
	return requirement
}

func (r *poetryReader) constraint(line int, key, text string, parse func(string) (poetryConstraint, error)) poetryConstraint {
	c, err := parse(text)
	if err != nil {
		r.report(line, key, problemf(RuleField, "%s", err))
	}
	return c
}

// locked reads a package; nil where it cannot be told which one it is.
func (r *poetryReader) locked(line int, e *poetryEntry, d *poetryDocument) *poetryPackage {
	if !pep.ValidName(e.Name) {
		r.report(line, "package.name", problemf(RuleField, "%s is not the name of a project", quote(e.Name)))
		return nil
	}
	k := &poetryPackage{Pin: Pin{Name: pep.Normalize(e.Name), File: r.path, Line: line}, optional: e.Optional}
	v, err := pep.ParseVersion(e.Version)
	if err != nil {
		r.report(line, k.Name, problemf(RuleField, "not a version: %s", syntaxDetail(err)))
		return nil
	}
	k.version, k.Version = v, v.String()
	if e.Source != nil {
		k.source = *e.Source
	}
	r.report(line, k.Name, r.place(k, e, d))
	if r.poetry.flat {
		r.conditions(k, e)
		return k
	}
	k.python = r.constraint(line, k.Name, e.Python, parsePythonConstraint)
	k.extras = r.extras(line, k.Name, e.Extras)
	m, p := r.marker(e.Marker)
	r.report(line, k.Name, p)
	k.only = m
	for _, name := range sortedKeys(e.Dependencies) {
		edges, p := r.edges(name, e.Dependencies[name], r.path, line)
		r.report(line, k.Name, p)
		k.edges = append(k.edges, edges...)
	}
	return k
}

// conditions reads when each group needs a package.
func (r *poetryReader) conditions(k *poetryPackage, e *poetryEntry) {
	k.groups = make(map[string]poetryCondition, len(e.Groups))
	table, _ := e.Markers.(map[string]any)
	text, isText := e.Markers.(string)
	if e.Markers != nil && table == nil && !isText {
		r.report(k.Line, k.Name, problemf(RuleField, "markers is neither a string nor a table"))
		return
	}
	if isText {
		k.Marker = r.asWritten(k, text)
	}
	for _, group := range e.Groups {
		if value, there := table[group]; there {
			if text, isText = value.(string); !isText {
				r.report(k.Line, k.Name, problemf(RuleField, "the marker of the group %s is not a string", quote(group)))
				return
			}
		} else if table != nil {
			text = ""
		}
		m, p := r.marker(text)
		r.report(k.Line, k.Name, p)
		k.groups[pep.Normalize(group)] = m
	}
	if len(e.Groups) == 0 {
		r.report(k.Line, k.Name, problemf(RuleField, "is in no group: run poetry lock"))
	}
}

// marker reads a marker of Poetry, where extra stands for all the extras that
// are asked for: `extra != "a"` fails as soon as a is among them.
func (r *poetryReader) marker(text string) (*pep.Marker, *problem) {
	if text == "*" {
		text = ""
	}
	return r.markers.parse(text)
}

func (r *poetryReader) asWritten(k *poetryPackage, text string) *pep.Marker {
	m, known := r.shown[text]
	if !known {
		m, _ = pep.ParseMarker(text) // read again, as a condition, with its error
		r.shown[text] = m
	}
	return m
}

// beside reads the pyproject.toml that the lock was made from: a walk starts
// there, and otherwise it tells whether the lock is up to date.
func (r *poetryReader) beside(contentHash string) (own []string) {
	p := r.poetry
	path := filepath.Join(r.dir, "pyproject.toml")
	if p.flat {
		p.groups = p.flatGroups()
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if !p.flat {
			r.report(0, "", problemf(RuleMissing, "a lock of this version does not say which packages are for what; the pyproject.toml beside it does, "+
				"and is not there: put it there, or lock again with Poetry 2 (poetry lock)"))
		}
		return nil
	}
	file, unread := load(path, maxSize)
	if unread != nil {
		if p.flat {
			r.unknown(path)
		} else {
			r.issues = append(r.issues, unread.at(place{file: path}))
		}
		return nil
	}
	data := file.data
	d, list := decodePoetryProject(path, data)
	switch {
	case len(list) > 0 && p.flat:
		r.unknown(path)
		return nil
	case len(list) > 0:
		r.issues = append(r.issues, list...)
		return nil
	}
	if fresh, known := isFresh(data, contentHash); known && !fresh {
		r.warn(0, "%s has changed since the lock was made: run poetry lock", path)
	}
	if !p.flat {
		p.project = r.project(path, d)
		p.groups = p.project.names()
	}
	return d.own()
}

// unknown warns of a project that is of no use, where none is needed.
func (r *poetryReader) unknown(path string) {
	r.warn(0, "%s cannot be read, so it is not known whether the lock is up to date", path)
}

// flatGroups are the groups that packages are in, without main.
func (p *poetry) flatGroups() []string {
	groups := map[string]bool{}
	for _, k := range p.packages {
		for group := range k.groups {
			groups[group] = true
		}
	}
	delete(groups, poetryMain)
	return sortedKeys(groups)
}

// sortedKeys gives the keys of a map, sorted, never nil.
func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
