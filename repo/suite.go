package repo

import (
	"regexp"
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
}

// tree is the folder that clients of the suite read.
func (n suiteName) tree() string {
	if n.format == formatApt {
		return "apt/dists/" + n.suite
	}
	return "yum/" + n.suite + "/repodata"
}

// generations is the folder that holds one folder for each generation of the suite.
func (n suiteName) generations() string {
	if n.format == formatApt {
		return "apt/generations/" + n.suite
	}
	return "yum/" + n.suite + "/generations"
}

// base is the folder below which the paths in the suite's indexes lie.
func (n suiteName) base() string {
	if n.format == formatApt {
		return "apt"
	}
	return "yum/" + n.suite
}

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
	return len(name) <= 100 && suitePattern.MatchString(name)
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
