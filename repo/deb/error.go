package deb

import (
	"errors"
	"fmt"
)

// Error says which rule a package breaks, and where.
type Error struct {
	// Rule is a stable identifier such as "truncated" or "control-missing".
	Rule string
	// Member is the ar member, or the part of the package, that breaks the
	// rule; empty when it is the archive as a whole.
	Member string
	// Detail says what was found; foreign text in it is quoted.
	Detail string
	// Err is the underlying error, if there is one.
	Err error
}

// Error reads "rule: member: detail: cause", leaving out what is empty.
func (e *Error) Error() string {
	text := e.Rule
	if e.Member != "" {
		text += ": " + e.Member
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// refuse builds an [Error] whose detail is formatted.
func refuse(rule, member, format string, args ...any) *Error {
	return &Error{Rule: rule, Member: member, Detail: fmt.Sprintf(format, args...)}
}

// refusedBefore reports whether err already names a rule.
func refusedBefore(err error) bool {
	var refusal *Error
	return errors.As(err, &refusal)
}
