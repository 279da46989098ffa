package main

import (
	"errors"
	"slices"
	"strings"
)

const kindFailed = "failed"

// advice is what the command line adds to an error: its kind for programs, the
// file it concerns, the next thing to do (a line each), the exit code.
type advice struct {
	kind, file, hint string
	code             int
}

// adviceFor gathers what there is to say about an error. Of a joined one every
// part may have a hint of its own; the kind and the file are the first part's
// that has any, and parts that disagree about the exit code make it 1.
func adviceFor(err error) advice {
	all := advice{kind: kindFailed, code: exitFailed}
	parts := branches(err)
	var hints []string
	for i, part := range parts {
		a := adviceForOne(part)
		if i == 0 {
			all.code = a.code
		} else if all.code != a.code {
			all.code = exitFailed
		}
		if all.kind == kindFailed {
			all.kind, all.file = a.kind, a.file
		}
		hints = append(hints, a.hint)
	}
	hints = append(hints, absentHint(parts))
	all.hint = joinHints(hints)
	return all
}

// adviceForOne finds the advice for an error that is not joined.
func adviceForOne(err error) advice {
	for _, of := range []func(error) (advice, bool){adviseUsage, adviseKey, adviseLock, adviseIndex, adviseWheel, adviseTree, advisePackage, adviseRepository, adviseVerify, adviseLife, adviseSystem} {
		if a, ok := of(err); ok {
			if a.code == 0 {
				a.code = exitFailed
			}
			return a
		}
	}
	return advice{kind: kindFailed, code: exitFailed}
}

// branches takes a joined error apart.
func branches(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var parts []error
	for _, part := range joined.Unwrap() {
		parts = append(parts, branches(part)...)
	}
	return parts
}

// joinHints says each line once.
func joinHints(hints []string) string {
	var lines []string
	for _, hint := range hints {
		for line := range strings.SplitSeq(hint, "\n") {
			if line != "" && !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	return strings.Join(lines, "\n")
}

// as is errors.As for a condition.
func as[E error](err error) (E, bool) {
	var e E
	ok := errors.As(err, &e)
	return e, ok
}
