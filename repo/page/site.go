package page

import "time"

// A Site is a published repository.
type Site struct {
	Origin, Label string
	BaseURL       string // of the repository's root; empty: not known
	Generation    int
	Date          time.Time
	Keys          []Key // that sign; none: unsigned
	Suites        []Suite
	Files         []string // client files at the root, as "example.sources"
}

// Placeholder stands in client configuration for a base URL that is not known.
const Placeholder = "https://packages.example.org"

// A Key signs the repository.
type Key struct {
	Fingerprint string // in hexadecimal, without blanks
}

// A Suite is what a client subscribes to.
type Suite struct {
	Format        string // "apt" or "yum"
	Name          string
	Base          string // the folder that the paths in its indexes are relative to; "." is the root
	Description   string
	Date          time.Time
	ValidUntil    time.Time // zero: no such date
	Components    []string  // apt
	Architectures []string
	Packages      int       // published in it
	Listed        []Package // those of them that are known here, at least the newest; see [All] and [Newest]
	Snippets      []Snippet
}

// A Package is published in a suite.
type Package struct {
	Name, Version, Architecture string
	Size                        int64     // bytes
	Since                       time.Time // when it was published in the suite
	Href                        string    // path of the file, relative to the repository's root, not escaped; empty: no link
}

// A Snippet is client configuration to paste.
type Snippet struct {
	Kind string // "apt", "dnf", …
	Text string
}

// The page lists a suite of up to All packages in full; of a larger one its Newest packages. A caller need not give
// more of a large suite's packages than these.
const (
	All    = 2000
	Newest = 200
)
