package lock

import (
	"fmt"
	"regexp"
	"strings"
)

// Rules that a lock can break, as Issue.Rule has them. They never change.
const (
	RuleUnreadable = "unreadable"          // a file cannot be opened or read
	RuleSize       = "size"                // a file, a line or the number of lines is beyond all use
	RuleEncoding   = "encoding"            // bytes that are not in the file's encoding
	RuleQuoting    = "quoting"             // quotes of options do not close
	RuleOption     = "option"              // an unknown or misused option
	RuleShared     = "shared-line"         // options that pip reads one a line share one
	RuleStrayText  = "stray-text"          // text after options, which pip ignores
	RuleInclude    = "include"             // -r or -c of what cannot be included
	RuleCycle      = "include-cycle"       // a file includes itself
	RuleSyntax     = "syntax"              // not a requirement, not TOML, not JSON
	RuleBuild      = "needs-build"         // -e, VCS, folder or source archive
	RuleUnpinned   = "not-pinned"          // no ==, ===, URL or path
	RuleHash       = "hash"                // a malformed or weak hash, or one that belongs to nothing
	RuleUnhashed   = "not-hashed"          // a pin without a hash
	RuleName       = "name-mismatch"       // name @ a wheel of another project
	RuleConstraint = "constraint"          // a constraint of a form that none may have
	RuleConflict   = "constraint-conflict" // a pin that a constraint excludes
	RuleTwice      = "pinned-twice"        // two pins of one project in one environment
	RuleMarker     = "marker"              // a marker that cannot be judged
	RuleGroup      = "group"               // a dependency group that the lock does not have
	RuleExtra      = "extra"               // an extra that the lock does not have
	RuleField      = "field"               // a value that is missing, of the wrong type, or not what it must be
	RuleVersion    = "format-version"      // a version of the format that is not known
	RuleTarget     = "target"              // the lock, or a pin of it, is not meant for the target
	RuleSource     = "source"              // a package that comes from nowhere, or from two places
	RuleIndex      = "index"               // an index that the lock names and does not describe
	RuleMissing    = "missing"             // a dependency or file that the lock names and does not have
	RuleStale      = "stale"               // the lock and the project it was made from disagree
)

// Issue is one thing that is wrong with a lock.
type Issue struct {
	File   string
	Line   int    // 1 is the first; 0: the file as a whole
	Column int    // of the line, in bytes, 1 is the first; 0: the line as a whole
	Rule   string // one of the Rule constants
	Text   string // the requirement or option, as written, without hashes and credentials; may be empty
	Detail string // what is wrong and, where the format knows it, the way out
}

func (i Issue) String() string {
	var b strings.Builder
	b.WriteString(i.File)
	if i.Line > 0 {
		fmt.Fprintf(&b, ":%d", i.Line)
		if i.Column > 0 {
			fmt.Fprintf(&b, ":%d", i.Column)
		}
	}
	if i.Text != "" {
		fmt.Fprintf(&b, ": %s", quote(i.Text))
	}
	b.WriteString(": " + i.Detail)
	return b.String()
}

// Error is all that is wrong with a lock, in the order of the lines.
type Error struct {
	Path   string // of the lock
	Issues []Issue
}

// Error prints one issue a line.
func (e *Error) Error() string {
	lines := make([]string, len(e.Issues))
	for i, issue := range e.Issues {
		lines[i] = issue.String()
	}
	return strings.Join(lines, "\n")
}

// place is a line of a file.
type place struct {
	file string
	line int
	text string // for messages: as written, before variables
}

// problem is an issue on its way to its place.
type problem struct {
	rule, detail string
}

func problemf(rule, format string, args ...any) *problem {
	return &problem{rule, fmt.Sprintf(format, args...)}
}

// gathered collects the issues and warnings of one file.
type gathered struct {
	path     string
	issues   []Issue
	warnings []string
	full     bool // enough is enough
}

// report gathers an issue; line 0 is the file as a whole, text what is broken.
func (g *gathered) report(line int, text string, p *problem) {
	if g.full || p == nil {
		return
	}
	if len(g.issues) == maxIssues {
		g.full = true
		p, text = problemf(RuleSize, "more issues follow; the rest is left unread"), ""
	}
	g.issues = append(g.issues, p.at(place{g.path, line, text}))
}

// warn gathers a warning.
func (g *gathered) warn(line int, format string, args ...any) {
	where := g.path
	if line > 0 {
		where = fmt.Sprintf("%s:%d", g.path, line)
	}
	g.warnings = append(g.warnings, where+": "+fmt.Sprintf(format, args...))
}

// err is the *Error of all issues, nil without any.
func (g *gathered) err() error {
	if len(g.issues) == 0 {
		return nil
	}
	return &Error{Path: g.path, Issues: g.issues}
}

func (p *problem) at(where place) Issue {
	return Issue{File: where.file, Line: where.line, Rule: p.rule, Text: where.text, Detail: p.detail}
}

// veiled is the problem of a line in which variables were put in: they are often
// secrets, so what was found in the line is not shown.
func (p *problem) veiled() *problem {
	switch p.rule {
	case RuleBuild, RuleConstraint:
		return p // says nothing of the line
	}
	return &problem{p.rule, "wrong once its variables are put in; their values are not shown"}
}

// userinfo is what stands before the host of a URL.
var userinfo = regexp.MustCompile(`(://)[^/\s@]*@`)

// redact takes user and password out of every URL in a text.
func redact(text string) string { return userinfo.ReplaceAllString(text, "$1****@") }

// longest is how much of a foreign text a message shows.
const longest = 120

// quote shows a foreign text: without credentials, shortened, and with control
// characters escaped.
func quote(text string) string {
	text = redact(text)
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return fmt.Sprintf("%q", text)
}
