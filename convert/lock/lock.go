package lock

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"wain/convert/pep"
)

// Options is what a lock cannot know by itself.
type Options struct {
	// Getenv gives the value of a variable that the lock names as ${NAME}; ""
	// counts as not set. nil: none is set.
	Getenv func(string) string
	// AllowUnhashed takes pins without a hash; Lock.Warnings names each.
	AllowUnhashed bool
}

// Lock is a lock file, with all that it includes. The zero Lock has no pins.
type Lock struct {
	Path   string // as handed to Read
	Format string // "requirements.txt"

	FindLinks      []string // folders or URLs, in the file's order; relative ones as resolved against the file
	IndexURL       string   // "" where the file names none; may hold credentials
	ExtraIndexURLs []string // may hold credentials
	NoIndex        bool     // no index may be asked

	Warnings []string // what is accepted and should be known, with file and line

	content content
}

// content is what a format's reader makes of a file.
type content interface {
	// pins gives all pins, whatever their markers, in the file's order.
	pins() []Pin
	// pick gives the pins that hold, in any order, or what stands against it.
	pick(w want) ([]Pin, []Issue)
}

// Want is what is asked of a lock.
type Want struct {
	// Projects are those to be packaged: the SOURCE projects, normalised. A
	// lock that holds a graph starts its walk at those that are its own
	// (members of its workspace), or at all of its own where none is.
	Projects []string
	Extras   []string // of the application
	Groups   []string // dependency groups, beside the ones the format takes by default
}

// want is the question of Select.
type want struct {
	env pep.Environment
	Want
}

// Read reads a lock file; its format is told by its name. The error is an
// *Error with all that is wrong with it, or a *FormatError for a lock of
// another kind.
func Read(path string, o Options) (*Lock, error) {
	if e := otherFormat(path); e != nil {
		return nil, e
	}
	return readRequirements(path, o)
}

// Pins gives every pin of the lock, also those that a marker leaves out, in the
// file's order, before constraints are applied.
func (l *Lock) Pins() []Pin {
	if l.content == nil {
		return nil
	}
	return l.content.pins()
}

// Select judges the markers for an environment and gives the pins that hold,
// sorted by name, one a name. An extra or group that the lock does not have is
// an error; a requirements.txt has no groups. The lock's own projects are not
// among the pins. The error is an *Error.
func (l *Lock) Select(env pep.Environment, w Want) ([]Pin, error) {
	if l.content == nil {
		return nil, nil
	}
	pins, issues := l.content.pick(want{env, w})
	if len(issues) > 0 {
		return nil, &Error{Path: l.Path, Issues: issues}
	}
	slices.SortFunc(pins, func(a, b Pin) int { return cmp.Compare(a.Name, b.Name) })
	return pins, nil
}

// FormatError says that a lock is of a kind that cannot be read.
type FormatError struct {
	Path   string
	Format string // "uv.lock"
	Export string // the command that writes the same lock as a requirements.txt, "" when none is known
}

func (e *FormatError) Error() string {
	text := fmt.Sprintf("read lock %s: %s is not read yet, requirements.txt is", e.Path, e.Format)
	if e.Export != "" {
		text += "; " + e.Export + " writes one"
	}
	return text
}

// otherFormat recognises the other lock formats by file name.
func otherFormat(path string) *FormatError {
	base := filepath.Base(path)
	e := &FormatError{Path: path, Format: base}
	switch base {
	case "uv.lock":
		e.Export = "uv export --format requirements-txt --output-file requirements.txt"
	case "poetry.lock":
		e.Export = "poetry export --output requirements.txt"
	case "pdm.lock":
		e.Export = "pdm export --output requirements.txt"
	case "Pipfile.lock":
		e.Export = "pipenv requirements --hash"
	case "pyproject.toml":
	default:
		if base != "pylock.toml" && !(strings.HasPrefix(base, "pylock.") && strings.HasSuffix(base, ".toml")) {
			return nil
		}
		e.Format = "pylock.toml"
	}
	return e
}
