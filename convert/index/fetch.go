package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
)

// File is an open wheel whose bytes were verified. It is an io.ReaderAt. Close
// it.
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
	Publishers []string // "GitHub pallets/flask publish.yaml", in the order of the bundles
}

// Fetch opens a candidate and reads all of it. The file is returned only when
// its hash in one of the algorithms of allowed is allowed, else the error is a
// *HashError. An empty allowed takes any file: the caller has a reason, and
// records File.SHA256.
func (x *Index) Fetch(ctx context.Context, c Candidate, allowed []Hash) (*File, error) {
	f, err := x.open(ctx, c, allowed)
	if err != nil {
		return nil, err
	}
	if len(allowed) > 0 && !f.allowed(allowed) {
		f.Close()
		return nil, &HashError{File: c.Source, Want: slices.Clone(allowed), Got: f.comparable(allowed)}
	}
	return f, nil
}

// open opens a candidate and hashes it in every algorithm that is asked for.
func (x *Index) open(ctx context.Context, c Candidate, allowed []Hash) (*File, error) {
	file, info, err := openRegular(c.Path)
	if err != nil {
		return nil, fmt.Errorf("read wheel %s: %w", c.Source, plain(err))
	}
	hashes, err := x.digests.sum(ctx, c.Path, file, info, algorithms(allowed))
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

// comparable gives the file's hashes in the algorithms of those given.
func (f *File) comparable(hashes []Hash) []Hash {
	var list []Hash
	for _, h := range f.hashes {
		if slices.ContainsFunc(hashes, func(w Hash) bool { return w.Algorithm == h.Algorithm }) {
			list = append(list, h)
		}
	}
	return list
}
