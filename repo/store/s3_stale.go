package store

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

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
// the head is looked at right before each: nobody who commits from now on needs the name, and who committed before
// stops us.
func (c *s3commit) removeStale(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.s.options.Jobs)
	for _, name := range c.change.Stale {
		g.Go(func() error {
			found, err := c.victims(ctx, name)
			if err != nil {
				return err
			}
			for _, v := range found {
				if err := c.remove(ctx, v); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// A victim is an object that is to be deleted, if it is still the one that was seen.
type victim struct {
	name     string
	modified time.Time
}

// victims are the object of a name and all that lies below it.
func (c *s3commit) victims(ctx context.Context, name string) ([]victim, error) {
	var found []victim
	st, err := c.s.stat(ctx, name)
	if err != nil {
		return nil, err
	}
	if st != nil {
		found = append(found, victim{name, st.modified})
	}
	return found, c.s.list(ctx, name, "", func(out *s3.ListObjectsV2Output, prefix string) {
		for _, object := range out.Contents {
			v := victim{name: name + "/" + strings.TrimPrefix(*object.Key, prefix)}
			if object.LastModified != nil {
				v.modified = *object.LastModified
			}
			found = append(found, v)
		}
	})
}

// remove deletes an object. A try whose answer was lost may have done so, and somebody may have written the name anew:
// the next one leaves what is newer.
func (c *s3commit) remove(ctx context.Context, v victim) error {
	if err := c.s.step("remove", v.name); err != nil {
		return err
	}
	for try := 1; ; try++ {
		if try > 1 {
			st, err := c.s.stat(ctx, v.name)
			if err != nil || st == nil {
				return err
			}
			if st.modified.Unix() != v.modified.Unix() { // of a listing they may be finer than those of a HEAD
				return nil
			}
		}
		if err := c.unmoved(ctx); err != nil {
			return err
		}
		err := c.s.once(ctx, 0, func(ctx context.Context) error {
			_, err := c.s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &c.s.options.Bucket, Key: c.s.key(v.name)})
			return err
		})
		if err == nil || absent(err) {
			c.wrote.Store(true)
			return nil
		}
		if !passing(err) || try == c.s.limits.tries || ctx.Err() != nil {
			return c.s.explain("delete", v.name, err)
		}
		c.wrote.Store(true) // perhaps
		if c.s.options.Retrying != nil {
			c.s.options.Retrying("delete", v.name, c.s.explain("delete", v.name, err))
		}
		if err := pause(ctx, c.s.limits.backoff, try); err != nil {
			return err
		}
	}
}
