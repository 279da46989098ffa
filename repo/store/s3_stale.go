package store

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"
)

// unshown returns those of the stale names that lie in a tree which does not show them: what a publisher that was
// overtaken after its commit has still to remove, since no later plan finds these names. All others stay for a later
// one to find: packages lie in no tree, and the newest state may have again what ours dropped.
func unshown(stale []string, trees []Tree) []string {
	if len(stale) == 0 {
		return nil
	}
	named := map[string]bool{} // with all folders that names lie in
	var folders []string
	for _, tree := range trees {
		folders = append(folders, tree.Folder)
		for _, name := range tree.names() {
			for name = path.Join(tree.Name, name); name != "." && !named[name]; name = path.Dir(name) {
				named[name] = true
			}
		}
		for _, past := range tree.Past {
			folders = append(folders, past.From)
		}
	}
	within := func(name, folder string) bool { return strings.HasPrefix(name+"/", folder+"/") }
	var left []string
	for _, name := range stale {
		if named[name] || !slices.ContainsFunc(trees, func(t Tree) bool { return name != t.Name && within(name, t.Name) }) {
			continue
		}
		if !slices.ContainsFunc(folders, func(f string) bool { return within(name, f) || within(f, name) }) {
			left = append(left, name)
		}
	}
	return left
}

// removeStale deletes what no kept generation names. A DELETE cannot be made conditional (most servers ignore it), so
// the head is looked at right before each name's: nobody who commits from now on needs it, and who committed before
// stops us.
func (c *s3commit) removeStale(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.s.options.Jobs)
	for _, name := range c.change.Stale {
		g.Go(func() error {
			st, err := c.s.stat(ctx, name)
			if err != nil {
				return err
			}
			var keys []string
			if st != nil {
				keys = append(keys, *c.s.key(name))
			}
			err = c.s.list(ctx, name, "", func(out *s3.ListObjectsV2Output, _ string) {
				for _, object := range out.Contents {
					keys = append(keys, *object.Key)
				}
			})
			if err != nil || len(keys) == 0 {
				return err
			}
			if err := c.unmoved(ctx); err != nil {
				return err
			}
			return c.remove(ctx, name, keys)
		})
	}
	return g.Wait()
}

func (c *s3commit) remove(ctx context.Context, name string, keys []string) error {
	for _, key := range keys {
		if err := c.s.step("remove", name); err != nil {
			return err
		}
		err := c.s.ask(ctx, "delete", name, 0, func(ctx context.Context) error {
			_, err := c.s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &c.s.options.Bucket, Key: &key})
			return err
		})
		if err != nil && !absent(err) {
			return c.s.explain("delete", name, err)
		}
		c.wrote.Store(true)
	}
	return nil
}
