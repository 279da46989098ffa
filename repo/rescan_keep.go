package repo

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"wain/repo/deb"
	"wain/repo/store"
	"wain/repo/yum"
)

// A released is what the Release of an adopted suite calls the suite. apt stops at another Suite, Codename or Version until
// a person agrees.
type released struct {
	Suite    string `json:"suite,omitempty"`
	Codename string `json:"codename,omitempty"`
	Version  string `json:"version,omitempty"`
}

// readRelease returns what a client takes for an apt suite's Release, and its file.
func readRelease(ctx context.Context, at store.Reader, t tree) (file string, text []byte, fields deb.Paragraph, err error) {
	file, text, err = newVerification(VerifyOptions{Store: at, Unsigned: true}).release(ctx, t)
	if err != nil {
		return file, nil, fields, err
	}
	fields, err = deb.ParseParagraph(text)
	if err != nil {
		err = &AdoptError{file, err}
	}
	return file, text, fields, err
}

// releasedAs returns what the adopted suite's Release calls it; nil where that is what ours would.
func releasedAs(fields deb.Paragraph, suite string) *released {
	r := released{fields.Get("Suite"), fields.Get("Codename"), fields.Get("Version")}
	if cmp.Or(r.Suite, r.Codename) == "" {
		r.Suite, r.Codename = suite, suite
	}
	if r == (released{Suite: suite, Codename: suite}) {
		return nil
	}
	return &r
}

// former is what the suite's tree has shown until now, newest first, and a folder that has all of it.
func (p *suitePlan) former(ctx context.Context, until time.Time) (all []past, folder string, err error) {
	if p.before != nil {
		old, err := loadPast(ctx, p.now.at, p.before)
		if err != nil {
			return nil, "", err
		}
		folder = p.before.Folder
		all = append([]past{{Generation: p.before.Generation, Until: until, Folder: folder, Hashed: p.before.Hashed}}, old...)
	}
	if p.scanned == nil {
		return all, folder, nil
	}
	shown, err := hashNamed(ctx, p.now.at, p.name.format, p.scanned.folder)
	if err != nil {
		return nil, "", err
	}
	named := map[string]bool{}
	for _, one := range all {
		for _, name := range one.Hashed {
			named[name] = true
		}
	}
	shown = slices.DeleteFunc(shown, func(name string) bool { return named[name] })
	if len(shown) == 0 {
		return all, folder, nil
	}
	folder = p.scanned.folder
	return append([]past{{Until: until, Folder: folder, Hashed: shown}}, all...), folder, nil
}

// hashNamed lists the files that readers of a tree come to by its Release or repomd.xml alone: those by hash, and what
// repomd.xml lists.
func hashNamed(ctx context.Context, at store.Reader, format, folder string) ([]string, error) {
	if format == formatApt {
		return byHash(ctx, at, folder, "", 0)
	}
	data, err := readBounded(ctx, at, path.Join(folder, "repomd.xml"), maxReleaseSize)
	if err != nil {
		return nil, err
	}
	published, err := yum.ParseRepomd(data)
	if err != nil {
		return nil, &AdoptError{folder + "/repomd.xml", err}
	}
	entries, err := at.List(ctx, folder)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", folder, err)
	}
	var names []string
	for _, e := range entries {
		if !e.Folder && slices.ContainsFunc(published.Data, func(d yum.Data) bool { return d.Base == "" && d.Href == "repodata/"+e.Name }) {
			names = append(names, e.Name)
		}
	}
	return names, nil
}

// byHash lists the files by-hash/KIND/DIGEST below a suite's folder.
func byHash(ctx context.Context, at store.Reader, suite, below string, depth int) ([]string, error) {
	entries, err := at.List(ctx, path.Join(suite, below))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", path.Join(suite, below), err)
	}
	var names []string
	for _, e := range entries {
		name := path.Join(below, e.Name)
		if e.Folder && depth < maxTreeDepth {
			more, err := byHash(ctx, at, suite, name, depth+1)
			if err != nil {
				return nil, err
			}
			names = append(names, more...)
		} else if !e.Folder && path.Base(path.Dir(path.Dir(name))) == "by-hash" && strings.Contains(name, "/") {
			names = append(names, name)
		}
	}
	return names, nil
}
