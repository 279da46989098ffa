package lock

import (
	"path/filepath"
	"slices"
	"strings"

	"wain/convert/pep"
)

// maxWalks bounds how often a walk starts anew.
const maxWalks = 50

// poetryWalk finds what is needed in one environment, from the project's
// dependencies on. A name that the lock has more than once is settled by the
// constraints of all that need it: where a choice turns out wrong it is banned,
// and the walk starts again.
type poetryWalk struct {
	poetry *poetry
	env    pep.Environment
	python pep.Version
	extras []string
	groups []string
	banned map[*poetryPackage]bool

	chosen map[string]*poetryChoice
	order  []*poetryChoice
	queue  []poetryRequest
	issues []Issue
	again  bool
}

// poetryChoice is a package that was chosen.
type poetryChoice struct {
	*poetryPackage
	features map[string]bool // the extras of it that are asked for
	asked    []*poetryEdge
}

// poetryRequest is an edge on its way to a package.
type poetryRequest struct {
	edge *poetryEdge
	by   *poetryChoice // nil: the project
}

func (w *poetryWalk) run() ([]Pin, []Issue) {
	for range maxWalks {
		w.chosen, w.order, w.queue, w.issues, w.again = map[string]*poetryChoice{}, nil, nil, nil, false
		w.start()
		for len(w.queue) > 0 && !w.again && len(w.issues) < maxIssues {
			next := w.queue[0]
			w.queue = w.queue[1:]
			w.follow(next)
		}
		if !w.again {
			break
		}
	}
	if w.again {
		p := problemf(RuleConflict, "too many versions of too many projects to choose from: lock again with Poetry 2 (poetry lock)")
		return nil, []Issue{p.at(place{file: w.poetry.path})}
	}
	if len(w.issues) > 0 {
		return nil, w.issues
	}
	pins := make([]Pin, len(w.order))
	for i, c := range w.order {
		pins[i] = c.clone()
		pins[i].Extras = sortedKeys(c.features)
	}
	return pins, nil
}

// start asks for the project's dependencies. What is there for extras alone is
// left out unless one of those is asked for.
func (w *poetryWalk) start() {
	unlocked := w.extraNames()
	project := w.poetry.project
	for _, group := range project.with.with(w.groups) {
		edges := project.groups[group]
		for i := range edges {
			e := &edges[i]
			if len(e.in) > 0 && !slices.ContainsFunc(e.in, func(extra string) bool { return slices.Contains(w.extras, extra) }) {
				continue
			}
			candidates := w.poetry.byName[e.name]
			always := func(k *poetryPackage) bool { return !k.optional }
			if !unlocked[e.name] && (e.optional || len(candidates) > 0) && !slices.ContainsFunc(candidates, always) {
				continue
			}
			w.queue = append(w.queue, poetryRequest{edge: e})
		}
	}
}

// extraNames are the projects that the extras need, with all that those may
// need in turn.
func (w *poetryWalk) extraNames() map[string]bool {
	seen := map[string]bool{}
	var stack []string
	for _, extra := range w.extras {
		stack = append(stack, w.poetry.extras[extra]...)
	}
	for len(stack) > 0 {
		name := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[name] {
			continue
		}
		seen[name] = true
		for _, k := range w.poetry.byName[name] {
			for _, e := range k.edges {
				stack = append(stack, e.name)
			}
		}
	}
	return seen
}

// fail gathers an issue where an edge is written.
func (w *poetryWalk) fail(r poetryRequest, p *problem) {
	where := place{file: w.poetry.project.path, text: r.edge.name}
	if r.by != nil {
		where = place{w.poetry.path, r.by.Line, r.by.Name}
	}
	w.issues = append(w.issues, p.at(where))
}

