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
	Hashes  []Hash // allowed for the file, sorted; empty with Files, with Origin, or with Options.AllowUnhashed

	// Files are the files that the lock names for the pin, in its order; the
	// wheel to install is one of them and no other. Empty for a lock that names
	// none: any wheel of the version with one of Hashes will do.
	Files []File
	// Index is the URL of the index that the lock ties the project to, "" for
	// any; it may hold credentials.
	Index string
	// Origin is set where the lock names source code that no hash could vouch a
	// wheel for: a VCS URL, a folder, an archive whose name is not that of a
	// source distribution of the project. A wheel that the user built of it must
	// be supplied; Version is then "" where the lock does not say it.
	Origin string

	// URL is the wheel's URL as the lock has it, for a pin that names one; it may
	// hold credentials. Path is the local wheel, for a pin that names a path or
	// a file: URL. Both are empty for name==version.
	URL  string
	Path string

	File string // where the pin is written
	Line int    // 1 is the first
}

// File is one file of a pin: a wheel, or a source archive. Where it has a path
// and a URL, the path wins.
type File struct {
	Name   string // "flask-3.1.0-py3-none-any.whl"
	URL    string // as the lock has it, resolved; "" where it has none; may hold credentials
	Path   string // of a local file, resolved against the lock; "" for none
	Size   int64  // bytes; 0 where the lock does not say
	Hashes []Hash // allowed, sorted; empty only with Options.AllowUnhashed
}

// String gives the pin for people, without credentials.
func (p Pin) String() string {
	switch {
	case p.Origin != "":
		return p.Name + " @ " + redact(p.Origin)
	case p.URL != "":
		return p.Name + " @ " + redact(p.URL)
	case p.Path != "":
		return p.Name + " @ " + p.Path
	}
	return p.Name + "==" + p.Version
}
