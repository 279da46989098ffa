package repo

import (
	"fmt"
	"strings"

	"wain/repo/page"
	"wain/repo/store"
)

// rootFiles are the files at the repository's root: the keys, client configuration, index.html and suites.json. The
// site's own Files and its suites' Snippets are made here.
func rootFiles(site page.Site, signer *Signer) ([]store.File, error) {
	files := append(keyFiles(signer), clientFiles(site)...)
	for _, f := range files {
		if !strings.HasPrefix(f.Name, "key.") {
			site.Files = append(site.Files, f.Name)
		}
	}
	suites := make([]page.Suite, len(site.Suites))
	for i, s := range site.Suites {
		snippets, err := suiteSnippets(site, s)
		if err != nil {
			return nil, err
		}
		s.Snippets = snippets
		suites[i] = s
	}
	site.Suites = suites
	return append(files,
		store.File{Name: "suites.json", Data: page.Suites(site)},
		store.File{Name: "index.html", Data: page.HTML(site)},
	), nil
}

func keyFiles(signer *Signer) []store.File {
	if signer == nil {
		return nil
	}
	return []store.File{{Name: "key.asc", Data: signer.PublicArmored}, {Name: "key.gpg", Data: signer.PublicBinary}}
}

// snippetOptions describe a suite of the site to its clients.
func snippetOptions(site page.Site, s page.Suite) SnippetOptions {
	o := SnippetOptions{
		BaseURL: site.BaseURL, Origin: site.Origin, Suite: s.Name,
		Base: s.Base, Components: s.Components, Format: s.Format,
	}
	for _, key := range site.Keys {
		o.Fingerprints = append(o.Fingerprints, key.Fingerprint)
	}
	return o
}

// suiteSnippets are those that the page shows.
func suiteSnippets(site page.Site, s page.Suite) ([]page.Snippet, error) {
	var snippets []page.Snippet
	for _, kind := range SnippetKinds() {
		if (kind == SnippetApt) != (s.Format == formatApt) && (kind == SnippetApt || kind == SnippetDnf || kind == SnippetZypper) {
			continue
		}
		text, err := Snippet(kind, snippetOptions(site, s))
		if err != nil {
			return nil, err
		}
		snippets = append(snippets, page.Snippet{Kind: kind, Text: text})
	}
	return snippets, nil
}

// clientFiles are the configuration of all suites, one file for each format.
func clientFiles(site page.Site) []store.File {
	var files []store.File
	for _, format := range []string{formatApt, formatYum} {
		if text := clientFile(site, format); text != "" {
			name := slug(site.Origin) + map[string]string{formatApt: ".sources", formatYum: ".repo"}[format]
			files = append(files, store.File{Name: name, Data: []byte(text)})
		}
	}
	return files
}

// clientFile is the configuration of all suites of a format. A host subscribes to one of them: where there are
// several, none is enabled.
func clientFile(site page.Site, format string) string {
	var parts []string
	for _, s := range site.Suites {
		if s.Format != format {
			continue
		}
		o := snippetOptions(site, s)
		part := o.repoSection()
		if format == formatApt {
			part = "Enabled: yes\n" + o.sources()
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return ""
	}
	header := fmt.Sprintf("# Packages of %s\n", site.Origin)
	if site.BaseURL == "" {
		header += "# Put the address of the repository in place of " + page.Placeholder + "\n"
	}
	for _, key := range site.Keys {
		header += "# Signed by the key " + page.Spaced(key.Fingerprint) + "\n"
	}
	body := strings.Join(parts, "\n")
	if len(parts) > 1 {
		header += "# Enable the one that is your host's.\n"
		body = strings.ReplaceAll(strings.ReplaceAll(body, "Enabled: yes\n", "Enabled: no\n"), "\nenabled=1\n", "\nenabled=0\n")
	}
	return header + body
}
