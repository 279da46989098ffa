package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"wain/repo/store"
)

// keptManifests is how many generations' state is kept, the current one included.
const keptManifests = 10

// record adds the generation's own file and the head to the change, and makes the state stale that no kept
// generation names.
func (g *generation) record(ctx context.Context, at store.Reader, change *store.Change) error {
	data, err := encodeState(g)
	if err != nil {
		return err
	}
	g.manifest = fmt.Sprintf("%s/%d-%.8s.json", generationFolder, g.Number, digest(data))
	change.Index = append(change.Index, store.File{Name: g.manifest, Data: data})
	state, err := encodeState(head{Schema: headSchema, Generation: g.Number, Manifest: g.manifest})
	if err != nil {
		return err
	}
	change.Head.State = &store.File{Name: headName, Data: state}
	return g.dropState(ctx, at, change)
}

// dropState makes manifests and segments stale: those of generations too long ago, and those that publishers left
// which died before their commit.
func (g *generation) dropState(ctx context.Context, at store.Reader, change *store.Change) error {
	named := map[string]bool{}
	for kept, old := 0, g; old != nil && kept < keptManifests; kept++ {
		named[old.manifest] = true
		for _, s := range old.Suites {
			for _, ref := range s.Segments {
				named[segmentName(ref.ID)] = true
				for _, kind := range kinds[s.Format] {
					named[memberName(ref.ID, kind)] = true
				}
			}
		}
		if old.Previous == "" {
			break
		}
		before, err := loadManifest(ctx, at, old.Previous)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		old = before
	}
	for _, folder := range []string{generationFolder, segmentFolder} {
		entries, err := at.List(ctx, folder)
		if err != nil {
			return fmt.Errorf("list %s: %w", folder, err)
		}
		for _, e := range entries {
			if name := path.Join(folder, e.Name); !named[name] {
				change.Stale = append(change.Stale, name)
			}
		}
	}
	return nil
}
