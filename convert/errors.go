package convert

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"wain/convert/index"
	"wain/convert/lock"
)

// PinError is a pin that cannot be served, and where it stands in the lock.
type PinError struct {
	Pin    lock.Pin
	Target string // "" where it is the same for all
	Err    error
}

func (e *PinError) Error() string {
	where := ""
	if e.Pin.File != "" {
		where = fmt.Sprintf("%s:%d: ", e.Pin.File, e.Pin.Line)
	}
	if e.Target == "" {
		return where + e.Err.Error()
	}
	return where + e.Target + ": " + e.Err.Error()
}

func (e *PinError) Unwrap() error { return e.Err }

// UnansweredError is a server that several pins were to be looked for on, or
// fetched from, and that did not answer.
type UnansweredError struct {
	Target string
	Err    error // *index.PageError or *index.DownloadError of the first
	Others int   // how many more pins it is the same for
}

func (e *UnansweredError) Error() string {
	return fmt.Sprintf("%s: %s (and so for %d more)", e.Target, e.Err, e.Others)
}

func (e *UnansweredError) Unwrap() error { return e.Err }

// causes says once what several pins fail for together.
func causes(errs []error) []error {
	var list []error
	first := map[string]int{} // what they have in common → place in list
	for _, err := range errs {
		var pin *PinError
		common, answer := serverError(err)
		if !errors.As(err, &pin) || answer == nil {
			list = append(list, err)
			continue
		}
		i, again := first[common]
		if !again {
			first[common] = len(list)
			list = append(list, err)
			continue
		}
		together, ok := list[i].(*UnansweredError)
		if !ok {
			_, one := serverError(list[i])
			together = &UnansweredError{Target: pin.Target, Err: one}
			list[i] = together
		}
		together.Others++
	}
	return list
}

// serverError finds what a server, not a file on it, is to blame for, behind
// what such errors have in common; nil for another error.
func serverError(err error) (common string, answer error) {
	if page, ok := errors.AsType[*index.PageError](err); ok {
		return page.Index + "\x00" + page.Err.Error(), page
	}
	file, ok := errors.AsType[*index.DownloadError](err)
	if !ok {
		return "", nil
	}
	if status, ok := errors.AsType[*index.StatusError](file.Err); ok && (status.Code == http.StatusNotFound || status.Code == http.StatusGone) {
		return "", nil
	}
	u, err := url.Parse(file.URL)
	if err != nil {
		return "", nil
	}
	return u.Host + "\x00" + file.Err.Error(), file
}

// TargetError is what a lock or a SOURCE has against a target.
type TargetError struct {
	Target string
	Err    error // *lock.Error, *SourceError
}

// Error names the target before each line.
func (e *TargetError) Error() string {
	lines := strings.Split(e.Err.Error(), "\n")
	for i, line := range lines {
		lines[i] = e.Target + ": " + line
	}
	return strings.Join(lines, "\n")
}

func (e *TargetError) Unwrap() error { return e.Err }

// AbsentFileError is a file that the lock lists without saying where it is, and
// that no place has.
type AbsentFileError struct {
	File string // its name
}

func (e *AbsentFileError) Error() string {
	return fmt.Sprintf("the lock lists %s, which no find-links place and no index has", e.File)
}

// OriginError is source code that the lock names in place of a file, and of
// which no wheel was supplied.
type OriginError struct {
	Origin  string // a VCS URL or a folder; may hold credentials
	Project string
	Err     error // why none of the supplied wheels fits; nil where there is none
}

func (e *OriginError) Error() string {
	text := "the lock names source code, and no --find-links folder has a wheel of " + e.Project
	if e.Err != nil {
		text = "the lock names source code, and no wheel of it fits: " + e.Err.Error()
	}
	return text
}

func (e *OriginError) Unwrap() error { return e.Err }

// PythonError is a wheel that the target's Python must not run.
type PythonError struct {
	Target   string
	Python   string // "3.11.2"
	Wheel    string
	Requires string // its Requires-Python
}

func (e *PythonError) Error() string {
	return fmt.Sprintf("%s: %s requires Python %s, and the target has %s", e.Target, e.Wheel, e.Requires, e.Python)
}

// UnknownLibraryError is a library that the target's table does not have, where
// that is to be an error.
type UnknownLibraryError struct {
	Target  string
	Library string // a soname, or SONAME(SYMBOL VERSION)
	Detail  string
}

func (e *UnknownLibraryError) Error() string { return e.Target + ": " + e.Detail }

// ForeignError is a wheel whose compiled files are all for another machine.
type ForeignError struct {
	Target string
	Wheel  string // normalised project
	Err    error  // *elf.MachineError or *elf.LibcError of its first file
}

func (e *ForeignError) Error() string { return e.Target + ": " + e.Wheel + ": " + e.Err.Error() }

func (e *ForeignError) Unwrap() error { return e.Err }

// distinct joins the errors of targets. What is wrong for several of them in the
// same words is said once.
func distinct(failures []Failure) error {
	seen := map[string]bool{}
	var list []error
	for _, f := range failures {
		if !seen[f.Err.Error()] {
			seen[f.Err.Error()] = true
			list = append(list, f.Err)
		}
	}
	return errors.Join(list...)
}
