package lock

import (
	"wain/convert/pep"
)

// Pin is one project at one version.
type Pin struct {
	Name    string   // normalised
	Version string   // in PEP 440's normal form
	Extras  []string // normalised, sorted
	Marker  *pep.Marker
	Hashes  []Hash // allowed for the file, sorted; empty only with Options.AllowUnhashed

	// URL is the wheel's URL as the lock has it, for a pin that names one; it may
	// hold credentials. Path is the local wheel, for a pin that names a path or
	// a file: URL. Both are empty for name==version.
	URL  string
	Path string

	File string // where the pin is written
	Line int    // 1 is the first
}

// String gives the pin for people, without credentials.
func (p Pin) String() string {
	switch {
	case p.URL != "":
		return p.Name + " @ " + redact(p.URL)
	case p.Path != "":
		return p.Name + " @ " + p.Path
	}
	return p.Name + "==" + p.Version
}
