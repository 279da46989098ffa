package index

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wain/convert/pep"
)

// Want is what Choose looks for.
type Want struct {
	Project string      // for messages
	Version pep.Version // a version without a local part also takes those with one, as == does
	Tags    []pep.Tag   // what the target takes, best first
	Hashes  []Hash      // what the lock allows; empty: any
	Python  pep.Version // the target's, "3.11.2", for Newest alone; zero: not judged
}

// NoWheelError says that no candidate fits.
type NoWheelError struct {
	Project string
	Version pep.Version
	Found   []string  // file names of this version, for other interpreters or platforms, sorted
	Others  []string  // file names of other versions, sorted
	Tags    []pep.Tag // what the target takes, best first
	Newest  string    // highest other version that has a fitting wheel; "" for none
	Sources []string  // file names of this version's source archives, sorted
}

func (e *NoWheelError) Error() string {
	what := fmt.Sprintf("no wheel of %s %s", e.Project, e.Version)
	switch {
	case len(e.Found) > 0:
		return what + " fits the target; there are " + strings.Join(e.Found, ", ")
	case len(e.Others) > 0:
		return what + "; of other versions there are " + strings.Join(e.Others, ", ")
	}
	return what + ", nor of any other version"
}

// Choose picks the candidate that pip would install: one whose hash is allowed
// before one whose hash is not, one that is not yanked, the highest version, the
// tag that comes first in the target's list, the highest build tag, the earlier
// candidate. Wheels come before eggs. Wheel variants (PEP 817, a draft) are left
// aside, but for the null variant.
//
// Files are hashed only where it matters: with several that fit, from the best
// on until one is allowed; those are downloaded for it whose index announces no
// hash. When none is, the best is returned, and Fetch will say how its hash
// differs. A yanked file is taken, since one version is asked for, with a
// warning. No fitting candidate is a *NoWheelError.
func (x *Index) Choose(ctx context.Context, candidates []Candidate, w Want) (Candidate, error) {
	fits, refusal := fitting(candidates, w)
	if refusal != nil {
		refusal.Newest = newest(candidates, w)
		refusal.Sources = x.sourceNames(w)
		return Candidate{}, refusal
	}
	c, err := x.chooseAllowed(ctx, fits, w.Hashes)
	if err == nil && c.Yanked != nil {
		x.warnYanked(c)
	}
	return c, err
}

// chooseAllowed picks the best candidate whose hash is allowed, else the best.
func (x *Index) chooseAllowed(ctx context.Context, fits []Candidate, hashes []Hash) (Candidate, error) {
	if len(fits) == 1 || len(hashes) == 0 {
		return fits[0], nil
	}
	var unknown []Candidate
	for _, c := range fits {
		switch allowed, known, err := x.isAllowed(ctx, c, hashes); {
		case err != nil:
			return Candidate{}, err
		case allowed:
			return c, nil
		case !known:
			unknown = append(unknown, c)
		}
	}
	for _, c := range unknown {
		f, err := x.Fetch(ctx, c, hashes)
		var other *HashError
		switch {
		case errors.As(err, &other):
			continue
		case err != nil:
			return Candidate{}, err
		}
		f.Close()
		return c, nil
	}
	return fits[0], nil
}

// isAllowed looks at a local file's bytes and at what an index announces.
func (x *Index) isAllowed(ctx context.Context, c Candidate, hashes []Hash) (allowed, known bool, err error) {
	switch {
	case c.Folder:
		return false, true, nil
	case c.Path == "":
		allowed, known = matching(c.Hashes, hashes)
		return allowed, known, nil
	}
	f, err := x.open(ctx, c, c.Path, hashes)
	if err != nil {
		return false, true, err
	}
	defer f.Close()
	return f.allowed(hashes), true, nil
}

func (x *Index) warnYanked(c Candidate) {
	text := fmt.Sprintf("%s is yanked from %s", c.Filename.Raw, cmp.Or(c.Index, c.Source))
	if *c.Yanked != "" {
		text += ": " + printable(*c.Yanked)
	}
	x.warn(text)
}

// ranked is a candidate with what it is judged by.
type ranked struct {
	Candidate
	tag int // place of its best tag in the target's list
}

// fitting gives the candidates of the right version that the target can run,
// best first.
func fitting(candidates []Candidate, w Want) ([]Candidate, *NoWheelError) {
	places := tagPlaces(w.Tags)
	refusal := &NoWheelError{Project: w.Project, Version: w.Version, Tags: w.Tags}
	var fits []ranked
	for _, c := range candidates {
		if !sameVersion(w.Version, c.Filename.Version) {
			refusal.Others = append(refusal.Others, c.Filename.Raw)
			continue
		}
		tag, ok := bestTag(c.Filename, places)
		if !ok {
			refusal.Found = append(refusal.Found, c.Filename.Raw)
			continue
		}
		fits = append(fits, ranked{c, tag})
	}
	if len(fits) == 0 {
		slices.Sort(refusal.Found)
		slices.Sort(refusal.Others)
		refusal.Found, refusal.Others = slices.Compact(refusal.Found), slices.Compact(refusal.Others)
		return nil, refusal
	}
	slices.SortStableFunc(fits, func(a, b ranked) int {
		return cmp.Or(
			boolean(a.Yanked != nil)-boolean(b.Yanked != nil),
			boolean(isEggName(a.Filename.Raw))-boolean(isEggName(b.Filename.Raw)),
			b.Filename.Version.Compare(a.Filename.Version),
			cmp.Compare(a.tag, b.tag),
			b.Filename.Build.Compare(a.Filename.Build),
		)
	})
	list := make([]Candidate, len(fits))
	for i, f := range fits {
		list[i] = f.Candidate
	}
	return list, nil
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func tagPlaces(tags []pep.Tag) map[pep.Tag]int {
	places := make(map[pep.Tag]int, len(tags))
	for i, t := range tags {
		if _, twice := places[t]; !twice {
			places[t] = i
		}
	}
	return places
}

// sameVersion is PEP 440's ==: a local part counts only where it is asked for.
func sameVersion(want, have pep.Version) bool {
	if want.Local() == "" {
		have = have.Public()
	}
	return want.Compare(have) == 0
}

// bestTag finds the file's tag that comes first in the target's list.
func bestTag(f pep.WheelFilename, places map[pep.Tag]int) (int, bool) {
	if f.Variant != "" && f.Variant != "null" {
		return 0, false
	}
	best := len(places)
	found := false
	for _, t := range f.Tags {
		if i, ok := places[t]; ok && (!found || i < best) {
			best, found = i, true
		}
	}
	return best, found
}
