package repo

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"wain/repo/store"
)

// verifyPool looks for package files that no index names. It needs all suites, and a store that can be listed.
func (v *verification) verifyPool(ctx context.Context, trees []tree) error {
	if len(v.options.Suites) > 0 || v.options.IndexesOnly {
		return nil
	}
	if _, err := v.at.List(ctx, "."); errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	kept, err := v.keptPackages(ctx)
	if err != nil {
		return err
	}
	w := &poolWalk{v: v, kept: kept, seen: map[string]bool{}}
	for _, t := range trees {
		if t.format == formatApt && !t.flat {
			err = w.walk(ctx, path.Join(t.base, "pool"), debianFile, 0)
		} else if t.flat {
			err = w.walk(ctx, t.base, debianFile, 0)
		} else {
			err = w.walk(ctx, t.base, func(name string) bool { return strings.HasSuffix(name, ".rpm") }, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// debianFile reports whether apt's indexes would name a file.
func debianFile(name string) bool {
	suffixes := []string{".deb", ".udeb", ".ddeb", ".dsc"}
	return slices.ContainsFunc(suffixes, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

// A poolWalk looks through folders once.
type poolWalk struct {
	v    *verification
	kept map[string]bool // packages that earlier generations name
	seen map[string]bool
}

// maxPoolFolders bounds the folders of all pools: a link may make them endless.
const maxPoolFolders = 1_000_000

func (w *poolWalk) walk(ctx context.Context, folder string, wanted func(name string) bool, depth int) error {
	kind := "d "
	if !wanted("x.deb") {
		kind = "r "
	}
	if w.seen[kind+folder] || depth > 2*maxTreeDepth {
		return nil
	}
	w.seen[kind+folder] = true
	if len(w.seen) > maxPoolFolders {
		return &LayoutError{maxPoolFolders}
	}
	entries, err := w.v.at.List(ctx, folder)
	if err != nil {
		return fmt.Errorf("list %s: %w", folder, err)
	}
	isBase := slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Folder && e.Name == "repodata" })
	for _, e := range entries {
		name := path.Join(folder, e.Name)
		switch {
		case e.Folder && (strings.HasPrefix(e.Name, ".") || e.Name == "repodata" || e.Name == "dists" || e.Name == "generations" && isBase):
		case e.Folder:
			if err := w.walk(ctx, name, wanted, depth+1); err != nil {
				return err
			}
		case wanted(e.Name) && w.v.packages[name] == nil && !w.kept[name]:
			w.v.find("orphan-file", name, "no index names it")
		}
	}
	return nil
}

// keptPackages are those that generations kept for a rollback name, or that were added and not yet published.
func (v *verification) keptPackages(ctx context.Context) (map[string]bool, error) {
	if !v.state {
		return nil, nil
	}
	kept, err := keptPackages(ctx, v.at)
	if err != nil {
		return nil, v.brokenState(err)
	}
	return kept, nil
}
