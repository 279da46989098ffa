package lock

import (
	"fmt"
	"path/filepath"
	"slices"

	"wain/convert/pep"
)

// The keys of a pylock.toml, PEP 751.
// https://packaging.python.org/en/latest/specifications/pylock-toml/
// Pointers tell what is missing from what is empty.
type (
	pylockDocument struct {
		LockVersion    *string          `toml:"lock-version"`
		Environments   []string         `toml:"environments"`
		RequiresPython string           `toml:"requires-python"`
		Extras         []string         `toml:"extras"`
		Groups         []string         `toml:"dependency-groups"`
		DefaultGroups  []string         `toml:"default-groups"`
		CreatedBy      *string          `toml:"created-by"`
		Packages       *[]pylockPackage `toml:"packages"`
		Tool           struct{}         `toml:"tool"`
	}
	pylockPackage struct {
		Name           *string          `toml:"name"`
		Version        *string          `toml:"version"`
		Marker         *string          `toml:"marker"`
		RequiresPython string           `toml:"requires-python"`
		Dependencies   []struct{}       `toml:"dependencies"` // for auditors: not to be used
		VCS            *pylockVCS       `toml:"vcs"`
		Directory      *pylockDirectory `toml:"directory"`
		Archive        *pylockFile      `toml:"archive"`
		Index          string           `toml:"index"`
		Sdist          *pylockFile      `toml:"sdist"`
		Wheels         []pylockFile     `toml:"wheels"`
		Identities     []struct {
			Kind *string `toml:"kind"`
		} `toml:"attestation-identities"`
		Tool struct{} `toml:"tool"`
	}
	pylockVCS struct {
		Type         *string `toml:"type"`
		URL          string  `toml:"url"`
		Path         string  `toml:"path"`
		Requested    string  `toml:"requested-revision"`
		Commit       *string `toml:"commit-id"`
		Subdirectory string  `toml:"subdirectory"`
	}
	pylockDirectory struct {
		Path         *string `toml:"path"`
		Editable     bool    `toml:"editable"`
		Subdirectory string  `toml:"subdirectory"`
	}
	pylockFile struct {
		Name         string            `toml:"name"`
		UploadTime   any               `toml:"upload-time"`
		URL          string            `toml:"url"`
		Path         string            `toml:"path"`
		Size         int64             `toml:"size"`
		Hashes       map[string]string `toml:"hashes"`
		Subdirectory string            `toml:"subdirectory"` // of an archive
	}
)

// pylock is what a pylock.toml holds.
type pylock struct {
	path           string
	environments   []*pep.Marker
	requiresPython pep.Specifiers
	extras, groups []string // normalised; nil where the lock does not say
	defaults       []string
	packages       []pylocked
}

// pylocked is one of its packages.
type pylocked struct {
	Pin
	requiresPython pep.Specifiers
	own            bool // the project that the lock is of
}

// pylockReader makes a pylock of a document.
type pylockReader struct {
	gathered
	options Options
	dir     string
	markers map[string]*pep.Marker // by text: packages repeat them
}

