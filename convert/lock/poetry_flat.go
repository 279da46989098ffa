package lock

import (
	"slices"

	"wain/convert/pep"
)

func (p *poetry) pins() []Pin {
	pins := make([]Pin, len(p.packages))
	for i, k := range p.packages {
		pins[i] = k.clone()
	}
	return pins
}

// pick judges which packages are for the target: those of a flat lock by their
// groups and markers, those of an older one by a walk.
func (p *poetry) pick(w want) ([]Pin, []Issue) {
	g := gathered{path: p.path}
	extras, groups := normalizeAll(w.Extras), normalizeAll(w.Groups)
	for _, extra := range extras {
		if _, there := p.extras[extra]; !there {
			g.report(0, "", noExtra(extra, sortedKeys(p.extras)))
		}
	}
	for _, group := range groups {
		if group != poetryMain && !slices.Contains(p.groups, group) {
			g.report(0, "", noGroup(group, p.groups))
		}
	}
	python, err := pep.ParseVersion(w.env.PythonFullVersion)
	if err != nil || !p.python.allows(python) {
		g.report(0, "", notPython(p.pythons, w.env))
	}
	if len(g.issues) > 0 {
		return nil, g.issues
	}
	groups = append([]string{poetryMain}, groups...)
	if p.flat {
		return p.filter(w.env, extras, groups)
	}
	walk := &poetryWalk{poetry: p, env: w.env, python: python, extras: extras, groups: groups, banned: map[*poetryPackage]bool{}}
	return walk.run()
}

// filter takes the packages that a group needs in the environment.
func (p *poetry) filter(env pep.Environment, extras, groups []string) (pins []Pin, issues []Issue) {
	g := gathered{path: p.path}
	first := map[string]Pin{}
	for _, k := range p.packages {
		needed := false
		for _, group := range groups {
			m, in := k.groups[group]
			if !in || needed {
				continue
			}
			holds, err := m.EvalSets(env, extras, nil)
			if err != nil {
				g.report(k.Line, k.Name, problemf(RuleMarker, "%s", err))
			}
			needed = holds
		}
		if !needed {
			continue
		}
		if other, twice := first[k.Name]; twice {
			g.report(k.Line, k.Name, lockedTwice(other, "poetry lock"))
			continue
		}
		first[k.Name] = k.Pin
		pins = append(pins, k.clone())
	}
	return pins, g.issues
}

// lockedTwice is the problem of a second package of one name that holds in an
// environment. The command makes a lock without it.
func lockedTwice(other Pin, command string) *problem {
	return problemf(RuleTwice, "is there a second time for one environment, first in line %d as %s: run %s", other.Line, quote(other.String()), command)
}
