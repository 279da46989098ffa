package index

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"wain/convert/index/cache"
	"wain/convert/index/simple"
)

// Bounds of a download, in bytes.
const (
	maxFile  = 16 << 30
	progress = 1 << 20 // what counts as getting somewhere
)

// download brings a file into the cache and gives its path there. It has the
// hashes that are allowed and those that its index announces.
func (x *Index) download(ctx context.Context, e Entry, allowed []Hash) (string, error) {
	if matches, comparable := matching(e.Hashes, allowed); comparable && !matches {
		return "", &HashError{File: e.Source, Want: slices.Clone(allowed), Got: inAlgorithmsOf(e.Hashes, allowed), Unread: true}
	}
	if x.cache == nil {
		return "", &DownloadError{URL: e.Source, Err: errNoCache}
	}
	if path := x.cached(ctx, e, allowed); path != "" {
		return path, ctx.Err()
	}
	if x.offline {
		return "", &DownloadError{URL: e.Source, Err: ErrOffline}
	}
	part, err := x.cache.Begin(ctx, "file "+e.URL)
	if err != nil {
		return "", downloadError(e, err)
	}
	// Another process may have brought it while we waited.
	if path := x.cached(ctx, e, allowed); path != "" {
		return path, part.Discard()
	}
	d := &download{Index: x, entry: e, allowed: allowed, part: part}
	path, err := d.run(ctx)
	if err != nil {
		part.Close()
		return "", downloadError(e, err)
	}
	return path, nil
}

// downloadError names the file, unless the error does.
func downloadError(e Entry, err error) error {
	var hash *HashError
	if calledOff(err) || errors.As(err, &hash) {
		return err
	}
	return &DownloadError{URL: e.Source, Err: err}
}

// cached looks for a file in the cache by the hash that tells it from all
// others, or by where it came from; "" for none.
func (x *Index) cached(ctx context.Context, e Entry, allowed []Hash) string {
	var sums []string
	for _, h := range e.Hashes {
		if h.Algorithm == "sha256" {
			sums = append(sums, h.Hex)
		}
	}
	if len(sums) == 0 && len(allowed) == 1 && allowed[0].Algorithm == "sha256" {
		sums = append(sums, allowed[0].Hex)
	}
	// What a URL led to once says nothing of what it leads to now, unless a hash
	// does.
	if len(allowed) > 0 || len(e.Hashes) > 0 || x.offline {
		if sum, err := x.cache.Page(aliasKey(e)); err == nil {
			sums = append(sums, string(sum))
		}
	}
	for _, sum := range sums {
		path, err := x.cache.Path(sum)
		if err != nil {
			continue
		}
		f, err := x.open(ctx, Candidate{Entry: e}, path, slices.Concat(allowed, e.Hashes))
		if err != nil {
			continue
		}
		f.Close()
		if f.SHA256 == sum && verify(e, f.hashes, allowed) == nil {
			return path
		}
	}
	return ""
}

func aliasKey(e Entry) string { return "file " + e.URL }

// download is one file on its way into the cache.
type download struct {
	*Index
	entry   Entry
	allowed []Hash
	part    *cache.Partial

	total   int64  // of the whole file, as the server says; -1 where it does not
	kind    string // content type of the last answer
	resumed bool   // the bytes came by more than one answer
}

// run brings the bytes, and keeps them when they are the right ones. Bytes that
// were put together from several answers get a second chance: the file may have
// changed in between.
func (d *download) run(ctx context.Context) (string, error) {
	for {
		d.total = -1
		d.resumed = d.part.Size() > 0
		// A killed process may have had all of it.
		if d.entry.Size == 0 || d.part.Size() != d.entry.Size {
			err := d.requester.again(ctx, d.requester.retry.Attempts, func() (bool, error) { return d.attempt(ctx) })
			if err != nil {
				return "", err
			}
		}
		path, err := d.keep(ctx)
		var other *HashError
		if err == nil || !errors.As(err, &other) {
			return path, err
		}
		if restart := d.part.Restart(""); restart != nil || !d.resumed {
			return "", errors.Join(d.explain(err), restart)
		}
	}
}

// explain prefers to say that a page came instead of the file.
func (d *download) explain(err error) error {
	if kind, _, _ := mime.ParseMediaType(d.kind); kind == "text/html" {
		return &simple.TypeError{ContentType: d.kind}
	}
	return err
}

// keep verifies the bytes and gives them their place in the cache.
func (d *download) keep(ctx context.Context) (string, error) {
	from := d.part.Path()
	info, err := d.part.File().Stat()
	if err != nil {
		return "", err
	}
	asked := slices.Concat(d.allowed, d.entry.Hashes)
	hashes, err := d.digests.sum(ctx, from, d.part.File(), info, algorithms(asked))
	if err != nil {
		return "", err
	}
	if err := verify(d.entry, hashes, d.allowed); err != nil {
		return "", err
	}
	if len(asked) == 0 {
		if kind, _, _ := mime.ParseMediaType(d.kind); kind == "text/html" {
			return "", &simple.TypeError{ContentType: d.kind}
		}
	}
	sum := hashes[slices.IndexFunc(hashes, func(h Hash) bool { return h.Algorithm == "sha256" })].Hex
	path, err := d.part.Commit(sum)
	if err != nil {
		return "", err
	}
	d.digests.move(from, path)
	return path, d.cache.PutPage(aliasKey(d.entry), []byte(sum))
}

