package repo

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"wain/repo/store"
)

// A view is what clients of one suite read: the files of its tree.
type view struct {
	hashed  []string     // names of those under hash-named paths
	data    []store.File // their bytes
	carried []string     // those of them that an earlier generation has
	files   []store.File // all others, in commit order; links are relative to the tree
	id      string       // digest of the file that names all others
}

func (v *view) addHashed(name string, data []byte) {
	if slices.Contains(v.hashed, name) {
		return // the index of another architecture with the same packages
	}
	v.hashed = append(v.hashed, name)
	v.data = append(v.data, store.File{Name: name, Data: data})
}

// rewrite gives a suite its next generation: segments, indexes, signatures.
func (e *editor) rewrite(ctx context.Context, now *current, next *generation, p *suitePlan, change *store.Change) error {
	s := suite{
		Format: p.name.format, Name: p.name.suite, Release: p.name.release, Base: p.name.base(),
		Generation: next.Number, Keys: next.Keys, Config: p.config,
	}
	var err error
	if s.Date, err = e.date(ctx, next, p.published()); err != nil {
		return err
	}
	if s.Format == formatApt && s.Config.ValidFor > 0 {
		s.ValidUntil = s.Date.Add(s.Config.ValidFor)
	}
	fresh, err := p.grow(ctx, next.Number, s.Date.Unix(), change)
	if err != nil {
		return fmt.Errorf("publish %s: %w", s.Name, err)
	}
	if err := p.record(&s, next.Number, change); err != nil {
		return err
	}
	if signer := e.commit.Signer; signer != nil && signer.Accepts != nil {
		if err := signer.Accepts(s.Name, s.Format); err != nil {
			return fmt.Errorf("publish %s: %w", s.Name, err)
		}
	}
	e.commit.progress(Event{Step: "sign", Label: s.Name})
	render := renderApt
	if s.Format == formatYum {
		render = renderYum
	}
	v, err := render(ctx, next, &s, p.table, &loader{now, fresh}, e.commit.Signer)
	if err != nil {
		return fmt.Errorf("publish %s: %w", s.Name, err)
	}
	if err := s.show(ctx, now, v, p, change); err != nil {
		return err
	}
	next.set(s)
	return nil
}

// published is the suite's last date, or zero.
func (p *suitePlan) published() time.Time {
	var last time.Time
	if p.before != nil {
		last = p.before.Date
	}
	if p.scanned != nil && p.scanned.date.After(last) {
		last = p.scanned.date
	}
	return last
}

// date is the suite's new date, always later than its last one.
func (e *editor) date(ctx context.Context, next *generation, last time.Time) (time.Time, error) {
	if next.Date.After(last) {
		return next.Date, nil
	}
	date := last.Add(time.Second)
	return date, e.commit.await(ctx, date)
}

// record describes the suite's packages, and adds the list of its segments to the change.
func (p *suitePlan) record(s *suite, generation int, change *store.Change) error {
	s.Packages = p.table.packages()
	if p.before != nil {
		s.Components, s.Architectures = p.before.Components, p.before.Architectures
		s.Carried, s.Tags, s.Released = p.before.Carried, p.before.Tags, p.before.Released
	}
	if p.scanned != nil {
		s.Components, s.Architectures = p.scanned.components, p.scanned.architectures
		s.Carried, s.Tags, s.Released = p.scanned.carried, p.scanned.tags, p.scanned.released
	}
	for _, g := range p.table.groups() {
		s.Components = with(s.Components, g.Component)
		s.Architectures = with(s.Architectures, g.Architecture)
	}
	if s.Format == formatApt && len(s.Components) == 0 {
		s.Components = []string{defaultComponent}
	}
	if s.Format == formatApt && len(s.Architectures) == 0 {
		s.Architectures = []string{architectureAll}
	}
	s.Recent = p.recent(s)
	if p.restore != nil && len(p.buckets) == 0 {
		s.Table = *p.restore
		return nil
	}
	data, err := encodeState(p.table)
	if err != nil {
		return err
	}
	s.Table = stateName(tableFolder, generation, data)
	p.now.tables[s.Table] = p.table
	change.Index = append(change.Index, store.File{Name: s.Table, Data: data})
	return nil
}

// with returns a sorted list that has the word in it, unless it is empty.
func with(words []string, word string) []string {
	if word == "" || slices.Contains(words, word) {
		return words
	}
	words = append(slices.Clone(words), word)
	slices.Sort(words)
	return words
}

// keptRecent is how many of its newest packages a suite's record names.
const keptRecent = 50

// recent are the packages that came last, newest first.
func (p *suitePlan) recent(s *suite) []Listed {
	var recent []Listed
	for _, b := range p.buckets {
		for i := range b.more {
			in := &b.more[i]
			recent = append(recent, Listed{Package: in.Package, Format: s.Format, Suite: s.Name, Component: b.Component, Since: s.Date})
		}
	}
	slices.SortFunc(recent, func(a, b Listed) int { return comparePackages(s.Format, a.Package, b.Package) })
	if p.before != nil {
		for _, old := range p.before.Recent {
			if !slices.Contains(p.removed, old.Package) {
				recent = append(recent, old)
			}
		}
	}
	return recent[:min(len(recent), keptRecent)]
}

