package venv

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"wain/convert/target"
	"wain/convert/wheel"
)

// Item is one wheel to install.
type Item struct {
	Wheel     *wheel.Wheel
	Requested bool   // the user asked for it by name: it gets a REQUESTED file
	Source    bool   // it is what the package is about: its commands get links in /usr/bin
	DirectURL []byte // its direct_url.json; nil for none
}

// Options says where the environment is and what runs it.
type Options struct {
	Dir    string // "/opt/venvs/app": absolute, at least two plain components
	Target target.Target
	Prompt string // what an activated shell shows; "" is the last component of Dir
}

// Tree is the plan of an environment.
type Tree struct {
	Entries  []Entry  // by path, so that a folder comes before what it holds; folders from the first component of Options.Dir down
	Warnings []string // what is installed and should be known
}

// maxPaths bounds an environment. The largest that people build have some ten
// thousand files; what is known of each, by this package and by the writers of
// packages, stays in memory.
const maxPaths = 250_000

// safeDir keeps the path of the environment free of what a shell, a shebang or
// a maintainer script would read otherwise.
var safeDir = regexp.MustCompile(`^(/[A-Za-z0-9_][A-Za-z0-9._+-]*){2,}$`)

// Lay plans the environment of the items, whose order does not matter. What is
// wrong with the items is an *Error with every problem found; what is wrong
// with a wheel's bytes, where they had to be read, is a *wheel.Error.
func Lay(items []Item, o Options) (*Tree, error) {
	if !safeDir.MatchString(o.Dir) {
		return nil, fmt.Errorf("lay out environment: %q is not an absolute path of at least two plain components", o.Dir)
	}
	if o.Prompt == "" {
		o.Prompt = path.Base(o.Dir)
	}
	if strings.ContainsFunc(o.Prompt, unicode.IsControl) {
		return nil, fmt.Errorf("lay out environment: control character in the prompt %q", o.Prompt)
	}
	l := &layout{Options: o, claims: map[string][]claim{}, folders: map[string]bool{}}
	// 1. What the environment itself has.
	l.frame()
	// 2. Every path of every wheel, before anything is decided.
	items = slices.SortedStableFunc(slices.Values(items), func(a, b Item) int {
		return cmp.Compare(a.Wheel.Filename.Name, b.Wheel.Filename.Name)
	})
	for _, item := range items {
		if err := l.install(item); err != nil {
			return nil, err
		}
		if len(l.claims) > maxPaths {
			return nil, &Error{Problems: []Problem{{"tree-size", o.Dir, fmt.Sprintf("with %s there are more than %d files", item.Wheel.Filename.Raw, maxPaths)}}}
		}
	}
	// 3. One claim for each path.
	l.settle()
	if len(l.problems) > 0 {
		slices.SortStableFunc(l.problems, func(a, b Problem) int { return cmp.Compare(a.Path, b.Path) })
		return nil, &Error{Problems: l.problems}
	}
	// 4. What became of each wheel, written into its RECORD.
	l.record()
	return &Tree{Entries: l.entries(), Warnings: l.warnings}, nil
}

// layout is a tree being laid out.
type layout struct {
	Options
	claims    map[string][]claim // by path
	folders   map[string]bool    // those of the environment
	installed []*installation
	problems  []Problem
	warnings  []string
}

// claim is an entry that somebody wants at its path.
type claim struct {
	Entry
	by      *installation // nil for the frame
	command bool          // a generated script
}

func (c claim) owner() string {
	if c.by == nil {
		return "the environment"
	}
	return c.by.Wheel.Filename.Raw
}

func (l *layout) bin(name string) string { return l.Dir + "/bin/" + name }

func (l *layout) site() string {
	return l.Dir + "/lib/python" + l.Target.Python.Version + "/site-packages"
}

func (l *layout) claim(c claim) { l.claims[c.Path] = append(l.claims[c.Path], c) }

func (l *layout) problem(rule, path, format string, args ...any) {
	l.problems = append(l.problems, Problem{rule, path, fmt.Sprintf(format, args...)})
}

func (l *layout) warn(format string, args ...any) {
	l.warnings = append(l.warnings, fmt.Sprintf(format, args...))
}

// entries gives the settled claims, every folder of the environment and those
// above it.
func (l *layout) entries() []Entry {
	list := make([]Entry, 0, len(l.claims)+len(l.folders)+4)
	for _, claims := range l.claims {
		list = append(list, claims[0].Entry)
	}
	for dir := range l.folders {
		list = append(list, directory(dir))
	}
	slices.SortFunc(list, func(a, b Entry) int { return cmp.Compare(a.Path, b.Path) })
	return list
}
