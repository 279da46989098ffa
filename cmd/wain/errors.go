package main

import (
	"errors"
	"fmt"
	"strings"
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
	if c.served != "" && a.kind == "no-repository" {
		a.file, a.hint = c.served, servedHint
	}
	if c.json {
		if c.document(errorDocument{"wain/error/1", a.fields(err)}) == nil {
			return a.code
		}
	}
	c.errorf("%s", told(err))
	if a.hint != "" {
		c.hint(a.hint)
	}
	return a.code
}

// fields is an error as documents have it.
func (a advice) fields(err error) errorFields {
	return errorFields{a.kind, printableText(told(err)), a.file, a.hint}
}

// Bounds of an error that is told: enough to see what is wrong, too little to
// flood a log with what foreign files hold.
const (
	maxToldLines = 1000
	maxToldLine  = 4000 // bytes
)

// told is an error's text within bounds.
func told(err error) string {
	var b strings.Builder
	text := err.Error()
	lines := 0
	for line := range strings.Lines(text) {
		if lines++; lines > maxToldLines {
			continue
		}
		if kept := strings.TrimRight(line, "\n"); len(kept) > maxToldLine {
			line = strings.ToValidUTF8(kept[:maxToldLine], "") + "…\n"
		}
		b.WriteString(line)
	}
	if more := lines - maxToldLines; more > 0 {
		fmt.Fprintf(&b, "and %d more %s", more, plural(more, "line", "lines"))
	}
	return b.String()
}
