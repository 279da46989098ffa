package lock

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wain/convert/pep"
)

// Bounds of one lock with all that it includes. The largest locks of real
// applications have some thousand requirements in some megabytes.
const (
	maxSize   = 64 << 20 // bytes of all files
	maxLines  = 1 << 16  // logical lines of all files
	maxIssues = 100      // after so many, the rest is left unread
)

// reader reads a requirements.txt and what it includes into a Lock.
type reader struct {
	options Options
	lock    *Lock
	found   *requirements
	issues  []Issue
	stack   []os.FileInfo // the files that are being read, the outermost first
	done    []visit
	files   []string // the names of all files, in the order in which they were opened
	size    int64    // bytes read
	lines   int      // logical lines read
	full    bool     // enough is enough
}

// visit is a file that was read to its end.
type visit struct {
	file       os.FileInfo
	constraint bool
}

// opened is a file as it was read.
type opened struct {
	data []byte
	info os.FileInfo
}

func readRequirements(path string, first *opened, o Options) (*Lock, error) {
	r := &reader{
		options: o,
		lock:    &Lock{Path: path, Format: "requirements.txt"},
		found:   &requirements{path: path, allowUnhashed: o.AllowUnhashed, constraints: map[string][]entry{}},
	}
	r.lock.content = r.found
	r.size = int64(len(first.data))
	r.read(path, first, false)
	if !r.full {
		issues, warnings := r.found.check()
		r.issues = append(r.issues, issues...)
		r.lock.Warnings = append(r.lock.Warnings, warnings...)
	}
	if len(r.issues) > 0 {
		r.sortIssues()
		return nil, &Error{Path: path, Issues: r.issues}
	}
	return r.lock, nil
}

// sortIssues puts issues into the order in which the files were opened, and of
// their lines: some are found only when all is read.
func (r *reader) sortIssues() {
	slices.SortStableFunc(r.issues, func(a, b Issue) int {
		return cmp.Or(cmp.Compare(slices.Index(r.files, a.File), slices.Index(r.files, b.File)), cmp.Compare(a.Line, b.Line))
	})
}

// report gathers an issue.
func (r *reader) report(where place, p *problem) {
	switch {
	case r.full:
	case len(r.issues) < maxIssues:
		r.issues = append(r.issues, p.at(where))
	default:
		r.full = true
		r.issues = append(r.issues, Issue{File: where.file, Line: where.line, Rule: RuleSize, Detail: "more issues follow; the rest is left unread"})
	}
}

func (r *reader) warn(where place, format string, args ...any) {
	r.lock.Warnings = append(r.lock.Warnings, fmt.Sprintf("%s:%d: %s", where.file, where.line, fmt.Sprintf(format, args...)))
}

// file reads a file that the line by includes.
func (r *reader) file(by place, path string, constraint bool) {
	// The lock itself may come through a pipe. What it includes may not: a
	// pipe or a terminal would wait for ever.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		r.report(by, problemf(RuleInclude, "%s is not a regular file", path))
		return
	}
	f, p := load(path, maxSize-r.size)
	if p != nil {
		r.report(by, p)
		return
	}
	r.size += int64(len(f.data))
	same := func(o os.FileInfo) bool { return os.SameFile(o, f.info) }
	if slices.ContainsFunc(r.stack, same) {
		r.report(by, problemf(RuleCycle, "%s is being read already: a file cannot include itself", path))
		return
	}
	// A file that two others include asks for the same twice, which is no
	// contradiction.
	if slices.ContainsFunc(r.done, func(v visit) bool { return same(v.file) && v.constraint == constraint }) {
		return
	}
	r.read(path, f, constraint)
}

// read reads the lines of a file.
func (r *reader) read(path string, f *opened, constraint bool) {
	r.files = append(r.files, path)
	text, p := decode(f.data)
	if p != nil {
		r.report(place{file: path}, p)
		return
	}
	r.stack = append(r.stack, f.info)
	for l := range lines(text) {
		if r.full {
			break
		}
		r.logical(path, l, constraint)
	}
	r.stack = r.stack[:len(r.stack)-1]
	r.done = append(r.done, visit{f.info, constraint})
}

// load reads a file of at most limit bytes.
func load(path string, limit int64) (*opened, *problem) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, unreadable(path, err)
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	if int64(len(data)) > limit {
		return nil, problemf(RuleSize, "with %s the lock has more than %d bytes", path, int64(maxSize))
	}
	return &opened{data, info}, nil
}

func unreadable(path string, err error) *problem {
	var e *fs.PathError
	if errors.As(err, &e) {
		err = e.Err
	}
	return problemf(RuleUnreadable, "cannot read %s: %s", path, err)
}

