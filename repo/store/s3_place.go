package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"golang.org/x/sync/errgroup"
)

// askFirst is the size from which it is cheaper to ask whether an object is there than to send it in vain.
const askFirst = 1 << 20

// placeAll gives new names their bytes, side by side; links once all else is there. Links in the pool are written as
// other packages are: the name is the package's, and does not say its content.
func (c *s3commit) placeAll(ctx context.Context, files []File, pool bool) error {
	targets := map[string]string{}
	var bodies, links []File
	for _, file := range files {
		switch {
		case file.Link != "":
			if target, ok := targets[file.Link]; ok {
				file.Link = target // of a link to a link, so that their order does not matter
			}
			targets[file.Name] = file.Link
			links = append(links, file)
		case file.Data != nil || file.Open != nil:
			bodies = append(bodies, file)
		}
	}
	for i, part := range [][]File{bodies, links} {
		g, group := errgroup.WithContext(ctx)
		g.SetLimit(c.s.options.Jobs)
		for _, file := range part {
			g.Go(func() (err error) {
				if i == 1 && !pool {
					return c.placeLink(group, file)
				}
				if i == 1 {
					if file, err = c.read(ctx, file); err != nil { // it is opened after the group's end, too
						return err
					}
				}
				return c.place(group, file, i == 1)
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// read makes a link a file that is read from the store.
func (c *s3commit) read(ctx context.Context, file File) (File, error) {
	from, name := file.Link, file.Name
	source, err := c.s.stat(ctx, from)
	if err != nil {
		return file, err
	}
	if source == nil {
		return file, noSource(file)
	}
	sum, err := c.s.sumOf(ctx, from, source)
	return File{Name: name, Size: source.size, SHA256: sum, Open: func() (io.ReadCloser, error) {
		o, now, err := c.s.get(ctx, from)
		if err != nil {
			return nil, err
		}
		if now.etag != source.etag {
			return nil, fmt.Errorf("read %s: %w", from, errMoved)
		}
		return struct {
			*io.SectionReader
			io.Closer
		}{io.NewSectionReader(o, 0, now.size), o}, nil
	}}, err
}

func noSource(file File) error {
	return fmt.Errorf("link %s: %w", file.Name, &fs.PathError{Op: "open", Path: file.Link, Err: fs.ErrNotExist})
}

// place gives a new name its bytes, where they are asked for if they are costly to have. Nobody else may give it other
// ones (see meet).
func (c *s3commit) place(ctx context.Context, file File, costly bool) error {
	want := &stat{size: file.Size, sum: file.SHA256}
	if file.Data != nil {
		b := newBody(file.Name, file.Data)
		want = &stat{size: b.size, sum: b.sum}
	}
	if costly || want.size > askFirst || c.s.options.SinglePublisher {
		if st, err := c.s.stat(ctx, file.Name); err != nil || st != nil {
			return c.meetOr(ctx, file, want, st, err)
		}
	}
	return c.send(ctx, file, want, condition{absent: true})
}

// send writes a new object and looks again where somebody was faster.
func (c *s3commit) send(ctx context.Context, file File, want *stat, when condition) error {
	err := c.upload(ctx, file, when)
	if err == nil {
		c.wrote.Store(true)
		c.note(file, want, false)
		return nil
	}
	if !refused(err) {
		return c.s.explain("put", file.Name, err)
	}
	st, err := c.s.stat(ctx, file.Name)
	return c.meetOr(ctx, file, want, st, err)
}

// upload opens the file and sends it, in parts where one request cannot take it.
func (c *s3commit) upload(ctx context.Context, file File, when condition) error {
	if err := c.probed(ctx); err != nil {
		return err
	}
	if file.Size > c.s.limits.single {
		return c.s.putParts(ctx, file, when)
	}
	b, err := c.s.open(file)
	if err != nil {
		return err
	}
	defer b.close()
	return c.s.ask(ctx, "put", file.Name, b.size, func(ctx context.Context) error {
		_, err := c.s.put(ctx, file.Name, b, when, "")
		return err
	})
}

// note remembers what was placed or found, for confirm.
func (c *s3commit) note(file File, want *stat, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.placed = append(c.placed, placed{file, want, found})
}

// meetOr deals with what lies under a new name: nothing any more, the same bytes, or others.
func (c *s3commit) meetOr(ctx context.Context, file File, want, st *stat, err error) error {
	if err != nil {
		return err
	}
	if st == nil && file.Link != "" {
		return c.placeLink(ctx, file)
	}
	if st == nil {
		if c.again.Add(1) > 100 { // put and removed by others all the time
			return errMoved
		}
		return c.send(ctx, file, want, condition{absent: true})
	}
	have, err := c.s.sumOf(ctx, file.Name, st)
	if err != nil {
		return err
	}
	if have == want.sum && st.size == want.size {
		c.note(file, &stat{size: want.size, sum: want.sum, etag: st.etag}, true)
		return nil
	}
	return c.meet(ctx, file, want, st, have)
}

// meet decides on other bytes under a new name. No state names them, or the plan would not ask for the name: they are
// of a publisher that is at work, was killed, or lost a race. While nobody commits and once they are old enough, they
// are nobody's, and are replaced. Their age is the server's, so that no clock of ours matters.
func (c *s3commit) meet(ctx context.Context, file File, want, st *stat, have string) error {
	if err := c.unmoved(ctx); err != nil {
		return err
	}
	settled := c.s.limits.settled
	if st.age < settled {
		return &ConflictError{Name: file.Name, Have: have, Got: want.sum, Modified: st.modified, Until: st.modified.Add(settled)}
	}
	if file.Link != "" {
		source, err := c.s.stat(ctx, file.Link)
		if err != nil || source == nil {
			return cmp.Or(err, errMoved)
		}
		return c.copy(ctx, file.Name, file.Link, source)
	}
	return c.send(ctx, file, want, condition{etag: st.etag})
}

// placeLink copies an object to a new name, within the server. The name is in a folder that says its content.
func (c *s3commit) placeLink(ctx context.Context, file File) error {
	source, err := c.s.stat(ctx, file.Link)
	if err != nil {
		return err
	}
	if source == nil {
		return noSource(file)
	}
	there, err := c.s.stat(ctx, file.Name)
	if err != nil {
		return err
	}
	if there == nil || there.etag == source.etag && there.size == source.size {
		if there == nil {
			err = c.copy(ctx, file.Name, file.Link, source)
		}
		if err == nil && source.sum != "" {
			c.note(file, source, there != nil)
		}
		return err
	}
	if source.sum, err = c.s.sumOf(ctx, file.Link, source); err != nil {
		return err
	}
	return c.meetOr(ctx, file, source, there, nil)
}

// confirm looks for what was placed, or only for what had been there already, and places it again where it is gone:
// before our commit somebody else may have removed what no state named, or taken its place.
func (c *s3commit) confirm(ctx context.Context, onlyFound bool) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.s.options.Jobs)
	all := c.placed
	c.placed = nil
	for _, p := range all {
		if onlyFound && !p.found {
			continue
		}
		g.Go(func() error {
			st, err := c.s.stat(ctx, p.file.Name)
			if err == nil && st != nil && st.size == p.want.size && (st.sum == p.want.sum || st.etag != "" && st.etag == p.want.etag) {
				c.note(p.file, p.want, p.found)
				return nil
			}
			return c.meetOr(ctx, p.file, p.want, st, err)
		})
	}
	err := g.Wait()
	if err != nil {
		c.placed = all
	}
	return err
}

type placed struct {
	file  File
	want  *stat
	found bool // it had been there already
}

// sumOf returns the SHA-256 of an object, which is read where it does not say it itself.
func (s *S3) sumOf(ctx context.Context, name string, st *stat) (string, error) {
	if st.sum != "" {
		return st.sum, nil
	}
	o, now, err := s.get(ctx, name)
	if err != nil {
		return "", err
	}
	defer o.Close()
	if now.etag != st.etag {
		return "", fmt.Errorf("read %s: %w", name, errMoved)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, o); err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// errMoved says that the head is not what the plan was made for, or that what was looked at was changed meanwhile.
var errMoved = errors.New("another publisher was faster")

// longAgo is how long what was placed is trusted to be there still when the commit comes. It is well below the hour
// after which others may take its place.
const longAgo = 20 * time.Minute
