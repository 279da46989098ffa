package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

// An HTTP is a [Reader] of what a web server has below a URL. It cannot list folders: that error matches
// errors.ErrUnsupported.
type HTTP struct {
	base   *url.URL
	client *http.Client
	limits limits
}

// NewHTTP returns the reader below a base URL of http or https. A nil client is one with time-outs and the environment's
// proxy. Redirects are followed as the client does.
func NewHTTP(baseURL string, client *http.Client) (*HTTP, error) {
	base, err := url.Parse(baseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, errors.New("not a URL of http or https")
	}
	if base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("%s: a base URL has no query and no fragment", base.Redacted())
	}
	if client == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxIdleConnsPerHost = 16
		client = &http.Client{Transport: transport}
	}
	l := defaultLimits
	l.tries = 5
	return &HTTP{base, client, l}, nil
}

// largestSpool bounds what a server without ranges may make us keep in a temporary file.
const largestSpool = 64 << 30

// A StatusError is an answer that is no success.
type StatusError struct {
	URL    string // without a password
	Status int
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("get %s: the server answers %d %s", e.URL, e.Status, http.StatusText(e.Status))
}

// Is makes the answers that a server has for what is not there match fs.ErrNotExist. 403 is one of them: object stores
// give it to whoever may not list.
func (e *StatusError) Is(target error) bool {
	switch e.Status {
	case http.StatusNotFound, http.StatusGone, http.StatusForbidden:
		return target == fs.ErrNotExist
	case http.StatusUnauthorized:
		return target == fs.ErrPermission
	}
	return false
}

// List implements [Reader] by refusing.
func (h *HTTP) List(context.Context, string) ([]Entry, error) {
	return nil, fmt.Errorf("list %s: a web server has no listings: %w", h.base.Redacted(), errors.ErrUnsupported)
}

// Size implements [Reader].
func (h *HTTP) Size(ctx context.Context, name string) (int64, error) {
	size := int64(-1)
	err := h.ask(ctx, http.MethodHead, name, "", func(resp *http.Response) error {
		size = resp.ContentLength
		return nil
	})
	var answer *StatusError
	if errors.As(err, &answer) && (answer.Status == http.StatusMethodNotAllowed || answer.Status == http.StatusNotImplemented) || err == nil && size < 0 {
		o, err := h.Open(ctx, name)
		if err != nil {
			return 0, err
		}
		defer o.Close()
		return o.Size(), nil
	}
	return size, err
}

// Open implements [Reader]. A small object comes with one request, a larger one piece by piece as it is read; one that
// the server has no ranges for goes to a temporary file.
func (h *HTTP) Open(ctx context.Context, name string) (Object, error) {
	var whole Object
	var first []byte
	var size int64
	var version string
	err := h.ask(ctx, http.MethodGet, name, span(0, h.limits.chunk), func(resp *http.Response) (err error) {
		version = resp.Header.Get("ETag") + resp.Header.Get("Last-Modified")
		switch {
		case resp.StatusCode == http.StatusPartialContent:
			first, size, err = h.partial(resp, 0, h.limits.chunk)
		default:
			whole, err = h.spool(resp)
		}
		return err
	})
	var answer *StatusError
	if errors.As(err, &answer) && answer.Status == http.StatusRequestedRangeNotSatisfiable {
		err = h.ask(ctx, http.MethodGet, name, "", func(resp *http.Response) (err error) { // nothing is in it
			whole, err = h.spool(resp)
			return err
		})
	}
	if err != nil || whole != nil {
		return whole, err
	}
	return &ranged{
		ctx: ctx, size: size, piece: h.limits.chunk, held: first,
		fetch: func(ctx context.Context, offset, length int64) (data []byte, err error) {
			err = h.ask(ctx, http.MethodGet, name, span(offset, length), func(resp *http.Response) error {
				if resp.StatusCode != http.StatusPartialContent || resp.Header.Get("ETag")+resp.Header.Get("Last-Modified") != version {
					return fmt.Errorf("get %s: it changed while it was read", h.url(name))
				}
				now := int64(0)
				if data, now, err = h.partial(resp, offset, length); err == nil && now != size {
					err = fmt.Errorf("get %s: it changed while it was read", h.url(name))
				}
				return err
			})
			return data, err
		},
	}, nil
}

func span(offset, length int64) string {
	return fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)
}

