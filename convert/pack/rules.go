package pack

import (
	"fmt"
	"io/fs"
	"math"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"wain/convert/pep"
	"wain/convert/venv"
)

// The largest sum of file sizes that a package can say: rpm's header counts in
// 32 bits, and the ar member of a deb in ten decimal digits.
const (
	maxRPM = math.MaxUint32
	maxDeb = 9_999_999_999
)

// The longest file name and path, in bytes, that can be installed: Linux takes
// 255 and 4095, and while they unpack dpkg appends ".dpkg-new" and rpm ";" with
// eight digits.
const (
	maxFileName = 255 - len(".dpkg-new")
	maxPath     = 4095 - len(".dpkg-new")
)

// A SpecError says everything that keeps a Spec from becoming a package.
type SpecError struct {
	Package string // its name, as given
	Issues  []Issue
}

// An Issue is one field that breaks one rule.
type Issue struct {
	Field  string // of Spec: "Version", "Depends"; for an entry its path
	Value  string // as given
	Detail string // the rule
}

func (e *SpecError) Error() string {
	lines := make([]string, len(e.Issues))
	for i, issue := range e.Issues {
		lines[i] = fmt.Sprintf("package %q: %s %q: %s", e.Package, issue.Field, issue.Value, issue.Detail)
	}
	return strings.Join(lines, "\n")
}

// The grammars. Where dpkg and rpm differ, the narrower one holds for both, so
// that a project is called the same everywhere.
var (
	nameRule       = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+$`) // policy 5.6.1
	versionRule    = regexp.MustCompile(`^[0-9][0-9A-Za-z.+~]*$`) // policy 5.6.12, no "-", which ends it
	releaseRule    = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+~]*$`)
	epochRule      = regexp.MustCompile(`^[1-9][0-9]{0,9}$`)
	debArchRule    = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`) // policy 5.6.8
	rpmArchRule    = regexp.MustCompile(`^[a-z0-9][a-z0-9_]*$`)
	wordRule       = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+~/-]*$`)
	dirRule        = regexp.MustCompile(`^(/[A-Za-z0-9_][A-Za-z0-9._+-]*){2,}$`) // nothing that a shell reads
	pythonRule     = regexp.MustCompile(`^3\.[0-9]{1,2}t?$`)
	pythonPathRule = regexp.MustCompile(`^(/[A-Za-z0-9._][A-Za-z0-9._+-]*)+$`)

	// What is a link into /usr on merged systems, where dpkg takes /lib/x and
	// /usr/lib/x for two; and what the kernel fills, or a restart empties.
	unfitTop = regexp.MustCompile(`^/(bin|sbin|lib|lib32|lib64|libx32|dev|proc|run|sys)/`)

	// policy 7.1, without the architecture and profile lists of source packages
	debRelationRule = regexp.MustCompile(`^` + debClause + `( \| ` + debClause + `)*$`)
	// One capability, or a whole boolean dependency in parentheses.
	rpmRelationRule = regexp.MustCompile(`^[A-Za-z0-9_/.][][A-Za-z0-9_/.+:~^()-]*( (<|<=|=|>=|>) [0-9A-Za-z.+~^:_-]+)?$`)
	rpmRichRule     = regexp.MustCompile(`^\([!-~][ -~]*\)$`)
)

const debClause = `[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?( \((<<|<=|=|>=|>>) [0-9A-Za-z.+~:-]+\))?`

// check gives a *SpecError with every issue of s, or nil.
func (s *Spec) check() error {
	e := &SpecError{Package: s.Name}
	report := func(field, value, detail string) {
		e.Issues = append(e.Issues, Issue{field, value, detail})
	}
	s.checkFields(report)
	s.checkRelations(report)
	checkEntries(s, report)
	if len(e.Issues) > 0 {
		return e
	}
	return nil
}

func (s *Spec) checkFields(report func(field, value, detail string)) {
	match := func(field, value string, rule *regexp.Regexp) {
		if !rule.MatchString(value) {
			report(field, value, "does not match "+rule.String())
		}
	}
	archRule := debArchRule
	switch s.Format {
	case "deb":
	case "rpm":
		archRule = rpmArchRule
	default:
		report("Format", s.Format, "is neither deb nor rpm")
	}
	match("Name", s.Name, nameRule)
	match("Version", s.Version, versionRule)
	match("Arch", s.Arch, archRule)
	if s.Release != "" || s.Format == "rpm" {
		match("Release", s.Release, releaseRule)
	}
	if s.Epoch != "" {
		match("Epoch", s.Epoch, epochRule)
		if len(s.Epoch) == 10 && s.Epoch > "2147483647" {
			report("Epoch", s.Epoch, "is above 2147483647")
		}
	}
	if n := len(s.Filename()); n > 255 {
		report("Filename", s.Filename(), fmt.Sprintf("has %d bytes, more than 255", n))
	}
	match("Target", s.Target, wordRule)
	match("Suite", s.Suite, wordRule)
	match("Python", s.Python, pythonRule)
	match("PythonPath", s.PythonPath, pythonPathRule)
	match("Dir", s.Dir, dirRule)
	if path.Clean(s.PythonPath) != s.PythonPath {
		report("PythonPath", s.PythonPath, "is not a clean path")
	}
	if path.Clean(s.Dir) != s.Dir || systemDir(s.Dir) || unfitTop.MatchString(s.Dir) || strings.Contains(s.Dir+"/", "/__pycache__/") {
		report("Dir", s.Dir, "is not a directory that a package can have for itself")
	}
	if t := s.Time.Unix(); s.Time.IsZero() || t < 0 || t > math.MaxUint32 {
		report("Time", s.Time.UTC().String(), "is outside 1970 to 2106")
	}
	for _, c := range s.Components {
		if !pep.ValidName(c.Project) {
			report("Components", c.Project, "is not the name of a project")
		}
	}
	switch s.Compression {
	case "zstd", "gzip", "xz":
	default:
		report("Compression", s.Compression, "is not zstd, gzip or xz")
	}
}

