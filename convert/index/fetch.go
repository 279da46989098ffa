package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
)

// File is an open wheel or source archive whose bytes were verified. It is an
// io.ReaderAt; its Name is a path in the cache for what was downloaded. Close it.
type File struct {
	*os.File
	Candidate Candidate
	Size      int64  // bytes
	SHA256    string // lower-case hex
	// Provenance is what the index says of the file's origin; nil where it says
	// nothing. It is not verified.
	Provenance *Provenance
	hashes     []Hash
}

// Provenance is an attestation of origin (PEP 740), as an index hands it out.
type Provenance struct {
	URL        string   // without credentials
	Publishers []string // "GitHub pallets/flask publish.yaml", in the order of the bundles; foreign text, printable
}

// Fetch opens a candidate and reads all of it, after a download where it has to
// be. The file is returned only when its hash in one of the algorithms of allowed
// is allowed, and when it is what its index announces, else the error is a
// *HashError. An empty allowed takes any file: the caller has a reason, and
// records File.SHA256. Metadata that the index has of the file (PEP 658) must
// agree with the wheel, else the error is a *MetadataError. A file that is not
// to be had is a *DownloadError.
func (x *Index) Fetch(ctx context.Context, c Candidate, allowed []Hash) (*File, error) {
	f, err := x.fetch(ctx, c, allowed)
	if err != nil {
		return nil, err
	}
	if c.Path == "" && isWheelName(c.Filename.Raw) {
		if err := x.compareMetadata(ctx, c, f); err != nil {
			f.Close()
			return nil, err
		}
	}
	f.Provenance = x.provenance(ctx, c.Entry)
	return f, nil
}

// FetchSource is Fetch for a source archive. Of the result's Candidate only the
// Entry is set.
func (x *Index) FetchSource(ctx context.Context, s Source, allowed []Hash) (*File, error) {
	f, err := x.fetch(ctx, Candidate{Entry: s.Entry}, allowed)
	if err != nil {
		return nil, err
	}
	f.Provenance = x.provenance(ctx, s.Entry)
	return f, nil
}

func (x *Index) fetch(ctx context.Context, c Candidate, allowed []Hash) (*File, error) {
	path := c.Path
	if path == "" {
		var err error
		if path, err = x.download(ctx, c.Entry, allowed); err != nil {
			return nil, err
		}
	}
	f, err := x.open(ctx, c, path, slices.Concat(allowed, c.Hashes))
	if err != nil {
		return nil, err
	}
	if err := verify(c.Entry, f.hashes, allowed); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// verify compares a file's hashes with those that are allowed and those that its
// index announces.
func verify(e Entry, have, allowed []Hash) error {
	if matches, _ := matching(have, allowed); len(allowed) > 0 && !matches {
		return &HashError{File: e.Source, Want: slices.Clone(allowed), Got: inAlgorithmsOf(have, allowed)}
	}
	for _, h := range e.Hashes {
		if !slices.Contains(have, h) {
			one := []Hash{h}
			return &HashError{File: e.Source, Want: one, Got: inAlgorithmsOf(have, one), Index: announcer(e)}
		}
	}
	return nil
}

// announcer is who says what hashes a file has.
func announcer(e Entry) string {
	if e.Index == "" {
		return e.Source
	}
	return e.Index
}

// open opens the file of a candidate and hashes it in every algorithm that is
// asked for.
func (x *Index) open(ctx context.Context, c Candidate, path string, asked []Hash) (*File, error) {
	file, info, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("read wheel %s: %w", c.Source, plain(err))
	}
	hashes, err := x.digests.sum(ctx, path, file, info, algorithms(asked))
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("read wheel %s: %w", c.Source, plain(err))
	}
	f := &File{File: file, Candidate: c, Size: info.Size(), hashes: hashes}
	for _, h := range hashes {
		if h.Algorithm == "sha256" {
			f.SHA256 = h.Hex
		}
	}
	return f, nil
}

// openRegular opens a regular file. It asks for the type before, since opening a
// named pipe waits for a writer, and of what it opened.
func openRegular(path string) (*os.File, os.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, errNotRegular
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

var errNotRegular = errors.New("not a regular file")

// allowed tells whether one of the file's hashes is among those given.
func (f *File) allowed(hashes []Hash) bool {
	return slices.ContainsFunc(f.hashes, func(h Hash) bool { return slices.Contains(hashes, h) })
}