// partial reads the answer to a range, and tells how long the whole is.
func (h *HTTP) partial(resp *http.Response, offset, length int64) ([]byte, int64, error) {
	text := resp.Header.Get("Content-Range")
	var from, to, size int64
	if n, err := fmt.Sscanf(text, "bytes %d-%d/%d", &from, &to, &size); n != 3 || err != nil || from != offset || size < 0 || to != min(offset+length, size)-1 {
		return nil, 0, fmt.Errorf("get %s: another range than was asked for: %s", resp.Request.URL.Redacted(), strconv.Quote(text))
	}
	data := make([]byte, to-from+1)
	_, err := io.ReadFull(resp.Body, data)
	return data, size, err
}

// spool takes a whole answer: into memory if it is small, else into a file without a name.
func (h *HTTP) spool(resp *http.Response) (Object, error) {
	if resp.ContentLength >= 0 && resp.ContentLength <= h.limits.chunk {
		data := make([]byte, resp.ContentLength)
		_, err := io.ReadFull(resp.Body, data)
		return &ranged{size: int64(len(data)), held: data}, err
	}
	file, err := temporary()
	if err != nil {
		return nil, err
	}
	size, err := io.Copy(file, io.LimitReader(resp.Body, largestSpool+1))
	switch {
	case err == nil && size > largestSpool:
		err = fmt.Errorf("get %s: more than %d bytes", resp.Request.URL.Redacted(), int64(largestSpool))
	case err == nil && resp.ContentLength >= 0 && size != resp.ContentLength:
		err = io.ErrUnexpectedEOF
	case err == nil:
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return fileObject{file, size}, nil
}

// url is where an object lies. All that is not unreserved is escaped: some servers read + as a blank.
func (h *HTTP) url(name string) string {
	return strings.TrimSuffix(h.base.Redacted(), "/") + "/" + escaped(name)
}

func escaped(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(path.Clean(name)), "+", "%20"), "%2F", "/")
}

// ask sends a request and has take read the answer, again after failures that may pass.
func (h *HTTP) ask(ctx context.Context, method, name, part string, take func(*http.Response) error) error {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: "get", Path: name, Err: fs.ErrInvalid}
	}
	for try := 1; ; try++ {
		err := h.once(ctx, method, name, part, take)
		var answer *StatusError
		again := errors.As(err, &answer) && (answer.Status == http.StatusTooManyRequests || answer.Status >= 500 && answer.Status != http.StatusNotImplemented) ||
			passing(err) || errors.Is(err, errStalled)
		if err == nil || !again || try == h.limits.tries || ctx.Err() != nil {
			return err
		}
		if err := pause(ctx, h.limits.backoff, try); err != nil {
			return err
		}
	}
}

// errStalled is a transfer of which nothing came for too long.
var errStalled = errors.New("no answer in time")

func (h *HTTP) once(ctx context.Context, method, name, part string, take func(*http.Response) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(h.limits.answer, func() { cancel(errStalled) })
	defer watch.Stop()
	target := *h.base
	target.Path = strings.TrimSuffix(target.Path, "/") + "/" + name
	target.RawPath = strings.TrimSuffix(h.base.EscapedPath(), "/") + "/" + escaped(name)
	req := (&http.Request{Method: method, URL: &target, Host: target.Host, Header: http.Header{}}).WithContext(ctx)
	req.Header.Set("Accept-Encoding", "identity") // a .gz is what was asked for, not its content
	req.Header.Set("User-Agent", "wain")
	if part != "" {
		req.Header.Set("Range", part)
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return h.broken(ctx, name, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK && (resp.StatusCode != http.StatusPartialContent || part == "") {
		return &StatusError{h.url(name), resp.StatusCode}
	}
	resp.Body = &watched{resp.Body, watch, h.limits.answer}
	if err := take(resp); err != nil {
		return h.broken(ctx, name, err)
	}
	return nil
}

// broken says which transfer an error ended, and why.
func (h *HTTP) broken(ctx context.Context, name string, err error) error {
	var request *url.Error // its text repeats the method and the URL
	if errors.As(err, &request) {
		err = request.Err
	}
	var file *os.PathError
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errStalled):
		err = errStalled
	case cause != nil:
		return cause
	case errors.As(err, &file):
		return err
	}
	return fmt.Errorf("get %s: %w", h.url(name), err)
}

// watched is an answer whose bytes must keep coming.
type watched struct {
	io.ReadCloser
	watch *time.Timer
	limit time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	w.watch.Reset(w.limit)
	return w.ReadCloser.Read(p)
}
