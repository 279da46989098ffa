package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"wain/repo/deb"
	"wain/repo/yum"
)

// A suiteEdit is what one commit does to one suite.
type suiteEdit struct {
	name   suiteName
	add    []incoming
	remove []Package
	config *SuiteConfig // nil: unchanged

	restore *string // the table of an earlier generation, whose packages come back

	// scanned stands for a suite that was read from its published indexes: what the state knows of it is forgotten.
	scanned *scannedSuite
}

// A scannedSuite is what an adopted suite has beside its packages.
type scannedSuite struct {
	config        SuiteConfig
	components    []string
	architectures []string
	carried       []yum.Data
	tags          string
	released      *released
	folder        string // that holds them
	date          time.Time
}

// A suitePlan works out what becomes of one suite: first its packages, segment by segment.
type suitePlan struct {
	suiteEdit
	now     *current
	before  *suite // nil for a new one
	config  SuiteConfig
	table   *table
	buckets []*bucket

	added, removed []Package
	unchanged      []Package
	met            map[Package]bool          // those of them
	named          map[[3]string][]*incoming // the packages to add, by name, version and architecture
	placed         map[string]*incoming      // and by path
	debs           deb.Reader
	pool           []incoming // whose files have to be stored
	changed        bool       // there is something new to sign
}

// A bucket is a segment that is being changed.
type bucket struct {
	group
	prefix  string
	old     *segment // nil for a new one
	gone    map[*entry]bool
	more    []incoming
	rebuild bool // although no package comes or goes
}

// planSuite finds what is new, what is there, and what cannot be. The error may join several *ExistsError.
func planSuite(ctx context.Context, now *current, e suiteEdit) (*suitePlan, error) {
	p := &suitePlan{
		suiteEdit: e, now: now, before: now.generation.find(e.name.format, e.name.suite),
		met: map[Package]bool{}, named: map[[3]string][]*incoming{}, placed: map[string]*incoming{},
	}
	tableName := ""
	if p.before != nil {
		p.config, tableName = p.before.Config, p.before.Table
		p.name = p.before.name()
	}
	if e.scanned != nil {
		p.config, tableName, p.changed = e.scanned.config, "", true
		p.name = e.name
	}
	if e.restore != nil {
		tableName = *e.restore
	}
	have, err := now.table(ctx, tableName)
	if err != nil {
		return nil, err
	}
	p.table = &table{Schema: tableSchema, Segments: slices.Clone(have.Segments)}
	if e.restore != nil {
		if err := p.compare(ctx); err != nil {
			return nil, err
		}
	}
	if e.config != nil && *e.config != p.config {
		p.config, p.changed = *e.config, true
	}
	var conflicts []error
	for _, in := range e.add {
		err := p.take(ctx, in)
		var exists *ExistsError
		if errors.As(err, &exists) {
			conflicts = append(conflicts, err)
		} else if err != nil {
			return nil, err
		}
	}
	for _, gone := range e.remove {
		if err := p.drop(ctx, gone); err != nil {
			return nil, err
		}
	}
	if e.scanned != nil && p.before != nil {
		if err := p.forget(ctx); err != nil {
			return nil, err
		}
	}
	return p, errors.Join(conflicts...)
}

// forget notes what the state knew of a suite that was read anew, and what the suite does not have any more.
func (p *suitePlan) forget(ctx context.Context) error {
	known, err := p.now.packages(ctx, p.before)
	for _, h := range known {
		if p.placed[h.Path] == nil {
			p.removed = append(p.removed, h.Package)
		}
	}
	return err
}

// compare finds what a rollback takes out and brings back.
func (p *suitePlan) compare(ctx context.Context) error {
	then := &suite{Table: *p.restore}
	added, removed, err := p.now.differ(ctx, p.before, then)
	p.added, p.removed = added, removed
	p.changed = len(added)+len(removed) > 0
	return err
}

// take puts one given package where it belongs. The error may be an *ExistsError.
func (p *suitePlan) take(ctx context.Context, in incoming) error {
	in.Path = p.name.join(in.href)
	in.name = p.name
	g := group{}
	if p.name.format == formatApt {
		g = group{in.component, in.Architecture}
	}
	have, err := p.now.find(ctx, p.table, in.Package, p.present)
	if err != nil {
		return err
	}
	b, err := p.bucket(ctx, g, in.Package)
	if err != nil {
		return err
	}
	for _, h := range have {
		if h.SHA256 != in.SHA256 {
			return in.exists(h.entry, p.name.suite)
		}
		if h.group == g || h.Path == in.Path {
			in.Path = h.Path // it may have come by promotion, and lie elsewhere
			return p.repair(ctx, in)
		}
	}
	for _, twice := range p.given(in.Package) {
		if twice.SHA256 != in.SHA256 {
			return in.exists(&twice.entry, p.name.suite)
		}
		if twice.component == in.component || twice.Path == in.Path {
			return nil
		}
	}
	if err := p.elsewhere(ctx, &in); err != nil {
		return err
	}
	b.more = append(b.more, in)
	key := [3]string{in.Name, in.Version, in.Architecture}
	p.named[key] = append(p.named[key], &in)
	p.placed[in.Path] = &in
	if !in.stored {
		p.pool = append(p.pool, in)
	}
	p.added = append(p.added, in.Package)
	p.changed = true
	return nil
}

