package venv

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"

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
	Dir    string // "/opt/venvs/app"
	Target target.Target
	Prompt string // what an activated shell would show
}

// Tree is the plan of an environment.
type Tree struct {
	Entries  []Entry  // by path, so that a folder comes before what it holds
	Warnings []string // what is installed and should be known
}

// safeDir keeps the path of the environment free of what a shell, a shebang or
// a maintainer script would read otherwise.
var safeDir = regexp.MustCompile(`^(/[A-Za-z0-9_][A-Za-z0-9._+-]*){2,}$`)

// Lay plans the environment of the items. The error is an *Error with every
// problem found.
func Lay(items []Item, o Options) (*Tree, error) {
	if !safeDir.MatchString(o.Dir) || path.Clean(o.Dir) != o.Dir {
		return nil, fmt.Errorf("lay out environment: %q is not a plain absolute path below a folder", o.Dir)
	}
	l := &layout{Options: o, claims: map[string][]claim{}}
	l.frame()
	for _, item := range slices.SortedFunc(slices.Values(items), func(a, b Item) int {
		return cmp.Compare(a.Wheel.Filename.Name, b.Wheel.Filename.Name)
	}) {
		if err := l.install(item); err != nil {
			return nil, err
		}
	}
	l.settle()
	l.record()
	if len(l.problems) > 0 {
		return nil, &Error{Problems: l.problems}
	}
	return &Tree{Entries: l.entries(), Warnings: l.warnings}, nil
}

// layout is a tree being laid out.
type layout struct {
	Options
	claims    map[string][]claim // by path
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

func (l *layout) bin(name string) string { return path.Join(l.Dir, "bin", name) }

func (l *layout) site() string {
	return path.Join(l.Dir, "lib", "python"+l.Target.Python.Version, "site-packages")
}

func (l *layout) claim(c claim) { l.claims[c.Path] = append(l.claims[c.Path], c) }

func (l *layout) problem(rule, path, format string, args ...any) {
	l.problems = append(l.problems, Problem{rule, path, fmt.Sprintf(format, args...)})
}

func (l *layout) warn(format string, args ...any) {
	l.warnings = append(l.warnings, fmt.Sprintf(format, args...))
}

// frame claims what every environment has.
func (l *layout) frame() {
	version := l.Target.Python.Version
	l.claim(claim{Entry: link(l.bin("python"), l.Target.Python.Path)})
	l.claim(claim{Entry: link(l.bin("python3"), "python")})
	l.claim(claim{Entry: link(l.bin("python"+version), "python")})
	l.claim(claim{Entry: made(path.Join(l.Dir, "pyvenv.cfg"), 0o644, l.configuration())})
	if l.Target.Lib64 && sharesLib64(version) {
		l.claim(claim{Entry: link(path.Join(l.Dir, "lib64"), "lib")})
	}
}

// sharesLib64 tells whether Python's own venv makes the link lib64 -> lib. It
// does up to 3.14.
func sharesLib64(version string) bool {
	var minor int
	_, err := fmt.Sscanf(version, "3.%d", &minor)
	return err == nil && minor < 15
}

// configuration is pyvenv.cfg. Versions stay at minor precision, since the
// interpreter is updated underneath. include-system-site-packages is always
// written: CPython takes an absent key for true.
func (l *layout) configuration() []byte {
	version := l.Target.Python.Version
	return []byte("home = " + path.Dir(l.Target.Python.Path) + "\n" +
		"implementation = CPython\n" +
		"include-system-site-packages = false\n" +
		"version_info = " + version + "\n" +
		"version = " + version + "\n" +
		"prompt = " + l.Prompt + "\n")
}

// entries gives the settled claims and every folder above them.
func (l *layout) entries() []Entry {
	folders := map[string]bool{}
	var list []Entry
	for p, claims := range l.claims {
		list = append(list, claims[0].Entry)
		for dir := path.Dir(p); dir != "/" && !folders[dir]; dir = path.Dir(dir) {
			folders[dir] = true
			list = append(list, directory(dir))
		}
	}
	slices.SortFunc(list, func(a, b Entry) int { return cmp.Compare(a.Path, b.Path) })
	return list
}
