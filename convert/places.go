package convert

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"wain/convert/index"
	"wain/convert/index/cache"
	"wain/convert/lock"
)

// Places says where files are looked for, and how remote ones are got.
type Places struct {
	FindLinks []string          // folders, wheels, pages of links; before those that the lock names
	Indexes   []index.Remote    // asked in this order; none: those that the lock names
	Assigned  map[string]string // normalised project → the Name of the one index that is asked for it
	NoIndex   bool              // no index is asked
	Offline   bool              // nothing is asked that CacheDir does not hold
	CacheDir  string            // of downloads; "": they are kept for the run only
	Abandoned time.Time         // downloads that were broken off before this are given up; zero: none is

	Timeout  time.Duration // of a pause in an answer; 0: the index package's default
	Attempts int           // of a request; 0: the index package's default

	// NewClient makes what sends requests. places are the URLs that the user
	// and the lock name, with their credentials; warn may be called at any time.
	// nil: no request carries credentials.
	NewClient func(places []string, warn func(string)) (index.Doer, error)
}

// openIndex opens the places of the user and of the lock together.
func (r *run) openIndex() error {
	o := index.Options{
		FindLinks: slices.Concat(r.FindLinks, r.lock.FindLinks),
		Indexes:   r.Indexes, Assigned: r.Assigned,
		NoIndex: r.NoIndex || r.lock.NoIndex && len(r.Indexes) == 0,
		Offline: r.Offline, Timeout: r.Timeout, Retry: index.Retry{Attempts: r.Attempts},
	}
	if len(o.Indexes) == 0 && !o.NoIndex {
		o.Indexes, o.Assigned = lockIndexes(r.lock)
	}
	remote := remotePlaces(o, r.lock)
	// Pages in a folder may lead to the network, too.
	if len(remote) > 0 || !o.NoIndex && len(o.Indexes) > 0 || slices.ContainsFunc(o.FindLinks, isPage) {
		var err error
		if o.Cache, err = r.openCache(); err != nil {
			return err
		}
		if r.NewClient != nil {
			if o.Client, err = r.NewClient(remote, func(text string) { r.notes.add(text) }); err != nil {
				return err
			}
		}
	}
	var err error
	if r.Builder != nil {
		_, err = r.cacheDir()
	}
	if err == nil {
		r.index, err = index.New(o)
	}
	return err
}

func (r *run) openCache() (*cache.Cache, error) {
	dir, err := r.cacheDir()
	if err != nil {
		return nil, err
	}
	c, err := cache.Open(dir)
	var owner *cache.OwnerError
	if errors.As(err, &owner) {
		r.notes.add(fmt.Sprintf("the cache is left aside: %s belongs to another user, or any user may write there", owner.Dir))
		r.CacheDir = ""
		if dir, err = r.cacheDir(); err != nil {
			return nil, err
		}
		c, err = cache.Open(dir)
	}
	if err != nil || r.Abandoned.IsZero() {
		return c, err
	}
	return c, c.Sweep(r.Abandoned)
}

// cacheDir is the cache folder, or one that ends with the run.
func (r *run) cacheDir() (string, error) {
	if r.CacheDir == "" {
		made, err := os.MkdirTemp(r.Scratch, "wain-cache-")
		if err != nil {
			return "", fmt.Errorf("make a folder for downloads: %w", err)
		}
		r.leave = append(r.leave, func() { os.RemoveAll(made) })
		r.CacheDir = made
	}
	return filepath.Clean(r.CacheDir), nil
}

// lockIndexes are the indexes that a lock names: those for all projects in its
// order, and those that it ties projects to.
func lockIndexes(l *lock.Lock) (remotes []index.Remote, assigned map[string]string) {
	add := func(url string, explicit bool) {
		if url != "" && !slices.ContainsFunc(remotes, func(r index.Remote) bool { return r.URL == url }) {
			remotes = append(remotes, index.Remote{Name: remoteName(len(remotes), url), URL: url, Explicit: explicit})
		}
	}
	add(l.IndexURL, false)
	for _, url := range l.ExtraIndexURLs {
		add(url, false)
	}
	assigned = map[string]string{}
	for _, pin := range l.Pins() {
		if pin.Index == "" {
			continue
		}
		add(pin.Index, true)
		i := slices.IndexFunc(remotes, func(r index.Remote) bool { return r.URL == pin.Index })
		assigned[pin.Name] = remotes[i].Name
	}
	return remotes, assigned
}

// isPage tells a local page of links.
func isPage(place string) bool {
	return strings.HasSuffix(place, ".html") || strings.HasSuffix(place, ".htm")
}

// remoteName tells indexes of a lock apart that differ in credentials alone.
func remoteName(i int, raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return fmt.Sprintf("number %d of the lock", i+1)
	}
	u.User = nil
	return fmt.Sprintf("%s (%d of the lock)", u, i+1)
}

// remotePlaces are the URLs on the network that the run may ask, one a host and
// credentials.
func remotePlaces(o index.Options, l *lock.Lock) []string {
	var places []string
	seen := map[string]bool{}
	add := func(place string) {
		if !strings.HasPrefix(place, "http://") && !strings.HasPrefix(place, "https://") {
			return
		}
		scheme, rest, _ := strings.Cut(place, "://")
		authority, _, _ := strings.Cut(rest, "/")
		if key := scheme + "://" + authority; !seen[key] {
			seen[key] = true
			places = append(places, place)
		}
	}
	for _, place := range o.FindLinks {
		add(place)
	}
	if !o.NoIndex {
		for _, remote := range o.Indexes {
			add(remote.URL)
		}
	}
	for _, pin := range l.Pins() {
		add(pin.URL)
		for _, f := range pin.Files {
			add(f.URL)
		}
	}
	return places
}