func readPylock(path string, data []byte, o Options) (*Lock, error) {
	var d pylockDocument
	if issues := decodeTOML(path, data, &d); len(issues) > 0 {
		return nil, &Error{Path: path, Issues: issues}
	}
	r := &pylockReader{gathered: gathered{path: path}, options: o, dir: filepath.Dir(path), markers: map[string]*pep.Marker{}}
	if known := r.version(d.LockVersion); !known {
		return nil, r.err() // the rest may mean anything
	}
	p := r.document(&d)
	if d.Packages == nil {
		r.report(0, "packages", problemf(RuleField, "is missing"))
	} else {
		lines := tableLines(data, "packages", len(*d.Packages))
		for i := range *d.Packages {
			p.packages = append(p.packages, r.locked(lines[i], &(*d.Packages)[i]))
		}
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	l := &Lock{Path: path, Format: formatPylock, Extras: p.extras, Groups: p.groups, Warnings: r.warnings, content: p}
	for _, k := range p.packages {
		if k.own {
			l.Own = append(l.Own, k.Name)
		}
	}
	l.Own = sortNames(l.Own)
	return l, nil
}

// version refuses another major version, and warns of another minor one.
func (r *pylockReader) version(text *string) (known bool) {
	if text == nil {
		r.report(0, "lock-version", problemf(RuleField, "is missing"))
		return false
	}
	v, err := pep.ParseVersion(*text)
	if err != nil {
		r.report(0, "lock-version", problemf(RuleField, "not a version: %s", syntaxDetail(err)))
		return false
	}
	only, _ := pep.ParseSpecifiers(">=1,<2")
	if !only.Contains(v, true) {
		r.report(0, "lock-version", problemf(RuleVersion, "%s is not read, version 1.0 is: write the lock with a tool of that version", quote(*text)))
		return false
	}
	if current, _ := pep.ParseVersion("1.0"); v.Compare(current) != 0 {
		r.warn(0, "lock-version %s is newer than 1.0, which is known: what it adds is passed over", v)
	}
	return true
}

// document reads all but the packages.
func (r *pylockReader) document(d *pylockDocument) *pylock {
	if d.CreatedBy == nil {
		r.report(0, "created-by", problemf(RuleField, "is missing"))
	}
	p := &pylock{path: r.path, requiresPython: r.specifiers(0, "requires-python", d.RequiresPython)}
	for _, text := range d.Environments {
		m := r.marker(0, "environments", text)
		for _, v := range m.Variables() {
			if v == "extra" || v == "extras" || v == "dependency_groups" {
				r.report(0, "environments", problemf(RuleMarker, "%s does not tell environments apart", v))
			}
		}
		p.environments = append(p.environments, m)
	}
	for _, extra := range d.Extras {
		if !pep.ValidName(extra) || pep.Normalize(extra) != extra {
			r.report(0, "extras", problemf(RuleField, "%s is not a name in normal form", quote(extra)))
		}
	}
	p.extras, p.groups, p.defaults = listed(d.Extras), listed(d.Groups), listed(d.DefaultGroups)
	return p
}

// listed normalises and sorts names; nil stays nil.
func listed(names []string) []string {
	if names == nil {
		return nil
	}
	return append([]string{}, normalizeAll(names)...)
}

func (r *pylockReader) specifiers(line int, key, text string) pep.Specifiers {
	s, err := pep.ParseSpecifiers(text)
	if err != nil {
		r.report(line, key, problemf(RuleField, "not version specifiers: %s", syntaxDetail(err)))
	}
	return s
}

func (r *pylockReader) marker(line int, key, text string) *pep.Marker {
	if m, ok := r.markers[text]; ok {
		return m
	}
	m, err := pep.ParseMarker(text)
	if err != nil {
		r.report(line, key, problemf(RuleField, "not a marker: %s", syntaxDetail(err)))
	}
	r.markers[text] = m
	return m
}

// locked reads a package.
func (r *pylockReader) locked(line int, d *pylockPackage) pylocked {
	k := pylocked{Pin: Pin{File: r.path, Line: line, Index: d.Index}}
	if d.Name == nil {
		r.report(line, "packages.name", problemf(RuleField, "is missing"))
		return k
	}
	k.Name = *d.Name
	if !pep.ValidName(k.Name) || pep.Normalize(k.Name) != k.Name {
		r.report(line, "packages.name", problemf(RuleField, "%s is not a project's name in normal form", quote(k.Name)))
		return k
	}
	var version pep.Version
	if d.Version != nil {
		var err error
		if version, err = pep.ParseVersion(*d.Version); err != nil {
			r.report(line, k.Name, problemf(RuleField, "not a version: %s", syntaxDetail(err)))
			return k
		}
		k.Version = version.String()
	}
	if d.Marker != nil {
		k.Marker = r.marker(line, k.Name, *d.Marker)
	}
	k.requiresPython = r.specifiers(line, k.Name, d.RequiresPython)
	for _, identity := range d.Identities {
		if identity.Kind == nil {
			r.report(line, k.Name, problemf(RuleField, "attestation-identities: kind is missing"))
		}
	}
	if p := d.source(); p != nil {
		r.report(line, k.Name, p)
		return k
	}
	switch {
	case d.VCS != nil:
		r.vcs(&k, d.VCS)
	case d.Directory != nil:
		r.directory(&k, d.Directory)
	case d.Archive != nil:
		r.archive(&k, d.Archive)
	default:
		r.files(&k, d, version)
	}
	return k
}

// source insists on one kind of source.
func (d *pylockPackage) source() *problem {
	var direct []string
	for name, there := range map[string]bool{"vcs": d.VCS != nil, "directory": d.Directory != nil, "archive": d.Archive != nil} {
		if there {
			direct = append(direct, name)
		}
	}
	slices.Sort(direct)
	switch files := d.Sdist != nil || len(d.Wheels) > 0; {
	case files && len(direct) > 0:
		return problemf(RuleSource, "has files (wheels, sdist) and %s: a package comes from one place", direct[0])
	case !files && len(direct) == 0:
		return problemf(RuleSource, "has none of wheels, sdist, archive, directory and vcs: lock again, on a machine that needs it")
	case len(direct) > 1:
		return problemf(RuleSource, "has %s and %s: a package comes from one place", direct[0], direct[1])
	}
	return nil
}

func (p *pylock) pins() []Pin {
	var pins []Pin
	for _, k := range p.packages {
		if !k.own {
			pins = append(pins, k.clone())
		}
	}
	return pins
}

// clone gives a pin whose lists are the caller's.
func (p Pin) clone() Pin {
	p.Extras, p.Hashes, p.Files = slices.Clone(p.Extras), slices.Clone(p.Hashes), slices.Clone(p.Files)
	for i := range p.Files {
		p.Files[i].Hashes = slices.Clone(p.Files[i].Hashes)
	}
	return p
}

// pick follows the steps of the specification's section on installation, as far
// as the choice among files. Their order decides which error is seen.
func (p *pylock) pick(w want) ([]Pin, []Issue) {
	g := gathered{path: p.path}
	// 1. The extras and groups to install.
	for _, extra := range normalizeAll(w.Extras) {
		if p.extras != nil && !slices.Contains(p.extras, extra) {
			g.report(0, "", noExtra(extra, p.extras))
		}
	}
	for _, group := range normalizeAll(w.Groups) {
		if !slices.Contains(p.groups, group) && !slices.Contains(p.defaults, group) {
			g.report(0, "", noGroup(group, p.groups))
		}
	}
	groups := slices.Concat(p.defaults, w.Groups)
	// 2. The version of the format: when the lock is read.
	// 3. and 4. The lock as a whole is meant for the target.
	python, err := pep.ParseVersion(w.env.PythonFullVersion)
	if err != nil || !p.requiresPython.Contains(python, true) {
		g.report(0, "", notPython(p.requiresPython.String(), w.env))
	}
	g.report(0, "", p.environment(w))
	if len(g.issues) > 0 {
		return nil, g.issues
	}
	// 5. Each package.
	var pins []Pin
	first := map[string]Pin{}
	for _, k := range p.packages {
		// 5.1. Its marker.
		holds, err := k.Marker.EvalSets(w.env, w.Extras, groups)
		if err != nil {
			g.report(k.Line, k.Name, problemf(RuleMarker, "%s", err))
		}
		if !holds || err != nil {
			continue
		}
		// 5.2. Its Python.
		if !k.requiresPython.Contains(python, true) {
			g.report(k.Line, k.Name, notPython(k.requiresPython.String(), w.env))
			continue
		}
		// 5.3. No other of its name.
		if other, twice := first[k.Name]; twice {
			g.report(k.Line, k.Name, pinnedTwice(other))
			continue
		}
		first[k.Name] = k.Pin
		// 5.4. One source: when the lock is read.
		// 5.5.
		if !k.own {
			pins = append(pins, k.clone())
		}
	}
	return pins, g.issues
}

// environment tells what is wrong where none of the lock's environments is the
// target's.
func (p *pylock) environment(w want) *problem {
	var shown string
	for _, m := range p.environments {
		holds, err := m.Eval(w.env, nil)
		if err != nil {
			return problemf(RuleMarker, "environments: %s", err)
		}
		if holds {
			return nil
		}
		if shown == "" {
			shown = quote(m.String())
		}
	}
	if len(p.environments) == 0 {
		return nil
	}
	if more := len(p.environments) - 1; more > 0 {
		shown += fmt.Sprintf(" or %d others", more)
	}
	return problemf(RuleTarget, "is made for %s, not for %s: lock for that too", shown, describe(w.env))
}
