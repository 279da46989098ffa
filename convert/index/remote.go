package index

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"wain/convert/index/simple"
	"wain/convert/pep"
)

// remote is an index as it is asked.
type remote struct {
	name     string
	explicit bool
	url      *url.URL // with a slash at its end; nil for a folder
	folder   string   // "" for a URL
}

// flat is a page of links on the network.
type flat struct {
	url  *url.URL
	name string // to print
}

// addRemote adds a find-links place on the network: a file by its name, or a
// page of links.
func (x *Index) addRemote(u *url.URL) error {
	name := fileName(u)
	if isWheelName(name) || isEggName(name) || isArchiveName(name) {
		e := Entry{URL: bare(u), Source: shown(u), Hashes: urlHashes(u), user: u.User}
		return x.named.add(name, e)
	}
	x.flat = append(x.flat, flat{url: u, name: shown(u)})
	return nil
}

func urlHashes(u *url.URL) []Hash {
	var list []simple.Hash
	for part := range strings.SplitSeq(u.Fragment, "&") {
		if algorithm, digest, ok := strings.Cut(part, "="); ok {
			list = append(list, simple.Hash{Algorithm: algorithm, Hex: digest})
		}
	}
	return knownHashes(list)
}

// nameRemotes checks the indexes and who is assigned to them.
func (x *Index) nameRemotes(o Options) error {
	x.assigned = map[string]string{}
	if o.NoIndex {
		return nil
	}
	byName, byPlace := map[string]bool{}, map[string]bool{}
	for _, given := range o.Indexes {
		r := &remote{name: given.Name, explicit: given.Explicit}
		if r.name == "" {
			r.name = redact(given.URL)
		}
		at, err := parsePlace(given.URL)
		if err != nil {
			return &IndexError{Name: r.name, Detail: err.Error()}
		}
		if byName[r.name] && given.Name != "" {
			return &IndexError{Name: r.name, Detail: "two indexes have this name"}
		}
		byName[r.name] = true
		r.folder = at.path
		place := at.path
		if at.url == nil {
			if _, err := os.ReadDir(place); err != nil {
				return &IndexError{Name: r.name, Detail: fmt.Sprintf("%s: %s", place, plain(err))}
			}
		} else {
			u := *at.url
			u.Path, u.RawPath = strings.TrimRight(u.Path, "/")+"/", ""
			u.Fragment, u.RawFragment = "", ""
			r.url, place = &u, bare(&u)
		}
		// The same one twice would warn of every project; a named one stays,
		// since something may be assigned to it.
		if byPlace[place] && given.Name == "" {
			continue
		}
		byPlace[place] = true
		x.remotes = append(x.remotes, r)
	}
	for project, name := range o.Assigned {
		if !byName[name] {
			return &IndexError{Name: name, Detail: fmt.Sprintf("%s is assigned to it, and no index has this name", project)}
		}
		x.assigned[pep.Normalize(project)] = name
	}
	return nil
}

// asked are the indexes for a project.
func (x *Index) asked(project string) []*remote {
	assigned, only := x.assigned[project]
	var list []*remote
	for _, r := range x.remotes {
		if only && r.name == assigned || !only && !r.explicit {
			list = append(list, r)
		}
	}
	return list
}

// project gathers what there is of a project, once.
func (x *Index) project(ctx context.Context, name string) (*pile, error) {
	return x.projects.do(ctx, name, func() (*pile, error) {
		var found, indexed *pile
		group, groupCtx := errgroup.WithContext(ctx)
		group.Go(func() (err error) {
			found, err = x.supplied(groupCtx, name)
			return err
		})
		group.Go(func() (err error) {
			indexed, err = x.firstMatch(groupCtx, name)
			return err
		})
		if err := group.Wait(); err != nil {
			return nil, err
		}
		found.take(name, indexed)
		list := found.sources(name)
		x.mu.Lock()
		x.sources[name] = list
		x.mu.Unlock()
		return found, nil
	})
}

