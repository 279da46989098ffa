package wheel

import (
	"errors"
	"fmt"
	"strings"
)

// Error is one refusal: a wheel, or an egg on its way to be one, that breaks a
// rule. Issues that can be told
// apart (RECORD rows, entry points) come joined, as errors.Join does it.
type Error struct {
	Wheel  string // the wheel's or the egg's file name; "" from the Parse functions
	Rule   string // stable and in kebab case: "zip-duplicate-name", "record-mismatch"
	Path   string // the archive entry or the RECORD row, as named in the wheel; "" when it is the wheel itself
	Detail string // what is, and what was expected; foreign text is quoted
}

func (e *Error) Error() string {
	text := e.Detail + " (" + e.Rule + ")"
	if e.Path != "" {
		text = fmt.Sprintf("%q: %s", e.Path, text)
	}
	if e.Wheel != "" {
		text = kind(e.Wheel) + " " + e.Wheel + ": " + text
	}
	return text
}

// kind is what a file of this name is, as messages call it.
func kind(filename string) string {
	if strings.HasSuffix(filename, ".egg") {
		return "egg"
	}
	return "wheel"
}

// refuse makes an Error without the wheel's name, which Open adds.
func refuse(rule, path, format string, args ...any) *Error {
	return &Error{Rule: rule, Path: path, Detail: fmt.Sprintf(format, args...)}
}

// maxIssues bounds what is told about one file: enough to see what is wrong with
// it, too little to flood a log.
const maxIssues = 100

// issues gathers refusals.
type issues struct {
	list []error
	more int // those beyond maxIssues
}

func (i *issues) add(err error) {
	switch {
	case err == nil:
	case len(i.list) < maxIssues:
		i.list = append(i.list, err)
	default:
		i.more++
	}
}

// err joins what was gathered, nil when there is nothing.
func (i *issues) err() error {
	list := i.list
	if i.more > 0 {
		list = append(list[:len(list):len(list)], refuse("more-issues", "", "and %d more issues", i.more))
	}
	return errors.Join(list...)
}

// named gives err with the wheel's name in each Error of it. Other errors, those
// of reading the file, get a prefix.
func named(err error, filename string) error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all := joined.Unwrap()
		for i, e := range all {
			all[i] = named(e, filename)
		}
		return errors.Join(all...)
	}
	var e *Error
	if errors.As(err, &e) {
		e.Wheel = filename
		return err
	}
	var reading *readError
	if errors.As(err, &reading) {
		return err
	}
	return &readError{filename, err}
}

// readError is a failure to read the file, no fault of the wheel.
type readError struct {
	wheel string
	err   error
}

func (e *readError) Error() string {
	return "read " + kind(e.wheel) + " " + e.wheel + ": " + e.err.Error()
}
func (e *readError) Unwrap() error { return e.err }

// at sets the Path of each Error in err, which may be joined.
func at(path string, err error) error {
	if e, ok := err.(*Error); ok {
		e.Path = path
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			at(path, e)
		}
	}
	return err
}