// given returns the packages given before that p would be too, or whose file it would take.
func (p *suitePlan) given(of Package) []*incoming {
	same := p.named[[3]string{of.Name, of.Version, of.Architecture}]
	if placed := p.placed[of.Path]; placed != nil {
		same = append(same[:len(same):len(same)], placed)
	}
	return same
}

// present reports whether a package of the suite is not about to be removed.
func (p *suitePlan) present(h *held) bool {
	for _, b := range p.buckets {
		if b.old == h.segment && b.gone[h.entry] {
			return false
		}
	}
	return true
}

// elsewhere refuses a package whose file is another one in some other place: in a suite that shares the pool, among what
// waits for a publish, in a generation that is kept.
func (p *suitePlan) elsewhere(ctx context.Context, in *incoming) error {
	shared, suite, err := p.shared(ctx, in.Package)
	if err != nil {
		return err
	}
	if shared != nil {
		if shared.SHA256 != in.SHA256 {
			return in.exists(shared.entry, suite)
		}
		size, err := p.now.at.Size(ctx, in.Path)
		in.stored = in.stored || err == nil && size == in.Size
	}
	waits, err := p.now.waitsFor(ctx, p.name, in.Package)
	if err != nil {
		return err
	}
	if waits != nil && !in.waits && waits.SHA256 != in.SHA256 {
		return in.exists(&waits.entry, waits.name.suite)
	}
	if shared != nil {
		return nil
	}
	have, suite, err := p.now.formerly(ctx, *in)
	if err == nil && have != nil && have.SHA256 != in.SHA256 {
		return in.exists(have.entry, suite)
	}
	return err
}

func (in *incoming) exists(have *entry, suite string) *ExistsError {
	return &ExistsError{
		Name: in.Name, Version: in.Version, Arch: in.Architecture, Suite: suite, Path: have.Path,
		Source: in.source, Have: have.SHA256, Got: in.SHA256,
	}
}

// repair notes a package that is published already, and puts its file back where that is gone or cut.
func (p *suitePlan) repair(ctx context.Context, in incoming) error {
	if p.met[in.Package] {
		return nil // given twice
	}
	p.met[in.Package] = true
	p.unchanged = append(p.unchanged, in.Package)
	size, err := p.now.at.Size(ctx, in.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && size != in.Size:
		if !in.stored {
			p.pool = append(p.pool, in)
		}
	case err != nil:
		return fmt.Errorf("look for %s: %w", in.Path, err)
	}
	return nil
}

// shared returns the package of another suite that has the path, and the suite: apt's suites lie in one pool.
func (p *suitePlan) shared(ctx context.Context, of Package) (*held, string, error) {
	for i := range p.now.Suites {
		s := &p.now.Suites[i]
		if s.Format != formatApt || p.name.format != formatApt || s.Base != p.name.base() || s.Name == p.name.suite {
			continue
		}
		t, err := p.now.table(ctx, s.Table)
		if err != nil {
			return nil, "", err
		}
		if have, err := p.now.placed(ctx, t, of); have != nil || err != nil {
			return have, s.Name, err
		}
	}
	return nil, "", nil
}

// drop takes one package out. One that the suite does not have is none of its business.
func (p *suitePlan) drop(ctx context.Context, gone Package) error {
	have, err := p.now.placed(ctx, p.table, gone)
	if have == nil || err != nil {
		return err
	}
	b, err := p.bucket(ctx, have.group, gone)
	if err != nil {
		return err
	}
	if !b.gone[have.entry] {
		b.gone[have.entry] = true
		p.removed = append(p.removed, have.Package)
		p.changed = true
	}
	return nil
}

// bucket returns the segment that a package belongs to, ready to be changed.
func (p *suitePlan) bucket(ctx context.Context, g group, of Package) (*bucket, error) {
	r, prefix := p.table.leaf(g, packageKey(of))
	for _, b := range p.buckets {
		if r != nil && b.group == g && b.prefix == prefix {
			return b, nil
		}
	}
	return p.start(ctx, g, prefix, r)
}

func (p *suitePlan) start(ctx context.Context, g group, prefix string, r *ref) (*bucket, error) {
	b := &bucket{group: g, prefix: prefix, gone: map[*entry]bool{}}
	if r == nil {
		p.table.replace(g, prefix, []ref{{group: g, Prefix: prefix}})
	} else if r.ID != "" {
		old, err := p.now.segment(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		b.old = old
	}
	p.buckets = append(p.buckets, b)
	return b, nil
}
