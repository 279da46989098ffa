package index

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"wain/convert/index/cache"
	"wain/convert/pep"
)

// Candidate is one wheel that is there to be chosen. An egg is one too: its
// Filename is that of the wheel it becomes, with the egg's own name in Raw.
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
	Folder bool   // Path is a folder (an egg may be one): there is nothing to hash or to Fetch
	URL    string // of a remote file, without credentials; "" for a local one
	Source string // what to print: the path, or the URL without credentials and query
	Index  string // Remote.Name, or the page's URL as Source has it; "" for a local file or one named directly

	Hashes         []Hash  // as the page has them, in the algorithms that are known; may be empty
	Size           int64   // bytes; 0 where the page does not say
	RequiresPython string  // as the page has it, ">=3.9"; "" where it does not say
	Yanked         *string // the reason, may be empty; nil for a file that is not yanked
	Provenance     string  // URL of the attestations (PEP 740); "" for none

	HasMetadata bool   // METADATA is beside the file (PEP 658)
	Metadata    []Hash // of that METADATA; empty where the page does not say

	user *url.Userinfo // for URL's origin alone; never printed
}

// Index knows the files of all its places.
type Index struct {
	local     pile      // what folders and local pages hold
	named     pile      // files on the network that find-links names themselves
	flat      []flat    // pages of links on the network, asked when first needed
	remotes   []*remote // in their order
	assigned  map[string]string
	offline   bool
	cache     *cache.Cache
	requester *requester
	digests   digests

	projects calls[*pile]
	pages    calls[*pile] // of flat, by place
	checked  calls[bool]  // metadata that was compared, by file
	origins  calls[*Provenance]

	mu       sync.Mutex // guards what follows
	skipped  []Skipped
	warnings map[string]bool
	sources  map[string][]Source // of the projects that were asked for
}

// Skipped is a wheel or an egg that is no candidate.
type Skipped struct {
	Path string // or URL without credentials
	Err  error
}

// New reads the file names of all local places. A place that is absent or is
// none of what FindLinks takes is a *PlaceError, an index that is not well named
// an *IndexError. Nothing is asked on the network yet.
func New(o Options) (*Index, error) {
	x := &Index{
		offline: o.Offline, cache: o.Cache, requester: newRequester(o),
		warnings: map[string]bool{}, sources: map[string][]Source{},
	}
	seen := map[string]bool{}
	for _, text := range o.FindLinks {
		at, err := parsePlace(text)
		switch {
		case err != nil:
		case at.url != nil:
			err = x.addRemote(at.url)
		case !seen[at.path]:
			seen[at.path] = true
			err = x.scan(at.path)
		}
		if err != nil {
			return nil, &PlaceError{Place: redact(text), Err: err}
		}
	}
	if err := x.nameRemotes(o); err != nil {
		return nil, err
	}
	if x.cache == nil && (len(x.flat) > 0 || len(x.remotes) > 0) {
		return nil, errNoCache
	}
	return x, nil
}

var errNoCache = errors.New("what is on the network needs a cache folder to be downloaded into")

// scan adds a folder's files, without going deeper, or one file.
func (x *Index) scan(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return plain(err)
	case isEggName(path), info.Mode().IsRegular() && (isWheelName(path) || isArchiveName(path)):
		x.add(path, info)
		return nil
	case info.Mode().IsRegular() && isHTMLName(path):
		return x.scanPage(path)
	case !info.IsDir():
		return errors.New("neither a folder nor a wheel")
	}
	return x.scanFolder(path, &x.local)
}

func (x *Index) scanFolder(path string, into *pile) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return plain(err)
	}
	for _, e := range entries {
		file := filepath.Join(path, e.Name())
		if !isWheelName(file) && !isEggName(file) && !isArchiveName(file) {
			continue
		}
		// A link's own type says nothing; what it leads to does.
		if info, err := os.Stat(file); err == nil {
			x.addTo(into, file, info)
		}
	}
	return nil
}

func (x *Index) add(path string, info fs.FileInfo) { x.addTo(&x.local, path, info) }

