package index

import (
	"cmp"
	"context"
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
// before one whose hash is not, then the highest version, the tag that comes
// first in the target's list, the highest build tag, the earlier candidate.
// Wheel variants (PEP 817, a draft) are left aside, but for the null variant.
//
// Files are hashed only where it matters: with several that fit, from the best
// on until one is allowed. When none is, the best is returned, and Fetch will
// say how its hash differs. No fitting candidate is a *NoWheelError.
func (x *Index) Choose(ctx context.Context, candidates []Candidate, w Want) (Candidate, error) {
	fits, refusal := fitting(candidates, w)
	if refusal != nil {
		return Candidate{}, refusal
	}
	if len(fits) == 1 || len(w.Hashes) == 0 {
		return fits[0], nil
	}
	for _, c := range fits {
		f, err := x.open(ctx, c, w.Hashes)
		if err != nil {
			return Candidate{}, err
		}
		f.Close()
		if f.allowed(w.Hashes) {
			return c, nil
		}
	}
	return fits[0], nil
}

// ranked is a candidate with what it is judged by.
type ranked struct {
	Candidate
	tag int // place of its best tag in the target's list
}

// fitting gives the candidates of the right version that the target can run,
// best first.
func fitting(candidates []Candidate, w Want) ([]Candidate, *NoWheelError) {
	places := make(map[pep.Tag]int, len(w.Tags))
	for i, t := range w.Tags {
		if _, twice := places[t]; !twice {
			places[t] = i
		}
	}
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
