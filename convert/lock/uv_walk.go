package lock

import (
	"fmt"
	"slices"
	"strings"

	"wain/convert/pep"
)

// uvWalk answers one question of a graph.
type uvWalk struct {
	*uvGraph
	want
	roots  []*uvNode       // the projects asked for, else all that the lock has of its own
	single bool            // one is asked for
	active map[uvItem]bool // of the items of conflicts: true for those that are asked for
	names  []string        // of the active ones, as markers name them

	queue   []uvStep
	seen    map[uvStep]bool
	reached []*uvNode

	found     gathered             // what stands against the answer
	misjudged map[*pep.Marker]bool // markers without a meaning, which are told once
}

// RuleExclusive is broken by asking for extras, groups or projects together that
// the lock says exclude each other.
const RuleExclusive = "exclusive"

// uvStep is a package, or one of its extras, whose edges are to be followed.
type uvStep struct {
	node  *uvNode
	extra string
}

func (g *uvGraph) pins() []Pin {
	var list []Pin
	for _, n := range g.nodes {
		if n.own {
			continue
		}
		pin, _ := g.pin(n)
		pin.Marker = n.fork()
		list = append(list, pin)
	}
	return list
}

// fork is the condition of the forks that a package belongs to, nil without one.
func (n *uvNode) fork() *pep.Marker {
	if len(n.Forks) == 0 {
		return nil
	}
	marker, err := pep.ParseMarker("(" + strings.Join(n.Forks, ") or (") + ")")
	if err != nil {
		return nil // all together they are too long
	}
	return marker
}

// pick walks from the wanted projects, extras and groups along all edges whose
// markers hold.
func (g *uvGraph) pick(asked want) ([]Pin, []Issue) {
	w := &uvWalk{uvGraph: g, want: asked, active: map[uvItem]bool{}, found: gathered{path: g.path}, misjudged: map[*pep.Marker]bool{}}
	w.Projects, w.Extras, w.Groups = normalNames(w.Projects), normalNames(w.Extras), normalNames(w.Groups)
	for _, n := range g.own {
		if slices.Contains(w.Projects, n.name) {
			w.roots = append(w.roots, n)
		}
	}
	w.single = len(w.roots) == 1
	if len(w.roots) == 0 {
		w.roots = g.own
	}
	// 1. The lock is for this target, and has what is asked for.
	w.fits()
	w.offers()
	if len(w.found.issues) > 0 {
		return nil, w.found.issues
	}
	// 2. What is active of the conflicting items: first what is asked for, then
	// what dependencies ask for. Only once that is known can markers be judged.
	w.activate()
	if len(g.conflicts) > 0 {
		w.walk(true)
		w.exclude()
	}
	// 3. What is needed.
	if len(w.found.issues) == 0 {
		w.walk(false)
	}
	// 4. One version a name.
	var pins []Pin
	if len(w.found.issues) == 0 {
		pins = w.collect()
	}
	return pins, w.found.issues
}

// fits checks what the markers of the lock leave out, since it holds for them
// all: the versions of Python and the environments that it was made for.
func (w *uvWalk) fits() {
	v, err := pep.ParseVersion(w.env.PythonFullVersion)
	if err != nil || !w.python.Contains(v, true) {
		w.found.wrong(nil, notPython(w.python.String(), w.env))
	}
	for _, marker := range w.supported {
		if w.judge(marker, w.names) {
			return
		}
	}
	if len(w.supported) > 0 && len(w.found.issues) == 0 {
		texts := make([]string, len(w.supported))
		for i, marker := range w.supported {
			texts[i] = marker.String()
		}
		w.found.wrong(nil, problemf(RuleTarget, "the lock is for the environments %s, and the target is none of them: add it to tool.uv.environments and lock again",
			quote(strings.Join(texts, " or "))))
	}
}

// offers checks that each extra and group that is asked for is one of a root.
func (w *uvWalk) offers() {
	extras, groups := w.offered(w.roots)
	if w.single && w.top != nil {
		groups = sortNames(append(groups, w.top.groupNames...))
	}
	for _, extra := range w.Extras {
		if extras != nil && !slices.Contains(extras, extra) {
			w.found.wrong(nil, noExtra(extra, extras))
		}
	}
	for _, group := range w.Groups {
		if !slices.Contains(groups, group) {
			w.found.wrong(nil, noGroup(group, groups))
		}
	}
}

// holders are the projects whose group of a name is taken, as uv does it. One
// project that has not the group takes that of the project at the top of the
// workspace. A workspace without a project there has groups of its own, beside
// those of the projects.
func (w *uvWalk) holders(group string) (list []*uvNode, workspace bool) {
	for _, n := range w.roots {
		if slices.Contains(n.groupNames, group) {
			list = append(list, n)
		}
	}
	switch {
	case !w.single:
		return list, true
	case len(list) == 0 && w.top != nil && slices.Contains(w.top.groupNames, group):
		return []*uvNode{w.top}, false
	}
	return list, len(list) == 0
}

// holds tells whether the group of an item is that of a holder.
func (w *uvWalk) holds(item uvItem) bool {
	holders, workspace := w.holders(item.Group)
	return workspace && item.Package == "" || slices.ContainsFunc(holders, func(n *uvNode) bool { return n.name == item.Package })
}

// activate finds the items of conflicts that are asked for.
func (w *uvWalk) activate() {
	isRoot := map[string]bool{}
	for _, n := range w.roots {
		isRoot[n.name] = true
	}
	for _, set := range w.conflicts {
		for _, item := range set {
			asked := isRoot[item.Package]
			switch {
			case item.Extra != "":
				asked = asked && slices.Contains(w.Extras, item.Extra)
			case item.Group != "":
				asked = slices.Contains(w.Groups, item.Group) && w.holds(item)
			}
			if asked && !w.active[item] {
				w.names = append(w.names, item.encoded())
			}
			w.active[item] = w.active[item] || asked
		}
	}
}

