package lock

import (
	"fmt"
	"slices"

	"wain/convert/pep"
)

// requirements is what a requirements.txt and all that it includes ask for.
type requirements struct {
	path          string
	allowUnhashed bool
	entries       []entry            // the requirements, in the order of the files
	constraints   map[string][]entry // by normalised name
}

func (r *requirements) pins() []Pin {
	pins := make([]Pin, len(r.entries))
	for i, e := range r.entries {
		pins[i] = e.toPin().sealed()
	}
	return pins
}

func (e *entry) toPin() Pin {
	p := Pin{
		Name: e.name, Version: e.version, Extras: slices.Clone(e.extras), Marker: e.marker,
		Hashes: slices.Clone(e.hashes), URL: e.url, Path: e.path, Origin: e.origin,
		File: e.file, Line: e.line,
	}
	if e.archive != nil {
		p.Files = []File{*e.archive}
	}
	return p
}

// sealed gives the hashes of a pin of one file to the file.
func (p Pin) sealed() Pin {
	if len(p.Files) == 1 {
		p.Files[0].Hashes, p.Hashes = p.Hashes, nil
	}
	return p
}

// check finds what is wrong whatever the environment: requirements that neither
// their line nor a constraint pins, or gives a hash. Unhashed ones that are
// allowed are returned as warnings.
func (r *requirements) check() (issues []Issue, warnings []string) {
	for _, e := range r.entries {
		constraints := r.constraints[e.name]
		pins := func(c entry) bool { return c.version != "" || c.direct() }
		if !pins(e) && !slices.ContainsFunc(constraints, pins) {
			issues = append(issues, unpinned(&e).at(e.place))
			continue
		}
		hashes := func(c entry) bool { return len(c.hashes) > 0 || c.origin != "" }
		if hashes(e) || slices.ContainsFunc(constraints, hashes) {
			continue
		}
		if !r.allowUnhashed {
			issues = append(issues, unhashed().at(e.place))
			continue
		}
		pin := e.toPin()
		warnings = append(warnings, fmt.Sprintf("%s:%d: %s has no hash: any file of that version is taken", e.file, e.line, quote(pin.String())))
	}
	return issues, warnings
}

func unpinned(e *entry) *problem {
	if e.specifiers.Empty() {
		return problemf(RuleUnpinned, "not pinned: add ==VERSION and its hashes")
	}
	return problemf(RuleUnpinned, "not pinned: a single ==VERSION is needed, which leaves nothing to choose")
}

func unhashed() *problem {
	return problemf(RuleUnhashed, "no hash: add --hash=sha256:…, as pip-compile --generate-hashes and uv pip compile --generate-hashes do")
}

// pick judges markers, then applies the constraints that hold, then insists on
// one pin a name.
func (r *requirements) pick(w want) ([]Pin, []Issue) {
	if len(w.Groups) > 0 {
		p := problemf(RuleGroup, "a requirements.txt has no dependency groups, so no %q", w.Groups[0])
		return nil, []Issue{p.at(place{file: r.path})}
	}
	var pins []Pin
	var issues []Issue
	first := map[string]Pin{}
	judged := map[string][]entry{} // the constraints that hold, by name
	for _, e := range r.entries {
		holds, p := e.holds(w)
		if p != nil {
			issues = append(issues, p.at(e.place))
		}
		if !holds {
			continue
		}
		constraints, ok := judged[e.name]
		if !ok {
			var found []Issue
			constraints, found = holding(r.constraints[e.name], w)
			judged[e.name] = constraints
			issues = append(issues, found...)
		}
		pin, p := r.constrain(e, constraints)
		if p != nil {
			issues = append(issues, p.at(e.place))
			continue
		}
		if other, twice := first[pin.Name]; twice {
			issues = append(issues, pinnedTwice(other).at(e.place))
			continue
		}
		first[pin.Name] = pin
		pins = append(pins, pin)
	}
	return pins, issues
}

func pinnedTwice(other Pin) *problem {
	return problemf(RuleTwice, "pins a project a second time for one environment, first pinned by %s:%d: keep one, or give them markers that exclude each other",
		other.File, other.Line)
}

// holds judges the entry's marker.
func (e *entry) holds(w want) (bool, *problem) {
	ok, err := e.marker.Eval(w.env, w.Extras)
	if err != nil {
		return false, problemf(RuleMarker, "%s", err)
	}
	return ok, nil
}

// holding gives the entries whose markers hold.
func holding(entries []entry, w want) (list []entry, issues []Issue) {
	for _, e := range entries {
		ok, p := e.holds(w)
		if p != nil {
			issues = append(issues, p.at(e.place))
		}
		if ok {
			list = append(list, e)
		}
	}
	return list, issues
}

// constrain makes the pin of a requirement under the constraints that hold in
// the environment. They may pin what the requirement leaves open, narrow its
// hashes, name its URL; they must not contradict it.
func (r *requirements) constrain(e entry, constraints []entry) (Pin, *problem) {
	pin := e.toPin()
	for _, c := range constraints {
		if pin.Version == "" {
			pin.Version = c.version
		}
		if c.direct() && !e.direct() {
			named := c.toPin()
			pin.URL, pin.Path, pin.Origin, pin.Files = named.URL, named.Path, named.Origin, named.Files
		}
		hashes := bothAllow(pin.Hashes, c.hashes)
		if len(hashes) == 0 && len(pin.Hashes) > 0 {
			return pin, problemf(RuleConflict, "none of its hashes is allowed by %s:%d", c.file, c.line)
		}
		pin.Hashes = hashes
	}
	if pin.Origin != "" {
		return pin, e.unlike(pin, constraints)
	}
	if pin.Version == "" && len(pin.Files) == 0 {
		return pin, unpinned(&e)
	}
	if p := e.unlike(pin, constraints); p != nil {
		return pin, p
	}
	if len(pin.Hashes) == 0 && !r.allowUnhashed {
		return pin, unhashed()
	}
	pin.Hashes = sortHashes(slices.Clone(pin.Hashes))
	return pin.sealed(), nil
}

// unlike tells what contradicts a pin.
func (e *entry) unlike(pin Pin, constraints []entry) *problem {
	var v pep.Version
	if pin.Version != "" {
		var err error
		if v, err = pep.ParseVersion(pin.Version); err != nil {
			return problemf(RuleSyntax, "%s", syntaxDetail(err))
		}
	}
	for _, c := range append([]entry{*e}, constraints...) {
		other := c.toPin()
		sameFile := c.archive == nil || len(pin.Files) == 1 && pin.Files[0].URL == other.Files[0].URL && pin.Files[0].Path == other.Files[0].Path
		if pin.Version != "" && !c.specifiers.Contains(v, true) ||
			c.url != "" && c.url != pin.URL || c.path != "" && c.path != pin.Path || c.origin != "" && c.origin != pin.Origin || !sameFile {
			return problemf(RuleConflict, "contradicts %s:%d", c.file, c.line)
		}
	}
	return nil
}