// logical reads one logical line.
func (r *reader) logical(path string, l line, constraint bool) {
	where := place{file: path, line: l.number}
	if r.lines++; r.lines > maxLines {
		r.report(where, problemf(RuleSize, "the lock has more than %d lines", maxLines))
		r.full = true
		return
	}
	if l.tooLong {
		r.report(where, problemf(RuleSize, "a line of more than %d bytes", maxLine))
		return
	}
	written, _ := cutOptions(l.text)
	if where.text = written; written == "" {
		where.text = optionText(l.text)
	}
	e, ok := expand(l.text, r.options.Getenv)
	if !ok {
		r.report(where, problemf(RuleSize, "with its variables, a line of more than %d bytes", maxLine))
		return
	}
	for _, name := range e.unset {
		r.warn(where, "the variable %s is not set and stays as it is", name)
	}
	left, right := cutOptions(strings.TrimFunc(e.text, isSpace))
	settings, p := readOptions(right)
	switch i := slices.IndexFunc(settings, func(s setting) bool { return s.name == "--editable" }); {
	case p != nil:
	case left != "":
		p = r.requirement(where, left, settings, constraint)
	case i >= 0:
		if p = alone(settings); p == nil {
			p = r.editable(where, settings[i].value, constraint)
		}
		r.settings(where, slices.Delete(settings, i, i+1))
	default:
		r.settings(where, settings)
		return
	}
	if p != nil && e.set {
		p = p.veiled()
	}
	if p != nil {
		r.report(where, p)
	}
}

// optionText is what a message shows of a line without a requirement: its first
// option and value.
func optionText(text string) string {
	words := strings.Fields(text)
	return strings.Join(words[:min(2, len(words))], " ")
}

func readOptions(text string) ([]setting, *problem) {
	words, err := splitWords(text)
	if err != nil {
		return nil, problemf(RuleQuoting, "%s", err)
	}
	settings, rest, err := parseOptions(words)
	if err != nil {
		return nil, problemf(RuleOption, "%s", err)
	}
	if len(rest) > 0 {
		return nil, problemf(RuleStrayText, "%s stands behind the options, where pip would ignore it", quote(rest[0]))
	}
	return settings, nil
}

// requirement reads a line that asks for, or constrains, a project.
func (r *reader) requirement(where place, text string, settings []setting, constraint bool) *problem {
	e, p := parseEntry(text, filepath.Dir(where.file))
	if p != nil {
		return p
	}
	e.place = where
	for _, s := range settings {
		switch s.name {
		case "--hash":
			h, err := ParseHash(s.value)
			if err != nil {
				return problemf(RuleHash, "%s", err)
			}
			e.hashes = append(e.hashes, h)
		case "--config-settings", "--global-option", "--build-option", "--install-option":
			r.warn(where, "%s has no effect: nothing is built", s.name)
		case "--editable":
			return problemf(RuleBuild, "-e is source code, which is not built here: %s", wayOut)
		default:
			r.warn(where, "%s has no effect behind a requirement", s.name)
		}
	}
	return r.add(e, constraint)
}

// editable reads a line -e: source code, which is that of the project that the
// file is of, or has a name.
func (r *reader) editable(where place, text string, constraint bool) *problem {
	e, p := parseEntry(text, filepath.Dir(where.file))
	switch {
	case p != nil:
		return p
	case constraint:
		return problemf(RuleConstraint, "a constraint cannot be editable")
	case e.origin == "":
		return problemf(RuleBuild, "-e is for source code, and this is a file or a version")
	}
	e.place = where
	return r.add(e, constraint)
}

// add takes an entry.
func (r *reader) add(e entry, constraint bool) *problem {
	e.hashes = sortHashes(e.hashes)
	if e.archived {
		e.hashes = nil
	}
	switch {
	case e.origin != "" && len(e.hashes) > 0:
		return problemf(RuleHash, "a hash of source code, which has none: build a wheel of it and pin that")
	case e.own && !constraint:
		if e.name == "" {
			e.name = projectName(e.origin)
		}
		if e.name != "" && !slices.Contains(r.lock.Own, e.name) {
			r.lock.Own = append(r.lock.Own, e.name)
		}
	case !constraint:
		r.found.entries = append(r.found.entries, e)
	case len(e.extras) > 0:
		return problemf(RuleConstraint, "a constraint cannot have extras: name them in the requirement")
	default:
		r.found.constraints[e.name] = append(r.found.constraints[e.name], e)
	}
	return nil
}

// resolve finds a relative path beside the file that names it, else where it
// was started from, which is where pip looks.
func resolve(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	beside := filepath.Join(dir, path)
	if _, err := os.Stat(beside); err == nil {
		return beside
	}
	if _, err := os.Stat(path); err == nil {
		return filepath.Clean(path)
	}
	return beside
}

// syntaxDetail takes the text out of pep's errors: an Issue shows its own, in
// which variables are not expanded.
func syntaxDetail(err error) string {
	var e *pep.SyntaxError
	if errors.As(err, &e) {
		return e.Detail
	}
	return err.Error()
}
