package lock

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"wain/convert/pep"
)

// describe names an environment for people.
func describe(env pep.Environment) string {
	return fmt.Sprintf("Python %s on %s %s", env.PythonFullVersion, env.SysPlatform, env.PlatformMachine)
}

// notPython is the problem of a lock or a package that another Python needs.
func notPython(requires string, env pep.Environment) *problem {
	return problemf(RuleTarget, "needs Python %s; the target has %s", quote(requires), env.PythonFullVersion)
}

// noExtra is the problem of an extra that was asked for and is not there.
func noExtra(name string, there []string) *problem {
	return problemf(RuleExtra, "the lock has no extra %s%s", quote(name), choices(there))
}

// noGroup is the problem of a dependency group that was asked for and is not
// there.
func noGroup(name string, there []string) *problem {
	return problemf(RuleGroup, "the lock has no dependency group %s%s", quote(name), choices(there))
}

// choices ends a message with what there is instead.
func choices(there []string) string {
	if len(there) == 0 {
		return ", nor any other"
	}
	var names []string
	for _, name := range there[:min(len(there), 20)] {
		if !pep.ValidName(name) || len(name) > longest {
			name = quote(name)
		}
		names = append(names, name)
	}
	if len(there) > len(names) {
		names = append(names, "…")
	}
	return "; there are " + strings.Join(names, ", ")
}

// sortNames sorts names, each once, in place.
func sortNames(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// hashed insists on a hash of a pin, unless unhashed pins are allowed. The
// command makes a lock that has them.
func (g *gathered) hashed(pin Pin, there bool, o Options, command string) *problem {
	switch {
	case there:
	case !o.AllowUnhashed:
		return problemf(RuleUnhashed, "no file with a hash: run %s with an index that gives hashes", command)
	default:
		g.warn(pin.Line, "%s has no hash: any file of that version is taken", quote(pin.String()))
	}
	return nil
}

// holds tells whether a folder is another, or one that is above it.
func holds(folder, other string) bool {
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	if other, err = filepath.Abs(other); err != nil {
		return false
	}
	rel, err := filepath.Rel(absolute, other)
	return err == nil && !slices.Contains(strings.Split(rel, string(filepath.Separator)), "..")
}
