package repo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"wain/repo/page"
	"wain/repo/store"
)

// suitesName is the file that tells tools which suites a repository of ours has.
const suitesName = "suites.json"

// verifyOurs checks what a repository of ours has beside its trees: the list of suites, client configuration, the
// mirrorlists, and that what is published is what the state says. It needs all suites.
func (v *verification) verifyOurs(ctx context.Context, trees []tree) error {
	if !v.ours || v.options.IndexesOnly || len(v.options.Suites) > 0 {
		return nil
	}
	if err := v.verifySuites(ctx, trees); err != nil {
		return err
	}
	for _, t := range trees {
		if t.format != formatYum {
			continue
		}
		if err := v.verifyMirrors(ctx, t); err != nil {
			return err
		}
	}
	return v.verifyState(ctx, trees)
}

// verifySuites checks suites.json, and the client files of the suites in it.
func (v *verification) verifySuites(ctx context.Context, trees []tree) error {
	data, err := v.read(ctx, suitesName, maxReleaseSize)
	if err != nil {
		return err
	}
	if data == nil {
		v.find("suites-differ", suitesName, "the list of suites is missing")
		return nil
	}
	list, err := page.ParseSuites(data)
	if err != nil {
		v.find("suites-differ", suitesName, "%v", err)
		return nil
	}
	for _, t := range trees {
		if !slices.ContainsFunc(list.Suites, func(s page.SuitesEntry) bool { return t.format == s.Format && t.lies(s.Name, s.Base) }) {
			v.find("suites-differ", suitesName, "%s is published and not in it", t.folder)
		}
	}
	for _, s := range list.Suites {
		if !slices.ContainsFunc(trees, func(t tree) bool { return t.format == s.Format && t.lies(s.Name, s.Base) }) {
			v.find("suites-differ", suitesName, "it names the %s suite %q, which is not published", s.Format, s.Name)
		}
	}
	return v.verifyClientFiles(ctx, list)
}

// lies reports whether a tree is that of a suite with a base.
func (t tree) lies(suite, base string) bool {
	return t.base == base && (t.format == formatYum || t.suite == suite)
}

// verifyClientFiles wants the configuration of both formats to name each suite once, no other, and the keys.
func (v *verification) verifyClientFiles(ctx context.Context, list *page.SuitesFile) error {
	for _, format := range []string{formatApt, formatYum} {
		var want []string
		for _, s := range list.Suites {
			switch {
			case s.Format != format:
			case format == formatApt:
				want = append(want, "Suites: "+s.Name)
			default:
				want = append(want, "["+slug(list.Origin)+"-"+s.Name+"]")
			}
		}
		if len(want) == 0 {
			continue
		}
		name := slug(list.Origin) + map[string]string{formatApt: ".sources", formatYum: ".repo"}[format]
		text, err := v.read(ctx, name, maxReleaseSize)
		if err != nil {
			return err
		}
		if text == nil {
			v.find("client-file-missing", name, "hosts take their configuration from here")
			continue
		}
		v.clientFile(name, string(text), want, list.Keys)
	}
	return nil
}

func (v *verification) clientFile(name, text string, want, keys []string) {
	var got []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "Suites: ") || strings.HasPrefix(line, "[") {
			got = append(got, line)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		v.find("client-file-differs", name, "it has %q, and published is %q", got, want)
	}
	for _, key := range keys {
		if !strings.Contains(text, page.Spaced(key)) {
			v.find("client-file-differs", name, "it does not name the key %s", key)
		}
	}
}