// supplied gathers what find-links places have of a project, with all archives.
func (x *Index) supplied(ctx context.Context, name string) (*pile, error) {
	flats := make([]*pile, len(x.flat))
	group, groupCtx := errgroup.WithContext(ctx)
	for i, f := range x.flat {
		group.Go(func() (err error) {
			flats[i], err = x.flatPage(groupCtx, f)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	found := &pile{candidates: map[string][]Candidate{}}
	for _, p := range append([]*pile{&x.local, &x.named}, flats...) {
		found.take(name, p)
	}
	return found, nil
}

// take adds another pile's files of a project, and its archives.
func (p *pile) take(project string, from *pile) {
	p.candidates[project] = append(p.candidates[project], from.candidates[project]...)
	p.archives = append(p.archives, from.archives...)
}

// flatPage reads a page of links, once for all projects.
func (x *Index) flatPage(ctx context.Context, f flat) (*pile, error) {
	return x.pages.do(ctx, bare(f.url), func() (*pile, error) {
		a, err := x.ask(ctx, f.url, x.requester.retry.Attempts)
		if err == nil && a.absent {
			err = &StatusError{Code: 404, Reason: "Not Found"}
		}
		if err != nil {
			return nil, pageError(f.name, "", f.url, err)
		}
		return x.sortPage(a, f.name, f.url), nil
	})
}

// firstMatch asks the indexes in their order until one has the project. Any
// failure but absence ends the search: an index that is down must not let
// another one serve its names.
func (x *Index) firstMatch(ctx context.Context, project string) (*pile, error) {
	remotes := x.asked(project)
	for i, r := range remotes {
		found, err := x.askFor(ctx, r, project, x.requester.retry.Attempts)
		switch {
		case errors.Is(err, ErrOffline) && len(x.local.candidates[project]) > 0:
			x.warn(err.Error() + ": local files alone are looked at")
			return &pile{}, nil
		case err != nil:
			return nil, err
		case found != nil:
			x.overlap(ctx, project, r, remotes[i+1:])
			return found, nil
		}
	}
	return &pile{}, nil
}

// overlap warns of a project that later indexes have too: whoever may upload to
// one of them could mean to be taken for the other.
func (x *Index) overlap(ctx context.Context, project string, first *remote, others []*remote) {
	var group errgroup.Group
	for _, r := range others {
		group.Go(func() error {
			found, err := x.askFor(ctx, r, project, 1)
			switch {
			case err != nil && !errors.Is(err, ErrOffline) && ctx.Err() == nil:
				x.warn(fmt.Sprintf("%s is taken from the index %s; whether %s has it too is not known: %s", project, first.name, r.name, err))
			case found != nil:
				x.warn(fmt.Sprintf("%s is on the index %s and on %s: the files of %s are taken; assign the project to one of them to be sure", project, first.name, r.name, first.name))
			}
			return nil
		})
	}
	group.Wait() // no function of it fails
}

// askFor asks one index for a project; nil is that it does not have it.
func (x *Index) askFor(ctx context.Context, r *remote, project string, attempts int) (*pile, error) {
	if r.url == nil {
		return x.askFolder(r, project)
	}
	u := *r.url
	u.Path += project + "/"
	a, err := x.ask(ctx, &u, attempts)
	if err != nil {
		return nil, pageError(r.name, project, &u, err)
	}
	if a.absent {
		return nil, nil
	}
	for _, text := range a.page.Warnings {
		x.warn(fmt.Sprintf("index %s: %s", r.name, text))
	}
	if err := x.projectStatus(a.page, r.name, project); err != nil {
		return nil, err
	}
	found := x.sortPage(a, r.name, r.url)
	return found.only(project), nil
}

// askFolder reads an index that is a folder: its page of a project, or the files
// in the project's folder.
func (x *Index) askFolder(r *remote, project string) (*pile, error) {
	dir := filepath.Join(r.folder, project)
	found := &pile{}
	if _, err := os.Stat(filepath.Join(dir, "index.html")); err == nil {
		err := x.readLocalPage(filepath.Join(dir, "index.html"), found)
		return found.only(project), pageErrorOf(r, project, err)
	}
	err := x.scanFolder(dir, found)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return found.only(project), pageErrorOf(r, project, err)
}

func pageErrorOf(r *remote, project string, err error) error {
	if err == nil {
		return nil
	}
	return &PageError{Index: r.name, Project: project, URL: filepath.Join(r.folder, project), Err: err}
}

func pageError(name, project string, u *url.URL, err error) error {
	if calledOff(err) {
		return err
	}
	return &PageError{Index: name, Project: project, URL: shown(u), Err: err}
}

// only drops what a project's page has of other projects.
func (p *pile) only(project string) *pile {
	p.candidates = map[string][]Candidate{project: p.candidates[project]}
	return p
}

// projectStatus judges what the index says of the whole project.
func (x *Index) projectStatus(p *simple.Page, name, project string) error {
	switch p.Status {
	case "quarantined":
		return &StatusOfProjectError{Project: project, Index: name, Status: p.Status, Reason: printable(p.Reason)}
	case "deprecated":
		text := fmt.Sprintf("%s is deprecated, as the index %s says", project, name)
		if p.Reason != "" {
			text += ": " + printable(p.Reason)
		}
		x.warn(text)
	}
	return nil
}

// sortPage sorts the links of a page. The credentials of the URL that was asked
// go with links to its origin, and no others.
func (x *Index) sortPage(a *answer, name string, asked *url.URL) *pile {
	found := &pile{}
	x.sortLinks(found, a.page.Links, linkOrigin{index: name, asked: asked, user: asked.User})
	return found
}

func (x *Index) sortLinks(into *pile, links []simple.Link, from linkOrigin) {
	for _, l := range links {
		if !isWheelName(l.Name) && !isEggName(l.Name) && !isArchiveName(l.Name) {
			continue
		}
		e, err := from.entry(l)
		if err == nil {
			err = into.add(l.Name, e)
		}
		if err != nil {
			x.skip(redact(l.URL), err)
		}
	}
}

// scanPage adds the links of a local page.
func (x *Index) scanPage(path string) error { return x.readLocalPage(path, &x.local) }

func (x *Index) readLocalPage(path string, into *pile) error {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	body, err := readFile(absolute, maxPage)
	if err != nil {
		return plain(err)
	}
	page, err := simple.Parse(body, "text/html", (&url.URL{Scheme: "file", Path: absolute}).String())
	if err != nil {
		return err
	}
	x.sortLinks(into, page.Links, linkOrigin{index: path, local: true})
	return nil
}

// printable bounds foreign text and takes control characters out of it.
func printable(s string) string {
	return shorten(strings.Map(func(r rune) rune {
		if r < ' ' || 0x7f <= r && r < 0xa0 {
			return ' '
		}
		return r
	}, s))
}
