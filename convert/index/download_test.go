package index_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index"
	"wain/convert/index/cache"
	"wain/convert/index/simple"
)

// script answers the n-th request with the n-th function, the last one from
// then on.
func script(steps ...http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		step := steps[min(int(n.Add(1)), len(steps))-1]
		step(w, r)
	}
}

// honest serves text as a good server does: with ranges and a validator.
func honest(text, tag string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"`+tag+`"`)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
	}
}

// cut is an answer that ends after some bytes of what it announced.
func cut(text string, after int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		io.WriteString(w, text[:after])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// says answers with a code and headers.
func says(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

// part answers 206 with what it says is a range.
func part(body, contentRange string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Range", contentRange)
		w.WriteHeader(http.StatusPartialContent)
		io.WriteString(w, body)
	}
}

// TestDownload has the ways in which servers and networks misbehave, and that
// the bytes are right in the end, or refused.
func TestDownload(t *testing.T) {
	text, wheel, hash := wheelText("greetings")
	other := strings.Repeat("x", len(text))
	half := len(text) / 2
	size := int64(len(text))
	rest := fmt.Sprintf("bytes %d-%d/%d", half, size-1, size)
	stalls := func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, text[:half])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	tests := map[string]struct {
		serve    http.HandlerFunc
		entry    index.Entry // what the page says
		allowed  []index.Hash
		want     string // in the error; "" for success
		requests int
		pauses   []time.Duration
	}{
		"at once":                         {serve: honest(text, "1"), requests: 1},
		"without any header":              {serve: file(text), requests: 1},
		"truncated":                       {serve: script(cut(text, half, "ETag", `"1"`), honest(text, "1")), requests: 2, pauses: []time.Duration{500 * time.Millisecond}},
		"truncated, by date":              {serve: script(cut(text, half, "Last-Modified", "Sat, 21 Nov 2026 10:00:00 GMT"), part(text[half:], rest)), allowed: []index.Hash{hash}, requests: 2, pauses: []time.Duration{500 * time.Millisecond}},
		"truncated, without validator":    {serve: script(cut(text, half), file(text)), requests: 2, pauses: []time.Duration{500 * time.Millisecond}},
		"truncated, with a weak one":      {serve: script(cut(text, half, "ETag", `W/"1"`), honest(text, "1")), requests: 2, pauses: []time.Duration{500 * time.Millisecond}},
		"truncated again and again":       {serve: script(cut(text, 0), cut(text, 1), cut(text, 2)), want: "unexpected EOF (asked 5 times)", requests: 5, pauses: waits(4)},
		"truncated without a length":      {serve: script(chunked(text[:half]), file(text)), entry: index.Entry{Size: size}, requests: 2, pauses: waits(1)},
		"ranges are not known":            {serve: script(cut(text, half, "ETag", `"1"`), file(text)), requests: 2, pauses: waits(1)},
		"another range":                   {serve: script(cut(text, half, "ETag", `"1"`), part(text, fmt.Sprintf("bytes 0-%d/%d", size-1, size)), file(text)), requests: 3, pauses: waits(2)},
		"a shorter range":                 {serve: script(cut(text, half, "ETag", `"1"`), part(text[half:half+10], fmt.Sprintf("bytes %d-%d/%d", half, half+9, size)), honest(text, "1")), requests: 3, pauses: waits(2)},
		"no range in a range":             {serve: script(cut(text, half, "ETag", `"1"`), part(text[half:], ""), file(text)), requests: 3, pauses: waits(2)},
		"a range nobody asked for":        {serve: script(part(text, fmt.Sprintf("bytes 0-%d/%d", size-1, size)), file(text)), requests: 2, pauses: waits(1)},
		"range not satisfiable":           {serve: script(cut(text, half, "ETag", `"1"`), says(416), file(text)), requests: 3, pauses: waits(2)},
		"changed, and the server says so": {serve: script(cut(other, half, "ETag", `"1"`), honest(text, "2")), requests: 2, pauses: waits(1)},
		"changed between ranges":          {serve: script(cut(other, half, "ETag", `"1"`), part(text[half:], rest), file(text)), allowed: []index.Hash{hash}, requests: 3, pauses: waits(1)},
		"perhaps changed between ranges":  {serve: script(cut(other, half, "ETag", `"1"`), part(text[half:], rest), file(text)), requests: 3, pauses: waits(2)},
		"changed, by the tag alone":       {serve: script(cut(other, half, "ETag", `"1"`), tagged(`"2"`, part(text[half:], rest)), file(text)), requests: 3, pauses: waits(2)},
		"changed in size":                 {serve: script(cut(other, half, "ETag", `"1"`), part(text[half:], fmt.Sprintf("bytes %d-%d/%d", half, size-1, size+7)), file(text)), requests: 3, pauses: waits(2)},
		"hash-not-pinned":                 {serve: file(other), allowed: []index.Hash{hash}, want: "the lock allows " + hash.String(), requests: 1},
		"hash-not-announced":              {serve: file(other), entry: index.Entry{Hashes: []index.Hash{hash}}, want: "the index ours announces " + hash.String(), requests: 1},
		"announced is not pinned":         {serve: file(text), entry: index.Entry{Hashes: []index.Hash{hash}}, allowed: []index.Hash{sum256("x")}, want: "is announced with the hash " + hash.String(), requests: 0},
		"announced in two algorithms":     {serve: file(text), entry: index.Entry{Hashes: []index.Hash{hash, sum512("x")}}, allowed: []index.Hash{hash}, want: "the index ours announces sha512", requests: 1},
		"longer than announced":           {serve: file(text), entry: index.Entry{Size: size - 1}, want: fmt.Sprintf("it has %d bytes, and ours says %d", size, size-1), requests: 1},
		"longer, without a length":        {serve: chunked(text), entry: index.Entry{Size: size - 5}, want: fmt.Sprintf("it has %d bytes, and ours says %d", size-4, size-5), requests: 1},
		"shorter than announced":          {serve: file(text), entry: index.Entry{Size: size + 1}, want: fmt.Sprintf("it has %d bytes, and ours says %d", size, size+1), requests: 1},
		"a page instead":                  {serve: page("<html>please log in"), want: `of the type "text/html"`, requests: 1},
		"a page instead, pinned":          {serve: page("<html>please log in"), allowed: []index.Hash{hash}, want: `of the type "text/html"`, requests: 1},
		"packed for the way":              {serve: script(tagged(`"1"`, file(text))), requests: 1},
		"absent":                          {serve: http.NotFound, want: "the server answers 404 Not Found", requests: 1},
		"denied":                          {serve: says(401), want: "the server answers 401 Unauthorized", requests: 1},
		"busy":                            {serve: script(says(503), says(429), says(502), file(text)), requests: 4, pauses: waits(3)},
		"busy for ever":                   {serve: says(500), want: "500 Internal Server Error (asked 5 times)", requests: 5, pauses: waits(4)},
		"Retry-After":                     {serve: script(says(429, "Retry-After", "7"), file(text)), requests: 2, pauses: []time.Duration{7 * time.Second}},
		"Retry-After, a date":             {serve: script(says(503, "Retry-After", "Sat, 21 Nov 2026 10:00:20 GMT", "Date", "Sat, 21 Nov 2026 10:00:00 GMT"), file(text)), requests: 2, pauses: []time.Duration{20 * time.Second}},
		"Retry-After, in the past":        {serve: script(says(503, "Retry-After", "Sat, 21 Nov 2020 10:00:20 GMT", "Date", "Sat, 21 Nov 2026 10:00:00 GMT"), file(text)), requests: 2, pauses: waits(1)},
		"Retry-After, too long":           {serve: says(429, "Retry-After", "3600"), want: "asks to be left alone for 1h0m0s", requests: 1},
		"stalled":                         {serve: script(stalls, file(text)), requests: 2, pauses: waits(1)},
		"stalled for ever":                {serve: stalls, want: "the server stopped sending (asked 5 times)", requests: 5, pauses: waits(4)},
		"silent":                          {serve: script(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, file(text)), requests: 2, pauses: waits(1)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]http.HandlerFunc{"/" + wheel: test.serve})
			waited := &pauses{}
			c, err := cache.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			timeout := 10 * time.Second
			if strings.HasPrefix(name, "stalled") || name == "silent" {
				timeout = 500 * time.Millisecond
			}
			x := remote(t, index.Options{Cache: c, Timeout: timeout, Retry: index.Retry{Sleep: waited.sleep}})
			candidate, err := index.Direct(s.URL + "/" + wheel)
			if err != nil {
				t.Fatal(err)
			}
			candidate.Hashes, candidate.Size, candidate.Index = test.entry.Hashes, test.entry.Size, "ours"
			f, err := x.Fetch(t.Context(), candidate, test.allowed)
			switch {
			case test.want != "":
				if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), s.URL+"/"+wheel) {
					t.Fatalf("error %v, want %s", err, test.want)
				}
				if whole, _ := filepath.Glob(filepath.Join(c.Dir(), "sha256", "*", "*")); len(whole) > 0 {
					t.Errorf("the cache keeps %v", whole)
				}
			case err != nil:
				t.Fatal(err)
			default:
				defer f.Close()
				if got, err := io.ReadAll(f); err != nil || string(got) != text || f.SHA256 != hash.Hex {
					t.Errorf("%d bytes, %s, %v", len(got), f.SHA256, err)
				}
			}
			if n := len(s.requests()); n != test.requests {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
			if diff := cmp.Diff(test.pauses, waited.list); diff != "" {
				t.Errorf("pauses (-want +got):\n%s", diff)
			}
		})
	}
}

// waits are the pauses of a back-off, without jitter.
func waits(n int) []time.Duration {
	list := []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}
	return list[:n]
}

func tagged(tag string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", tag)
		next(w, r)
	}
}

func chunked(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		io.WriteString(w, text)
	}
}

// TestErrorTypes: what a caller branches on.
func TestErrorTypes(t *testing.T) {
	s := newSite(t, map[string]http.HandlerFunc{
		"/a-1-py3-none-any.whl": says(401), "/b-1-py3-none-any.whl": says(429, "Retry-After", "999"), "/c-1-py3-none-any.whl": page("x"),
		"/d-1-py3-none-any.whl": file("four"),
	})
	x := remote(t, index.Options{})
	fetch := func(name string, size int64) error {
		c, err := index.Direct(s.URL + "/" + name + "-1-py3-none-any.whl")
		if err != nil {
			t.Fatal(err)
		}
		c.Size = size
		_, err = x.Fetch(t.Context(), c, nil)
		var e *index.DownloadError
		if !errors.As(err, &e) || e.URL != c.Source {
			t.Errorf("%s: %v", name, err)
		}
		return err
	}
	var status *index.StatusError
	if err := fetch("a", 0); !errors.As(err, &status) || status.Code != 401 {
		t.Error(err)
	}
	var later *index.RetryAfterError
	if err := fetch("b", 0); !errors.As(err, &later) || later.After != 999*time.Second || later.Code != 429 {
		t.Error(err)
	}
	var kind *simple.TypeError
	if err := fetch("c", 0); !errors.As(err, &kind) {
		t.Error(err)
	}
	var length *index.LengthError
	if err := fetch("d", 3); !errors.As(err, &length) || length.Got != 4 || length.Want != 3 {
		t.Error(err)
	}
}

// TestNobodyListens: a connection that is refused is tried again.
func TestNobodyListens(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	waited := &pauses{}
	x := remote(t, index.Options{Retry: index.Retry{Attempts: 3, Sleep: waited.sleep}, Indexes: []index.Remote{{Name: "ours", URL: s.URL}}})
	_, err := x.Candidates(t.Context(), "a")
	if err == nil || !strings.Contains(err.Error(), "connection refused (asked 3 times)") {
		t.Error(err)
	}
	if len(waited.list) != 2 {
		t.Errorf("pauses: %v", waited.list)
	}
}

// TestCarriedOn: what a killed process had of a file is not downloaded again.
func TestCarriedOn(t *testing.T) {
	text, wheel, hash := wheelText("greetings")
	for name, has := range map[string]int{"half": len(text) / 2, "all": len(text)} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, map[string]http.HandlerFunc{"/" + wheel: func(w http.ResponseWriter, r *http.Request) {
				if got, want := r.Header.Get("Range"), fmt.Sprintf("bytes=%d-", has); got != want || r.Header.Get("If-Range") != `"1"` {
					t.Errorf("asked for %q, want %q", got, want)
				}
				honest(text, "1")(w, r)
			}})
			c, err := cache.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			p, err := c.Begin(t.Context(), "file "+s.URL+"/"+wheel)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Restart(`"1"`); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(p, text[:has]); err != nil {
				t.Fatal(err)
			}
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
			candidate, err := index.Direct(s.URL + "/" + wheel)
			if err != nil {
				t.Fatal(err)
			}
			candidate.Size = int64(len(text))
			f, err := remote(t, index.Options{Cache: c}).Fetch(t.Context(), candidate, []index.Hash{hash})
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
			want := 1
			if has == len(text) {
				want = 0
			}
			if n := len(s.requests()); n != want {
				t.Errorf("%d requests, want %d", n, want)
			}
		})
	}
}
