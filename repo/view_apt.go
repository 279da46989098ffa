package repo

import (
	"context"
	"fmt"
	"path"

	"wain/repo/apt"
	"wain/repo/store"
)

// architectureAll is that of packages for every architecture. They are in each architecture's index, also in one
// that comes later, and in an index of their own for clients of architectures that the suite does not have.
const architectureAll = "all"

// An aptIndex is one index of an apt suite.
type aptIndex struct {
	index
	path string // in the tree, without an ending
	refs []ref
}

// aptIndexes are all indexes of the suite. Every component has one for every architecture, if an empty one.
func aptIndexes(s *suite, t *table) []*aptIndex {
	var all []*aptIndex
	for _, component := range s.Components {
		for _, arch := range s.Architectures {
			groups := []group{{component, arch}}
			if arch != architectureAll {
				groups = append(groups, group{component, architectureAll})
			}
			refs := t.of(groups...)
			all = append(all, &aptIndex{
				index: index{kind: s.Config.stanzas(), gzipped: true, zstd: s.Config.zstd()},
				path:  component + "/binary-" + arch + "/Packages", refs: refs,
			})
			if s.Config.Contents {
				all = append(all, &aptIndex{
					index: index{kind: kindContents, gzipped: true, zstd: s.Config.zstd()},
					path:  component + "/Contents-" + arch, refs: refs,
				})
			}
		}
		if s.Config.Translation {
			var groups []group
			for _, g := range t.groups() {
				if g.Component == component {
					groups = append(groups, g)
				}
			}
			all = append(all, &aptIndex{
				index: index{kind: kindTranslation, gzipped: true, zstd: s.Config.zstd()},
				path:  component + "/i18n/Translation-en", refs: t.of(groups...),
			})
		}
	}
	return all
}

// renderApt renders a suite's indexes, Release and its signatures.
func renderApt(ctx context.Context, g *generation, s *suite, t *table, l *loader, signer *Signer) (*view, error) {
	v := &view{}
	var vouched []apt.IndexFile
	for _, x := range aptIndexes(s, t) {
		if err := l.join(ctx, x.refs, []*index{&x.index}); err != nil {
			return nil, err
		}
		// The plain form is listed and not stored: without its line, apt sees an empty repository.
		vouched = append(vouched, apt.IndexFile{Path: x.path, Size: x.size, SHA256: x.sha256})
		for _, f := range []struct {
			ending string
			form
		}{{".gz", x.gz}, {".zst", x.zst}} {
			if f.data == nil {
				continue
			}
			hashed := path.Dir(x.path) + "/by-hash/SHA256/" + f.sha256
			v.addHashed(hashed, f.data)
			v.files = append(v.files, store.File{Name: x.path + f.ending, Link: hashed})
			vouched = append(vouched, apt.IndexFile{Path: x.path + f.ending, Size: int64(len(f.data)), SHA256: f.sha256})
		}
	}
	called := released{Suite: s.Name, Codename: s.Name}
	if s.Released != nil {
		called = *s.Released
	}
	r := apt.Release{
		Origin: g.Origin, Label: g.Label, Suite: called.Suite, Codename: called.Codename, Version: called.Version, Description: s.Config.Description,
		Date: s.Date, ValidUntil: s.ValidUntil, NotAutomatic: s.Config.NotAutomatic, ButAutomaticUpgrades: s.Config.ButAutomaticUpgrades,
		Architectures: s.Architectures, Components: s.Components, AcquireByHash: true, Files: vouched,
	}
	if s.Config.SignedBy {
		r.SignedBy = s.Keys
	}
	release := apt.ReleaseFile(r)
	v.id = digest(release)
	v.files = append(v.files, store.File{Name: "Release", Data: release})
	if signer == nil {
		return v, nil
	}
	detached, err := signer.Detached(release, s.Date)
	if err != nil {
		return nil, fmt.Errorf("sign Release: %w", err)
	}
	clear, err := signer.Clear(release, s.Date)
	if err != nil {
		return nil, fmt.Errorf("sign InRelease: %w", err)
	}
	v.id = digest(clear)
	v.files = append(v.files,
		store.File{Name: "Release.gpg", Data: detached},
		store.File{Name: "InRelease", Data: clear})
	return v, nil
}
