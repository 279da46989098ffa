package convert

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"wain/convert/index"
	"wain/convert/lock"
	"wain/convert/pep"
)

// choosePin finds the wheel of a pin and opens it verified.
func (r *run) choosePin(ctx context.Context, p *plan, pin lock.Pin) (chosen, error) {
	c, err := r.find(ctx, p, pin)
	if err == nil && c.book.wheel.Filename.Name != pin.Name {
		err = fmt.Errorf("%s is a wheel of %s", c.book.candidate.Source, c.book.wheel.Filename.Name)
	}
	if err != nil {
		return chosen{}, &PinError{Pin: pin, Target: p.target.Folder(), Err: err}
	}
	return c, nil
}

// find looks where the lock says: for the source code that the user built a
// wheel of, among the files that it lists, at its URL or path, or by name and
// version.
func (r *run) find(ctx context.Context, p *plan, pin lock.Pin) (chosen, error) {
	switch {
	case pin.Origin != "":
		return r.supplied(ctx, p, pin)
	case len(pin.Files) > 0:
		return r.listed(ctx, p, pin)
	case pin.Path != "" || pin.URL != "":
		return r.direct(ctx, p, pin)
	}
	return r.named(ctx, p, pin)
}

// direct takes the one wheel that the lock has a place of.
func (r *run) direct(ctx context.Context, p *plan, pin lock.Pin) (chosen, error) {
	c, err := index.Direct(firstOf(pin.Path, pin.URL))
	if err != nil {
		return chosen{}, err
	}
	return r.choosePinned(ctx, p, pin, []index.Candidate{c}, c.Filename.Version)
}

// named chooses by name and version: a file of a local find-links place that
// the lock allows, else among all candidates.
func (r *run) named(ctx context.Context, p *plan, pin lock.Pin) (chosen, error) {
	version, err := pep.ParseVersion(pin.Version)
	if err != nil {
		return chosen{}, err
	}
	if hashes := hashesOf(pin.Hashes); len(hashes) > 0 {
		want := index.Want{Project: pin.Name, Version: version, Tags: p.tags, Hashes: hashes}
		if c, err := r.index.Choose(ctx, r.index.Local(pin.Name), want); err == nil {
			b, err := r.shelf.take(ctx, r.index, c, hashes)
			if _, other := errors.AsType[*index.HashError](err); !other {
				return chosen{book: b}, err
			}
		}
	}
	candidates, err := r.index.Candidates(ctx, pin.Name)
	if err != nil {
		return chosen{}, err
	}
	return r.choosePinned(ctx, p, pin, candidates, version)
}

// choosePinned takes the candidate that fits best and has a hash of the pin's.
func (r *run) choosePinned(ctx context.Context, p *plan, pin lock.Pin, candidates []index.Candidate, version pep.Version) (chosen, error) {
	hashes := hashesOf(pin.Hashes)
	c, err := r.index.Choose(ctx, candidates, index.Want{Project: pin.Name, Version: version, Tags: p.tags, Hashes: hashes})
	if err != nil {
		return r.buildPin(ctx, p, pin, r.explain(ctx, p, pin.Name, err))
	}
	b, err := r.shelf.take(ctx, r.index, c, hashes)
	return chosen{book: b, url: pin.URL}, err
}

// listed chooses among the files that the lock lists, by their names alone, and
// fetches that one: a copy in a find-links folder before the place that the
// lock names, that before any index.
func (r *run) listed(ctx context.Context, p *plan, pin lock.Pin) (chosen, error) {
	var candidates []index.Candidate
	for _, f := range pin.Files {
		if c, err := index.Direct(f.Name); err == nil {
			candidates = append(candidates, index.Candidate{Filename: c.Filename})
		}
	}
	version, err := pep.ParseVersion(pin.Version)
	if err != nil {
		return chosen{}, err
	}
	best, err := r.index.Choose(ctx, candidates, index.Want{Project: pin.Name, Version: version, Tags: p.tags})
	if err != nil {
		return r.buildPin(ctx, p, pin, r.explain(ctx, p, pin.Name, err))
	}
	i := slices.IndexFunc(pin.Files, func(f lock.File) bool { return f.Name == best.Filename.Raw })
	file := pin.Files[i]
	c, err := r.locate(ctx, p, pin, file)
	if err != nil {
		return chosen{}, err
	}
	b, err := r.shelf.take(ctx, r.index, c, hashesOf(file.Hashes))
	return chosen{book: b}, err
}

