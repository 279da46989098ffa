package venv

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// settle leaves one claim for each path, or says why that cannot be, and lists
// the folders.
func (l *layout) settle() {
	paths := slices.Sorted(maps.Keys(l.claims))
	for _, p := range paths {
		claims := l.claims[p]
		for _, other := range claims[1:] {
			l.judge(claims[0], other)
		}
		l.claims[p] = claims[:1]
	}
	l.judgeFolders(paths)
	l.judgeCase(paths)
}

// judge compares the claim that stays, of the environment or of the project
// that sorts first, with one that does not. The same bytes twice are no
// conflict, unless one of them is a generated command: then two projects mean
// different things by one name, whatever the scripts look like.
func (l *layout) judge(kept, other claim) {
	same := kept.Mode.Type() == other.Mode.Type() && kept.SHA256 == other.SHA256 && kept.Link == other.Link
	command := kept.command || other.command
	switch {
	case kept.by == nil:
		l.problem("reserved-name", kept.Path, "%s brings a file that the environment itself has", other.owner())
	case kept.by == other.by && (command || !same):
		l.problem("path-conflict", kept.Path, "%s brings it twice", kept.owner())
	case command:
		l.problem("command-conflict", kept.Path, "%s and %s both bring this command", kept.owner(), other.owner())
	case same:
	case l.isClutter(kept.Path):
		l.warn("%s and %s differ in %s, which is none of their code: the first is installed", kept.owner(), other.owner(), kept.Path)
		other.by.dropped[kept.Path] = true
	default:
		l.problem("path-conflict", kept.Path, "%s and %s bring different files", kept.owner(), other.owner())
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

// judgeFolders lists the folders of the environment and refuses a file, or a
// link, where a path needs a folder. The links in /usr/bin lie outside and need
// none of ours.
func (l *layout) judgeFolders(paths []string) {
	for _, p := range paths {
		if !strings.HasPrefix(p, l.Dir+"/") {
			continue
		}
		for dir := path.Dir(p); dir != "/" && !l.folders[dir]; dir = path.Dir(dir) {
			l.folders[dir] = true
			if file, taken := l.claims[dir]; taken {
				l.problem("file-and-folder", dir, "a file of %s, and a folder of %s", file[0].owner(), l.claims[p][0].owner())
			}
		}
	}
	// An environment without any wheel has its site-packages too.
	for dir := l.site(); dir != l.Dir; dir = path.Dir(dir) {
		l.folders[dir] = true
	}
}

// judgeCase refuses paths of different wheels that differ in case alone: the
// two become one where a file system folds case, and on no host do their
// authors mean two. Within one wheel the author has seen both.
func (l *layout) judgeCase(paths []string) {
	folded := make(map[string]string, len(paths))
	for _, p := range paths {
		// Upper first: it brings together what has several lower-case forms.
		key := strings.ToLower(strings.ToUpper(p))
		other, seen := folded[key]
		if !seen {
			folded[key] = p
			continue
		}
		if mine, theirs := l.claims[p][0], l.claims[other][0]; mine.by != theirs.by {
			l.problem("case-collision", p, "%s has it, and %s has %s", mine.owner(), theirs.owner(), other)
		}
	}
}