// verifyMirrors wants a mirrorlist to lead to the generation that is published.
func (v *verification) verifyMirrors(ctx context.Context, t tree) error {
	name := path.Join(t.base, "mirrorlist")
	text, err := v.read(ctx, name, maxKeyFile)
	if err != nil || text == nil {
		return err
	}
	url := strings.TrimSpace(string(text))
	at := strings.LastIndex(url, "/"+t.base+"/")
	if at < 0 || strings.ContainsAny(url, "\n") || escapes(strings.Trim(url[at+1:], "/")) {
		v.find("mirrorlist-differs", name, "%q does not lead into %s", url, t.base)
		return nil
	}
	immutable, err := v.read(ctx, path.Join(url[at+1:], "repodata/repomd.xml"), maxReleaseSize)
	if err != nil {
		return err
	}
	shown, err := v.read(ctx, path.Join(t.folder, "repomd.xml"), maxReleaseSize)
	if err != nil {
		return err
	}
	if immutable == nil || !bytes.Equal(immutable, shown) {
		v.find("mirrorlist-differs", name, "%s has another repomd.xml than is published", url[at+1:])
	}
	return nil
}

// verifyState compares what is published with what the state says is: somebody may have removed a suite, or put an
// earlier one back.
func (v *verification) verifyState(ctx context.Context, trees []tree) error {
	if !v.state {
		return nil
	}
	published, err := publishedBy(ctx, v.at)
	if err != nil {
		return v.brokenState(err)
	}
	for _, p := range published {
		if !slices.ContainsFunc(trees, func(t tree) bool { return t.folder == p.tree }) {
			v.find("state-differs", p.tree, "the state has this suite, and nothing is published there")
			continue
		}
		want, err := v.read(ctx, path.Join(p.folder, p.last), maxReleaseSize)
		if err != nil {
			return err
		}
		got, err := v.read(ctx, path.Join(p.tree, p.last), maxReleaseSize)
		if err != nil {
			return err
		}
		if got != nil && !bytes.Equal(want, got) {
			v.find("state-differs", path.Join(p.tree, p.last), "it is not that of %s, which the state says is published", p.folder)
		}
	}
	for _, t := range trees {
		if !slices.ContainsFunc(published, func(p publishedTree) bool { return t.folder == p.tree }) {
			v.find("state-differs", t.folder, "it is published, and the state does not know it")
		}
	}
	return nil
}

// brokenState makes a finding of a state that cannot be read: publishing would stop there. Other errors it leaves.
func (v *verification) brokenState(err error) error {
	var damaged *StateError
	switch {
	case errors.As(err, &damaged):
		v.find("state-damaged", damaged.Name, "%s", damaged.Detail)
	case errors.Is(err, fs.ErrNotExist):
		v.find("state-damaged", store.Private, "a file of the state is missing: %v", err)
	default:
		return err
	}
	return nil
}

// A publishedTree is what the state says of a suite: the folder that its tree shows, and the file there that readers
// open first.
type publishedTree struct{ tree, folder, last string }

// publishedBy returns the trees of the current generation.
func publishedBy(ctx context.Context, at store.Reader) ([]publishedTree, error) {
	g, err := loadGeneration(ctx, at)
	if err != nil {
		return nil, err
	}
	var trees []publishedTree
	for i := range g.Suites {
		s := &g.Suites[i]
		trees = append(trees, publishedTree{s.name().tree(), s.Folder, s.Files[len(s.Files)-1]})
	}
	return trees, nil
}

// keptPackages are the packages that the publisher's state names: those that generations kept for a rollback have, and
// those that were added and wait for a publish.
func keptPackages(ctx context.Context, at store.Reader) (map[string]bool, error) {
	kept := map[string]bool{}
	for _, folder := range []string{segmentFolder, waitingFolder} {
		entries, err := at.List(ctx, folder)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", folder, err)
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name, ".json") {
				continue
			}
			if err := keptIn(ctx, at, path.Join(folder, e.Name), kept); err != nil {
				return nil, err
			}
		}
	}
	return kept, nil
}

// keptIn notes the packages in a file of the state.
func keptIn(ctx context.Context, at store.Reader, name string, kept map[string]bool) error {
	data, err := readBounded(ctx, at, name, maxStateFile)
	if err != nil || data == nil {
		return err // nil: removed meanwhile
	}
	var f struct {
		Packages []struct {
			Path string `json:"path"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return &StateError{Name: name, Detail: err.Error()}
	}
	for _, p := range f.Packages {
		kept[p.Path] = true
	}
	return nil
}

// maxStateFile bounds a file of the state.
const maxStateFile = 256 << 20
