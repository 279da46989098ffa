package index

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wain/convert/pep"
)

// Candidate is one wheel that is there to be chosen.
type Candidate struct {
	Filename pep.WheelFilename
	Entry
}

// Source is one source archive (an sdist).
type Source struct {
	Name    string // of the file: "flask-3.1.0.tar.gz"
	Project string // normalised
	Version pep.Version
	Entry
}

// Entry is where a file is and what the place that offers it says of it.
// Nothing of it is believed before the bytes were checked.
type Entry struct {
	Path   string // of a local file; "" for one that has to be downloaded
	URL    string // of a remote file, without credentials; "" for a local one
	Source string // what to print: the path, or the URL without credentials
	Index  string // Remote.Name, or the page's URL without credentials; "" for a local file

	Hashes         []Hash  // as the page has them, in the algorithms that are known; may be empty
	Size           int64   // bytes; 0 where the page does not say
	RequiresPython string  // as the page has it, ">=3.9"; "" where it does not say
	Yanked         *string // the reason, may be empty; nil for a file that is not yanked
	Provenance     string  // URL of the attestations (PEP 740); "" for none

	HasMetadata bool   // METADATA is beside the file (PEP 658)
	Metadata    []Hash // of that METADATA; empty where the page does not say

	user *url.Userinfo // for URL alone; never printed
}

// Index knows the wheels of all its places.
type Index struct {
	projects map[string][]Candidate // by normalised name, in the order of the places, then by file name
	skipped  []Skipped
	digests  digests
}

// Skipped is a .whl file that is no candidate, because its name does not parse.
type Skipped struct {
	Path string
	Err  error
}

// PlaceError reports a find-links place that cannot be read.
type PlaceError struct {
	Place string // as given, without credentials
	Err   error
}

func (e *PlaceError) Error() string { return fmt.Sprintf("find links in %s: %s", e.Place, e.Err) }
func (e *PlaceError) Unwrap() error { return e.Err }

// New reads the file names of all places. A place that is absent, remote or
// neither a folder nor a wheel is a *PlaceError.
func New(o Options) (*Index, error) {
	x := &Index{projects: map[string][]Candidate{}}
	seen := map[string]bool{}
	for _, place := range o.FindLinks {
		path, err := localPath(place)
		if err == nil && !seen[path] {
			seen[path] = true
			err = x.scan(path)
		}
		if err != nil {
			return nil, &PlaceError{Place: redact(place), Err: err}
		}
	}
	return x, nil
}

// scan adds a folder's wheels, without going deeper, or one wheel.
func (x *Index) scan(path string) error {
	switch info, err := os.Stat(path); {
	case err != nil:
		return plain(err)
	case info.Mode().IsRegular() && isWheelName(path):
		x.add(path)
		return nil
	case !info.IsDir():
		return fmt.Errorf("neither a folder nor a wheel")
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return plain(err)
	}
	for _, e := range entries {
		file := filepath.Join(path, e.Name())
		if !isWheelName(file) {
			continue
		}
		// A link's own type says nothing; what it leads to does.
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			x.add(file)
		}
	}
	return nil
}

func (x *Index) add(path string) {
	c, err := parseCandidate(path)
	if err != nil {
		x.skipped = append(x.skipped, Skipped{Path: path, Err: err})
		return
	}
	x.projects[c.Filename.Name] = append(x.projects[c.Filename.Name], c)
}

// Candidates gives the wheels of a project, in the order of the places. The
// project's name may be written in any way. Nothing is not an error. ctx is
// for indexes that have to be asked.
func (x *Index) Candidates(ctx context.Context, project string) ([]Candidate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return slices.Clone(x.projects[pep.Normalize(project)]), nil
}

// Skipped gives the .whl files whose names do not parse, by path: nobody asked
// for them, but they explain why a project seems to have no wheel.
func (x *Index) Skipped() []Skipped {
	return slices.SortedFunc(slices.Values(x.skipped), func(a, b Skipped) int { return cmp.Compare(a.Path, b.Path) })
}

// Direct makes a candidate of one named wheel: a path, or a file: URL. It looks
// at the name alone; Fetch finds out whether the file is there.
func Direct(place string) (Candidate, error) {
	path, err := localPath(place)
	if err != nil {
		return Candidate{}, &PlaceError{Place: redact(place), Err: err}
	}
	c, err := parseCandidate(path)
	if err != nil {
		return Candidate{}, &PlaceError{Place: redact(place), Err: err}
	}
	return c, nil
}

func parseCandidate(path string) (Candidate, error) {
	name, err := pep.ParseWheelFilename(filepath.Base(path))
	if err != nil {
		return Candidate{}, err
	}
	return Candidate{Filename: name, Entry: Entry{Path: path, Source: path}}, nil
}

func isWheelName(path string) bool { return strings.HasSuffix(path, ".whl") }

// plain takes the path out of an error that will be printed beside it.
func plain(err error) error {
	if e, ok := err.(*fs.PathError); ok {
		return e.Err
	}
	return err
}
