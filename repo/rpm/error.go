package rpm

import "fmt"

// Error says which rule a package breaks, and where.
type Error struct {
	// Rule is a stable identifier such as "truncated" or "header-digest".
	Rule string
	// Part is the section of the file: "lead", "signature header",
	// "header" or "payload"; empty when it is the file as a whole.
	Part string
	// Detail says what was found; foreign text in it is quoted.
	Detail string
}

// Error reads "rule: part: detail", leaving out what is empty.
func (e *Error) Error() string {
	text := e.Rule
	if e.Part != "" {
		text += ": " + e.Part
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

// refuse builds an [Error] whose detail is formatted.
func refuse(rule, part, format string, args ...any) *Error {
	return &Error{Rule: rule, Part: part, Detail: fmt.Sprintf(format, args...)}
}
