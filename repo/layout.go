package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"wain/repo/deb"
	"wain/repo/page"
	"wain/repo/store"
)

// A tree is one published suite: what a client opens, and what the paths in its indexes are relative to. Whoever
// published it, an apt suite lies at BASE/dists/SUITE and a yum repository at BASE/repodata; a flat apt repository is a
// folder with Packages in it.
type tree struct {
	format  string
	suite   string   // apt: what follows dists/; yum: the last element of the base; empty at the root, and for a flat one
	folder  string   // that holds Release or repomd.xml
	base    string   // "." for the root
	flat    bool     // apt
	aliases []string // other suites of the same dists that are the same, such as stable beside bookworm
}

// Bounds of the search for trees. A folder may hold anything, links to itself included.
const (
	maxTreeDepth   = 10
	maxTreeFolders = 20_000
	maxReleaseSize = 32 << 20
)

// A LayoutError reports a folder that is too large to be searched for suites.
type LayoutError struct{ Folders int }

func (e *LayoutError) Error() string {
	return fmt.Sprintf("no end of the search for suites after %d folders", e.Folders)
}

// discover finds the published suites, apt before yum, by folder. Given wanted, it keeps those of these names. A store
// that cannot be listed, such as a web server, is asked for suites.json, for repodata/repomd.xml and for a flat
// repository at its root, and for each wanted suite.
//
// The error is an *UnknownSuiteError where a wanted suite is not there.
func discover(ctx context.Context, at store.Reader, wanted []string) ([]tree, error) {
	d := &discovery{at: at}
	_, err := at.List(ctx, ".")
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		err = d.ask(ctx, wanted)
	case err == nil:
		err = d.walk(ctx, ".", 0)
	}
	if err != nil {
		return nil, fmt.Errorf("look for suites: %w", err)
	}
	found, err := d.merge(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for suites: %w", err)
	}
	return choose(found, wanted)
}

// choose keeps the wanted trees.
func choose(found []tree, wanted []string) ([]tree, error) {
	if len(wanted) == 0 {
		return found, nil
	}
	var kept []tree
	for _, name := range wanted {
		there := false
		for _, t := range found {
			if t.named(name) {
				there = true
				kept = append(kept, t)
			}
		}
		if !there {
			unknown := &UnknownSuiteError{Suite: name}
			for _, t := range found {
				unknown.Have = append(unknown.Have, t.called())
			}
			return nil, unknown
		}
	}
	return sortTrees(kept), nil
}

// called is the name by which a user can mean the tree.
func (t tree) called() string {
	if t.suite == "" {
		return t.folder
	}
	return t.suite
}

// named reports whether a user may mean the tree by a name.
func (t tree) named(name string) bool {
	name = strings.TrimSuffix(name, "/")
	return name == t.suite || name == t.folder || t.flat && name == t.base || slices.Contains(t.aliases, name)
}

func sortTrees(trees []tree) []tree {
	slices.SortFunc(trees, func(a, b tree) int {
		if a.format != b.format {
			return strings.Compare(a.format, b.format)
		}
		return strings.Compare(a.folder, b.folder)
	})
	return slices.CompactFunc(trees, func(a, b tree) bool { return a.format == b.format && a.folder == b.folder })
}

// A discovery gathers trees.
type discovery struct {
	at      store.Reader
	folders int
	trees   []tree
}

// entries are a folder's files and folders.
func (d *discovery) entries(ctx context.Context, folder string) (files, folders []string, err error) {
	if d.folders++; d.folders > maxTreeFolders {
		return nil, nil, &LayoutError{maxTreeFolders}
	}
	found, err := d.at.List(ctx, folder)
	if err != nil {
		return nil, nil, fmt.Errorf("list %s: %w", folder, err)
	}
	for _, e := range found {
		if e.Folder {
			folders = append(folders, e.Name)
		} else {
			files = append(files, e.Name)
		}
	}
	return files, folders, nil
}

