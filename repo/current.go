package repo

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"wain/repo/frame"
	"wain/repo/store"
)

// A current is the repository as one plan finds it. It reads each file of the state once.
type current struct {
	*generation // number 0 and no suites where there is no repository yet
	head        head
	at          store.Reader

	packer   frame.Packer
	unpacker frame.Unpacker

	mu        sync.Mutex
	manifests map[string]*generation
	tables    map[string]*table
	segments  map[string]*segment
	added     []incoming // what waits for a publish, once read
	addedRead bool
}

// A held package is one that a suite has.
type held struct {
	*entry
	group
	segment *segment
}

func newCurrent(at store.Reader) *current {
	return &current{generation: &generation{}, at: at, manifests: map[string]*generation{}, tables: map[string]*table{}, segments: map[string]*segment{}}
}

// openCurrent reads what is there. A repository that is not ours is a *ForeignError.
func openCurrent(ctx context.Context, at store.Reader) (*current, error) {
	now := newCurrent(at)
	h, err := loadHead(ctx, at)
	if err != nil {
		return nil, err
	}
	if h == nil {
		return now, refuseForeign(ctx, at)
	}
	now.head = *h
	now.generation, err = loadManifest(ctx, at, h.Manifest)
	return now, err
}

// exists reports whether there is a repository.
func (c *current) exists() bool { return c.Number > 0 }

// once returns what is known under a name, or loads it. Of two that load it at once, all get the same.
func once[T any](c *current, known map[string]*T, name string, load func() (*T, error)) (*T, error) {
	c.mu.Lock()
	have := known[name]
	c.mu.Unlock()
	if have != nil {
		return have, nil
	}
	loaded, err := load()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if other := known[name]; other != nil {
		return other, nil
	}
	known[name] = loaded
	return loaded, nil
}

// table returns a suite's list of segments, which must not be changed.
func (c *current) table(ctx context.Context, name string) (*table, error) {
	return once(c, c.tables, name, func() (*table, error) { return loadTable(ctx, c.at, name) })
}

// segment returns the facts of a segment, which must not be changed.
func (c *current) segment(ctx context.Context, id string) (*segment, error) {
	return once(c, c.segments, id, func() (*segment, error) { return loadSegment(ctx, c.at, id) })
}

// manifest returns a generation by the name of its file.
func (c *current) manifest(ctx context.Context, name string) (*generation, error) {
	return once(c, c.manifests, name, func() (*generation, error) { return loadManifest(ctx, c.at, name) })
}

// know notes a segment that is not stored yet.
func (c *current) know(s *segment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.segments[s.id] = s
}

// readers is how many files of the state are read at once: enough to hide an object store's delays.
const readers = 16

// packages returns all packages of a suite, in the order of its indexes.
func (c *current) packages(ctx context.Context, s *suite) ([]held, error) {
	t, err := c.table(ctx, s.Table)
	if err != nil {
		return nil, err
	}
	refs := make([]*ref, len(t.Segments))
	for i := range t.Segments {
		refs[i] = &t.Segments[i]
	}
	return c.hold(ctx, refs, nil)
}

// named returns the packages of a name that a suite has.
func (c *current) named(ctx context.Context, s *suite, name string) ([]held, error) {
	t, err := c.table(ctx, s.Table)
	if err != nil {
		return nil, err
	}
	return c.hold(ctx, t.below(name), func(e *entry) bool { return e.Name == name })
}

