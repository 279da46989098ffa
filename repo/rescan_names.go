package repo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wain/repo/page"
)

// errNested is a suite such as bookworm/updates: its folder would lie within another one's.
var errNested = errors.New("the name of the suite has a slash, and such suites cannot be taken over")

// names decides what the suites are called here. No two may have one name.
func (s *scan) names(ctx context.Context, trees []tree) ([]suiteName, error) {
	published, err := s.published(ctx)
	if err != nil {
		return nil, err
	}
	last := map[string]int{}
	for _, t := range trees {
		if t.format == formatYum {
			last[t.suite]++
		}
	}
	var names []suiteName
	var errs []error
	taken := map[string]string{} // by format and name: the folder
	for _, t := range trees {
		name, err := s.name(t, published[t.base], len(trees) == 1, last[t.suite] > 1)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		key := name.format + " " + name.suite
		if other := taken[key]; other != "" {
			errs = append(errs, &AdoptError{t.folder, fmt.Errorf("it would be called %q, and so would %s: take them over as two repositories", name.suite, other)})
		}
		taken[key] = t.folder
		names = append(names, name)
	}
	return names, errors.Join(errs...)
}

// published are the names of yum suites, by their base, that a state which is lost now has had.
func (s *scan) published(ctx context.Context) (map[string]string, error) {
	data, err := readBounded(ctx, s.now.at, suitesName, maxReleaseSize)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	list, err := page.ParseSuites(data)
	if err != nil {
		return names, nil // none of ours
	}
	for _, one := range list.Suites {
		if one.Format == formatYum {
			names[one.Base] = one.Name
		}
	}
	return names, nil
}

// known returns what the state has of a tree, or nil.
func (s *scan) known(t tree) *suite {
	for i := range s.now.Suites {
		have := &s.now.Suites[i]
		if have.Format == t.format && have.Base == t.base && (t.format == formatYum || have.Name == t.suite) {
			return have
		}
	}
	return nil
}

// name decides what one suite is called. A yum repository has no name of its own: it has the one that it had before, the
// given one, or its folder's.
func (s *scan) name(t tree, before string, only, twice bool) (suiteName, error) {
	if t.flat {
		return suiteName{}, &AdoptError{t.folder, ErrFlat}
	}
	name := suiteName{format: t.format, suite: t.suite, at: t.base}
	known := s.known(t)
	switch {
	case known != nil:
		name.suite = known.Name
	case t.format == formatApt:
	case before != "":
		name.suite = before
	case s.options.Suite != "" && (only || t.suite == ""):
		name.suite = s.options.Suite
	case twice || slices.Contains(nameless(), t.suite):
		name.suite = strings.ReplaceAll(t.base, "/", "-")
	}
	if name.release = name.suite; known != nil {
		name.release = known.Release
	}
	switch other := s.now.generation.find(t.format, name.suite); {
	case name.suite == "":
		return name, &SuiteError{Source: t.folder}
	case strings.Contains(name.suite, "/"):
		return name, &AdoptError{t.folder, errNested}
	case !validSuite(name.suite):
		return name, &AdoptError{t.folder, &SuiteError{Suite: name.suite}}
	case known == nil && other != nil:
		return name, &AdoptError{t.folder, fmt.Errorf("it would be called %q, and there is a suite of that name at %s", name.suite, other.Base)}
	}
	if name.ours() {
		name.at = ""
	}
	return name, nil
}

// nameless are folders whose names say nothing of what a repository is for.
func nameless() []string {
	return []string{"x86_64", "aarch64", "noarch", "i386", "i686", "ppc64le", "s390x", "armv7hl", "SRPMS", "os"}
}
