package lock

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"wain/convert/pep"
)

// beside looks into the pyproject.toml that the lock was made from, if it is
// there: it has the project's name, tells extras from groups, and whether the
// lock is up to date. Nothing depends on it: a lock alone is enough.
func (r *pdmReader) beside(l *Lock, d *pdmDocument) {
	// An extra of the project is a group in a pdm.lock.
	offered := slices.DeleteFunc(slices.Clone(r.pdm.groups), func(group string) bool { return group == pdmDefault })
	l.Extras, l.Groups = offered, slices.Clone(offered)
	path := filepath.Join(r.dir, "pyproject.toml")
	file, p := load(path, maxSize)
	if p != nil {
		return
	}
	if p, _ := scanTOML(file.data); p != nil {
		return
	}
	var project map[string]any
	if toml.Unmarshal(file.data, &project) != nil {
		r.warn(0, "%s cannot be read, so it is not known whether the lock is up to date", path)
		return
	}
	standard := table(project["project"])
	if name, _ := standard["name"].(string); pep.ValidName(name) {
		l.Own = []string{pep.Normalize(name)}
	}
	extras := map[string]bool{}
	for name := range table(standard["optional-dependencies"]) {
		extras[pep.Normalize(name)] = true
	}
	isExtra := func(group string) bool { return extras[group] }
	if r.pdm.groups != nil {
		l.Groups = slices.DeleteFunc(l.Groups, isExtra)
		l.Extras = slices.DeleteFunc(l.Extras, func(group string) bool { return !isExtra(group) })
	}
	if fresh, known := isFreshPDM(project, d); known && !fresh {
		r.warn(0, "%s has changed since the lock was made: run pdm lock", path)
	}
}

// isFreshPDM tells whether a lock was made from a pyproject.toml as it is. known
// is false where that cannot be told: the hash of older locks, of workspaces and
// of newer ones that say more than a hash is another.
func isFreshPDM(project map[string]any, d *pdmDocument) (fresh, known bool) {
	hash, ok := strings.CutPrefix(d.Metadata.ContentHash, "sha256:")
	settings := table(table(project["tool"])["pdm"])
	_, workspace := settings["workspace"]
	if !ok || workspace || d.Metadata.LockInputs != nil || !strings.HasPrefix(d.Metadata.LockVersion, "4.5") {
		return false, false
	}
	standard := table(project["project"])
	or := func(value, none any) any {
		if value == nil {
			return none
		}
		return value
	}
	content := map[string]any{
		"sources":               or(settings["source"], []any{}),
		"dependencies":          or(standard["dependencies"], []any{}),
		"optional-dependencies": or(standard["optional-dependencies"], map[string]any{}),
		"requires-python":       or(standard["requires-python"], ""),
		"resolution":            or(settings["resolution"], map[string]any{}),
	}
	// Until PDM 2.20 [dependency-groups] did not count.
	for _, groups := range []any{pdmGroups(project, settings), or(settings["dev-dependencies"], map[string]any{})} {
		content["dev-dependencies"] = groups
		text, ok := appendJSON(nil, content)
		if !ok {
			return false, false
		}
		if hexSum(text) == hash {
			return true, true
		}
	}
	return false, true
}

// pdmGroups are the groups of both tables that PDM knows, by their normalised
// names.
func pdmGroups(project, settings map[string]any) map[string]any {
	groups := map[string]any{}
	for _, from := range []map[string]any{table(project["dependency-groups"]), table(settings["dev-dependencies"])} {
		for _, name := range sortedKeys(from) {
			known, _ := groups[pep.Normalize(name)].([]any)
			more, _ := from[name].([]any)
			groups[pep.Normalize(name)] = append(append([]any{}, known...), more...)
		}
	}
	return groups
}
