package index_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"wain/convert/index"
	"wain/convert/index/cache"
)

// FuzzAnswer: any page, any file and any headers from a server, and a download
// that was broken off before: what Fetch gives has the hash that was asked for.
func FuzzAnswer(f *testing.F) {
	f.Add(`{"files":[{"url":"a-1-py3-none-any.whl","core-metadata":true,"provenance":"/p"}]}`, "bytes 5-9/10", `"1"`, "3", "56789", byte(1))
	f.Add(`<a href="a-1-py3-none-any.whl#sha256=00" data-yanked>`, "bytes 0-9/*", "W/x", "Sat, 21 Nov 2026 10:00:20 GMT", "0123456789", byte(0))
	f.Add(`<a href="//user:pw@h/a-1-py3-none-any.whl">`, "bytes 5-4/3", "", "-1", "", byte(2))
	const whole = "0123456789"
	f.Fuzz(func(t *testing.T, page, contentRange, tag, after, body string, code byte) {
		codes := []int{200, 206, 416, 304, 404, 503, 302}
		client := doer(func(r *http.Request) (*http.Response, error) {
			resp := &http.Response{StatusCode: 200, Request: r, ContentLength: -1, Header: http.Header{}}
			text := body
			resp.Header.Set("ETag", tag)
			if strings.HasSuffix(r.URL.Path, "/a/") {
				text = page
				resp.Header.Set("Content-Type", "text/html")
				if strings.HasPrefix(page, "{") {
					resp.Header.Set("Content-Type", "application/vnd.pypi.simple.v1+json")
				}
			} else {
				resp.StatusCode = codes[int(code)%len(codes)]
				resp.Header.Set("Content-Range", contentRange)
				resp.Header.Set("Retry-After", after)
			}
			resp.Body = io.NopCloser(strings.NewReader(text))
			return resp, nil
		})
		c, err := cache.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		x := remote(t, index.Options{Cache: c, Client: client, Retry: index.Retry{Attempts: 3}, Indexes: []index.Remote{{URL: "https://index.example.org/simple"}}})
		list, err := x.Candidates(t.Context(), "a")
		if err != nil {
			return
		}
		for _, candidate := range list {
			if strings.Contains(candidate.URL, "@") && strings.Contains(strings.SplitN(candidate.URL, "/", 4)[2], "@") {
				t.Errorf("credentials in %q", candidate.URL)
			}
			leave(t, c, candidate.URL, tag, whole[:5])
			got, err := x.Fetch(t.Context(), candidate, []index.Hash{sum256(whole)})
			if err != nil {
				continue
			}
			if text, err := io.ReadAll(got); err != nil || string(text) != whole {
				t.Errorf("fetched %q, %v", text, err)
			}
			got.Close()
		}
	})
}

// leave leaves the beginning of a download behind.
func leave(t *testing.T, c *cache.Cache, at, tag, text string) {
	t.Helper()
	p, err := c.Begin(t.Context(), "file "+at)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Restart(tag); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(p, text); err != nil {
		t.Fatal(err)
	}
}