// show gives the suite a new folder with the view's files, and notes what its tree still shows of earlier generations.
func (s *suite) show(ctx context.Context, now *current, v *view, p *suitePlan, change *store.Change) error {
	top := fmt.Sprintf("%s/%d-%.8s", s.name().generations(), s.Generation, v.id)
	s.Folder = top
	if s.Format == formatYum {
		s.Folder += "/repodata"
	}
	s.Hashed = v.hashed
	for _, file := range v.data {
		change.Index = append(change.Index, store.File{Name: s.Folder + "/" + file.Name, Data: file.Data})
	}
	from := ""
	if p.before != nil {
		from = p.before.Folder
	}
	if p.scanned != nil {
		from = p.scanned.folder
	}
	for _, name := range v.carried {
		change.Index = append(change.Index, store.File{Name: s.Folder + "/" + name, Link: path.Join(from, name)})
	}
	for _, file := range v.files {
		s.Files = append(s.Files, file.Name)
		file.Name = s.Folder + "/" + file.Name
		if file.Link != "" {
			file.Link = s.Folder + "/" + file.Link
		}
		change.Index = append(change.Index, file)
	}
	if s.Format == formatYum && s.name().ours() {
		change.Index = append(change.Index, store.File{Name: top + "/Packages", Alias: s.Base + "/Packages"})
	}
	return s.keepPast(ctx, now, p, change)
}

// How long a suite's past lasts: the hash-named files of so many generations, and of all that were current so
// recently, stay reachable, for a client that has read InRelease or repomd.xml. The folders of so many generations, and
// of all that were current within the hour, stay as well: those of yum are read through a mirrorlist.
const (
	keptPast    = 3
	keptTime    = 24 * time.Hour
	keptFolders = time.Hour
)

// keepPast notes what the suite's tree has shown until now, and makes stale what it is to show no more.
func (s *suite) keepPast(ctx context.Context, now *current, p *suitePlan, change *store.Change) error {
	all, before, err := p.former(ctx, s.Date)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return s.dropFolders(ctx, now.at, nil, change)
	}
	var kept []past
	named := map[string]bool{}
	for _, name := range s.Hashed {
		named[name] = true
	}
	for i, one := range all {
		if i >= keptPast && (i >= keptMost || one.Until.Before(s.Date.Add(-keptFolders))) {
			one.Folder = ""
		}
		if i >= keptPast && (i >= keptMost || one.Until.Before(s.Date.Add(-keptTime))) {
			continue
		}
		kept = append(kept, one)
		for _, name := range one.Hashed {
			named[name] = true
		}
	}
	for _, one := range all {
		for _, name := range one.Hashed {
			if !named[name] {
				named[name] = true
				change.Stale = append(change.Stale, s.name().tree()+"/"+name)
			}
		}
	}
	data, err := encodeState(pastFile{pastSchema, kept})
	if err != nil {
		return err
	}
	s.Past = stateName(pastFolder, s.Generation, data)
	change.Index = append(change.Index, store.File{Name: s.Past, Data: data})
	change.Head.Trees = append(change.Head.Trees, s.tree(kept, before))
	return s.dropFolders(ctx, now.at, kept, change)
}

// dropFolders makes those folders of the suite stale that no kept generation names: the oldest, and what publishers
// left that died before their commit.
func (s *suite) dropFolders(ctx context.Context, at store.Reader, kept []past, change *store.Change) error {
	if kept == nil {
		change.Head.Trees = append(change.Head.Trees, s.tree(nil, ""))
	}
	root := s.name().generations()
	named := map[string]bool{topFolder(root, s.Folder): true}
	for _, old := range kept {
		named[topFolder(root, old.Folder)] = true
	}
	entries, err := at.List(ctx, root)
	if err != nil {
		return fmt.Errorf("list %s: %w", root, err)
	}
	for _, entry := range entries {
		if number := madeFor(entry.Name); !named[entry.Name] && number > 0 && number < s.Generation {
			change.Stale = append(change.Stale, path.Join(root, entry.Name))
		}
	}
	return nil
}

// topFolder returns the first element of a folder's path below root.
func topFolder(root, folder string) string {
	top, _, _ := strings.Cut(strings.TrimPrefix(folder, root+"/"), "/")
	return top
}

// set puts the suite in its place.
func (g *generation) set(s suite) {
	if have := g.find(s.Format, s.Name); have != nil {
		*have = s
		return
	}
	g.Suites = append(g.Suites, s)
	slices.SortFunc(g.Suites, func(a, b suite) int {
		if a.name().before(b.name()) {
			return -1
		}
		return 1
	})
}
