package venv

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// settle leaves one claim for each path, or says why that cannot be.
func (l *layout) settle() {
	for _, p := range slices.Sorted(maps.Keys(l.claims)) {
		claims := l.claims[p]
		for _, other := range claims[1:] {
			l.judge(claims[0], other)
		}
		l.claims[p] = claims[:1]
	}
	l.judgeFolders()
	l.judgeCase()
}

// judge compares the claim that stays, of the wheel that sorts first, with one
// that does not. The same bytes twice are no conflict.
func (l *layout) judge(kept, other claim) {
	same := kept.Mode == other.Mode && kept.SHA256 == other.SHA256 && kept.Link == other.Link
	switch {
	case kept.by == nil:
		l.problem("reserved-name", kept.Path, "%s brings a file that the environment itself has", other.by.Wheel.Filename.Raw)
	case kept.by == other.by && (!same || kept.command || other.command):
		l.problem("path-conflict", kept.Path, "%s brings it twice", kept.by.Wheel.Filename.Raw)
	case kept.command || other.command:
		l.problem("command-conflict", kept.Path, "%s and %s both define this command", kept.by.Wheel.Filename.Raw, other.by.Wheel.Filename.Raw)
	case same:
	case l.isClutter(kept.Path):
		l.warn("%s and %s differ in %s, which is none of their code: the first is installed", kept.by.Wheel.Filename.Raw, other.by.Wheel.Filename.Raw, kept.Path)
		other.by.rows = slices.DeleteFunc(other.by.rows, func(row string) bool { return row == kept.Path })
	default:
		l.problem("path-conflict", kept.Path, "%s and %s bring different files", kept.by.Wheel.Filename.Raw, other.by.Wheel.Filename.Raw)
	}
}

// isClutter recognises what projects leave at the top of site-packages by
// mistake.
func (l *layout) isClutter(p string) bool {
	rest, ok := strings.CutPrefix(p, l.site()+"/")
	if !ok {
		return false
	}
	top, _, nested := strings.Cut(rest, "/")
	if nested {
		return slices.Contains([]string{"tests", "test", "docs", "examples"}, top)
	}
	return strings.HasPrefix(top, "LICENSE") || strings.HasPrefix(top, "README")
}

// judgeFolders refuses a file where another path needs a folder.
func (l *layout) judgeFolders() {
	for _, p := range slices.Sorted(maps.Keys(l.claims)) {
		for dir := path.Dir(p); dir != "/"; dir = path.Dir(dir) {
			if file, ok := l.claims[dir]; ok {
				l.problem("file-and-folder", dir, "a file of %s, and a folder of %s", owner(file[0]), owner(l.claims[p][0]))
			}
		}
	}
}

// judgeCase refuses paths of different wheels that differ in case alone: the
// two import as one on a host whose file system folds case, and on no host do
// their authors mean two. Within one wheel the author has seen both.
func (l *layout) judgeCase() {
	folded := map[string]string{}
	for _, p := range slices.Sorted(maps.Keys(l.claims)) {
		key := strings.ToLower(p)
		other, seen := folded[key]
		if seen && l.claims[other][0].by != l.claims[p][0].by {
			l.problem("case-collision", p, "%s has it, and %s has %s", owner(l.claims[p][0]), owner(l.claims[other][0]), other)
		}
		folded[key] = p
	}
}

func owner(c claim) string {
	if c.by == nil {
		return "the environment"
	}
	return c.by.Wheel.Filename.Raw
}
