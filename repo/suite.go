package repo

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"wain/repo/deb"
	"wain/repo/rpm"
)

// The two formats of repositories.
const (
	formatApt = "apt"
	formatYum = "yum"
)

// A suiteName is where a package belongs.
type suiteName struct {
	format  string
	suite   string // what clients subscribe to: bookworm-staging
	release string // what it is built for: bookworm
	at      string // its base, where that is not ours: an adopted suite stays at its place
}

// tree is the folder that clients of the suite read.
func (n suiteName) tree() string {
	if n.format == formatApt {
		return n.join("dists/" + n.suite)
	}
	return n.join("repodata")
}

// generations is the folder that holds one folder for each generation of the suite.
func (n suiteName) generations() string {
	switch {
	case n.format == formatYum:
		return n.join("generations")
	case n.ours():
		return n.join("generations/" + n.suite)
	default: // a yum repository may have the same base, and a suite may be called 12-bookworm
		return n.join("generations/dists/" + n.suite)
	}
}

// base is the folder below which the paths in the suite's indexes lie.
func (n suiteName) base() string {
	switch {
	case n.at != "":
		return n.at
	case n.format == formatApt:
		return "apt"
	default:
		return "yum/" + n.suite
	}
}

// join returns where a path of the indexes lies in the store.
func (n suiteName) join(href string) string { return path.Join(n.base(), href) }

// ours reports whether the suite lies where this package puts suites.
func (n suiteName) ours() bool { return n.base() == suiteName{format: n.format, suite: n.suite}.base() }

// before orders suites: apt first, then by name.
func (n suiteName) before(m suiteName) bool {
	if n.format != m.format {
		return n.format < m.format
	}
	return n.suite < m.suite
}

// suitePattern leaves out "/": a suite's folder must not lie within another one's.
var suitePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+~-]*$`)

func validSuite(name string) bool {
	return len(name) <= 100 && suitePattern.MatchString(name) && !slices.Contains(layoutNames(), name)
}

// layoutNames are folders that repositories are told by.
func layoutNames() []string { return []string{"dists", "generations", "Packages", "pool", "repodata"} }

// defaultComponent is that of packages for which none is given.
const defaultComponent = "main"

func validComponent(name string) bool {
	return len(name) <= 100 && componentPattern.MatchString(name) && path.Clean(name) == name
}

// debSuite returns the suite that wain recorded in a .deb, or "".
func debSuite(p *deb.Package) string {
	return p.Control.Get("Wain-Suite")
}

// rpmSuite returns the suite that wain recorded in an .rpm, or "".
func rpmSuite(p *rpm.Package) string {
	for _, provided := range p.Provides {
		if provided.Name == "wain(suite)" {
			return provided.EVR
		}
	}
	return ""
}

// slug turns an origin into what files and sections are named after: "Example Archive" becomes example-archive.
func slug(origin string) string {
	words := strings.FieldsFunc(strings.ToLower(origin), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "-")
}

// printable reports whether s can be one line of a text file.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
