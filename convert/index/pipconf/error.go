package pipconf

import (
	"fmt"
	"strings"
)

// Issue is one thing that pip would not start with. Its text never holds a
// value: any value may be a secret in the wrong place.
type Issue struct {
	From   Origin
	Detail string
}

func (i Issue) String() string { return fmt.Sprintf("%s: %s", i.From, i.Detail) }

// Error is all that is wrong with the settings.
type Error struct{ Issues []Issue }

// Error prints one issue a line.
func (e *Error) Error() string {
	lines := make([]string, len(e.Issues))
	for i, issue := range e.Issues {
		lines[i] = issue.String()
	}
	return strings.Join(lines, "\n")
}

// issues gathers what is wrong.
type issues []Issue

func (l *issues) add(from Origin, format string, args ...any) {
	*l = append(*l, Issue{from, fmt.Sprintf(format, args...)})
}

func (l issues) err() error {
	if len(l) == 0 {
		return nil
	}
	return &Error{l}
}
