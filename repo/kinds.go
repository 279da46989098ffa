package repo

import (
	"context"
	"errors"
)

// The kinds of indexes; a package has one text for each that its suite has.
const (
	kindPackages    = "packages"
	kindContents    = "contents"
	kindTranslation = "translation"
)

// kinds are what every suite of a format has.
var kinds = map[string][]string{
	formatApt: {kindPackages},
	formatYum: {"primary", "filelists", "other"},
}

// zstd reports whether the indexes are published as .zst.
func (c SuiteConfig) zstd() bool { return c.Compression == "zst" }

// kinds are those that the suite has.
func (p *suitePlan) kinds() []string {
	all := kinds[p.name.format]
	if p.name.format != formatApt {
		return all
	}
	all = all[:len(all):len(all)]
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

// complete gives a package the texts that it lacks.
func (p *suitePlan) complete(ctx context.Context, e *entry, b *bucket) error {
	for _, kind := range p.kinds() {
		if e.texts[kind] == nil {
			return errors.New("not built yet: " + kind)
		}
	}
	return nil
}
