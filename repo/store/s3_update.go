package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Update implements [Store]. What a commit placed before it lost a race, failed or died stays in the bucket: no state
// names it, and a later change that asks for the same finds it there.
func (s *S3) Update(ctx context.Context, plan Plan) (bool, error) {
	if s.options.SinglePublisher {
		s.turn.Lock()
		defer s.turn.Unlock()
	}
	var ours *s3commit
	changed, err := s.update(ctx, plan, &ours)
	if err != nil || ours == nil {
		return changed, err
	}
	// Somebody else's removal may have gone out before our commit and been carried out after it.
	err = ours.confirm(ctx, true)
	if errors.Is(err, errMoved) {
		err = nil // a newer generation has other bytes there
	}
	return changed || ours.wrote.Load(), err
}

// update tries until nobody else is faster. It sets ours to what was committed.
func (s *S3) update(ctx context.Context, plan Plan, ours **s3commit) (bool, error) {
	start, changed, doubt := time.Now(), false, false
	for try := 1; ; try++ {
		if err := ctx.Err(); err != nil {
			return changed, err
		}
		c, err := s.plan(ctx, plan, *ours != nil)
		if c == nil || err != nil {
			return changed, err
		}
		c.doubt = doubt
		if *ours != nil {
			c.change.Stale = append(slices.Clip(c.change.Stale), unshown((*ours).change.Stale, c.change.Head.Trees)...)
		}
		err = c.run(ctx)
		changed = changed || c.decided && c.wrote.Load()
		doubt = doubt || c.decided
		if c.decided && c.change.Head.State != nil {
			*ours = c
		}
		switch {
		case !errors.Is(err, errMoved):
			return changed, err
		case time.Since(start) < s.options.Patience:
		case *ours != nil:
			return true, nil // those who were faster publish what we committed
		default:
			return changed, &BusyError{s.String(), try, s.options.Patience}
		}
		if try == 1 && s.options.Waiting != nil {
			s.options.Waiting()
		}
		if err := pause(ctx, s.limits.backoff, try); err != nil {
			return changed, err
		}
	}
}

type committedKey struct{}

// Committed tells a plan that it is made again after its own change was committed: somebody else committed before its
// heads were written. It should return the newest head with no new state, so that what is public gets complete whoever
// dies. A plan that does not ask, and returns a new state or an error then, ends the Update: its change counts, and the
// publisher who was faster completes the heads.
func Committed(ctx context.Context) bool { return ctx.Value(committedKey{}) != nil }

// plan reads the head and has the plan made for it. It returns nil where there is nothing to do.
func (s *S3) plan(ctx context.Context, plan Plan, committed bool) (*s3commit, error) {
	seen, err := s.readHead(ctx)
	if err != nil {
		return nil, err
	}
	planning := ctx
	if committed {
		planning = context.WithValue(ctx, committedKey{}, true)
	}
	change, err := plan(planning, seen)
	if committed && ctx.Err() == nil && (err != nil || change != nil && change.Head.State != nil) {
		return nil, nil
	}
	if err != nil || change == nil {
		return nil, err
	}
	if err := change.check(); err != nil {
		return nil, err
	}
	if state := change.Head.State; state != nil && state.Name != s.options.Head {
		return nil, errors.New("store " + state.Name + ": the state of this store is " + s.options.Head)
	}
	ours := *change // the plan may return it once more
	c := &s3commit{s: s, change: &ours, seen: seen, guard: seen.etag(), data: map[string][]byte{}}
	for _, file := range change.Index {
		if file.Data != nil {
			c.data[file.Name] = file.Data
		}
	}
	return c, nil
}

// seenHead is the store as a plan reads it: the head is the one that the commit's condition names, whatever comes after.
type seenHead struct {
	*S3
	data []byte
	stat *stat // nil without a head
}

func (s *S3) readHead(ctx context.Context) (*seenHead, error) {
	o, st, err := s.get(ctx, s.options.Head)
	if isAbsent(err) {
		return &seenHead{S3: s}, nil
	}
	if err != nil {
		return nil, err
	}
	data, err := readAll(o)
	if err != nil {
		return nil, err
	}
	return &seenHead{s, data, st}, nil
}

func (h *seenHead) etag() string {
	if h.stat == nil {
		return ""
	}
	return h.stat.etag
}

