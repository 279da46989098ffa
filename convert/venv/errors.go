package venv

import (
	"fmt"
	"strings"
)

// Problem is one reason why an environment cannot be laid out.
type Problem struct {
	// Rule is "path-conflict", "command-conflict", "case-collision",
	// "file-and-folder", "reserved-name", "script-size", "tree-size" or "twice".
	Rule   string
	Path   string // in the tree; for "twice" the project
	Detail string // names the wheels
}

// Error is every problem of one environment, in the order of paths.
type Error struct{ Problems []Problem }

func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = fmt.Sprintf("lay out %s: %s (%s)", p.Path, p.Detail, p.Rule)
	}
	return strings.Join(lines, "\n")
}