// holds tells whether an edge is there in the environment.
func (w *poetryWalk) holds(r poetryRequest) bool {
	e := r.edge
	if e.python != nil && !e.python.allows(w.python) || !e.platform.allows(w.env.SysPlatform) {
		return false
	}
	features := w.extras
	if r.by != nil {
		features = sortedKeys(r.by.features)
	}
	ok, err := e.marker.EvalSets(w.env, features, nil)
	if err != nil {
		w.fail(r, problemf(RuleMarker, "%s", err))
	}
	return ok && err == nil
}

// follow chooses the package of an edge and asks for what that needs.
func (w *poetryWalk) follow(r poetryRequest) {
	e := r.edge
	if slices.Contains(w.poetry.project.own, e.name) || !w.holds(r) {
		return
	}
	c := w.chosen[e.name]
	if c == nil {
		k, p := w.choose(r, nil)
		if p != nil {
			w.fail(r, p)
			return
		}
		if there, err := k.only.EvalSets(w.env, w.extras, nil); err != nil {
			w.fail(r, problemf(RuleMarker, "%s", err))
			return
		} else if !there {
			return
		}
		c = &poetryChoice{poetryPackage: k, features: map[string]bool{}}
		w.chosen[e.name] = c
		w.order = append(w.order, c)
		for i := range k.edges {
			if !k.edges[i].optional {
				w.queue = append(w.queue, poetryRequest{&k.edges[i], c})
			}
		}
	} else if !w.suits(e, c.poetryPackage) {
		if _, p := w.choose(r, c.asked); p != nil {
			w.fail(r, p)
			return
		}
		w.banned[c.poetryPackage], w.again = true, true
		return
	}
	c.asked = append(c.asked, e)
	for _, feature := range e.extras {
		w.feature(c, feature)
	}
}

// feature asks for what an extra of a package needs.
func (w *poetryWalk) feature(c *poetryChoice, feature string) {
	if c.features[feature] {
		return
	}
	c.features[feature] = true
	needed := map[string]bool{}
	for _, name := range c.extras[feature] {
		needed[name] = true
	}
	for i := range c.edges {
		if e := &c.edges[i]; e.optional && needed[e.name] {
			w.queue = append(w.queue, poetryRequest{e, c})
		}
	}
}

// suits tells whether a package is what an edge asks for.
func (w *poetryWalk) suits(e *poetryEdge, k *poetryPackage) bool {
	return e.constraint.allows(k.version) && e.samePlace(k, filepath.Dir(w.poetry.path))
}

// choose gives the newest package that suits an edge, and those before it.
func (w *poetryWalk) choose(r poetryRequest, before []*poetryEdge) (*poetryPackage, *problem) {
	e := r.edge
	var found *poetryPackage
	var versions []string
	python := false
	for _, k := range w.poetry.byName[e.name] {
		if len(versions) < 5 && !slices.Contains(versions, k.Version) {
			versions = append(versions, k.Version)
		}
		if w.banned[k] || !w.suits(e, k) || slices.ContainsFunc(before, func(b *poetryEdge) bool { return !w.suits(b, k) }) {
			continue
		}
		if !k.python.allows(w.python) {
			python = true
			continue
		}
		fromIndex := e.index != "" && k.source.Reference == e.index
		if found == nil || fromIndex && found.version.Compare(k.version) == 0 {
			found = k
		}
	}
	switch {
	case found != nil:
		return found, nil
	case len(versions) == 0:
		return nil, problemf(RuleMissing, "needs %s, which the lock does not have: run poetry lock", quote(e.name))
	case python:
		return nil, problemf(RuleTarget, "needs %s, which the lock has for other versions of Python than %s of the target only", quote(e.name), w.env.PythonFullVersion)
	case len(before) > 0:
		return nil, problemf(RuleConflict, "needs %s of a version that others do not: the lock has %s; lock again with Poetry 2 (poetry lock)", quote(e.name), strings.Join(versions, ", "))
	}
	return nil, problemf(RuleStale, "needs %s of another version or place than the lock has (%s): run poetry lock", quote(e.name), strings.Join(versions, ", "))
}