func (s *Spec) checkRelations(report func(field, value, detail string)) {
	for _, field := range []struct {
		name      string
		relations []string
	}{{"Depends", s.Depends}, {"Provides", s.Provides}} {
		for _, r := range field.relations {
			ok := debRelationRule.MatchString(r)
			if s.Format == "rpm" {
				ok = rpmRelationRule.MatchString(r) || rpmRichRule.MatchString(r) && balanced(r)
			}
			if !ok {
				report(field.name, r, "is not one relation of the "+s.Format+" format")
			}
		}
	}
}

// balanced reports whether the parentheses of s close in order.
func balanced(s string) bool {
	depth := 0
	for _, r := range s {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0
}

// checkEntries holds the tree to what a package can carry, and every entry to
// a place that is the package's own: below Dir, or a link in /usr/bin.
func checkEntries(s *Spec, report func(field, value, detail string)) {
	dirs := map[string]bool{"/": true, "/usr": true, "/usr/bin": true} // whether anything is in it; these are the system's
	seen := make(map[string]bool, len(s.Entries))
	var sum int64
	for i := range s.Entries {
		e := &s.Entries[i]
		if detail := pathFault(e.Path); detail != "" {
			report("path", e.Path, detail)
			continue
		}
		if seen[e.Path] || e.Path == s.overridesPath() || strings.HasPrefix(e.Path, s.docDir()+"/") {
			report("path", e.Path, "is there twice")
		}
		seen[e.Path] = true
		parent := path.Dir(e.Path)
		if _, ok := dirs[parent]; !ok {
			report("path", e.Path, "is in a directory that the tree does not have before it")
		}
		dirs[parent] = true
		if e.Mode.IsDir() {
			dirs[e.Path] = false
		}
		if detail := placeFault(s, e); detail != "" {
			report("path", e.Path, detail)
		}
		if detail := entryFault(e); detail != "" {
			report("path", e.Path, detail)
		}
		sum += e.Size
	}
	for i := range s.Entries {
		if e := &s.Entries[i]; e.Mode.IsDir() && seen[e.Path] && !dirs[e.Path] {
			report("path", e.Path, "is an empty directory")
		}
	}
	if limit := s.limit(); sum > limit {
		report("Entries", fmt.Sprint(sum), fmt.Sprintf("is more than the %d bytes that the format holds", limit))
	}
}

// limit gives the largest sum of file sizes.
func (s *Spec) limit() int64 {
	if s.Format == "rpm" {
		return maxRPM
	}
	return maxDeb
}

// pathFault says what is wrong with a path as such, or "".
func pathFault(p string) string {
	switch {
	case !strings.HasPrefix(p, "/") || path.Clean(p) != p || p == "/":
		return "is not a clean absolute path"
	case !utf8.ValidString(p):
		return "is not UTF-8"
	case strings.ContainsFunc(p, unicode.IsControl):
		return "has a control character"
	case len(p) > maxPath:
		return fmt.Sprintf("has %d bytes, more than %d", len(p), maxPath)
	}
	for name := range strings.SplitSeq(p, "/") {
		if len(name) > maxFileName {
			return fmt.Sprintf("has a component of %d bytes, more than %d", len(name), maxFileName)
		}
	}
	return ""
}

// placeFault says why the entry may not be where it is, or "".
func placeFault(s *Spec, e *venv.Entry) string {
	switch {
	case e.Path == s.Dir || strings.HasPrefix(s.Dir, e.Path+"/"):
		if !e.Mode.IsDir() {
			return "must be a directory"
		}
	case strings.HasPrefix(e.Path, s.Dir+"/"):
		if strings.Contains(e.Path+"/", "/__pycache__/") {
			return "is bytecode, which the installed package compiles itself"
		}
	case e.Path == "/usr" || e.Path == "/usr/bin":
		if !e.Mode.IsDir() {
			return "must be a directory"
		}
	case path.Dir(e.Path) == "/usr/bin":
		if e.Mode.Type() != fs.ModeSymlink {
			return "must be a symbolic link"
		}
	default:
		return "is outside the package's places"
	}
	return ""
}

// entryFault says what is wrong with an entry's type, mode or link, or "".
func entryFault(e *venv.Entry) string {
	perm := e.Mode.Perm()
	switch e.Mode &^ fs.ModePerm {
	case fs.ModeSymlink:
		if e.Link == "" || path.Clean(e.Link) != e.Link || strings.ContainsFunc(e.Link, unicode.IsControl) {
			return fmt.Sprintf("points to %q, which is not a clean path", e.Link)
		}
	case fs.ModeDir:
		if perm != 0o755 {
			return fmt.Sprintf("has mode %04o, a directory has 0755", perm)
		}
	case 0:
		if perm != 0o644 && perm != 0o755 {
			return fmt.Sprintf("has mode %04o, a file has 0644 or 0755", perm)
		}
		if e.Open == nil || e.Size < 0 {
			return "has no body"
		}
	default:
		return "is neither file, directory nor symbolic link: " + e.Mode.String()
	}
	return ""
}
