package lock

import (
	"slices"
	"strings"

	"wain/convert/pep"
)

// A projectGroups is the table [dependency-groups] of a pyproject.toml: an entry
// is a requirement, or a table that includes another group.
// https://packaging.python.org/en/latest/specifications/dependency-groups/
type projectGroups map[string][]any

// names gives the groups, normalised and sorted. Two that are the same but for
// their spelling are a problem.
func (g projectGroups) names() ([]string, *problem) {
	spelled := map[string]string{}
	for _, name := range sortedKeys(g) {
		normal := pep.Normalize(name)
		if !pep.ValidName(name) {
			return nil, problemf(RuleGroup, "%s is not the name of a dependency group", quote(name))
		}
		if other, twice := spelled[normal]; twice {
			return nil, problemf(RuleGroup, "the dependency groups %s and %s have one name", quote(other), quote(name))
		}
		spelled[normal] = name
	}
	return sortedKeys(spelled), nil
}

// requirements gives those of a group and of all that it includes, each once, in
// the order in which they are met.
func (g projectGroups) requirements(group string) ([]string, *problem) {
	byName := map[string][]any{}
	for name, entries := range g {
		byName[pep.Normalize(name)] = entries
	}
	w := groupWalk{groups: byName, done: map[string]bool{}, seen: map[string]bool{}}
	p := w.group(pep.Normalize(group))
	return w.list, p
}

// maxIncludes bounds how deep groups include each other.
const maxIncludes = 1000

// groupWalk goes through groups, each once.
type groupWalk struct {
	groups map[string][]any
	stack  []string // from the group asked for to the one at hand
	done   map[string]bool
	seen   map[string]bool
	list   []string
}

func (w *groupWalk) group(name string) *problem {
	entries, there := w.groups[name]
	switch {
	case !there && len(w.stack) > 0:
		return problemf(RuleGroup, "the dependency group %s includes %s, which is not there", quote(w.stack[len(w.stack)-1]), quote(name))
	case !there:
		return problemf(RuleGroup, "there is no dependency group %s", quote(name))
	case slices.Contains(w.stack, name):
		return problemf(RuleCycle, "dependency groups include each other: %s", quote(strings.Join(append(w.stack, name), " -> ")))
	case w.done[name]:
		return nil
	case len(w.stack) == maxIncludes:
		return problemf(RuleSize, "dependency groups include each other more than %d deep", maxIncludes)
	}
	w.stack = append(w.stack, name)
	for _, entry := range entries {
		if p := w.entry(name, entry); p != nil {
			return p
		}
	}
	w.stack = w.stack[:len(w.stack)-1]
	w.done[name] = true
	return nil
}

func (w *groupWalk) entry(group string, entry any) *problem {
	switch e := entry.(type) {
	case string:
		if !w.seen[e] {
			w.seen[e] = true
			w.list = append(w.list, e)
		}
		return nil
	case map[string]any:
		if name, ok := e["include-group"].(string); ok && len(e) == 1 {
			return w.group(pep.Normalize(name))
		}
	}
	return problemf(RuleGroup, "an entry of the dependency group %s is neither a requirement nor {include-group = \"…\"}", quote(group))
}
