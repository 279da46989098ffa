package index

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Bounds of asking.
const (
	defaultAttempts = 5
	defaultTimeout  = 15 * time.Second
	firstDelay      = 500 * time.Millisecond // doubled with each attempt
	longestDelay    = 20 * time.Second
	longestAfter    = time.Minute // of a Retry-After that is waited for
	pageTimeouts    = 8           // how many times Timeout a whole page may take
	atOnce          = 16          // requests under way
)

// requester sends requests, patiently.
type requester struct {
	doer    Doer
	retry   Retry
	timeout time.Duration
	slots   chan struct{}
}

func newRequester(o Options) *requester {
	r := &requester{doer: o.Client, retry: o.Retry, timeout: o.Timeout, slots: make(chan struct{}, atOnce)}
	if r.doer == nil {
		r.doer = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}
	}
	if r.retry.Attempts <= 0 {
		r.retry.Attempts = defaultAttempts
	}
	if r.retry.Sleep == nil {
		r.retry.Sleep = sleep
	}
	if r.retry.Jitter == nil {
		r.retry.Jitter = rand.Float64
	}
	if r.timeout <= 0 {
		r.timeout = defaultTimeout
	}
	return r
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// temporaryError is a failure that may pass.
type temporaryError struct {
	error
	after time.Duration // what the server asks for; 0: nothing
}

func (e *temporaryError) Unwrap() error { return e.error }

// again does what try does until it succeeds, fails for good, or has failed
// too often. Progress, where try reports it, counts as a fresh start.
func (r *requester) again(ctx context.Context, attempts int, try func() (progress bool, err error)) error {
	for failed := 0; ; {
		progress, err := try()
		if err == nil {
			return nil
		}
		if progress {
			failed = 0
		}
		failed++
		var passing *temporaryError
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case !errors.As(err, &passing):
			return err
		case failed >= attempts:
			return fmt.Errorf("%w (asked %d times)", passing.error, failed)
		}
		if err := r.retry.Sleep(ctx, r.delay(failed, passing.after)); err != nil {
			return err
		}
	}
}

// delay is how long to wait after so many failures.
func (r *requester) delay(failed int, after time.Duration) time.Duration {
	d := longestDelay
	if shift := failed - 1; shift < 10 {
		d = min(firstDelay<<shift, longestDelay)
	}
	d = d/2 + time.Duration(float64(d/2)*r.retry.Jitter())
	return max(d, after)
}

// send sends one request and returns an answer with one of the wanted codes.
// Anything else is a *StatusError, temporary where it may pass. The answer ends
// with ErrStalled when nothing comes for too long.
func (r *requester) send(ctx context.Context, req *http.Request, wanted ...int) (*http.Response, error) {
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watched{ctx: ctx, cancel: cancel, timeout: r.timeout, free: func() { <-r.slots }}
	w.timer = time.AfterFunc(r.timeout, func() { cancel(ErrStalled) })
	resp, err := r.doer.Do(req.WithContext(ctx))
	if err != nil {
		err = w.explain(err)
		w.Close()
		return nil, err
	}
	w.body = resp.Body
	resp.Body = w
	if err := judge(req, resp, wanted); err != nil {
		w.Close()
		return nil, err
	}
	return resp, nil
}

// judge makes an error of an answer that is not wanted.
func judge(req *http.Request, resp *http.Response, wanted []int) error {
	if resp.Request != nil && req.URL.Scheme == "https" && resp.Request.URL.Scheme == "http" {
		return ErrDowngrade
	}
	for _, code := range wanted {
		if resp.StatusCode == code {
			return nil
		}
	}
	err := &StatusError{Code: resp.StatusCode, Reason: http.StatusText(resp.StatusCode)}
	switch resp.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		after := retryAfter(resp.Header)
		if after > longestAfter {
			return &RetryAfterError{Code: resp.StatusCode, After: after}
		}
		return &temporaryError{err, after}
	}
	return err
}

// retryAfter reads the header of that name: seconds, or a date, which is judged
// by the server's own clock.
func retryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, at.Sub(now))
}

// watched is the body of an answer that must not stand still.
type watched struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	timeout time.Duration
	body    io.ReadCloser // nil until the answer is there
	free    func()        // gives the slot back; nil afterwards
}

func (w *watched) Read(b []byte) (int, error) {
	w.timer.Reset(w.timeout)
	n, err := w.body.Read(b)
	w.timer.Stop() // what the reader does with it is its own time
	if err != nil && err != io.EOF {
		err = w.explain(err)
	}
	return n, err
}

func (w *watched) Close() error {
	w.timer.Stop()
	var err error
	if w.body != nil {
		err = w.body.Close()
	}
	w.cancel(nil)
	if w.free != nil {
		w.free()
		w.free = nil
	}
	return err
}

// explain says why an exchange broke off, and whether that may pass. URLs,
// which may hold credentials, are left out.
func (w *watched) explain(err error) error {
	if cause := context.Cause(w.ctx); errors.Is(cause, ErrStalled) {
		return &temporaryError{ErrStalled, 0}
	} else if errors.Is(cause, errSlow) {
		return errSlow
	} else if w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	if passes(err) {
		return &temporaryError{err, 0}
	}
	return err
}

// passes tells the failures of a network from those of a configuration.
func passes(err error) bool {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return dns.IsTemporary || dns.IsTimeout
	}
	var operation *net.OpError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNREFUSED):
		return true
	case errors.As(err, &operation):
		return operation.Op == "dial" || operation.Op == "read" || operation.Op == "write"
	case errors.As(err, &timeout):
		return timeout.Timeout()
	}
	// What net/http and HTTP/2 say of a connection that ended has no type.
	return strings.Contains(err.Error(), "http2:") || strings.Contains(err.Error(), "server closed")
}

var errSlow = errors.New("the server sends too slowly")
