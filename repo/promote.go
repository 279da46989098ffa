package repo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wain/repo/rpm"
	"wain/repo/yum"
)

// PromoteOptions say which packages go from one suite to another.
type PromoteOptions struct {
	Commit
	Packages []Selection // none: all; without a version: the newest one of each architecture
	From, To string

	// Plan is called with what will be done, before anything is written; once more where another publisher was faster
	// and the plan is another one now. It may be nil.
	Plan func([]SuiteResult)
}

// Promote publishes packages of one suite in another one: the same bytes, and what the indexes say of them as it is.
// What --to has already is left out, where no packages were named. A suite that is not there yet is made.
//
// Beside those of [Publish], the errors with facts are *UnknownSuiteError, *UnknownPackageError, *FormatError, and
// *ExistsError for another package of the same name, version and architecture.
func Promote(ctx context.Context, o PromoteOptions) (*Result, error) {
	errs := []error{o.check(true)}
	if o.From == o.To {
		errs = append(errs, &OptionError{"to", o.To, "the packages come from that suite"})
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return changeSuites(ctx, o.Commit, "promote", o.Plan, func(ctx context.Context, now *current) ([]suiteEdit, error) {
		from, err := now.suitesOf(o.From)
		if err != nil {
			return nil, err
		}
		if err := now.sameFormat(o, from); err != nil {
			return nil, err
		}
		chosen, err := now.choose(ctx, o.From, from, o.Packages)
		if err != nil {
			return nil, err
		}
		var edits []suiteEdit
		for i, s := range from {
			packages := chosen[i]
			if len(o.Packages) == 0 {
				if packages, err = now.lacking(ctx, s, o.To); err != nil {
					return nil, err
				}
			}
			packages = newestUnlessVersioned(s.Format, packages, o.Packages)
			if len(packages) == 0 {
				continue
			}
			edit, err := now.promoted(ctx, s, o.To, packages)
			if err != nil {
				return nil, err
			}
			edits = append(edits, edit)
		}
		return edits, nil
	})
}

// sameFormat refuses a suite to promote to that has none of the formats of the one the packages come from.
func (c *current) sameFormat(o PromoteOptions, from []*suite) error {
	to, err := c.suitesOf(o.To)
	if err != nil && !validSuite(o.To) {
		return &SuiteError{Suite: o.To}
	}
	if err != nil {
		return nil // it is made
	}
	for _, s := range from {
		if c.generation.find(s.Format, o.To) != nil {
			return nil
		}
	}
	return &FormatError{From: o.From, FromFormat: from[0].Format, To: o.To, ToFormat: to[0].Format}
}

// lacking returns the packages of a suite that another one does not have with the same bytes.
func (c *current) lacking(ctx context.Context, s *suite, to string) ([]held, error) {
	packages, err := c.packages(ctx, s)
	if err != nil {
		return nil, err
	}
	target := c.generation.find(s.Format, to)
	if target == nil {
		return packages, nil
	}
	there, err := c.packages(ctx, target)
	if err != nil {
		return nil, err
	}
	type same struct{ name, version, architecture, sha256 string }
	has := make(map[same]bool, len(there))
	for _, h := range there {
		has[same{h.Name, h.Version, h.entry.Architecture, h.SHA256}] = true
	}
	return slices.DeleteFunc(packages, func(h held) bool { return has[same{h.Name, h.Version, h.entry.Architecture, h.SHA256}] }), nil
}

// newestUnlessVersioned leaves out, of packages named without a version, all but the newest of each architecture.
func newestUnlessVersioned(format string, packages []held, selections []Selection) []held {
	if len(selections) == 0 {
		return packages
	}
	listed := make([]Listed, len(packages))
	for i, h := range packages {
		listed[i] = Listed{Package: h.Package, Format: format}
	}
	newest := map[Package]bool{}
	for _, p := range newestOf(listed) {
		newest[p.Package] = true
	}
	return slices.DeleteFunc(packages, func(h held) bool {
		return !slices.ContainsFunc(selections, func(s Selection) bool {
			return s.Chooses(format, h.Package) && (s.Version != "" || newest[h.Package])
		})
	})
}

// promoted is the edit that gives a suite packages of another one. Where the two have one base, as all apt suites of
// ours, the files are there already; otherwise each gets a second name at the same place below the other base, so that
// what the indexes say stays as it is.
func (c *current) promoted(ctx context.Context, from *suite, to string, packages []held) (suiteEdit, error) {
	name := suiteName{format: from.Format, suite: to, release: from.Release}
	if target := c.generation.find(from.Format, to); target != nil {
		name = target.name()
	} else if from.Format == formatApt {
		name.at = from.name().at // beside it, where the pool is
	}
	edit := suiteEdit{name: name}
	if err := c.texts(ctx, packages); err != nil {
		return edit, err
	}
	for _, h := range packages {
		in := incoming{entry: *h.entry, component: h.Component, name: name, source: h.Path}
		in.Since = 0
		var below bool
		if in.href, below = from.name().below(h.Path); !below {
			return edit, &StateError{Name: h.Path, Detail: "lies outside of the suite " + from.Name}
		}
		if name.format == formatYum && name.ours() && !strings.HasPrefix(in.href, poolFolder) {
			if err := c.moved(ctx, &in); err != nil {
				return edit, err
			}
		}
		if in.stored = name.join(in.href) == h.Path; !in.stored {
			in.link = h.Path
		}
		edit.add = append(edit.add, in)
	}
	return edit, nil
}

// poolFolder holds all packages of a yum suite of ours: its generations have it beside their repodata, so that hosts which
// read a generation through the mirrorlist find what its records name.
const poolFolder = "Packages/"

// moved gives a package of an adopted suite the place and the records that it would have had among ours.
func (c *current) moved(ctx context.Context, in *incoming) error {
	o, err := c.at.Open(ctx, in.Path)
	if err != nil {
		return fmt.Errorf("read %s: %w", in.Path, err)
	}
	defer o.Close()
	p, err := rpm.Read(o, o.Size())
	if err != nil {
		return &PackageError{Source: in.Path, Err: err}
	}
	if p.SHA256 != in.SHA256 {
		return &StateError{Name: in.Path, Detail: "the file has another content than the index says"}
	}
	in.setRpm(p, yum.PoolPath(p))
	return nil
}

// below returns a path in the store as the suite's indexes have it.
func (n suiteName) below(name string) (href string, below bool) {
	if n.base() == "." {
		return name, true
	}
	return strings.CutPrefix(name, n.base()+"/")
}