// attempt asks for what is missing, and appends what comes.
func (d *download) attempt(ctx context.Context) (moved bool, err error) {
	u, err := d.entry.request()
	if err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return false, errors.New("not a URL")
	}
	// The bytes are wanted as they lie there, not packed for the way.
	req.Header.Set("Accept-Encoding", "identity")
	if d.part.Size() > 0 && d.part.Validator() != "" {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.part.Size()))
		req.Header.Set("If-Range", d.part.Validator())
	}
	resp, err := d.requester.send(ctx, req, http.StatusOK, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	if err := d.place(resp); err != nil {
		return false, err
	}
	d.kind = resp.Header.Get("Content-Type")
	before := d.part.Size()
	err = d.copy(resp.Body)
	return d.part.Size()-before >= progress, err
}

// place finds out where in the file the answer's bytes belong.
func (d *download) place(resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusOK:
		d.total, d.resumed = resp.ContentLength, false
		if err := d.part.Restart(validator(resp.Header)); err != nil {
			return err
		}
	case http.StatusPartialContent:
		start, total, err := contentRange(resp.Header.Get("Content-Range"))
		if err != nil || start != d.part.Size() || req(resp) == "" || !d.same(resp.Header) {
			return d.restart(fmt.Errorf("the server answers with another part of the file (%q) than it was asked for", resp.Header.Get("Content-Range")))
		}
		d.total, d.resumed = total, true
	default:
		return d.restart(&StatusError{Code: resp.StatusCode, Reason: http.StatusText(resp.StatusCode)})
	}
	switch {
	case d.total > maxFile:
		return ErrTooLarge
	case d.total >= 0 && d.entry.Size > 0 && d.total != d.entry.Size:
		err := &LengthError{Got: d.total, Want: d.entry.Size, By: announcer(d.entry)}
		if d.resumed {
			return d.restart(err)
		}
		return err
	}
	return nil
}

// same tells whether a part belongs to the file whose first bytes are there. A
// good server sends its validator along; where it sends none, hashes will tell,
// if there are any.
func (d *download) same(h http.Header) bool {
	now, then := validator(h), d.part.Validator()
	if now == "" || strings.HasPrefix(now, `"`) != strings.HasPrefix(then, `"`) {
		return len(d.allowed)+len(d.entry.Hashes) > 0
	}
	return now == then
}

// req is the range that was asked for.
func req(resp *http.Response) string {
	if resp.Request == nil {
		return "unknown"
	}
	return resp.Request.Header.Get("Range")
}

// restart drops what is there and has the whole file asked for.
func (d *download) restart(err error) error {
	if failed := d.part.Restart(""); failed != nil {
		return failed
	}
	return &temporaryError{err, 0}
}

// copy appends an answer's body.
func (d *download) copy(body io.Reader) error {
	most := int64(maxFile)
	if d.entry.Size > 0 {
		most = d.entry.Size
	} else if d.total >= 0 {
		most = d.total
	}
	// One byte more than there may be tells that there are more.
	_, err := io.CopyBuffer(onlyWriter{d.part}, io.LimitReader(body, most-d.part.Size()+1), make([]byte, 1<<17))
	size := d.part.Size()
	switch {
	case size > most && d.entry.Size > 0:
		return &LengthError{Got: size, Want: d.entry.Size, By: announcer(d.entry)}
	case size > most:
		return ErrTooLarge
	case err != nil:
		return err
	case d.total >= 0 && size < d.total, d.entry.Size > 0 && size < d.entry.Size:
		return &temporaryError{io.ErrUnexpectedEOF, 0}
	}
	return nil
}

// onlyWriter hides all but Write, so that the buffer is used.
type onlyWriter struct{ io.Writer }

// validator is what proves to the server, with the next request, that it is
// still the same file: a strong ETag, else the date of its last change.
func validator(h http.Header) string {
	if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) {
		return tag
	}
	return h.Get("Last-Modified")
}

// contentRange reads "bytes 100-199/200"; the total is -1 for "*".
func contentRange(text string) (start, total int64, err error) {
	rest, ok := strings.CutPrefix(text, "bytes ")
	span, whole, ok2 := strings.Cut(rest, "/")
	first, last, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return 0, 0, errors.New("no range")
	}
	start, err1 := strconv.ParseInt(first, 10, 64)
	end, err2 := strconv.ParseInt(last, 10, 64)
	total = -1
	var err3 error
	if whole != "*" {
		total, err3 = strconv.ParseInt(whole, 10, 64)
	}
	if err := errors.Join(err1, err2, err3); err != nil {
		return 0, 0, err
	}
	if start < 0 || end < start || total >= 0 && end >= total {
		return 0, 0, errors.New("no range")
	}
	return start, total, nil
}
