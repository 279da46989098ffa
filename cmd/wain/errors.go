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

// reportedError is a failure that the command's own document has told of.
type reportedError struct{ error }

func (e reportedError) Unwrap() error { return e.error }

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
	if reported, ok := as[reportedError](err); ok {
		return adviceFor(reported.error).code
	}
	a := adviceFor(err)
	if c.json {
		if c.document(errorDocument{"wain/error/1", a.fields(err)}) == nil {
			return a.code
		}
	}
	c.errorf("%s", err)
	if a.hint != "" {
		c.hint(a.hint)
	}
	return a.code
}

// fields is an error as documents have it.
func (a advice) fields(err error) errorFields {
	return errorFields{a.kind, printableText(err.Error()), a.file, a.hint}
}
