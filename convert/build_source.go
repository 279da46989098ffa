package convert

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"wain/convert/index"
	"wain/convert/lock"
	"wain/convert/pep"
	"wain/convert/sdist"
	"wain/convert/target"
)

// Builder builds wheels of source archives with the host's tools.
type Builder struct {
	Tool        string                                        // sdist.Pip or sdist.UV
	UV          string                                        // path of uv, where it is the tool
	Interpreter func(version string) (path string, err error) // finds the host's Python, "3.11"
	Network     bool                                          // builds may use the network
	Env         []string                                      // of which package sdist passes on little
}

// SourceOnlyError is a pin of which there is a source archive and no wheel, and
// nothing was to be built.
type SourceOnlyError struct {
	Archive string // file name
	Err     error  // *index.NoWheelError
}

func (e *SourceOnlyError) Error() string {
	return fmt.Sprintf("%s; there is the source archive %s", e.Err, e.Archive)
}

func (e *SourceOnlyError) Unwrap() error { return e.Err }

// ForeignBuildError is a source archive that would have to be built for another
// machine or C library than this host's.
type ForeignBuildError struct {
	Archive, Target string
}

func (e *ForeignBuildError) Error() string {
	return fmt.Sprintf("there is the source archive %s alone, which cannot be built for %s on this host", e.Archive, e.Target)
}

// buildPin makes the wheel of a pin that has a source archive and, as refusal
// says, no wheel, or takes one that the user built. Where there is no archive
// either, that is the error.
func (r *run) buildPin(ctx context.Context, p *plan, pin lock.Pin, refusal error) (chosen, error) {
	if none := new(index.NoWheelError); !errors.As(refusal, &none) {
		return chosen{}, refusal
	}
	source, hashes, err := r.archive(ctx, pin)
	switch {
	case err != nil:
		return chosen{}, err
	case source == nil:
		return chosen{}, refusal
	case len(pin.Files) > 0 && !slices.ContainsFunc(pin.Files, isWheel):
		// The lock has a source archive alone: a wheel that the user built of it
		// contradicts nothing.
		if c, err := r.supplied(ctx, p, pin); err == nil {
			c.origin = source.Name
			return c, nil
		}
	}
	switch {
	case r.Builder == nil:
		return chosen{}, &SourceOnlyError{Archive: source.Name, Err: refusal}
	case p.target.Arch.Go != runtime.GOARCH || p.target.Musl != (target.Musl{}):
		return chosen{}, &ForeignBuildError{Archive: source.Name, Target: p.target.Folder()}
	}
	r.building <- struct{}{}
	defer func() { <-r.building }()
	built, err := r.build(ctx, p, source, hashes)
	if err != nil {
		return chosen{}, err
	}
	c, err := index.Direct(built.Path)
	if err != nil {
		return chosen{}, err
	}
	c.Source = source.Source
	b, err := r.shelf.take(ctx, r.index, c, nil)
	return chosen{book: b, built: built}, err
}

func isWheel(f lock.File) bool { return strings.HasSuffix(f.Name, ".whl") }

// archive finds the source archive of a pin, and the hashes that the lock
// allows it; nil where there is none.
func (r *run) archive(ctx context.Context, pin lock.Pin) (*index.Source, []index.Hash, error) {
	known, err := r.index.Sources(ctx, pin.Name)
	if err != nil {
		return nil, nil, err
	}
	if len(pin.Files) == 0 {
		version, err := pep.ParseVersion(pin.Version)
		if err != nil {
			return nil, nil, err
		}
		i := slices.IndexFunc(known, func(s index.Source) bool { return s.Version.Compare(version) == 0 })
		if i < 0 {
			return nil, nil, nil
		}
		return &known[i], hashesOf(pin.Hashes), nil
	}
	for _, f := range pin.Files {
		if _, err := pep.ParseSdistFilename(f.Name, pin.Name); err != nil {
			continue
		}
		if i := slices.IndexFunc(known, func(s index.Source) bool { return s.Name == f.Name }); i >= 0 {
			return &known[i], hashesOf(f.Hashes), nil
		}
		place := firstOf(f.Path, f.URL)
		if place == "" {
			return nil, nil, &AbsentFileError{File: f.Name}
		}
		s, err := index.DirectSource(place, f.Name, pin.Name)
		return &s, hashesOf(f.Hashes), err
	}
	return nil, nil, nil
}

// build builds a source archive for the target's Python.
func (r *run) build(ctx context.Context, p *plan, s *index.Source, hashes []index.Hash) (*sdist.Built, error) {
	f, err := r.index.FetchSource(ctx, *s, hashes)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	interpreter, err := r.Builder.Interpreter(p.target.Python.Version)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", s.Name, err)
	}
	dir, err := r.cacheDir()
	if err != nil {
		return nil, err
	}
	o := sdist.Options{
		Archive: f.Name(), Filename: s.Name, Project: s.Project, Version: s.Version,
		Python: p.target.Python.Version, Interpreter: interpreter, Tags: p.tags,
		Tool: r.Builder.Tool, UV: r.Builder.UV, FindLinks: r.folders(), Network: r.Builder.Network,
		Cache: dir, Env: r.Builder.Env,
	}
	if _, err := hex.Decode(o.SHA256[:], []byte(f.SHA256)); err != nil {
		return nil, fmt.Errorf("build %s: %w", s.Name, err)
	}
	for _, remote := range r.Indexes {
		// A build reads what it is given: no credentials.
		if u, err := url.Parse(remote.URL); err == nil && u.User == nil {
			o.Indexes = append(o.Indexes, remote.URL)
		}
	}
	r.progress("build", s.Name, 0, 1)
	built, err := sdist.Build(ctx, o)
	if err == nil && built.Isolation == sdist.Environment {
		r.notes.add(fmt.Sprintf("%s was built without a network of its own: this host grants none, so the build was only told to stay away from the network", s.Name))
	}
	return built, err
}

// folders are the find-links places that build requirements may come from.
func (r *run) folders() []string {
	var folders []string
	for _, place := range slices.Concat(r.FindLinks, r.lock.FindLinks) {
		if path, err := filepath.Abs(place); err == nil && isFolder(path) {
			folders = append(folders, path)
		}
	}
	return folders
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// how says in one line how a wheel was made here, for the SBOM.
func how(b *sdist.Built) string {
	if b == nil {
		return ""
	}
	return fmt.Sprintf("from sdist sha256:%s by %s %s with Python %s on %s, network: %s",
		b.SHA256, b.Tool, b.ToolVersion, b.Python, b.Platform, b.Isolation)
}
