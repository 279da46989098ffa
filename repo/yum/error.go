package yum

import "fmt"

// Error says which rule a foreign repomd.xml breaks, and where.
type Error struct {
	// Rule is a stable identifier such as "repomd-duplicate-type".
	Rule string
	// Detail says what was found; foreign text in it is quoted.
	Detail string
	// Err is the underlying error, if there is one.
	Err error
}

// Error reads "rule: detail: cause", leaving out what is empty.
func (e *Error) Error() string {
	text := e.Rule
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

func refuse(rule, format string, args ...any) *Error {
	return &Error{Rule: rule, Detail: fmt.Sprintf(format, args...)}
}
