package convert

import (
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"wain/convert/index"
	"wain/convert/pack"
	"wain/convert/pep"
	"wain/convert/sdist"
	"wain/convert/target"
)

// Options is what one run is told.
type Options struct {
	Sources       []string // wheels, or name==version with a lock; the first names the package
	Lock          string   // path of the lock file; empty for an application without requirements
	Extras        []string // extras of the SOURCE project
	Groups        []string // dependency groups, for locks that have them
	AllowUnhashed bool     // take pins without a hash, and say which
	HealRecord    bool     // take files that a wheel's RECORD does not list, and say which

	// AllowUnmet are projects that wheels may ask for, or that may ask, otherwise
	// than the lock has it.
	AllowUnmet []string

	Places

	Targets  []target.Target
	Name     string // package name; default python-<project>
	App      string // folder below Prefix; default <project>
	Prefix   string // default /opt/venvs
	Revision string // deb: none by default; rpm: 1

	Maintainer string    // "Name <address>"; default the SOURCE's own
	Epoch      time.Time // one time stamp for all; zero: the newest entry of the SOURCE wheel
	Output     string    // folder of the target folders
	Scratch    string    // where the temporary folder is made
	Jobs       int       // at least 1
	DryRun     bool      // build everything, keep nothing
	Sign       Signer    // zero: packages stay unsigned

	// Libraries says which package brings a soname, before what is known of the
	// target, as target.WithLibraries takes it.
	Libraries map[string]string
	// Builder builds the pins that have no wheel; nil refuses them.
	Builder *Builder
	// UnknownLibrary is what becomes of a library that nothing is known of:
	// "warn", which an empty one means, "error" or "ignore".
	UnknownLibrary string

	Getenv   func(string) string // the variables a lock may name; nil: none is set
	Progress func(Event)         // called from one goroutine at a time; may be nil
}

// OptionError is an option that cannot be what its user means.
type OptionError struct {
	Option string // as wain's command line calls it, without dashes
	Value  string
	Detail string
}

func (e *OptionError) Error() string { return fmt.Sprintf("%s %q: %s", e.Option, e.Value, e.Detail) }

// appRule is one plain component: "." would be the folder of all environments.
var appRule = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._+-]*$`)

// check refuses what would make another package than the one asked for.
func (o *Options) check() error {
	var errs []error
	refuse := func(option, value, detail string) {
		errs = append(errs, &OptionError{option, value, detail})
	}
	if o.App != "" && !appRule.MatchString(o.App) {
		refuse("app", o.App, "is not the name of one folder")
	}
	if o.Prefix != "" && path.Clean(o.Prefix) != strings.TrimSuffix(o.Prefix, "/") {
		refuse("prefix", o.Prefix, "is not a clean path")
	}
	if o.Maintainer != "" {
		if _, ok := pack.Maintainer(o.Maintainer); !ok {
			refuse("maintainer", o.Maintainer, "is not of the form Name <address>")
		}
	}
	if !slices.Contains([]string{"", "warn", "error", "ignore"}, o.UnknownLibrary) {
		refuse("unknown-library", o.UnknownLibrary, "is none of warn, error and ignore")
	}
	if len(o.Groups) > 0 && o.Lock == "" {
		refuse("group", o.Groups[0], "is of a lock, and none is named")
	}
	return errors.Join(errs...)
}

// checkExtras refuses an extra that neither a SOURCE nor the lock has: what it
// was to bring would be missing without a word.
func (r *run) checkExtras(chosen []chosen) error {
	known := slices.Clone(r.lock.Extras)
	for _, c := range chosen {
		for _, extra := range c.book.wheel.Metadata.ProvidesExtra {
			known = append(known, pep.Normalize(extra))
		}
	}
	var errs []error
	slices.Sort(known)
	known = slices.Compact(known)
	for _, extra := range r.Extras {
		if !slices.Contains(known, pep.Normalize(extra)) {
			detail := "the SOURCE has no such extra"
			if len(known) > 0 {
				detail += " (it has " + strings.Join(known, ", ") + ")"
			}
			errs = append(errs, &OptionError{"extra", extra, detail})
		}
	}
	return errors.Join(errs...)
}

// Signer makes the signature inside a package, and says whose it is.
type Signer struct {
	Fingerprint string
	Sign        func(r io.Reader, at time.Time) ([]byte, error)
}

// Event tells how far a run is.
type Event struct {
	Step  string // "choose", "build", "stage", "pack"
	Label string // the target, or the wheel
	Done  int
	Total int
}

// Result is what a run made, in the order of the targets.
type Result struct {
	Changed  bool // a package file is new or has other bytes than before
	Packages []Package
	Failures []Failure // the targets that have no package
	Warnings []string
}

// Failure is a target that could not be served.
type Failure struct {
	Target string
	Err    error
}

// Package is one package file.
type Package struct {
	Target       string
	Format       string
	Name         string
	Version      string // as the package manager shows it, without the release
	Release      string // "" for a deb without a revision
	Architecture string
	Path         string
	Size         int64
	SHA256       string
	SignedBy     string // fingerprint; "" when unsigned
	Depends      []string
	Wheels       []Wheel
}

// Wheel is one wheel inside a package.
type Wheel struct {
	Name       string
	Version    string
	Filename   string
	SHA256     string
	Source     string            // where it came from: a path as it was given, or a URL without credentials
	Built      *sdist.Built      // how it was made here of a source archive; else nil
	Provenance *index.Provenance // what the index says of the file, not verified; nil where nothing
	Origin     string            // the source code that the lock names in place of a file: the user supplied the wheel; else ""
}