// locate finds a file that the lock lists.
func (r *run) locate(ctx context.Context, p *plan, pin lock.Pin, file lock.File) (index.Candidate, error) {
	named := func(c index.Candidate) bool { return c.Filename.Raw == file.Name }
	local := r.index.Local(pin.Name)
	if i := slices.IndexFunc(local, named); i >= 0 {
		return local[i], nil
	}
	if place := firstOf(file.Path, file.URL); place != "" {
		return index.DirectFile(place, file.Name)
	}
	candidates, err := r.index.Candidates(ctx, pin.Name)
	if err != nil {
		return index.Candidate{}, err
	}
	if i := slices.IndexFunc(candidates, named); i >= 0 {
		return candidates[i], nil
	}
	return index.Candidate{}, r.explain(ctx, p, pin.Name, &AbsentFileError{File: file.Name})
}

// isListed refuses a SOURCE wheel that the lock lists with other bytes, or not
// at all.
func (r *run) isListed(ctx context.Context, s source, pin lock.Pin) error {
	name := s.book.candidate.Filename.Raw
	i := slices.IndexFunc(pin.Files, func(f lock.File) bool { return f.Name == name })
	if i < 0 {
		return &SourceError{s.given, fmt.Sprintf("%s:%d pins other files of %s", pin.File, pin.Line, pin.Name)}
	}
	if _, err := r.shelf.take(ctx, r.index, s.book.candidate, hashesOf(pin.Files[i].Hashes)); err != nil {
		return &PinError{Pin: pin, Err: err}
	}
	return nil
}

// supplied finds the wheel that the user built of source code that the lock
// names: in find-links places alone, the highest version that fits where
// the lock does not say which.
func (r *run) supplied(ctx context.Context, p *plan, pin lock.Pin) (chosen, error) {
	local, err := r.index.Supplied(ctx, pin.Name)
	if err != nil {
		return chosen{}, err
	}
	versions := []pep.Version{}
	if pin.Version != "" {
		version, err := pep.ParseVersion(pin.Version)
		if err != nil {
			return chosen{}, err
		}
		versions = append(versions, version)
	} else {
		for _, c := range local {
			versions = append(versions, c.Filename.Version)
		}
		slices.SortFunc(versions, func(a, b pep.Version) int { return b.Compare(a) })
	}
	none := &OriginError{Origin: pin.Origin, Project: pin.Name}
	if len(local) == 0 {
		return chosen{}, r.explain(ctx, p, pin.Name, none)
	}
	for _, version := range versions {
		c, err := r.index.Choose(ctx, local, index.Want{Project: pin.Name, Version: version, Tags: p.tags})
		if err != nil {
			none.Err = r.explain(ctx, p, pin.Name, err)
			continue
		}
		b, err := r.shelf.take(ctx, r.index, c, nil)
		return chosen{book: b, origin: pin.String()}, err
	}
	return chosen{}, none
}

// explain adds to an error that there is no wheel which other version the index
// would have one of, and what looks like wheels of the project and was passed
// over for its name.
func (r *run) explain(ctx context.Context, p *plan, project string, err error) error {
	var none *index.NoWheelError
	if errors.As(err, &none) && none.Newest == "" {
		none.Newest = r.newest(ctx, p, project, none.Version)
	}
	for _, skipped := range r.index.Skipped() {
		if !strings.HasPrefix(pep.Normalize(filepath.Base(skipped.Path)), project) {
			continue
		}
		err = fmt.Errorf("%w\n%s is passed over: %w", err, skipped.Path, skipped.Err)
	}
	return err
}

// newest is the highest version of a project with a wheel that fits, the refused
// one aside; "" where there is none, or nobody who could be asked.
func (r *run) newest(ctx context.Context, p *plan, project string, refused pep.Version) string {
	python, err := pep.ParseVersion(p.target.Python.Full)
	if err != nil {
		return ""
	}
	version, err := r.index.Newest(ctx, index.Want{Project: project, Version: refused, Tags: p.tags, Python: python})
	if err != nil {
		return ""
	}
	return version
}

func hashesOf(list []lock.Hash) []index.Hash {
	hashes := make([]index.Hash, len(list))
	for i, h := range list {
		hashes[i] = index.Hash(h)
	}
	return hashes
}
