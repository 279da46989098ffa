package index

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// PlaceError reports a place that cannot be used as what it was named for.
type PlaceError struct {
	Place string // as given, without credentials
	Err   error
}

func (e *PlaceError) Error() string { return fmt.Sprintf("find links in %s: %s", e.Place, e.Err) }
func (e *PlaceError) Unwrap() error { return e.Err }

// RemoteError reports a place on the network of a kind that is not known.
type RemoteError struct {
	Scheme string // "s3"
}

func (e *RemoteError) Error() string {
	return fmt.Sprintf("%s: places are not read: download the wheels into a folder and name that", e.Scheme)
}

// IndexError reports an index, or a project's assignment to one, that is not
// well named.
type IndexError struct {
	Name   string // of the index, or the URL without credentials
	Detail string
}

func (e *IndexError) Error() string { return fmt.Sprintf("index %s: %s", e.Name, e.Detail) }

// PageError reports a page of an index, or of links, that was not to be had.
type PageError struct {
	Index   string // Remote.Name, or the URL without credentials
	Project string // normalised; "" for a page of links
	URL     string // of the page, without credentials
	Err     error  // *StatusError, *RetryAfterError, *simple.TypeError, ErrOffline, …
}

func (e *PageError) Error() string {
	if e.Project == "" {
		return fmt.Sprintf("read links of %s: %s", e.URL, e.Err)
	}
	if strings.HasPrefix(e.URL, e.Index) {
		return fmt.Sprintf("ask %s for %s: %s", e.Index, e.Project, e.Err)
	}
	return fmt.Sprintf("ask index %s for %s at %s: %s", e.Index, e.Project, e.URL, e.Err)
}

func (e *PageError) Unwrap() error { return e.Err }

// DownloadError reports a file that was not to be had from its URL.
type DownloadError struct {
	URL string // without credentials
	Err error  // *StatusError, *RetryAfterError, *LengthError, ErrOffline, …
}

func (e *DownloadError) Error() string { return fmt.Sprintf("download %s: %s", e.URL, e.Err) }
func (e *DownloadError) Unwrap() error { return e.Err }

// StatusError is an answer that says no.
type StatusError struct {
	Code   int // 403
	Reason string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("the server answers %d %s", e.Code, e.Reason)
}

// RetryAfterError is a server that wants to be asked again later than this
// program waits.
type RetryAfterError struct {
	Code  int // 429, 503
	After time.Duration
}

func (e *RetryAfterError) Error() string {
	return fmt.Sprintf("the server answers %d and asks to be left alone for %s", e.Code, e.After)
}

// LengthError is a file of another size than was announced.
type LengthError struct {
	Got, Want int64 // bytes
	By        string
}

func (e *LengthError) Error() string {
	return fmt.Sprintf("it has %d bytes, and %s says %d", e.Got, e.By, e.Want)
}

// StatusOfProjectError is a project that its index has closed (PEP 792).
type StatusOfProjectError struct {
	Project, Index, Status string
	Reason                 string // as the index has it; may be empty
}

func (e *StatusOfProjectError) Error() string {
	text := fmt.Sprintf("%s is in the state %q on %s, which offers no file of it", e.Project, e.Status, e.Index)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// MetadataError is a wheel whose METADATA is not what the index says it is (PEP
// 658): what chose it and what is installed would differ.
type MetadataError struct {
	File  string   // URL of the wheel, without credentials
	Field string   // "Requires-Dist"; "" for the whole, by its hash
	Page  []string // values that the index alone has
	Wheel []string // values that the wheel alone has
}

func (e *MetadataError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("the metadata beside %s has another hash than its index says: %s, not %s",
			e.File, strings.Join(e.Wheel, ", "), strings.Join(e.Page, ", "))
	}
	return fmt.Sprintf("%s has another %s than its index says: %s, not %s", e.File, e.Field, quoted(e.Wheel), quoted(e.Page))
}

// quoted lists values for people; they are foreign text.
func quoted(values []string) string {
	if len(values) == 0 {
		return "none"
	}
	const most = 5
	list := make([]string, 0, most+1)
	for i, v := range values {
		if i == most {
			list = append(list, fmt.Sprintf("and %d more", len(values)-most))
			break
		}
		list = append(list, fmt.Sprintf("%q", shorten(v)))
	}
	return strings.Join(list, ", ")
}

// shorten bounds foreign text in a message.
func shorten(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

var (
	// ErrOffline is what would have to be asked for, and Options.Offline forbids
	// it.
	ErrOffline = errors.New("it is not in the cache, and nothing is asked for offline")
	// ErrTooLarge is an answer larger than any honest one.
	ErrTooLarge = errors.New("it is larger than is taken")
	// ErrStalled is a server that sends nothing more, or hardly anything.
	ErrStalled = errors.New("the server stopped sending")
	// ErrDowngrade is a redirect from https to http.
	ErrDowngrade = errors.New("the server redirects from https to http")
)
