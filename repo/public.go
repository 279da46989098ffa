package repo

import (
	"context"
	"slices"
	"strings"
	"time"

	"wain/repo/page"
	"wain/repo/store"
)

// publicFiles adds what lies at the repository's root to the change: the keys, the client files, the page.
func (e *editor) publicFiles(ctx context.Context, now *current, g *generation, change *store.Change) error {
	site := page.Site{Origin: g.Origin, Label: g.Label, BaseURL: g.BaseURL, Generation: g.Number, Date: g.Date}
	for _, fingerprint := range g.Keys {
		site.Keys = append(site.Keys, page.Key{Fingerprint: fingerprint})
	}
	for i := range g.Suites {
		s := &g.Suites[i]
		described, err := describe(ctx, now, s)
		if err != nil {
			return err
		}
		site.Suites = append(site.Suites, described)
		if s.Format == formatYum && s.name().ours() && g.BaseURL != "" && store.Aliases(now.at) {
			top := strings.TrimSuffix(s.Folder, "/repodata")
			url := strings.TrimRight(g.BaseURL, "/") + "/" + top + "/\n"
			change.Head.Files = append(change.Head.Files, store.File{Name: s.Base + "/mirrorlist", Data: []byte(url)})
		}
	}
	signer := e.commit.Signer
	if signer != nil && !slices.Equal(signer.Fingerprints, g.Keys) {
		signer = nil // the generation is another publisher's: its keys stay
	}
	files, err := rootFiles(site, signer)
	change.Head.Files = append(change.Head.Files, files...)
	return err
}

// listedWhole is the number of packages up to which the page lists all of a suite's; of a larger one it lists the newest,
// which are known without reading its segments.
const listedWhole = 500

// describe is what the page says of a suite.
func describe(ctx context.Context, now *current, s *suite) (page.Suite, error) {
	d := page.Suite{
		Format: s.Format, Name: s.Name, Base: s.Base, Description: s.Config.Description, Date: s.Date, ValidUntil: s.ValidUntil,
		Components: s.Components, Architectures: s.Architectures, Packages: s.Packages,
	}
	if s.Packages > listedWhole {
		for _, p := range s.Recent {
			d.Listed = append(d.Listed, page.Package{Name: p.Name, Version: p.Version, Architecture: p.Architecture, Size: p.Size, Since: p.Since, Href: p.Path})
		}
		return d, nil
	}
	packages, err := now.packages(ctx, s)
	for _, h := range packages {
		d.Listed = append(d.Listed, page.Package{
			Name: h.Name, Version: h.Version, Architecture: h.entry.Architecture, Size: h.Size, Since: time.Unix(h.Since, 0).UTC(), Href: h.Path,
		})
	}
	return d, err
}
