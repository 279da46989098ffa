package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sort"
	"strings"
	"sync/atomic"
	"time"

	"wain/repo/store"
)

// A publisher plans one publish. The plan may be made several times; only the last one's result counts.
type publisher struct {
	options Options
	given   []incoming
	result  Result
}

// plan decides what the given packages change in the repository as it is.
func (p *publisher) plan(ctx context.Context, at store.Reader) (*store.Change, error) {
	p.result = Result{}
	current, err := loadGeneration(ctx, at)
	if err != nil {
		return nil, err
	}
	next, resign, err := p.begin(current)
	if err != nil {
		return nil, err
	}
	suites, err := p.sort(ctx, at, current, resign)
	if err != nil {
		return nil, err
	}
	change := &store.Change{}
	rewritten := false
	for _, s := range suites {
		p.pool(s, change)
		if len(s.added) == 0 && !resign {
			continue
		}
		rewritten = true
		if err := p.rewrite(ctx, at, next, s, change); err != nil {
			return nil, err
		}
	}
	if rewritten || current == nil || next.BaseURL != current.BaseURL {
		if err := next.record(ctx, at, change); err != nil {
			return nil, err
		}
	} else {
		next.Number = current.Number
	}
	p.publicFiles(next, change)
	for i := range next.Suites {
		change.Head.Trees = append(change.Head.Trees, next.Suites[i].tree())
	}
	p.summarize(next, suites)
	return change, nil
}

// begin starts the next generation as a copy of the current one and checks what must not change. It reports whether
// every suite has to be signed again.
func (p *publisher) begin(current *generation) (next *generation, resign bool, err error) {
	o := p.options
	next = &generation{Schema: generationSchema, Number: 1, Date: o.Time.UTC().Truncate(time.Second)}
	if o.Signer != nil {
		next.Keys = o.Signer.Fingerprints
	}
	if current == nil {
		if o.Origin == "" {
			return nil, false, ErrNoOrigin
		}
		next.Origin, next.Label, next.BaseURL = o.Origin, o.Label, o.BaseURL
		if next.Label == "" {
			next.Label = o.Origin
		}
		return next, false, nil
	}
	var errs []error
	if o.Origin != "" && o.Origin != current.Origin {
		errs = append(errs, &IdentityError{Field: "origin", Have: current.Origin, Got: o.Origin})
	}
	if o.Label != "" && o.Label != current.Label {
		errs = append(errs, &IdentityError{Field: "label", Have: current.Label, Got: o.Label})
	}
	if o.Signer == nil && len(current.Keys) > 0 {
		errs = append(errs, ErrSigned)
	}
	next.Number, next.Previous = current.Number+1, current.manifest
	next.Origin, next.Label, next.BaseURL = current.Origin, current.Label, current.BaseURL
	if o.BaseURL != "" {
		next.BaseURL = o.BaseURL
	}
	next.Suites = slices.Clone(current.Suites)
	resign = !slices.Equal(current.Keys, next.Keys)
	if resign && len(current.Keys) > 0 {
		p.result.Warnings = append(p.result.Warnings, fmt.Sprintf(
			"every suite is signed anew: the key was %s and is %s; clients refuse the repository until they have its new key", strings.Join(current.Keys, ", "), strings.Join(next.Keys, ", ")))
	}
	return next, resign, errors.Join(errs...)
}

// A suitePlan is what becomes of one suite.
type suitePlan struct {
	name      suiteName
	current   *suite              // nil for a new one
	segments  map[string]*segment // by architecture; one, under "", for yum
	published *register           // of the packages that share files with the suite

	added     []incoming
	unchanged []incoming
	repaired  []incoming // those of the unchanged whose file is gone or cut
}

// sort assigns the given packages to their suites and finds what is new, what is there, and what cannot be. With all,
// it reads the suites that are given nothing too.
func (p *publisher) sort(ctx context.Context, at store.Reader, current *generation, all bool) ([]*suitePlan, error) {
	if current == nil {
		current = &generation{}
	}
	plans := map[suiteName]*suitePlan{}
	loaded := &segments{at: at, known: map[string]*segment{}}
	for i := range current.Suites {
		s := &current.Suites[i]
		plan := &suitePlan{name: s.name(), current: s}
		plans[s.name()] = plan
		if all {
			if err := plan.load(ctx, current, loaded); err != nil {
				return nil, err
			}
		}
	}
	var conflicts []error
	for _, in := range p.given {
		s := plans[in.name]
		if s == nil {
			s = &suitePlan{name: in.name}
			plans[in.name] = s
		}
		if err := s.load(ctx, current, loaded); err != nil {
			return nil, err
		}
		if err := s.take(ctx, at, in); err != nil {
			conflicts = append(conflicts, err)
		}
	}
	suites := make([]*suitePlan, 0, len(plans))
	for _, s := range plans {
		suites = append(suites, s)
	}
	sort.Slice(suites, func(i, j int) bool { return suites[i].name.before(suites[j].name) })
	return suites, errors.Join(conflicts...)
}