// encoded is how markers name an item.
func (i uvItem) encoded() string {
	switch {
	case i.Extra != "":
		return fmt.Sprintf("extra-%d-%s-%s", len(i.Package), i.Package, i.Extra)
	case i.Group != "":
		return fmt.Sprintf("group-%d-%s-%s", len(i.Package), i.Package, i.Group)
	}
	return fmt.Sprintf("project-%d-%s", len(i.Package), i.Package)
}

// exclude refuses two active items of one conflict.
func (w *uvWalk) exclude() {
	for _, n := range w.reached {
		item := uvItem{Package: n.name}
		if _, listed := w.active[item]; listed && n.own {
			w.active[item] = true
		}
	}
	for _, set := range w.conflicts {
		var texts []string
		for _, item := range set {
			if w.active[item] && !slices.Contains(texts, item.String()) {
				texts = append(texts, item.String())
			}
		}
		if len(texts) > 1 {
			w.found.wrong(nil, problemf(RuleExclusive, "%s exclude each other, as the project declares: make a package for each", strings.Join(texts, " and ")))
		}
	}
}

// walk follows the edges, breadth first. With discover, edges make the extras
// active that they ask for.
func (w *uvWalk) walk(discover bool) {
	w.queue, w.seen, w.reached = nil, map[uvStep]bool{}, nil
	for _, n := range w.roots {
		w.push(n, w.Extras)
	}
	for _, group := range w.Groups {
		holders, workspace := w.holders(group)
		for _, n := range holders {
			w.follow(n.groups[group], discover)
		}
		if workspace {
			w.start(w.groups[group])
		}
	}
	w.start(w.requirements)
	for len(w.queue) > 0 {
		step := w.queue[0]
		w.queue = w.queue[1:]
		edges := step.node.needs
		if step.extra != "" {
			edges = step.node.optional[step.extra]
		}
		w.follow(edges, discover)
	}
}

// push takes a package with extras, once.
func (w *uvWalk) push(n *uvNode, extras []string) {
	if step := (uvStep{n, ""}); !w.seen[step] {
		w.seen[step] = true
		w.queue = append(w.queue, step)
		w.reached = append(w.reached, n)
	}
	for _, extra := range extras {
		if step := (uvStep{n, extra}); extra != "" && !w.seen[step] {
			w.seen[step] = true
			w.queue = append(w.queue, step)
		}
	}
}

func (w *uvWalk) follow(edges []uvEdge, discover bool) {
	for _, e := range edges {
		names := w.names
		if discover {
			names = w.with(e)
		}
		if !w.judge(e.marker, names) {
			continue
		}
		if w.names = names; discover {
			for _, item := range w.dormant(e) {
				w.active[item] = true
			}
		}
		w.push(e.to, e.extras)
	}
}

// with gives the names of what is active once an edge is followed, which its own
// marker may ask about.
func (w *uvWalk) with(e uvEdge) []string {
	names := slices.Clip(w.names)
	for _, item := range w.dormant(e) {
		names = append(names, item.encoded())
	}
	return names
}

// dormant are the items of conflicts that an edge makes active.
func (w *uvWalk) dormant(e uvEdge) (items []uvItem) {
	for _, extra := range e.extras {
		item := uvItem{Package: e.to.name, Extra: extra}
		if active, listed := w.active[item]; listed && !active {
			items = append(items, item)
		}
	}
	return items
}

// start takes what the lock as a whole asks for: the one package of the name
// that is there for the target.
func (w *uvWalk) start(list []uvRoot) {
	for _, r := range list {
		if !w.judge(r.marker, w.names) {
			continue
		}
		var found *uvNode
		for _, n := range w.byName[r.name] {
			if len(n.forks) > 0 && !slices.ContainsFunc(n.forks, func(m *pep.Marker) bool { return w.judge(m, w.names) }) {
				continue
			}
			if found != nil {
				w.twice(found, n)
			}
			found = n
		}
		if found == nil {
			w.found.wrong(nil, problemf(RuleMissing, "asks for %s, and has none for the target: lock again", quote(r.name)))
			continue
		}
		w.push(found, r.extras)
	}
}

// judge tells whether a marker holds, with names of what is active.
func (w *uvWalk) judge(marker *pep.Marker, names []string) bool {
	ok, err := marker.EvalSets(w.env, names, nil)
	if err != nil && !w.misjudged[marker] {
		w.misjudged[marker] = true
		w.found.wrong(nil, problemf(RuleMarker, "%s", err))
	}
	return ok
}

func (w *uvWalk) twice(first, second *uvNode) {
	w.found.wrong(second, problemf(RuleTwice, "is needed together with %s of line %d, and an environment has one version of a project",
		quote(first.title()), first.line))
}

// collect makes pins of what is reached.
func (w *uvWalk) collect() []Pin {
	var pins []Pin
	isRoot := map[*uvNode]bool{}
	for _, n := range w.roots {
		isRoot[n] = true
	}
	first := map[string]*uvNode{}
	for _, n := range w.reached {
		if isRoot[n] || n.Source.Virtual != "" {
			continue
		}
		if other := first[n.name]; other != nil {
			w.twice(other, n)
			continue
		}
		first[n.name] = n
		pin, p := w.pin(n)
		if p != nil {
			w.found.wrong(n, p)
			continue
		}
		for extra := range n.optional {
			if w.seen[uvStep{n, extra}] {
				pin.Extras = append(pin.Extras, extra)
			}
		}
		slices.Sort(pin.Extras)
		pins = append(pins, pin)
	}
	return pins
}
