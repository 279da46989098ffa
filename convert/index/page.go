package index

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"wain/convert/index/simple"
)

// maxPage bounds a page, decoded, in bytes: the largest projects of the public
// index take a third of it.
const maxPage = 64 << 20

// answer is what a server says of a project.
type answer struct {
	absent bool
	page   *simple.Page // nil when absent
}

// record is an answer as the cache keeps it: this as one line, then the body.
type record struct {
	URL          string // of the answer, after redirects, without credentials
	ContentType  string
	ETag         string `json:",omitempty"`
	LastModified string `json:",omitempty"`
	Absent       bool   `json:",omitempty"`

	body []byte
}

func pageKey(u *url.URL) string { return "page " + bare(u) }

// ask gets a page and reads it: from the server, which may say that the cached
// one still holds, or offline from the cache.
func (x *Index) ask(ctx context.Context, u *url.URL, attempts int) (*answer, error) {
	kept := x.recall(pageKey(u))
	if x.offline {
		if kept == nil {
			return nil, ErrOffline
		}
		return kept.read()
	}
	var got *record
	err := x.requester.again(ctx, attempts, func() (bool, error) {
		var err error
		got, err = x.fetchPage(ctx, u, kept)
		return false, err
	})
	if err != nil {
		return nil, err
	}
	a, err := got.read()
	if err != nil {
		return nil, err
	}
	if got != kept && x.cache != nil && !a.holdsCredentials() {
		if err := x.remember(pageKey(u), got); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// holdsCredentials tells a page whose links carry user and password: it is not
// kept, as nothing secret is written.
func (a *answer) holdsCredentials() bool {
	return a.page != nil && slices.ContainsFunc(a.page.Links, func(l simple.Link) bool {
		return hasUser(l.URL) || hasUser(l.Provenance)
	})
}

func hasUser(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.User != nil
}

// read makes an answer of a record.
func (r *record) read() (*answer, error) {
	if r.Absent {
		return &answer{absent: true}, nil
	}
	page, err := simple.Parse(r.body, r.ContentType, r.URL)
	if err != nil {
		return nil, err
	}
	return &answer{page: page}, nil
}

// fetchPage asks the server once.
func (x *Index) fetchPage(ctx context.Context, u *url.URL, kept *record) (*record, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, pageTimeouts*x.requester.timeout, errSlow)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, errors.New("not a URL")
	}
	req.Header.Set("Accept", simple.Accept)
	req.Header.Set("Cache-Control", "max-age=0")
	wanted := []int{http.StatusOK, http.StatusNotFound, http.StatusGone}
	if kept != nil && !kept.Absent {
		if kept.ETag != "" {
			req.Header.Set("If-None-Match", kept.ETag)
		}
		if kept.LastModified != "" {
			req.Header.Set("If-Modified-Since", kept.LastModified)
		}
		wanted = append(wanted, http.StatusNotModified)
	}
	resp, err := x.requester.send(ctx, req, wanted...)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	at := u
	if resp.Request != nil {
		at = resp.Request.URL
	}
	switch resp.StatusCode {
	case http.StatusNotModified:
		return kept, nil
	case http.StatusOK:
	default:
		return &record{URL: bare(at), Absent: true}, nil
	}
	body, err := readBody(resp, maxPage)
	if err != nil {
		return nil, err
	}
	return &record{
		URL: bare(at), ContentType: resp.Header.Get("Content-Type"),
		ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified"), body: body,
	}, nil
}

// readBody reads a bounded answer.
func readBody(resp *http.Response, most int64) ([]byte, error) {
	if encoding := resp.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, fmt.Errorf("the answer is encoded as %q, which was not asked for", encoding)
	}
	if resp.ContentLength > most {
		return nil, ErrTooLarge
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > most {
		return nil, ErrTooLarge
	}
	return body, nil
}

// readFile reads a bounded regular file.
func readFile(path string, most int64) ([]byte, error) {
	f, info, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > most {
		return nil, ErrTooLarge
	}
	return io.ReadAll(io.LimitReader(f, most))
}

// recall looks an answer up in the cache; nil for none.
func (x *Index) recall(key string) *record {
	if x.cache == nil {
		return nil
	}
	data, err := x.cache.Page(key)
	if err != nil {
		return nil
	}
	line, body, _ := bytes.Cut(data, []byte("\n"))
	r := &record{body: body}
	if json.Unmarshal(line, r) != nil {
		return nil
	}
	return r
}

func (x *Index) remember(key string, r *record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return x.cache.PutPage(key, append(append(line, '\n'), r.body...))
}