func (x *Index) addTo(into *pile, path string, info fs.FileInfo) {
	folder := info.IsDir()
	if !info.Mode().IsRegular() && (!folder || !isEggName(path)) {
		return
	}
	if err := into.add(filepath.Base(path), Entry{Path: path, Source: path, Folder: folder}); err != nil {
		x.skip(path, err)
	}
}

// Candidates gives the wheels and eggs of a project: of the local places, of
// pages of links, and of the first index that has the project or the one it is
// assigned to. The project's name may be written in any way. Nothing is not an
// error. A page is asked for once, whoever wants it; the errors are *PageError
// and *StatusOfProjectError.
func (x *Index) Candidates(ctx context.Context, project string) ([]Candidate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	name := pep.Normalize(project)
	found, err := x.project(ctx, name)
	if err != nil {
		return nil, err
	}
	return slices.Clone(found.candidates[name]), nil
}

// Local gives the candidates of a project that local find-links places have: it
// asks nothing on the network.
func (x *Index) Local(project string) []Candidate {
	list := slices.Clone(x.local.candidates[pep.Normalize(project)])
	// A local page may lead away.
	return slices.DeleteFunc(list, func(c Candidate) bool { return c.Path == "" })
}

// Supplied gives the candidates of a project that find-links places have, pages
// on the network among them, and no index: what the user brought.
func (x *Index) Supplied(ctx context.Context, project string) ([]Candidate, error) {
	name := pep.Normalize(project)
	found, err := x.supplied(ctx, name)
	if err != nil {
		return nil, err
	}
	return found.candidates[name], nil
}

// Skipped gives the wheels and eggs that are no candidates, by path: nobody
// asked for them, but they explain why a project seems to have no wheel.
func (x *Index) Skipped() []Skipped {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.SortedFunc(slices.Values(x.skipped), func(a, b Skipped) int { return cmp.Compare(a.Path, b.Path) })
}

func (x *Index) skip(path string, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.skipped = append(x.skipped, Skipped{Path: path, Err: err})
}

// Warnings gives what was odd and not in the way, each once, sorted: projects on
// several indexes, yanked files, metadata that could not be compared. Call it
// when all else is done.
func (x *Index) Warnings() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []string
	for text := range x.warnings {
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}

func (x *Index) warn(text string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.warnings[text] = true
}

// Direct makes a candidate of one named wheel or egg: a path, a file: URL or an
// http(s) URL. It looks at the name alone; Fetch finds out whether the file is
// there.
func Direct(place string) (Candidate, error) { return DirectFile(place, "") }

// DirectFile is Direct for a place whose last part is not the file's name.
func DirectFile(text, name string) (Candidate, error) {
	e, last, err := directEntry(text)
	if err == nil {
		if name == "" {
			name = last
		}
		var f pep.WheelFilename
		if f, err = parseName(name); err == nil {
			return Candidate{Filename: f, Entry: e}, nil
		}
	}
	return Candidate{}, &PlaceError{Place: redact(text), Err: err}
}

// DirectSource is DirectFile for a source archive of a project, whose name the
// last part of the place is where name is "".
func DirectSource(text, name, project string) (Source, error) {
	e, last, err := directEntry(text)
	if err == nil {
		if name == "" {
			name = last
		}
		var v pep.Version
		if v, err = pep.ParseSdistFilename(name, project); err == nil {
			return Source{Name: name, Project: pep.Normalize(project), Version: v, Entry: e}, nil
		}
	}
	return Source{}, &PlaceError{Place: redact(text), Err: err}
}

// directEntry is what a place alone says of its file.
func directEntry(text string) (e Entry, last string, err error) {
	at, err := parsePlace(text)
	switch {
	case err != nil:
		return Entry{}, "", err
	case at.url != nil:
		e = Entry{URL: bare(at.url), Source: shown(at.url), Hashes: urlHashes(at.url), user: at.url.User}
		return e, fileName(at.url), nil
	}
	info, err := os.Stat(at.path)
	folder := err == nil && info.IsDir() && isEggName(at.path)
	return Entry{Path: at.path, Source: at.path, Folder: folder}, filepath.Base(at.path), nil
}

// plain takes the path out of an error that will be printed beside it.
func plain(err error) error {
	if e, ok := err.(*fs.PathError); ok {
		return e.Err
	}
	return err
}
