package index

import (
	"errors"
	"net/url"
	"path"
	"slices"
	"strings"

	"wain/convert/index/simple"
	"wain/convert/pep"
)

// pile is the files that places offer.
type pile struct {
	candidates map[string][]Candidate // by normalised project, in the order of the places
	archives   []archive
}

// archive is what may be a source archive: only who asks for a project can say
// where in its name the version begins.
type archive struct {
	name string
	Entry
}

// errLinuxTag is a wheel on the network with a platform tag that says nothing
// about the system it needs.
var errLinuxTag = errors.New("its platform tag names no C library, and such wheels are taken from folders alone")

// add sorts a file in. What is neither wheel, egg nor archive is left out; a
// wheel or egg that cannot be a candidate is an error.
func (p *pile) add(name string, e Entry) error {
	if !isWheelName(name) && !isEggName(name) {
		if isArchiveName(name) {
			p.archives = append(p.archives, archive{name, e})
		}
		return nil
	}
	f, err := parseName(name)
	if err != nil {
		return err
	}
	if e.URL != "" && isWheelName(name) {
		f.Tags = slices.DeleteFunc(slices.Clone(f.Tags), func(t pep.Tag) bool { return strings.HasPrefix(t.Platform, "linux_") })
		if len(f.Tags) == 0 {
			return errLinuxTag
		}
	}
	if p.candidates == nil {
		p.candidates = map[string][]Candidate{}
	}
	p.candidates[f.Name] = append(p.candidates[f.Name], Candidate{Filename: f, Entry: e})
	return nil
}

// sources are the archives that belong to a project.
func (p *pile) sources(project string) []Source {
	var list []Source
	for _, a := range p.archives {
		if v, err := pep.ParseSdistFilename(a.name, project); err == nil {
			list = append(list, Source{Name: a.name, Project: project, Version: v, Entry: a.Entry})
		}
	}
	return list
}

// parseName reads the name of a wheel or an egg.
func parseName(name string) (pep.WheelFilename, error) {
	if isEggName(name) {
		return pep.ParseEggFilename(name)
	}
	return pep.ParseWheelFilename(name)
}

func isWheelName(name string) bool { return strings.HasSuffix(name, ".whl") }
func isEggName(name string) bool   { return strings.HasSuffix(name, ".egg") }

func isHTMLName(name string) bool {
	return strings.HasSuffix(name, ".html") || strings.HasSuffix(name, ".htm")
}

func isArchiveName(name string) bool {
	for _, suffix := range []string{".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// linkOrigin is where links come from.
type linkOrigin struct {
	index string        // for Entry.Index
	local bool          // a page of this host, which may name its files
	asked *url.URL      // nil for a local page
	user  *url.Userinfo // of asked, for its origin alone
}

var (
	errLocalLink  = errors.New("a page on the network names a file of this host")
	errLinkScheme = errors.New("links of its kind are not followed")
)

// entry makes an Entry of a link.
func (o linkOrigin) entry(l simple.Link) (Entry, error) {
	e := Entry{
		Index: o.index, Hashes: knownHashes(l.Hashes), Size: l.Size, RequiresPython: l.RequiresPython,
		Yanked: l.Yanked, HasMetadata: l.HasMetadata, Metadata: knownHashes(l.Metadata), Provenance: l.Provenance,
	}
	u, err := url.Parse(l.URL)
	if err != nil {
		return Entry{}, errLinkScheme
	}
	e.Source = shown(u)
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" {
			return Entry{}, errLinkScheme
		}
		e.URL, e.user = bare(u), u.User
		if e.user == nil && o.asked != nil && origin(u) == origin(o.asked) {
			e.user = o.user
		}
		return e, nil
	case "file":
		if !o.local {
			return Entry{}, errLocalLink
		}
		e.Path, err = filePath(l.URL)
		e.Source, e.Index = e.Path, ""
		return e, err
	}
	return Entry{}, errLinkScheme
}

// knownHashes keeps the digests that prove something and are well formed.
func knownHashes(list []simple.Hash) []Hash {
	var known []Hash
	for _, h := range list {
		f := newHash(h.Algorithm)
		digits := strings.ToLower(h.Hex)
		if f != nil && len(digits) == 2*f.Size() && strings.Trim(digits, "0123456789abcdef") == "" {
			known = append(known, Hash{h.Algorithm, digits})
		}
	}
	return known
}

// request is the URL to ask, with its credentials.
func (e Entry) request() (string, error) {
	u, err := url.Parse(e.URL)
	if err != nil {
		return "", errors.New("not a URL")
	}
	u.User = e.user
	return u.String(), nil
}

// fileName is the last part of a URL's path.
func fileName(u *url.URL) string { return path.Base(u.Path) }
