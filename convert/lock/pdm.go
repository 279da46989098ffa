package lock

import (
	"path/filepath"
	"slices"
	"strings"

	"wain/convert/pep"
)

// The keys of a pdm.lock.
// https://github.com/pdm-project/pdm/blob/main/src/pdm/project/lockfile/pdmlock.py
type (
	pdmDocument struct {
		Metadata struct {
			LockVersion   string      `toml:"lock_version"`
			ContentHash   string      `toml:"content_hash"`
			LockInputs    any         `toml:"lock_inputs"`
			Groups        []string    `toml:"groups"`
			Strategy      *[]string   `toml:"strategy"`
			CrossPlatform *bool       `toml:"cross_platform"` // before 4.4
			Targets       []pdmTarget `toml:"targets"`        // since 4.5
		} `toml:"metadata"`
		Packages []pdmEntry `toml:"package"`
	}
	pdmTarget struct {
		Python         string `toml:"requires_python"`
		Platform       string `toml:"platform"`
		Implementation string `toml:"implementation"`
	}
	pdmEntry struct {
		Name         string    `toml:"name"`
		Version      string    `toml:"version"`
		Extras       []string  `toml:"extras"`
		Groups       []string  `toml:"groups"`
		Marker       string    `toml:"marker"`
		Files        []pdmFile `toml:"files"`
		URL          string    `toml:"url"`
		Path         string    `toml:"path"`
		Editable     bool      `toml:"editable"`
		Git          string    `toml:"git"`
		Hg           string    `toml:"hg"`
		Svn          string    `toml:"svn"`
		Bzr          string    `toml:"bzr"`
		Ref          string    `toml:"ref"`
		Revision     string    `toml:"revision"`
		Subdirectory string    `toml:"subdirectory"`
	}
	pdmFile struct {
		File string `toml:"file"`
		URL  string `toml:"url"`
		Hash string `toml:"hash"`
	}
)

// pdmDefault is the group of a project's own dependencies.
const pdmDefault = "default"

// pdm is what a pdm.lock holds.
type pdm struct {
	path     string
	groups   []string // that were locked, normalised; nil where the lock does not say
	targets  []pdmFit
	packages []pdmPackage
}

// pdmPackage is one package of the lock. A project has one more for each set of
// its extras that is needed.
type pdmPackage struct {
	Pin
	groups []string // none: of all
}

// pdmReader makes a pdm of a document.
type pdmReader struct {
	gathered
	options  Options
	dir      string
	markers  map[string]*pep.Marker // by text
	pdm      *pdm
	expanded bool // the value of a variable was put into the package at hand
}

