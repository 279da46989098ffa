package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"golang.org/x/sync/errgroup"
)

// publish gives the fixed names their new content and removes what is stale. Where nothing is left to do it only looks.
func (c *s3commit) publish(ctx context.Context) error {
	files, trees, err := c.look(ctx)
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := c.replace(ctx, newBody(file.Name, file.Data)); err != nil {
			return err
		}
	}
	g, group := errgroup.WithContext(ctx)
	g.SetLimit(max(1, c.s.options.Jobs/4))
	for _, tree := range trees {
		g.Go(func() error { return c.switchTree(group, tree) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if err := c.removeStale(ctx); err != nil {
		return err
	}
	if len(files)+len(trees) > 0 {
		return c.unmoved(ctx)
	}
	return nil
}

// look finds the head's files that differ and the trees that do not show their generation. The last file of a tree is
// replaced last: if it is there, so are the others.
func (c *s3commit) look(ctx context.Context) ([]File, []Tree, error) {
	files, trees := c.change.Head.Files, c.change.Head.Trees
	holds, shown := make([]bool, len(files)), make([]bool, len(trees))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.s.options.Jobs)
	for i, file := range files {
		g.Go(func() (err error) {
			_, holds[i], err = c.holds(ctx, newBody(file.Name, file.Data))
			return err
		})
	}
	for i, tree := range trees {
		if c.doubt {
			break
		}
		g.Go(func() error {
			last := tree.Files[len(tree.Files)-1]
			from, want, err := c.source(ctx, tree, last)
			if err != nil {
				return err
			}
			have, err := c.s.stat(ctx, path.Join(tree.Name, last))
			if err != nil || have == nil {
				return err
			}
			shown[i], err = c.same(ctx, path.Join(tree.Name, last), have, from, want)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	var differ []File
	for i, file := range files {
		if !holds[i] {
			differ = append(differ, file)
		}
	}
	var left []Tree
	for i, tree := range trees {
		if !shown[i] {
			left = append(left, tree)
		}
	}
	return differ, left, nil
}

// holds reports whether a name has its bytes already, and what is there.
func (c *s3commit) holds(ctx context.Context, b *body) (*stat, bool, error) {
	there, err := c.s.stat(ctx, b.name)
	if err != nil || there == nil || there.size != b.size {
		return there, false, err
	}
	sum, err := c.s.sumOf(ctx, b.name, there)
	return there, sum == b.sum, err
}

// source tells what a file of the tree shall be: of the bytes at hand, else of the generation's folder.
func (c *s3commit) source(ctx context.Context, tree Tree, file string) (name string, st *stat, err error) {
	name = path.Join(tree.Folder, file)
	if data, ok := c.data[name]; ok {
		b := newBody(name, data)
		return name, &stat{size: b.size, sum: b.sum}, nil
	}
	st, err = c.s.stat(ctx, name)
	if err == nil && st == nil {
		err = fmt.Errorf("switch %s: %s: %w", tree.Name, name, fs.ErrNotExist)
	}
	return name, st, err
}

// same compares two objects, and reads only where neither their ETags nor what they say of themselves tells.
func (c *s3commit) same(ctx context.Context, nameA string, a *stat, nameB string, b *stat) (bool, error) {
	if a.size != b.size {
		return false, nil
	}
	if a.etag != "" && a.etag == b.etag {
		return true, nil
	}
	sumA, err := c.s.sumOf(ctx, nameA, a)
	if err != nil {
		return false, err
	}
	sumB, err := c.s.sumOf(ctx, nameB, b)
	return sumA == sumB, err
}

// replace gives a name that readers know its new content, and never that of an older generation in the place of a newer
// one's: (1) the ETag is read, (2) the head is looked at, (3) the content is written if the ETag is still the same.
// See the package's description for why this order is safe.
func (c *s3commit) replace(ctx context.Context, b *body) error {
	b.head = true
	for try := 1; ; try++ {
		there, holds, err := c.holds(ctx, b)
		if err != nil || holds {
			return err
		}
		if err := c.unmoved(ctx); err != nil {
			return err
		}
		if err := c.probed(ctx); err != nil {
			return err
		}
		err = c.s.once(ctx, b.size, func(ctx context.Context) error {
			_, err := c.s.put(ctx, b.name, b, unless(there), "")
			return err
		})
		if err == nil {
			c.wrote.Store(true)
			return nil
		}
		if !refused(err) && !passing(err) || try == c.s.limits.tries {
			return c.s.explain("put", b.name, err)
		}
		if err := pause(ctx, c.s.limits.backoff, try); err != nil {
			return err
		}
	}
}

// switchTree makes one tree show its generation: what is named by its hash first, then the names that readers know, in
// the tree's order. Files that the generation does not have stay until they are stale.
func (c *s3commit) switchTree(ctx context.Context, tree Tree) error {
	g, group := errgroup.WithContext(ctx)
	g.SetLimit(c.s.options.Jobs)
	for _, past := range tree.Past {
		g.Go(func() error {
			err := c.showHashed(group, path.Join(tree.Name, past.Name), past.From)
			if errors.Is(err, fs.ErrNotExist) {
				return nil // removed by hand: the past is a courtesy
			}
			return err
		})
	}
	for _, name := range tree.Hashed {
		g.Go(func() error { return c.showHashed(group, path.Join(tree.Name, name), path.Join(tree.Folder, name)) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, name := range tree.Files {
		b, err := c.fromFolder(ctx, tree, name)
		if err != nil {
			return err
		}
		if err := c.replace(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// showHashed gives a file whose name says its content that name in a tree.
func (c *s3commit) showHashed(ctx context.Context, name, from string) error {
	there, err := c.s.stat(ctx, name)
	if err != nil || there != nil {
		return err
	}
	source, err := c.s.stat(ctx, from)
	if err != nil {
		return err
	}
	if source == nil {
		return fmt.Errorf("switch %s: %s: %w", name, from, fs.ErrNotExist)
	}
	return c.copy(ctx, name, from, source)
}

// fromFolder is the body of a tree's file. It is sent, not copied within the server: most servers ignore a condition on
// the goal of a copy.
func (c *s3commit) fromFolder(ctx context.Context, tree Tree, file string) (*body, error) {
	name, from := path.Join(tree.Name, file), path.Join(tree.Folder, file)
	if data, ok := c.data[from]; ok {
		return newBody(name, data), nil
	}
	o, st, err := c.s.get(ctx, from)
	if err != nil {
		return nil, fmt.Errorf("switch %s: %w", tree.Name, err)
	}
	b := &body{name: name, size: st.size, source: io.NewSectionReader(o, 0, st.size), close: o.Close}
	b.sum, err = c.s.sumOf(ctx, from, st)
	return b, err
}
