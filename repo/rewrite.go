package repo

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"wain/repo/store"
)

// A view is what clients of one suite read: the files of its tree.
type view struct {
	files  []store.File // names and links relative to the tree, in commit order
	hashed []string     // those under hash-named paths
	id     string       // digest of the file that names all others
}

// rewrite gives a suite its next generation: segments, indexes, signatures.
func (p *publisher) rewrite(ctx context.Context, at store.Reader, next *generation, s *suitePlan, change *store.Change) error {
	segments, err := s.grow(ctx, at, change)
	if err != nil {
		return err
	}
	now := suite{
		Format: s.name.format, Name: s.name.suite, Release: s.name.release,
		Generation: next.Number, Date: next.Date, Keys: next.Keys,
	}
	if s.current != nil && !now.Date.After(s.current.Date) {
		now.Date = s.current.Date.Add(time.Second)
		if err := p.options.await(ctx, now.Date); err != nil {
			return err
		}
	}
	for _, arch := range slices.Sorted(maps.Keys(segments)) {
		seg := segments[arch]
		now.Segments = append(now.Segments, segmentRef{Architecture: arch, ID: seg.id, Packages: len(seg.Packages)})
	}
	p.options.progress(Event{Step: "sign", Label: now.Name})
	render := renderApt
	if now.Format == formatYum {
		render = renderYum
	}
	v, err := render(next, &now, segments, p.options.Signer)
	if err != nil {
		return fmt.Errorf("publish %s: %w", now.Name, err)
	}
	now.show(v, s.current, change)
	if err := now.drop(ctx, at, change); err != nil {
		return err
	}
	if have := next.find(s.name); have != nil {
		*have = now
		return nil
	}
	next.Suites = append(next.Suites, now)
	slices.SortFunc(next.Suites, func(a, b suite) int {
		if a.name().before(b.name()) {
			return -1
		}
		return 1
	})
	return nil
}

// grow returns the suite's segments with the new packages in them, and adds the new segments' files to the change.
func (s *suitePlan) grow(ctx context.Context, at store.Reader, change *store.Change) (map[string]*segment, error) {
	more := map[string][]entry{}
	for _, in := range s.added {
		arch := ""
		if s.name.format == formatApt {
			arch = in.Architecture
		}
		more[arch] = append(more[arch], in.entry)
	}
	grown := map[string]*segment{}
	for arch, seg := range s.segments {
		if err := seg.loadTexts(ctx, at); err != nil {
			return nil, err
		}
		grown[arch] = seg
	}
	for _, arch := range slices.Sorted(maps.Keys(more)) {
		seg, err := grown[arch].with(s.name.format, more[arch])
		if err != nil {
			return nil, err
		}
		change.Index = append(change.Index, seg.files()...)
		grown[arch] = seg
	}
	return grown, nil
}

// show gives the suite a new folder with the view's files, and links to the hash-named files of the generations
// that are kept.
func (s *suite) show(v *view, before *suite, change *store.Change) {
	folder := fmt.Sprintf("%s/%d-%.8s", s.name().generations(), s.Generation, v.id)
	if s.Format == formatYum {
		folder += "/repodata"
	}
	s.Folder, s.Hashed = folder, v.hashed
	own := map[string]bool{}
	for _, file := range v.files {
		own[file.Name] = true
	}
	if before != nil {
		s.Past = keep(before, s.Date)
		for _, old := range s.Past {
			for _, name := range old.Hashed {
				if own[name] {
					continue
				}
				own[name] = true
				s.Files = append(s.Files, name)
				change.Index = append(change.Index, store.File{Name: folder + "/" + name, Link: before.Folder + "/" + name})
			}
		}
	}
	for _, file := range v.files {
		s.Files = append(s.Files, file.Name)
		file.Name = folder + "/" + file.Name
		if file.Link != "" {
			file.Link = folder + "/" + file.Link
		}
		change.Index = append(change.Index, file)
	}
}

// How long a suite's past lasts: the hash-named files of so many generations, and of all that were current so
// recently, stay reachable. A client that has read InRelease or repomd.xml can finish within that time.
const (
	keptGenerations = 3
	keptTime        = 24 * time.Hour
)

// keep returns the past of the generation that takes before's place, newest first.
func keep(before *suite, at time.Time) []past {
	all := append([]past{{
		Generation: before.Generation, Until: at, Folder: before.Folder, Hashed: before.Hashed,
	}}, before.Past...)
	var kept []past
	for i, old := range all {
		if i >= keptGenerations {
			old.Folder = ""
			if old.Until.Before(at.Add(-keptTime)) {
				continue
			}
		}
		kept = append(kept, old)
	}
	return kept
}

// drop makes those folders of the suite stale that no kept generation names: the oldest, and what publishers left
// that died before their commit.
func (s *suite) drop(ctx context.Context, at store.Reader, change *store.Change) error {
	root := s.name().generations()
	named := map[string]bool{topFolder(root, s.Folder): true}
	for _, old := range s.Past {
		named[topFolder(root, old.Folder)] = true
	}
	entries, err := at.List(ctx, root)
	if err != nil {
		return fmt.Errorf("list %s: %w", root, err)
	}
	for _, e := range entries {
		if !named[e.Name] {
			change.Stale = append(change.Stale, path.Join(root, e.Name))
		}
	}
	return nil
}

// topFolder returns the first element of a folder's path below root.
func topFolder(root, folder string) string {
	top, _, _ := strings.Cut(strings.TrimPrefix(folder, root+"/"), "/")
	return top
}
