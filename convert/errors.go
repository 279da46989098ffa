package convert

import (
	"errors"
	"fmt"

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

// ForeignError is a wheel whose compiled files are all for another machine.
type ForeignError struct {
	Target string
	Wheel  string // normalised project
	Err    error  // *elf.MachineError of its first file
}

func (e *ForeignError) Error() string { return e.Target + ": " + e.Wheel + ": " + e.Err.Error() }

func (e *ForeignError) Unwrap() error { return e.Err }

// distinct joins errors. What is wrong for several targets in the same words is
// said once.
func distinct(errs []error) error {
	seen := map[string]bool{}
	var list []error
	for _, err := range errs {
		if err != nil && !seen[err.Error()] {
			seen[err.Error()] = true
			list = append(list, err)
		}
	}
	return errors.Join(list...)
}
