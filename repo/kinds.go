package repo

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"wain/repo/apt"
	"wain/repo/deb"
	"wain/repo/store"
)

// The kinds of indexes; a package has one text for each that its suite has.
const (
	kindPackages    = "packages"
	kindShort       = "short" // Packages of a suite that has the descriptions in Translation
	kindContents    = "contents"
	kindTranslation = "translation"
)

// kinds are what every suite of a format has, unless it is configured otherwise.
var kinds = map[string][]string{
	formatApt: {kindPackages},
	formatYum: {"primary", "filelists", "other"},
}

// zstd reports whether the indexes are published as .zst.
func (c SuiteConfig) zstd() bool { return c.Compression == "zst" }

// stanzas is the kind of the suite's Packages.
func (c SuiteConfig) stanzas() string {
	if c.Translation {
		return kindShort
	}
	return kindPackages
}

// kinds are those that the suite has.
func (p *suitePlan) kinds() []string {
	if p.name.format != formatApt {
		return kinds[p.name.format]
	}
	all := []string{p.config.stanzas()}
	if p.config.Contents {
		all = append(all, kindContents)
	}
	if p.config.Translation {
		all = append(all, kindTranslation)
	}
	return all
}

// gzipped reports whether the suite publishes its indexes as .gz.
func (p *suitePlan) gzipped() bool { return p.name.format == formatApt || !p.config.zstd() }

// complete leaves a package the texts of the kinds that the suite has, and gives it those that it lacks, from its file. A
// package that is published is not given.
func (p *suitePlan) complete(ctx context.Context, e *entry, given *incoming) error {
	kept := make(map[string][]byte, len(e.texts))
	var missing []string
	for _, kind := range p.kinds() {
		if text, has := e.texts[kind]; has {
			kept[kind] = text
		} else {
			missing = append(missing, kind)
		}
	}
	e.texts = kept
	if len(missing) == 0 {
		return nil
	}
	o, err := p.open(ctx, e.Path, given)
	if err != nil {
		return fmt.Errorf("read package: %w", err)
	}
	defer o.Close()
	if p.name.format == formatYum {
		in := incoming{source: e.Path, name: p.name}
		err := in.describe(o, o.Size(), p.href(e), &p.debs)
		for _, kind := range missing {
			e.texts[kind] = in.texts[kind]
		}
		return err
	}
	return p.completeDeb(e, o, missing)
}

func (p *suitePlan) completeDeb(e *entry, o store.Object, missing []string) error {
	pkg, err := p.debs.Read(o, o.Size())
	if err != nil {
		return &PackageError{Source: e.Path, Err: err}
	}
	for _, kind := range missing {
		switch kind {
		case kindPackages:
			e.texts[kind] = apt.Stanza(pkg, p.href(e))
		case kindShort:
			e.texts[kind] = apt.ShortStanza(pkg, p.href(e))
		case kindTranslation:
			e.texts[kind] = apt.Translation(pkg)
		case kindContents:
			paths, err := deb.Paths(o, o.Size())
			if err != nil {
				return &PackageError{Source: e.Path, Err: err}
			}
			e.texts[kind] = apt.Contents(pkg, paths)
		}
	}
	return nil
}

// href is the path of a package's file as the indexes have it.
func (p *suitePlan) href(e *entry) string {
	if p.name.base() == "." {
		return e.Path
	}
	return strings.TrimPrefix(e.Path, p.name.base()+"/")
}

// open opens a package's file where it is now.
func (p *suitePlan) open(ctx context.Context, name string, given *incoming) (store.Object, error) {
	switch {
	case given == nil || given.stored:
		return p.now.at.Open(ctx, name)
	case given.link != "":
		return p.now.at.Open(ctx, given.link)
	default:
		return store.NewFolder(filepath.Dir(given.source), store.FolderOptions{}).Open(ctx, filepath.Base(given.source))
	}
}
