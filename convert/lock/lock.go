package lock

import (
	"cmp"
	"slices"

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
	Format string // "requirements.txt", "pylock.toml", "uv.lock", "poetry.lock", "pdm.lock" or "Pipfile.lock"

	FindLinks      []string // folders or URLs, in the file's order; relative ones as resolved against the file
	IndexURL       string   // "" where the file names none; may hold credentials
	ExtraIndexURLs []string // may hold credentials
	NoIndex        bool     // no index may be asked

	// Own are the lock's own projects, normalised: those that it was made for
	// and that have no file in it.
	Own []string
	// Extras and Groups are those that may be asked for, normalised and sorted;
	// nil where the format does not say.
	Extras, Groups []string

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

// Read reads a lock file; its format is told by its content and its name. The
// error is an *Error with all that is wrong with it, or a *FormatError for a
// file that is no lock.
func Read(path string, o Options) (*Lock, error) {
	first, p := load(path, maxSize)
	if p != nil {
		return nil, &Error{Path: path, Issues: []Issue{p.at(place{file: path})}}
	}
	format, e := recognise(path, first.data)
	if e != nil {
		return nil, e
	}
	switch format {
	default: // not read yet
		return nil, &FormatError{Path: path, Format: format}
	case formatRequirements:
		return readRequirements(path, first, o)
	case formatPylock:
		return readPylock(path, first.data, o)
	case formatPipfile:
		return readPipfile(path, first.data, o)
	case formatUV:
		return readUV(path, first.data, o)
	case formatPoetry:
		return readPoetry(path, first.data, o)
	case formatPDM:
		return readPDM(path, first.data, o)
	}
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
