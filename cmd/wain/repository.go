package main

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"sync"

	"wain/repo"
	"wain/repo/store"
)

// repository is what the flag or WAIN_REPO names: a folder, or s3://BUCKET/PREFIX.
func (c *console) repository(flag string) (string, error) {
	if flag == "" {
		flag = c.getenv("WAIN_REPO")
	}
	if flag == "" {
		return "", usagef("no repository: name its folder, or s3://BUCKET/PREFIX, with --repo, or in WAIN_REPO")
	}
	return flag, checkPlace(flag)
}

// checkPlace refuses what is meant to be a bucket and would be a folder's name.
func checkPlace(ref string) error {
	scheme, _, _ := strings.Cut(ref, ":")
	if strings.EqualFold(scheme, "s3") && len(scheme) < len(ref) && !strings.HasPrefix(ref, "s3://") {
		return usagef("%s: a bucket is named as in s3://bucket/prefix, a folder of such a name as ./%s", redacted(ref), redacted(ref))
	}
	return nil
}

// openRepository is the store that a reference names, or WAIN_REPO where the
// reference is empty. Nothing is read yet. single does without the conditional
// requests that keep several publishers of one bucket apart.
func (c *console) openRepository(ref string, single bool) (store.Store, error) {
	ref, err := c.repository(ref)
	if err != nil {
		return nil, err
	}
	waiting := func() { c.published(repo.Event{Step: "wait", Label: ref}) }
	place, isS3 := strings.CutPrefix(ref, "s3://")
	switch {
	case isS3:
		return c.openS3(place, single, waiting)
	case strings.Contains(ref, "://"):
		return nil, usagef("%s: a repository to change is a folder, or s3://BUCKET/PREFIX", redacted(ref))
	case single:
		return nil, usagef("--single-publisher is for s3:// alone: publishers of a folder lock it")
	}
	return store.NewFolder(ref, store.FolderOptions{Waiting: waiting}), nil
}

func (c *console) openS3(place string, single bool, waiting func()) (store.Store, error) {
	bucket, prefix, _ := strings.Cut(place, "/")
	prefix = strings.TrimSuffix(prefix, "/")
	if bucket == "" || strings.ContainsAny(place, "?#@\\") || prefix != "" && !fs.ValidPath(prefix) {
		return nil, usagef("%q: a bucket is named as in s3://packages or s3://packages/team", redacted("s3://"+place))
	}
	var one sync.Mutex // requests run side by side
	retrying := func(_, _ string, err error) {
		one.Lock()
		defer one.Unlock()
		c.detail("%v: trying again", err)
	}
	// What is made here asks nobody, so nothing can be broken off: the settings are files and variables.
	return store.NewS3(context.Background(), store.S3Options{
		Bucket: bucket, Prefix: prefix, SinglePublisher: single, Waiting: waiting,
		Retrying: retrying,
	})
}

// openReader is the store of a folder, of s3://BUCKET/PREFIX, or of a URL.
func (c *console) openReader(_ context.Context, ref string) (store.Reader, error) {
	if err := checkPlace(ref); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(ref, "http://") && !strings.HasPrefix(ref, "https://") {
		return c.openRepository(ref, false)
	}
	at, err := store.NewHTTP(ref, nil)
	if err != nil {
		return nil, usagef("%s: %v", redacted(ref), err)
	}
	c.served = redacted(ref)
	return served{at, c.served}, nil
}

// served is what a web server has, whose errors are known to be its.
type served struct {
	*store.HTTP
	url string
}

// Open implements [store.Reader].
func (s served) Open(ctx context.Context, name string) (store.Object, error) {
	o, err := s.HTTP.Open(ctx, name)
	return o, s.told(err)
}

// Size implements [store.Reader].
func (s served) Size(ctx context.Context, name string) (int64, error) {
	size, err := s.HTTP.Size(ctx, name)
	return size, s.told(err)
}

func (s served) told(err error) error {
	if err == nil {
		return nil
	}
	return &servedError{err, s.url}
}

// servedError is what a web server, or the way to it, made of a request.
type servedError struct {
	error
	url string // without a password
}

func (e *servedError) Unwrap() error { return e.error }

// redacted is a reference without the password that it may hold.
func redacted(ref string) string {
	u, err := url.Parse(ref)
	if err != nil {
		return fmt.Sprintf("%.10q…", ref)
	}
	return u.Redacted()
}
