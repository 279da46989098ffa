package repo

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrNoSigner means that neither a signer nor leave to publish unsigned was given.
	ErrNoSigner = errors.New("no signing key, and an unsigned repository was not asked for")

	// ErrSigned means that an unsigned publish would take the signatures off a signed repository.
	ErrSigned = errors.New("the repository is signed, and clients would refuse it without its signatures")

	// ErrNoOrigin means that a new repository was given no origin.
	ErrNoOrigin = errors.New("a new repository needs an origin")

	// ErrNoRepository means that there is no repository of ours.
	ErrNoRepository = errors.New("no repository here")
)

// An ExistsError reports a package whose name, version and architecture are published with other bytes, or are given
// twice with different ones.
type ExistsError struct {
	Name, Version, Arch string
	Suite               string
	Path                string // of the published package in the store
	Source              string // the refused file
	Have, Got           string // SHA-256 in hex: published, refused
}

func (e *ExistsError) Error() string {
	return fmt.Sprintf("publish %s: %s %s (%s) exists in %s with other content: SHA-256 %s there, %s given",
		e.Source, e.Name, e.Version, e.Arch, e.Suite, e.Have, e.Got)
}

// An OptionError reports an option that cannot be what its user means.
type OptionError struct {
	Option string // as wain's command line calls it, without dashes
	Value  string
	Detail string
}

func (e *OptionError) Error() string { return fmt.Sprintf("%s %q: %s", e.Option, e.Value, e.Detail) }

// An IdentityError reports an attempt to change what existing clients hold on to.
type IdentityError struct {
	Field     string // "origin" or "label"
	Have, Got string
}

func (e *IdentityError) Error() string {
	return fmt.Sprintf("the repository's %s is %q and cannot become %q: every apt client would stop", e.Field, e.Have, e.Got)
}

// A SuiteError reports a package that says no suite where none is given, or a name that cannot be a suite's.
type SuiteError struct {
	Source string // the package file; empty where the name itself was given
	Suite  string // the unusable name; empty where there is none
}

func (e *SuiteError) Error() string {
	switch {
	case e.Suite == "":
		return fmt.Sprintf("publish %s: the package names no suite, and none was given", e.Source)
	case e.Source == "":
		return fmt.Sprintf("suite %q: a name has letters, digits and . _ + ~ -, begins with a letter or digit, and is none of %s", e.Suite, strings.Join(layoutNames(), ", "))
	default:
		return fmt.Sprintf("publish %s: the package names the suite %q, which cannot be one", e.Source, e.Suite)
	}
}

// A PackageError reports a file that cannot be published.
type PackageError struct {
	Source string
	Err    error // a *deb.Error, an *rpm.Error, or an error of the file system
}

func (e *PackageError) Error() string { return fmt.Sprintf("read package %s: %v", e.Source, e.Err) }

func (e *PackageError) Unwrap() error { return e.Err }

// A NoPackagesError reports paths under which there is no package.
type NoPackagesError struct{ Paths []string }

func (e *NoPackagesError) Error() string {
	if len(e.Paths) == 0 {
		return "no packages for a new repository"
	}
	return fmt.Sprintf("no .deb or .rpm in %q", e.Paths)
}

// A ForeignError reports a repository that is not ours to change: its state is lost, or it never had one.
type ForeignError struct{ Tree string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s exists, but .wain/head.json does not: publishing would drop the packages in it", e.Tree)
}

// A StateError reports a file of the publisher's state that cannot be used.
type StateError struct {
	Name   string // in the store
	Detail string
}

func (e *StateError) Error() string { return fmt.Sprintf("repository state %s: %s", e.Name, e.Detail) }

// An AdoptError reports a published tree that cannot be taken over as it is.
type AdoptError struct {
	Path string // of the tree, or of a file in it
	Err  error  // [ErrFlat], or what is wrong with the file
}

func (e *AdoptError) Error() string { return fmt.Sprintf("take over %s: %v", e.Path, e.Err) }

func (e *AdoptError) Unwrap() error { return e.Err }

// ErrFlat is an apt repository without suites.
var ErrFlat = errors.New("a flat apt repository has no suites")