func (c *current) hold(ctx context.Context, refs []*ref, want func(*entry) bool) ([]held, error) {
	loaded := make([]*segment, len(refs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i, r := range refs {
		g.Go(func() (err error) {
			loaded[i], err = c.segment(ctx, r.ID)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var all []held
	for i, s := range loaded {
		for k := range s.Packages {
			if e := &s.Packages[k]; want == nil || want(e) {
				all = append(all, held{e, refs[i].group, s})
			}
		}
	}
	return all, nil
}

// texts makes what the indexes say of the packages available in each one's texts.
func (c *current) texts(ctx context.Context, packages []held) error {
	for _, h := range packages {
		if err := c.loadTexts(ctx, h.segment); err != nil {
			return err
		}
	}
	return nil
}

// earlier returns a kept generation.
func (c *current) earlier(ctx context.Context, number int) (*generation, error) {
	i := slices.IndexFunc(c.head.Kept, func(k kept) bool { return k.Number == number })
	if i < 0 {
		return nil, &GenerationError{Number: number, Kept: c.numbers()}
	}
	return c.manifest(ctx, c.head.Kept[i].Manifest)
}

// numbers are those of the kept generations, newest first.
func (c *current) numbers() []int {
	numbers := make([]int, len(c.head.Kept))
	for i, k := range c.head.Kept {
		numbers[i] = k.Number
	}
	return numbers
}

// A GenerationError reports a generation that is not kept.
type GenerationError struct {
	Number int
	Kept   []int // newest first
}

func (e *GenerationError) Error() string {
	if len(e.Kept) == 0 {
		return fmt.Sprintf("generation %d: the repository has none", e.Number)
	}
	return fmt.Sprintf("generation %d is not kept: there are %d to %d", e.Number, e.Kept[len(e.Kept)-1], e.Kept[0])
}

// find returns the packages among a suite's that p would be, or whose file it would take, of those that count. Versions
// that differ as text may share a path ("0:1.0" and "1.0"), so both are looked at.
func (c *current) find(ctx context.Context, t *table, p Package, counts func(*held) bool) ([]*held, error) {
	key := packageKey(p)
	var found []*held
	for _, g := range t.groups() {
		if g.Architecture != "" && g.Architecture != p.Architecture {
			continue
		}
		r, _ := t.leaf(g, key)
		if r == nil || r.ID == "" {
			continue
		}
		s, err := c.segment(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		for i := range s.Packages {
			e := &s.Packages[i]
			if e.Path != p.Path && (e.Name != p.Name || e.Version != p.Version || e.Architecture != p.Architecture) {
				continue
			}
			if h := (&held{e, g, s}); counts == nil || counts(h) {
				found = append(found, h)
			}
		}
	}
	return found, nil
}

// placed returns the package of a suite that has the path of p; nil if there is none.
func (c *current) placed(ctx context.Context, t *table, p Package) (*held, error) {
	found, err := c.find(ctx, t, p, func(h *held) bool { return h.Path == p.Path })
	if len(found) == 0 || err != nil {
		return nil, err
	}
	return found[0], nil
}

// differ compares two suites' packages; nil stands for a suite without any. It opens the segments alone that are not
// the same in both.
func (c *current) differ(ctx context.Context, before, after *suite) (added, removed []Package, err error) {
	old, err := c.unlike(ctx, before, after)
	if err != nil {
		return nil, nil, err
	}
	fresh, err := c.unlike(ctx, after, before)
	if err != nil {
		return nil, nil, err
	}
	for p := range fresh {
		if !old[p] {
			added = append(added, p)
		}
	}
	for p := range old {
		if !fresh[p] {
			removed = append(removed, p)
		}
	}
	return added, removed, nil
}

// unlike returns the packages of a suite in segments that another one does not have.
func (c *current) unlike(ctx context.Context, s, other *suite) (map[Package]bool, error) {
	var refs []*ref
	if s != nil {
		mine, err := c.table(ctx, s.Table)
		if err != nil {
			return nil, err
		}
		theirs := &table{}
		if other != nil {
			if theirs, err = c.table(ctx, other.Table); err != nil {
				return nil, err
			}
		}
		for i, r := range mine.Segments {
			if !slices.ContainsFunc(theirs.Segments, func(o ref) bool { return o.ID == r.ID }) {
				refs = append(refs, &mine.Segments[i])
			}
		}
	}
	packages, err := c.hold(ctx, refs, nil)
	set := make(map[Package]bool, len(packages))
	for _, h := range packages {
		set[h.Package] = true
	}
	return set, err
}