// load reads the facts of the suite's packages and of those that share its pool.
func (s *suitePlan) load(ctx context.Context, current *generation, loaded *segments) error {
	if s.published != nil {
		return nil
	}
	s.published = newRegister()
	s.segments = map[string]*segment{}
	if s.name.format == formatApt {
		for i := range current.Suites {
			other := &current.Suites[i]
			if other.Format == formatApt && other.Release == s.name.release && other.Name != s.name.suite {
				if err := s.register(ctx, other, loaded, map[string]*segment{}); err != nil {
					return err
				}
			}
		}
	}
	if s.current == nil {
		return nil
	}
	return s.register(ctx, s.current, loaded, s.segments) // last: the suite's own packages count before its channels'
}

// register notes the packages of a suite, and its segments in into.
func (s *suitePlan) register(ctx context.Context, from *suite, loaded *segments, into map[string]*segment) error {
	for _, ref := range from.Segments {
		seg, err := loaded.get(ctx, ref.ID)
		if err != nil {
			return err
		}
		into[ref.Architecture] = seg
		for _, e := range seg.Packages {
			s.published.add(e.Package, from.Name, "")
		}
	}
	return nil
}

// take puts one given package where it belongs. The error is an *ExistsError.
func (s *suitePlan) take(ctx context.Context, at store.Reader, in incoming) error {
	if have := s.published.find(in.Package); have != nil {
		if have.SHA256 != in.SHA256 {
			return &ExistsError{
				Name: in.Name, Version: in.Version, Arch: in.Architecture, Suite: have.suite, Path: have.Path,
				Source: in.source, Have: have.SHA256, Got: in.SHA256,
			}
		}
		if have.suite == s.name.suite {
			if have.source != "" {
				return nil // given twice
			}
			s.unchanged = append(s.unchanged, in)
			if size, err := at.Size(ctx, in.Path); errors.Is(err, fs.ErrNotExist) || err == nil && size != in.Size {
				s.repaired = append(s.repaired, in)
			} else if err != nil {
				return fmt.Errorf("look for %s: %w", in.Path, err)
			}
			s.published.add(in.Package, s.name.suite, in.source)
			return nil
		}
		size, err := at.Size(ctx, in.Path)
		in.stored = err == nil && size == in.Size
	}
	s.published.add(in.Package, s.name.suite, in.source)
	s.added = append(s.added, in)
	return nil
}

// pool adds the files of the suite's new packages to the change.
func (p *publisher) pool(s *suitePlan, change *store.Change) {
	files := slices.Concat(s.added, s.repaired)
	var opened atomic.Int64
	for _, in := range files {
		if in.stored {
			continue
		}
		change.Pool = append(change.Pool, store.File{
			Name: in.Path, Size: in.Size, SHA256: in.SHA256,
			Open: func() (io.ReadCloser, error) {
				p.options.progress(Event{Step: "copy", Label: in.source, Done: int(opened.Add(1)), Total: len(files)})
				return os.Open(in.source)
			},
		})
	}
}

// summarize fills the result.
func (p *publisher) summarize(next *generation, suites []*suitePlan) {
	p.result.Generation = next.Number
	p.result.Origin, p.result.Fingerprints = next.Origin, next.Keys
	for _, s := range suites {
		if len(s.added)+len(s.unchanged) == 0 {
			continue
		}
		p.result.Suites = append(p.result.Suites, SuiteResult{
			Format: s.name.format, Suite: s.name.suite, Date: next.find(s.name).Date,
			Added: bare(s.name.format, s.added), Unchanged: bare(s.name.format, s.unchanged),
		})
	}
}

// bare returns the packages themselves, in the order of an index.
func bare(format string, in []incoming) []Package {
	packages := make([]Package, len(in))
	for i := range in {
		packages[i] = in[i].Package
	}
	slices.SortFunc(packages, func(a, b Package) int { return comparePackages(format, a, b) })
	return packages
}

// segments loads each segment once.
type segments struct {
	at    store.Reader
	known map[string]*segment
}

func (l *segments) get(ctx context.Context, id string) (*segment, error) {
	if s := l.known[id]; s != nil {
		return s, nil
	}
	s, err := loadSegment(ctx, l.at, id)
	if err != nil {
		return nil, err
	}
	l.known[id] = s
	return s, nil
}
