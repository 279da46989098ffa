package index

import (
	"context"
	"errors"
	"sync"
)

// calls answers a question once, whoever asks it: those who come while the
// answer is sought wait for it. The zero value is ready.
type calls[T any] struct {
	mu    sync.Mutex
	calls map[string]*call[T]
}

type call[T any] struct {
	done   chan struct{} // closed when what follows is there
	answer T
	err    error
}

// do gives the answer for a key, from seek or from whoever asked before. An
// error is an answer too, unless it is that the seeker was called off: then the
// next one seeks.
func (c *calls[T]) do(ctx context.Context, key string, seek func() (T, error)) (T, error) {
	for {
		c.mu.Lock()
		if c.calls == nil {
			c.calls = map[string]*call[T]{}
		}
		known, ok := c.calls[key]
		if !ok {
			known = &call[T]{done: make(chan struct{})}
			c.calls[key] = known
			c.mu.Unlock()
			c.run(key, known, seek)
			return known.answer, known.err
		}
		c.mu.Unlock()
		select {
		case <-known.done:
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
		if !calledOff(known.err) {
			return known.answer, known.err
		}
		if err := ctx.Err(); err != nil {
			var none T
			return none, err
		}
	}
}

func (c *calls[T]) run(key string, k *call[T], seek func() (T, error)) {
	k.err = context.Canceled // should seek panic
	defer func() {
		if calledOff(k.err) {
			c.mu.Lock()
			delete(c.calls, key)
			c.mu.Unlock()
		}
		close(k.done)
	}()
	k.answer, k.err = seek()
}

func calledOff(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