// Open implements [Reader].
func (h *seenHead) Open(ctx context.Context, name string) (Object, error) {
	if name == h.options.Head && h.stat != nil {
		return memoryObject{bytes.NewReader(h.data)}, nil
	}
	return h.S3.Open(ctx, name)
}

// An s3commit carries one change out.
type s3commit struct {
	s      *S3
	change *Change
	seen   *seenHead
	guard  string            // ETag of the head that must not move: the plan's, then our own
	data   map[string][]byte // bytes at hand, by name

	mu     sync.Mutex
	placed []placed
	again  atomic.Int64

	doubt   bool        // we may have written what is older than what the last file of a tree tells
	wrote   atomic.Bool // bytes of the store are not what they were
	decided bool        // the commit counts
}

// run does the parts in the order that the package promises.
func (c *s3commit) run(ctx context.Context) error {
	start := time.Now()
	if err := c.placeAll(ctx, c.change.Pool, true); err != nil {
		return err
	}
	if err := c.placeAll(ctx, c.change.Index, false); err != nil {
		return err
	}
	if state := c.change.Head.State; state != nil {
		if time.Since(start) > longAgo {
			if err := c.confirm(ctx, false); err != nil {
				return err
			}
		}
		if err := c.decide(ctx, *state); err != nil {
			return err // when others were faster after our commit, too: c.decided tells
		}
	}
	c.decided = true
	if err := c.confirm(ctx, true); err != nil {
		return err
	}
	return c.publish(ctx)
}

// decide replaces the head's state if it is still what the plan saw: what was placed before now counts. A lost answer
// does not tell whether the request was carried out, and a refusal may be of our own request, sent twice on its way.
// The writer's random name in the object does: two publishers may well write equal bytes. Where another state has taken
// its place already, that one tells whether it was made from ours.
func (c *s3commit) decide(ctx context.Context, state File) error {
	if err := c.probed(ctx); err != nil {
		return err
	}
	b, err := c.s.open(state)
	if err != nil {
		return err
	}
	defer b.close()
	b.head = true
	if c.seen.stat != nil && bytes.Equal(c.seen.data, c.change.Head.State.Data) {
		return c.unmoved(ctx)
	}
	writer := rand.Text()
	for try := 1; ; try++ {
		if c.s.options.SinglePublisher {
			if err := c.unmoved(ctx); err != nil {
				return err
			}
		}
		var etag string
		err := c.s.once(ctx, b.size, func(ctx context.Context) (err error) {
			etag, err = c.s.put(ctx, state.Name, b, unless(c.seen.stat), writer)
			return err
		})
		if err == nil && etag != "" {
			c.guard = etag
			c.wrote.Store(true)
			return nil
		}
		if err != nil && !refused(err) && !passing(err) {
			return c.s.explain("put", state.Name, err)
		}
		st, looking := c.s.stat(ctx, state.Name)
		if looking != nil {
			return looking
		}
		if st != nil && st.writer == writer && st.sum == b.sum {
			c.guard = st.etag
			c.wrote.Store(true)
			return nil
		}
		if tag(st) != c.seen.etag() {
			return c.overtaken(ctx)
		}
		if refused(err) {
			return errMoved
		}
		if try == c.s.limits.tries {
			return c.s.explain("put", state.Name, err)
		}
		if err := pause(ctx, c.s.limits.backoff, try); err != nil {
			return err
		}
	}
}

// overtaken fails with errMoved. The commit counts if the newest state was made from ours.
func (c *s3commit) overtaken(ctx context.Context) error {
	mark := []byte(c.change.Head.Mark)
	if len(mark) == 0 || bytes.Contains(c.seen.data, mark) {
		return errMoved // nothing to tell it by
	}
	now, err := c.s.readHead(ctx)
	if err != nil {
		return err
	}
	if bytes.Contains(now.data, mark) {
		c.decided = true
		c.wrote.Store(true)
	}
	return errMoved
}

// unmoved fails with errMoved unless the head is still the one that this commit goes by.
func (c *s3commit) unmoved(ctx context.Context) error {
	st, err := c.s.stat(ctx, c.s.options.Head)
	if err == nil && tag(st) != c.guard {
		return errMoved
	}
	return err
}

func tag(st *stat) string {
	if st == nil {
		return ""
	}
	return st.etag
}
