package repo

import (
	"context"
	"errors"
	"slices"
	"time"

	"wain/repo/store"
)

// A Commit says where and how a repository is changed; every function that changes one takes it.
type Commit struct {
	// Store holds the repository. Nil stands for the folder Dir.
	Store store.Store
	Dir   string

	// Time dates the change.
	Time time.Time

	// Await is called before a suite gets a date later than Time, because its last one is as late. Clients refuse a
	// date ahead of their clock, so it may return when that is reached: many publishes in one second would run ahead
	// by a second each. It may be nil; a dry run does not call it.
	Await func(ctx context.Context, date time.Time) error

	// Signer signs. Without one, Unsigned must be set, but for a dry run, which then leaves the keys as they are.
	Signer   *Signer
	Unsigned bool

	// DryRun computes the result and writes nothing.
	DryRun bool

	// Jobs is how many packages are read at once; less than one means one.
	Jobs int

	// Progress is called with each step's progress, from several goroutines but never at once. It may be nil.
	Progress func(Event)
}

// Options say what to publish.
type Options struct {
	Commit

	// Paths are package files, by any name, and folders searched for *.deb and *.rpm at any depth. A folder that is
	// itself a repository is not searched. Without any, what was added is published.
	Paths []string

	// Origin and Label are fixed by the first publish, which needs an origin; the label is the origin by default.
	// Later, empty means unchanged, and another value is refused unless ReleaseInfoChange is set: every apt host then
	// stops until a person agrees.
	Origin, Label     string
	ReleaseInfoChange bool

	// BaseURL is where hosts find the repository, for the client files beside it. Empty means unchanged; until it
	// is known, the client files have a placeholder.
	BaseURL string

	// Suite is for packages that name none. Channel is appended to every suite: bookworm-staging.
	Suite, Channel string

	// Component is the part of an apt suite that the packages go to; empty means main.
	Component string

	// Refresh signs suites anew whose Valid-Until comes near.
	Refresh bool

	// Rescan rebuilds the state from the published indexes and the packages that they name, whoever published them.
	Rescan bool
}

// A Signer makes signatures with one key or several at once. The time is what a signature is dated; the same input and
// time should give the same bytes.
type Signer struct {
	Clear    func(text []byte, at time.Time) ([]byte, error) // clear-signed text
	Detached func(data []byte, at time.Time) ([]byte, error) // armored detached signatures

	PublicArmored, PublicBinary []byte   // all keys
	Fingerprints                []string // 40 hex digits each

	// Accepts says why hosts of a suite would refuse what is signed for it, by the suite's name and format ("apt" or
	// "yum"). It is asked before anything is written. It may be nil.
	Accepts func(suite, format string) error
}

// An Event tells how far a publish has come.
type Event struct {
	Step        string // "wait" for another publisher, "read" packages, "sign" a suite, "copy" packages
	Label       string // what is worked on
	Done, Total int    // units of the step, 0 of 0 where they are not known
}

// A Result is what a publish did, or would do.
type Result struct {
	Changed      bool // any byte of the repository
	Generation   int  // the current one, after the publish
	Origin       string
	Fingerprints []string // of the signing keys; none: unsigned
	Suites       []SuiteResult
	Warnings     []string
}

// A SuiteResult lists the given packages by what became of them, ordered by name, version and architecture.
type SuiteResult struct {
	Format    string // "apt" or "yum"
	Suite     string
	Date      time.Time // of the suite, after the publish
	Added     []Package
	Removed   []Package
	Unchanged []Package
}

// A Package is one published package.
type Package struct {
	Name         string `json:"name"`
	Version      string `json:"version"` // rpm: [epoch:]version-release
	Architecture string `json:"architecture"`
	Path         string `json:"path"` // of its file in the repository
	Size         int64  `json:"size"` // bytes
	SHA256       string `json:"sha256"`
}

// Publish adds the packages under o.Paths, and those that [Add] has recorded, to the repository and publishes it, all in
// one commit. Every package is read first; each error about one of them is in the returned error, in the order of the
// files.
//
// The errors with facts are *OptionError, *PackageError, *SuiteError, *NoPackagesError, *ExistsError, *IdentityError,
// *ForeignError and *StateError, and [ErrNoSigner], [ErrSigned] and [ErrNoOrigin] match. After any of them the repository is as it was.
func Publish(ctx context.Context, o Options) (*Result, error) {
	if err := o.check(true); err != nil {
		return nil, err
	}
	o.Progress = oneAtATime(o.Progress)
	packages, warnings, err := readPackages(ctx, o)
	if err != nil {
		return nil, err
	}
	e := &editor{commit: o.Commit, action: "publish", rescan: o.Rescan}
	if o.Rescan {
		e.action = "rescan"
	}
	e.decide = func(ctx context.Context, now *current) (*edits, error) {
		all, err := now.waitingReady(ctx)
		if err != nil {
			return nil, err
		}
		wanted := &edits{identity: o.identity(), refresh: o.Refresh}
		if len(now.Waiting) > 0 {
			wanted.waiting = &[]string{}
		}
		if o.Rescan {
			if err := e.scan(ctx, now, o, wanted); err != nil {
				return nil, err
			}
		}
		wanted.insert(slices.Concat(all, packages))
		if !now.exists() && len(wanted.suites) == 0 {
			return nil, &NoPackagesError{}
		}
		return wanted, nil
	}
	result, err := e.run(ctx)
	if err != nil {
		return nil, err
	}
	result.Warnings = append(warnings, result.Warnings...)
	return result, nil
}

// insert adds packages to the edits of their suites.
func (e *edits) insert(packages []incoming) {
	for _, in := range packages {
		i := slices.IndexFunc(e.suites, func(s suiteEdit) bool {
			return s.name.format == in.name.format && s.name.suite == in.name.suite
		})
		if i < 0 {
			i = len(e.suites)
			e.suites = append(e.suites, suiteEdit{name: in.name})
		}
		e.suites[i].add = append(e.suites[i].add, in)
	}
}

func (o *Options) identity() identity {
	return identity{origin: o.Origin, label: o.Label, baseURL: o.BaseURL, change: o.ReleaseInfoChange}
}

// check refuses options that cannot work, before anything is read.
func (o *Options) check(signs bool) error {
	errs := []error{o.Commit.check(signs)}
	if o.Suite != "" && !validSuite(o.Suite) {
		errs = append(errs, &SuiteError{Suite: o.Suite})
	}
	if o.Channel != "" && !validSuite(o.Channel) {
		errs = append(errs, &SuiteError{Suite: o.Channel})
	}
	if o.Component != "" && !validComponent(o.Component) {
		errs = append(errs, &OptionError{"component", o.Component, "a component has letters, digits and . _ + ~ - /, and begins and ends with a letter or digit"})
	}
	for _, field := range []struct{ name, value string }{{"origin", o.Origin}, {"label", o.Label}} {
		if !printable(field.value) {
			errs = append(errs, &OptionError{field.name, field.value, "control characters cannot be in it"})
		}
	}
	if o.Origin != "" && slug(o.Origin) == "" {
		errs = append(errs, &OptionError{"origin", o.Origin, "a letter or digit must be in it, since files are named after it"})
	}
	if err := checkBaseURL(o.BaseURL); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
