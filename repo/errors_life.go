package repo

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNothingEarlier means that no kept generation before the current one has other packages.
var ErrNothingEarlier = errors.New("nothing to go back to: no kept generation before this one has other packages")

// An UnknownSuiteError reports a suite that the repository does not have.
type UnknownSuiteError struct {
	Suite string
	Have  []string // those there are
}

func (e *UnknownSuiteError) Error() string {
	return fmt.Sprintf("no suite %q here; there %s", e.Suite, listing(e.Have))
}

// An UnknownPackageError reports a selection that meets no package of a suite.
type UnknownPackageError struct {
	Suite         string   // empty: all were looked at
	Name, Version string   // as they were given
	Versions      []string // of that name, oldest first; none: the name is not there
	Near          []string // names that are there and much like it
}

func (e *UnknownPackageError) Error() string {
	suite := e.Suite
	if suite == "" {
		suite = "the repository"
	}
	switch {
	case len(e.Versions) > 0:
		return fmt.Sprintf("%s has no %s %s; there %s", suite, e.Name, e.Version, listing(e.Versions))
	case len(e.Near) > 0:
		return fmt.Sprintf("%s has no package %q; there %s", suite, e.Name, listing(e.Near))
	}
	return fmt.Sprintf("%s has no package %q", suite, e.Name)
}

// A FormatError reports packages of one format that cannot go to a suite of another.
type FormatError struct{ From, FromFormat, To, ToFormat string }

func (e *FormatError) Error() string {
	return fmt.Sprintf("promote from %s to %s: %s is a suite of %s packages and %s one of %s packages",
		e.From, e.To, e.From, packagesOf[e.FromFormat], e.To, packagesOf[e.ToFormat])
}

// packagesOf are the file name endings of each format's packages.
var packagesOf = map[string]string{formatApt: ".deb", formatYum: ".rpm"}

// listed are as many as an error has room for.
const listed = 20

// listing says which there are, in a sentence that ends there.
func listing(names []string) string {
	switch {
	case len(names) == 0:
		return "are none"
	case len(names) > listed:
		return fmt.Sprintf("are %s and %d more", strings.Join(names[:listed], ", "), len(names)-listed)
	case len(names) == 1:
		return "is " + names[0]
	}
	return "are " + strings.Join(names, ", ")
}