func readPDM(path string, data []byte, o Options) (*Lock, error) {
	var d pdmDocument
	if issues := decodeTOML(path, data, &d); len(issues) > 0 {
		return nil, &Error{Path: path, Issues: issues}
	}
	r := &pdmReader{
		gathered: gathered{path: path}, options: o, dir: filepath.Dir(path),
		markers: map[string]*pep.Marker{}, pdm: &pdm{path: path, groups: listed(d.Metadata.Groups)},
	}
	if known := r.version(&d); !known {
		return nil, r.err() // the rest may mean anything
	}
	r.targets(&d)
	lines := tableLines(data, "package", len(d.Packages))
	for i := range d.Packages {
		if k, ok := r.locked(lines[i], &d.Packages[i]); ok && !r.isProject(&k) {
			r.pdm.packages = append(r.pdm.packages, k)
		}
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	l := &Lock{Path: path, Format: formatPDM, content: r.pdm}
	r.beside(l, &d)
	l.Warnings = r.warnings
	return l, nil
}

// pdmRelock makes a lock that is read here.
const pdmRelock = "pdm lock --update-reuse --strategy inherit_metadata"

// version follows PDM's rule: the major version is the same, the minor one is
// not newer. Of those it accepts, only locks whose packages say their groups are
// read.
func (r *pdmReader) version(d *pdmDocument) (known bool) {
	text := d.Metadata.LockVersion
	v, err := pep.ParseVersion(text)
	if err != nil {
		r.report(0, "metadata.lock_version", problemf(RuleVersion, "is missing or not a version, as in locks of PDM before 2.0: run %s", pdmRelock))
		return false
	}
	readable, _ := pep.ParseSpecifiers(">=4,<4.6")
	if !readable.Contains(v, true) {
		r.report(0, "metadata.lock_version", problemf(RuleVersion, "%s is not read, 4.0 to 4.5 are: run %s with PDM 2.17 or newer", quote(text), pdmRelock))
		return false
	}
	if d.Metadata.Strategy == nil || !slices.Contains(*d.Metadata.Strategy, "inherit_metadata") {
		r.report(0, "metadata.strategy", problemf(RuleVersion,
			"without inherit_metadata the packages do not say which groups and environments they are for: run %s", pdmRelock))
		return false
	}
	return true
}

// locked reads a package.
func (r *pdmReader) locked(line int, e *pdmEntry) (k pdmPackage, ok bool) {
	if !pep.ValidName(e.Name) {
		r.report(line, "package.name", problemf(RuleField, "%s is not the name of a project", quote(e.Name)))
		return k, false
	}
	r.expanded = false
	k = pdmPackage{
		Pin:    Pin{Name: pep.Normalize(e.Name), Extras: normalizeAll(e.Extras), File: r.path, Line: line},
		groups: normalizeAll(e.Groups),
	}
	if e.Version != "" {
		v, err := pep.ParseVersion(e.Version)
		if err != nil {
			r.report(line, k.Name, problemf(RuleField, "not a version: %s", syntaxDetail(err)))
			return k, false
		}
		k.Version = v.String()
	}
	if e.Marker != "" {
		k.Marker = r.marker(&k, e.Marker)
	}
	p := r.place(&k.Pin, e)
	if p != nil && r.expanded {
		p = p.veiled()
	}
	r.report(line, k.Name, p)
	return k, true
}

// isProject tells whether a package is the project that the lock is of.
func (r *pdmReader) isProject(k *pdmPackage) bool {
	return k.Origin != "" && k.Origin == filepath.Clean(r.dir)
}

func (r *pdmReader) marker(k *pdmPackage, text string) *pep.Marker {
	if m, ok := r.markers[text]; ok {
		return m
	}
	m, err := pep.ParseMarker(text)
	if err != nil {
		r.report(k.Line, k.Name, problemf(RuleMarker, "the marker %s: %s", quote(text), syntaxDetail(err)))
	}
	r.markers[text] = m
	return m
}

func (p *pdm) pins() []Pin {
	pins := make([]Pin, len(p.packages))
	for i, k := range p.packages {
		pins[i] = k.clone()
	}
	return pins
}

// pick takes the packages of the groups whose markers hold.
func (p *pdm) pick(w want) ([]Pin, []Issue) {
	g := gathered{path: p.path}
	groups := []string{pdmDefault}
	for _, extra := range normalizeAll(w.Extras) {
		if p.groups != nil && !slices.Contains(p.groups, extra) {
			g.report(0, "", noExtra(extra, p.groups))
		}
		groups = append(groups, extra)
	}
	for _, group := range normalizeAll(w.Groups) {
		if p.groups != nil && !slices.Contains(p.groups, group) {
			g.report(0, "", noGroup(group, p.groups))
		}
		groups = append(groups, group)
	}
	if p.groups != nil && !slices.Contains(p.groups, pdmDefault) {
		g.report(0, "", noGroup(pdmDefault, p.groups))
	}
	g.report(0, "", p.covers(w))
	if len(g.issues) > 0 {
		return nil, g.issues
	}
	var pins []Pin
	at := map[string]int{}
	for _, k := range p.packages {
		if len(k.groups) > 0 && !slices.ContainsFunc(k.groups, func(group string) bool { return slices.Contains(groups, group) }) {
			continue
		}
		holds, err := k.Marker.Eval(w.env, nil)
		if err != nil {
			g.report(k.Line, k.Name, problemf(RuleMarker, "%s", err))
		}
		if !holds {
			continue
		}
		if i, twice := at[k.Name]; !twice {
			at[k.Name] = len(pins)
			pins = append(pins, k.clone())
		} else if !merge(&pins[i], k.Pin) {
			g.report(k.Line, k.Name, lockedTwice(pins[i], "pdm lock"))
		}
	}
	return pins, g.issues
}

// merge adds to a pin what another of the same project says: PDM has one without
// extras and one for each set of extras. It fails for two that are not the same
// but for those.
func merge(pin *Pin, other Pin) bool {
	if pin.Version != other.Version || pin.URL != other.URL || pin.Path != other.Path || pin.Origin != other.Origin {
		return false
	}
	pin.Extras = normalizeAll(append(pin.Extras, other.Extras...))
	pin.Hashes = sortHashes(append(pin.Hashes, other.Hashes...))
	for _, f := range other.Files {
		same := func(known File) bool {
			return known.Name == f.Name && known.URL == f.URL && slices.Equal(known.Hashes, f.Hashes)
		}
		if !slices.ContainsFunc(pin.Files, same) {
			f.Hashes = slices.Clone(f.Hashes)
			pin.Files = append(pin.Files, f)
		}
	}
	return true
}

// pdmFit is a target of a lock: environments that it covers.
type pdmFit struct {
	pdmTarget
	python poetryConstraint
}

// targets reads the environments that the lock covers.
func (r *pdmReader) targets(d *pdmDocument) {
	for _, t := range d.Metadata.Targets {
		python, err := parsePythonConstraint(t.Python)
		if err != nil {
			r.report(0, "metadata.targets", problemf(RuleField, "%s", err))
		}
		r.pdm.targets = append(r.pdm.targets, pdmFit{t, python})
	}
	crossPlatform := d.Metadata.CrossPlatform != nil && *d.Metadata.CrossPlatform
	if len(d.Metadata.Targets) == 0 && !crossPlatform && !slices.Contains(*d.Metadata.Strategy, "cross_platform") {
		r.warn(0, "was locked for one platform only, and does not say for which")
	}
}

// covers tells what is wrong where none of the lock's targets is the one asked
// for.
func (p *pdm) covers(w want) *problem {
	python, err := pep.ParseVersion(w.env.PythonFullVersion)
	if err != nil {
		return problemf(RuleTarget, "%s is not a version of Python", quote(w.env.PythonFullVersion))
	}
	var made []string
	for _, t := range p.targets {
		if t.python.allows(python) && t.onPlatform(w.env) && (t.Implementation == "" || strings.EqualFold(t.Implementation, w.env.ImplementationName)) {
			return nil
		}
		if len(made) < 5 {
			made = append(made, quote(strings.Join(strings.Fields(t.Python+" "+t.Platform+" "+t.Implementation), " ")))
		}
	}
	if len(p.targets) == 0 {
		return nil
	}
	return problemf(RuleTarget, "is made for %s, not for %s: run pdm lock --append --python … --platform …", strings.Join(made, ", "), describe(w.env))
}

// onPlatform judges a target's platform: manylinux_2_28_x86_64, windows_amd64,
// or one of the names that PDM gives to some of these. The version of the C
// library is left to the choice of a wheel.
func (t pdmFit) onPlatform(env pep.Environment) bool {
	platform := t.Platform
	switch platform {
	case "":
		return true
	case "linux", "alpine":
		platform = "linux_x86_64"
	case "windows":
		platform = "windows_amd64"
	case "macos":
		platform = "macos_arm64"
	}
	system, rest, _ := strings.Cut(platform, "_")
	// What is left of the versions is the architecture, which may hold a "_".
	for rest != "" && rest[0] >= '0' && rest[0] <= '9' {
		_, rest, _ = strings.Cut(rest, "_")
	}
	switch system {
	case "manylinux", "musllinux", "linux":
		system = "linux"
	case "windows":
		system = "win32"
	case "macos":
		system = "darwin"
	}
	return system == env.SysPlatform && machine(rest) == machine(env.PlatformMachine)
}

// machine gives one name to what systems call differently.
func machine(name string) string {
	switch name = strings.ToLower(name); name {
	case "amd64":
		return "x86_64"
	case "arm64":
		return "aarch64"
	case "i386", "i486", "i586", "x86":
		return "i686"
	}
	return name
}
