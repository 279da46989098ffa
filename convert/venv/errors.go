package venv

import (
	"fmt"
	"strings"
)

// Problem is one reason why an environment cannot be laid out.
type Problem struct {
	Rule   string // "path-conflict", "command-conflict", "case-collision", "file-and-folder", "reserved-name", "script-name", "entry-point", "data-scheme", "twice"
	Path   string // in the tree, or in the wheel for "data-scheme"
	Detail string
}

// Error is every problem of one environment.
type Error struct{ Problems []Problem }

func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = fmt.Sprintf("lay out %s: %s (%s)", p.Path, p.Detail, p.Rule)
	}
	return strings.Join(lines, "\n")
}
