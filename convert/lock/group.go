package lock

import (
	"slices"
	"strings"

	"wain/convert/pep"
)

// A dependencyGroup is what a group of a pyproject.toml needs: requirements, and
// what other groups need.
type dependencyGroup struct {
	requirements []string
	includes     []string // normalised
}

// dependencyGroups are groups by their normalised names.
type dependencyGroups map[string]dependencyGroup

// readGroups reads the table [dependency-groups], PEP 735: an entry is a
// requirement, or a table that includes another group. Two groups that are the
// same but for their spelling are a problem.
// https://packaging.python.org/en/latest/specifications/dependency-groups/
func readGroups(table map[string][]any) (dependencyGroups, *problem) {
	groups := dependencyGroups{}
	spelled := map[string]string{}
	for _, name := range sortedKeys(table) {
		normal := pep.Normalize(name)
		if !pep.ValidName(name) {
			return nil, problemf(RuleGroup, "%s is not the name of a dependency group", quote(name))
		}
		if other, twice := spelled[normal]; twice {
			return nil, problemf(RuleGroup, "the dependency groups %s and %s have one name", quote(other), quote(name))
		}
		spelled[normal] = name
		var g dependencyGroup
		for _, entry := range table[name] {
			if !g.add(entry) {
				return nil, problemf(RuleGroup, "an entry of the dependency group %s is neither a requirement nor {include-group = \"…\"}", quote(name))
			}
		}
		groups[normal] = g
	}
	return groups, nil
}

func (g *dependencyGroup) add(entry any) bool {
	switch e := entry.(type) {
	case string:
		g.requirements = append(g.requirements, e)
		return true
	case map[string]any:
		if name, ok := e["include-group"].(string); ok && len(e) == 1 {
			g.includes = append(g.includes, pep.Normalize(name))
			return true
		}
	}
	return false
}

// maxIncludes bounds how deep groups include each other.
const maxIncludes = 1000

// check finds groups that include themselves, or what is not there.
func (g dependencyGroups) check() *problem {
	done := map[string]bool{}
	var stack []string
	var visit func(name string) *problem
	visit = func(name string) *problem {
		switch group, there := g[name]; {
		case !there:
			return problemf(RuleGroup, "the dependency group %s includes %s, which is not there", quote(stack[len(stack)-1]), quote(name))
		case slices.Contains(stack, name):
			return problemf(RuleCycle, "dependency groups include each other: %s", quote(strings.Join(append(stack, name), " -> ")))
		case done[name]:
			return nil
		case len(stack) == maxIncludes:
			return problemf(RuleSize, "dependency groups include each other more than %d deep", maxIncludes)
		default:
			stack = append(stack, name)
			for _, other := range group.includes {
				if p := visit(other); p != nil {
					return p
				}
			}
			stack = stack[:len(stack)-1]
			done[name] = true
			return nil
		}
	}
	for _, name := range sortedKeys(g) {
		if p := visit(name); p != nil {
			return p
		}
	}
	return nil
}

// with gives groups and all that they include, each once.
func (g dependencyGroups) with(names []string) []string {
	var list []string
	seen := map[string]bool{}
	for stack := slices.Clone(names); len(stack) > 0; {
		name := stack[0]
		stack = stack[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		list = append(list, name)
		stack = append(stack, g[name].includes...)
	}
	return list
}
