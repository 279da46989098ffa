package pack

import (
	"io"
	"time"

	"wain/convert/venv"
)

// A Spec is all that one package is made of. Texts may come from foreign
// metadata: they are cleaned. Everything else is checked.
type Spec struct {
	Format  string // "deb" or "rpm"
	Name    string // [a-z0-9][a-z0-9+.-]+
	Epoch   string // "" for none
	Version string // as Versions gives it
	Release string // rpm: always ("1.el9"); deb: the revision, "" for none
	Arch    string // in the format's words: amd64, all; x86_64, noarch

	Summary     string // one line; "" for a line made of the name
	Description string // paragraphs of plain text, wrapped here; may be ""
	Homepage    string // dropped unless it is an http or https URL
	License     string // of the whole, an SPDX expression, the rpm's License field; else those of the Components together
	Maintainer  string // "Name <address>"; "" for a placeholder that says so

	Depends  []string // relations in the format's syntax, one each; beside those that the package's own scripts and payload need
	Provides []string // likewise

	Target string // what the package was made for: "debian12", "el9+python3.12"
	Suite  string // what a client subscribes to: "bookworm", "el9"

	Time       time.Time // one stamp for everything in the package, in whole seconds
	Dir        string    // the environment: "/opt/venvs/app"
	Python     string    // "3.11", "3.13t"
	PythonPath string    // "/usr/bin/python3.11"

	Compression string // of the payload: "zstd", "gzip" or "xz"

	Entries    []venv.Entry // parents before children; every directory is among them
	Components []Component  // the projects inside, the packaged one first
	Changelog  string       // what changed, a line each; "" for a line that says what was packaged

	// Sign makes an OpenPGP signature of what it reads, detached and binary
	// for an rpm, binary or armored for a deb (its _gpgorigin member). An rpm
	// asks twice: for its header, and for header and payload. nil leaves the
	// package unsigned.
	Sign func(io.Reader) ([]byte, error)
}

// A Component is one project inside the package, for the copyright file, the
// SBOM and the rpm's bundled() provides.
type Component struct {
	Project      string   // as its metadata writes it
	Version      string   // PEP 440
	Homepage     string   // "" if unknown
	Authors      []string // "Name <address>", whoever the metadata names
	License      string   // an SPDX expression; "" or anything else is taken for free text
	LicenseText  string   // free text or classifiers, where there is no expression
	Filename     string   // of the wheel
	SHA256       string   // of the wheel, lower-case hex
	Origin       string   // the source code that the lock names in place of a file, without credentials; "" for none
	Built        string   // how the wheel was made where it was not published: "from sdist sha256:… by uv 0.13.8"; ""
	LicenseFiles []string // absolute paths of its licence files in the tree
	Paths        []string // DEP-5 patterns of its files, absolute; none: all that no other has
}

// Filename gives the package's conventional file name, with neither epoch nor
// folder: name_version_arch.deb, name-version-release.arch.rpm.
func (s Spec) Filename() string {
	if s.Format == "rpm" {
		return s.Name + "-" + s.Version + "-" + s.Release + "." + s.Arch + ".rpm"
	}
	return s.Name + "_" + s.revisioned() + "_" + s.Arch + ".deb"
}

// revisioned gives version and release as the format joins them.
func (s *Spec) revisioned() string {
	if s.Release == "" {
		return s.Version
	}
	return s.Version + "-" + s.Release
}

// evr gives the full version, with the epoch where there is one.
func (s *Spec) evr() string {
	if s.Epoch == "" {
		return s.revisioned()
	}
	return s.Epoch + ":" + s.revisioned()
}
