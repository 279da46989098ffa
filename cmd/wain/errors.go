package main

import (
	"errors"
	"fmt"
)

// The exit codes of every command.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitDifference  = 3
	exitExists      = 4
	exitInterrupted = 130
)

// usageError is a command line that asks for nothing we know.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// differenceError ends a verification that found something; what it found is
// already printed.
type differenceError struct{ findings int }

func (e *differenceError) Error() string {
	return fmt.Sprintf("%d %s", e.findings, plural(e.findings, "finding", "findings"))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// errorDocument is what a failure prints under --json, schema wain/error/1.
type errorDocument struct {
	Schema string      `json:"schema"`
	Error  errorFields `json:"error"`
}

type errorFields struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	File    string `json:"file"`
	Hint    string `json:"hint"`
}

// fail reports an error in the form that was asked for and returns the exit
// code it stands for.
func (c *console) fail(err error) int {
	var difference *differenceError
	if errors.As(err, &difference) {
		return exitDifference
	}
	a := adviceFor(err)
	if !c.started && a.kind == kindFailed {
		a = advice{kind: "usage", code: exitUsage, hint: "wain --help lists the commands; wain COMMAND --help their flags"}
	}
	if c.json {
		if c.document(errorDocument{"wain/error/1", errorFields{a.kind, printable(err.Error()), a.file, a.hint}}) == nil {
			return a.code
		}
	}
	c.errorf("%s", err)
	if a.hint != "" {
		c.hint(a.hint)
	}
	return a.code
}
