package repo

import (
	"cmp"
	"context"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"wain/repo/store"
)

// reshape opens every segment that lacks a form in which the suite's configuration wants it.
func (p *suitePlan) reshape(ctx context.Context) error {
	kinds := p.kinds()
	for _, r := range slices.Clone(p.table.Segments) {
		if r.ID == "" || shaped(r.Parts, kinds, p.gzipped()) {
			continue
		}
		_, err := p.now.segment(ctx, r.ID)
		if err != nil {
			return err
		}
		known := slices.IndexFunc(p.buckets, func(b *bucket) bool { return b.group == r.group && b.prefix == r.Prefix })
		if known >= 0 {
			continue
		}
		b, err := p.start(ctx, r.group, r.Prefix, &r)
		if err != nil {
			return err
		}
		b.rebuild = true
	}
	return nil
}

func shaped(parts []part, kinds []string, gzipped bool) bool {
	if len(parts) != len(kinds) {
		return false
	}
	for i, p := range parts {
		if p.Kind != kinds[i] || (p.Gzip > 0) != gzipped {
			return false
		}
	}
	return true
}

// grow makes the suite's new segments and adds their files to the change. It returns the parts of those that are not
// stored yet, by their id.
func (p *suitePlan) grow(ctx context.Context, generation int, since int64, change *store.Change) (map[string][]byte, error) {
	if err := p.reshape(ctx); err != nil {
		return nil, err
	}
	type leaf struct {
		group
		prefix  string
		entries []entry
		made    *segment
	}
	var leaves []*leaf
	for _, b := range p.buckets {
		if len(b.more)+len(b.gone) == 0 && !b.rebuild {
			continue
		}
		entries, err := p.entries(ctx, b, since)
		if err != nil {
			return nil, err
		}
		p.table.replace(b.group, b.prefix, nil)
		for prefix, of := range spread(b.prefix, entries) {
			leaves = append(leaves, &leaf{group: b.group, prefix: prefix, entries: of})
		}
	}
	slices.SortFunc(leaves, func(a, b *leaf) int {
		return cmp.Or(a.group.compare(b.group), cmp.Compare(a.prefix, b.prefix))
	})
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, l := range leaves {
		g.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			l.made, err = p.now.newSegment(p.name.format, l.entries, p.kinds(), p.gzipped(), generation)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	fresh := map[string][]byte{}
	for _, l := range leaves {
		p.table.replace(l.group, l.prefix, []ref{l.made.ref(l.group, l.prefix)})
		if fresh[l.made.id] == nil {
			change.Index = append(change.Index, l.made.files()...)
		}
		fresh[l.made.id] = l.made.parts
		p.now.know(l.made)
	}
	p.table.Segments = slices.DeleteFunc(p.table.Segments, func(r ref) bool { return r.ID == "" })
	return fresh, nil
}

// entries are the packages of a bucket as they shall be, with all their texts.
func (p *suitePlan) entries(ctx context.Context, b *bucket, since int64) ([]entry, error) {
	var entries []entry
	if b.old != nil {
		if err := p.now.loadTexts(ctx, b.old); err != nil {
			return nil, err
		}
		for i := range b.old.Packages {
			if e := &b.old.Packages[i]; !b.gone[e] {
				entries = append(entries, *e)
			}
		}
	}
	given := map[string]*incoming{}
	for i := range b.more {
		in := &b.more[i]
		in.Since = since
		entries = append(entries, in.entry)
		given[in.Path] = in
	}
	for i := range entries {
		if err := p.complete(ctx, &entries[i], given[entries[i].Path]); err != nil {
			return nil, err
		}
	}
	return entries, nil
}
