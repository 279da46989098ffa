package index

import (
	"context"
	"net/http"
	"time"

	"wain/convert/index/cache"
)

// Options says where files are and how they are got.
type Options struct {
	// FindLinks are folders of wheels, wheel files, HTML files of links, file:
	// URLs of any of these, or http(s) URLs of pages of links or of wheels. An
	// earlier one wins where two hold equally good files.
	FindLinks []string
	// Indexes are asked in their order; the first that has a project brings all
	// of its files.
	Indexes []Remote
	// Assigned ties projects, by normalised name, to the index of that
	// Remote.Name: no other is asked for them. FindLinks count for them too.
	Assigned map[string]string
	NoIndex  bool // leave Indexes aside
	Offline  bool // take pages and files from Cache alone

	Client Doer         // what sends requests; nil: a plain one, which reads no environment
	Cache  *cache.Cache // where downloads go; needed for anything remote
	Retry  Retry
	// Timeout ends a request on which nothing came for so long; 0: 15 s. The
	// request is then made again, as Retry says.
	Timeout time.Duration
}

// Doer sends a request and follows redirects; *http.Client does. It must not
// send credentials of one host to another.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Remote is an index that answers below URL/<project>/ (PEP 503, PEP 691).
type Remote struct {
	Name string // what messages and Assigned call it; "": its URL without credentials
	URL  string // may hold credentials, which go to this scheme, host and port alone
	// Explicit leaves the index out for all projects but those Assigned to it.
	Explicit bool
}

// Retry says how often and how slowly a request is made again that failed for
// a reason that may pass. The zero value is for real networks.
type Retry struct {
	Attempts int // in all; 0: 5
	// Sleep waits, or ends early with the context's error; nil: a timer.
	Sleep func(context.Context, time.Duration) error
	// Jitter gives a number in [0, 1) that spreads the waiting times; nil: a
	// random one.
	Jitter func() float64
}