// walk looks for trees in a folder and below. It does not enter pools: they hold most folders and no tree.
func (d *discovery) walk(ctx context.Context, folder string, depth int) error {
	files, folders, err := d.entries(ctx, folder)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(files, flatIndex) {
		d.trees = append(d.trees, tree{format: formatApt, folder: folder, base: folder, flat: true})
	}
	yum := slices.Contains(folders, "repodata")
	for _, name := range folders {
		below := path.Join(folder, name)
		switch {
		case name == "dists":
			err = d.dists(ctx, folder, "", depth+1)
		case name == "repodata":
			err = d.repodata(ctx, folder)
		case strings.HasPrefix(name, "."), name == "pool", depth >= maxTreeDepth, yum && name == "Packages",
			name == "generations" && (ownGenerations(folders) || folder == "apt" || path.Dir(folder) == "yum"):
		default:
			err = d.walk(ctx, below, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// flatIndex reports whether a file makes its folder a flat repository.
func flatIndex(name string) bool {
	return name == "Packages" || strings.HasPrefix(name, "Packages.") && name != "Packages.diff"
}

// ownGenerations reports whether the folder "generations" beside others holds what our trees show. At our own places it
// does even where there is no tree yet: a first publish is at work, or died.
func ownGenerations(beside []string) bool {
	return slices.Contains(beside, "repodata") || slices.Contains(beside, "dists")
}

// dists looks for apt suites below BASE/dists. A suite's name may have slashes; below a suite there is no other.
func (d *discovery) dists(ctx context.Context, base, suite string, depth int) error {
	folder := path.Join(base, "dists", suite)
	files, folders, err := d.entries(ctx, folder)
	if err != nil {
		return err
	}
	isSuite := suite != "" && slices.ContainsFunc([]string{"InRelease", "Release", "Release.gpg"},
		func(name string) bool { return slices.Contains(files, name) })
	for i := 0; i < len(folders) && suite != "" && !isSuite; i++ {
		if isSuite, err = d.isComponent(ctx, path.Join(folder, folders[i])); err != nil {
			return err
		}
	}
	if isSuite {
		d.trees = append(d.trees, tree{format: formatApt, suite: suite, folder: folder, base: base})
		return nil
	}
	if depth >= maxTreeDepth {
		return nil
	}
	for _, name := range folders {
		if err := d.dists(ctx, base, path.Join(suite, name), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// isComponent reports whether a folder holds the indexes of a component: the suite above has lost its Release.
func (d *discovery) isComponent(ctx context.Context, folder string) (bool, error) {
	_, folders, err := d.entries(ctx, folder)
	return slices.ContainsFunc(folders, func(name string) bool { return strings.HasPrefix(name, "binary-") }), err
}

// repodata notes a yum repository, also one that has lost its repomd.xml.
func (d *discovery) repodata(ctx context.Context, base string) error {
	folder := path.Join(base, "repodata")
	files, _, err := d.entries(ctx, folder)
	if err == nil && len(files) > 0 {
		d.trees = append(d.trees, yumTree(base))
	}
	return err
}

func yumTree(base string) tree {
	t := tree{format: formatYum, folder: path.Join(base, "repodata"), base: base}
	if base != "." {
		t.suite = path.Base(base)
	}
	return t
}

// ask looks for trees at fixed names.
func (d *discovery) ask(ctx context.Context, wanted []string) error {
	if err := d.listed(ctx); err != nil {
		return err
	}
	candidates := []tree{yumTree("."), {format: formatApt, folder: ".", base: ".", flat: true}}
	for _, name := range wanted {
		name = strings.TrimSuffix(name, "/")
		if !fs.ValidPath(name) || name == "." {
			continue
		}
		candidates = append(candidates,
			tree{format: formatApt, suite: name, folder: path.Join("dists", name), base: "."},
			tree{format: formatApt, suite: name, folder: path.Join("apt/dists", name), base: "apt"},
			yumTree(name), yumTree(path.Join("yum", name)),
			tree{format: formatApt, folder: name, base: name, flat: true})
	}
	for _, t := range candidates {
		if t.flat && slices.ContainsFunc(d.trees, func(o tree) bool { return o.format == formatYum && o.base == t.base }) {
			continue
		}
		there, err := d.answers(ctx, t)
		if err != nil {
			return err
		}
		if there {
			d.trees = append(d.trees, t)
		}
	}
	return nil
}

// answers reports whether a tree's own files are there: all of one of the groups.
func (d *discovery) answers(ctx context.Context, t tree) (bool, error) {
	for _, group := range t.opened() {
		there := true
		for i := 0; i < len(group) && there; i++ {
			size, err := d.at.Size(ctx, path.Join(t.folder, group[i]))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return false, err
			}
			there = err == nil && size != 0
		}
		if there {
			return true, nil
		}
	}
	return false, nil
}

// opened are the files that make a folder a tree, by groups of which one is enough. Packages alone makes no flat
// repository: many a folder of packages is called that, and web servers answer for it with its listing.
func (t tree) opened() [][]string {
	switch {
	case t.format == formatYum:
		return [][]string{{"repomd.xml"}}
	case t.flat:
		return [][]string{{"Packages.gz"}, {"Packages.xz"}, {"Packages.zst"}, {"Packages.bz2"}, {"Release", "Packages"}, {"InRelease", "Packages"}}
	default:
		return [][]string{{"InRelease"}, {"Release"}}
	}
}

// listed takes the trees that suites.json names.
func (d *discovery) listed(ctx context.Context) error {
	data, err := readBounded(ctx, d.at, suitesName, maxReleaseSize)
	if err != nil || data == nil {
		return err
	}
	list, err := page.ParseSuites(data)
	if err != nil {
		return err
	}
	for _, s := range list.Suites {
		t := yumTree(s.Base)
		if t.suite = s.Name; s.Format == formatApt {
			t = tree{format: formatApt, suite: s.Name, folder: path.Join(s.Base, "dists", s.Name), base: s.Base}
		}
		d.trees = append(d.trees, t)
	}
	return nil
}

// merge orders the trees and makes one of suites that are the same: a link in dists, of which freight makes one for each
// suite and Debian has stable. The one that its own Release names stays.
func (d *discovery) merge(ctx context.Context) ([]tree, error) {
	same := map[string]int{}
	var merged []tree
	for _, t := range sortTrees(d.trees) {
		if t.format != formatApt || t.flat {
			merged = append(merged, t)
			continue
		}
		release, err := readBounded(ctx, d.at, path.Join(t.folder, "Release"), maxReleaseSize)
		if err != nil {
			return nil, err
		}
		key := t.base + "\n" + digest(release)
		i, twice := same[key]
		if release == nil || !twice {
			same[key] = len(merged)
			merged = append(merged, t)
			continue
		}
		first := &merged[i]
		names := append(first.aliases, first.suite)
		if p, err := deb.ParseParagraph(release); err == nil && (t.suite == p.Get("Codename") || t.suite == p.Get("Suite")) {
			t.aliases = names
			*first = t
		} else {
			first.aliases = append(first.aliases, t.suite)
		}
	}
	return sortTrees(merged), nil
}

// A SizeError reports a file that is larger than such a file may be.
type SizeError struct {
	Name string // in the store
	Max  int64  // bytes
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s: more than %d bytes, which is no such file", e.Name, e.Max)
}

// readBounded returns a file's content; an absent one is nil and no error. What a server says of a file's length costs
// no memory.
func readBounded(ctx context.Context, at store.Reader, name string, limit int64) ([]byte, error) {
	o, err := at.Open(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer o.Close()
	var b bytes.Buffer
	n, err := b.ReadFrom(io.LimitReader(o, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if n > limit {
		return nil, &SizeError{Name: name, Max: limit}
	}
	if n == 0 {
		return []byte{}, nil
	}
	return b.Bytes(), nil
}
