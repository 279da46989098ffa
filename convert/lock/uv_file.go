package lock

import (
	"net/url"
	"path/filepath"
	"strings"
)

// pin makes the pin of a package. It is as whole as can be where there is a
// problem.
func (g *uvGraph) pin(n *uvNode) (Pin, *problem) {
	pin := Pin{Name: n.name, Version: n.version, File: g.path, Line: n.line}
	s := n.Source
	switch {
	case s.Registry != "":
		if isURL(s.Registry) {
			pin.Index = s.Registry
		}
		return g.files(pin, n)
	case s.Git != "":
		pin.Origin = gitOrigin(s.Git)
	case s.URL != "", s.Path != "":
		return g.direct(pin, n)
	default:
		pin.Origin = g.resolve(s.folder())
	}
	return pin, nil
}

// files gives a pin the files of a registry.
func (g *uvGraph) files(pin Pin, n *uvNode) (Pin, *problem) {
	var wrong *problem
	for i, f := range n.files() {
		isSource := i == len(n.Wheels)
		file, p := g.file(n, f)
		if p != nil && (!isSource || len(pin.Files) == 0) && wrong == nil {
			wrong = p
		}
		if p == nil {
			pin.Files = append(pin.Files, file)
		}
	}
	if wrong == nil && len(pin.Files) == 0 {
		wrong = problemf(RuleMissing, "has no file in the lock, neither a wheel nor a source archive: lock again")
	}
	return pin, wrong
}

// direct gives a pin the one file of its source: a wheel, or a source archive.
func (g *uvGraph) direct(pin Pin, n *uvNode) (Pin, *problem) {
	var f uvFile
	if all := n.files(); len(all) > 0 {
		f = all[0]
	}
	f.URL, f.Path, f.Filename = n.Source.URL, n.Source.Path, ""
	if f.Path != "" {
		f.Path = g.resolve(f.Path)
	}
	file, p := g.file(n, f)
	pin, wrong := directPin(pin, file, n.Source.Subdirectory)
	if p == nil || pin.Origin != "" {
		p = wrong
	}
	return pin, p
}

func (g *uvGraph) file(n *uvNode, f uvFile) (File, *problem) {
	file := File{Name: f.Filename, URL: f.URL, Size: f.Size}
	if local, ok := filePath(f.URL); ok {
		file.URL, file.Path = "", local
	}
	if f.Path != "" {
		file.URL, file.Path = "", f.Path
		if registry := n.Source.Registry; registry != "" && !filepath.IsAbs(f.Path) {
			if folder, ok := filePath(registry); ok {
				registry = folder
			}
			file.Path = g.resolve(filepath.Join(registry, f.Path))
		}
	}
	if file.Name == "" {
		file.Name = lastPart(file)
	}
	switch {
	case file.URL == "" && file.Path == "" || file.Name == "":
		return file, problemf(RuleField, "has a file without a URL and without a path")
	case file.URL != "" && !fetched(file.URL):
		return file, problemf(RuleField, "%s: not a URL that files are fetched from", quote(file.URL))
	}
	if f.weak() && g.allowUnhashed {
		return file, nil
	}
	if f.Hash == "" {
		return file, problemf(RuleUnhashed, "no hash for %s: uv writes none for the files of a folder; an index gives them, as do links with #sha256=", quote(file.Name))
	}
	h, err := ParseHash(f.Hash)
	if err != nil {
		return file, problemf(RuleHash, "%s: %s", quote(file.Name), err)
	}
	file.Hashes = []Hash{h}
	return file, nil
}

// weak tells whether a file has no hash that could be trusted.
func (f uvFile) weak() bool {
	algorithm, _, _ := strings.Cut(f.Hash, ":")
	return digestSize(algorithm) == 0
}

// resolve finds a path of the lock.
func (g *uvGraph) resolve(place string) string {
	if filepath.IsAbs(place) {
		return filepath.Clean(place)
	}
	return filepath.Join(filepath.Dir(g.path), place)
}

// gitOrigin writes a source of uv the way requirements do. uv has what was asked
// for in a query, and the commit it stood for behind a "#".
func gitOrigin(place string) string {
	rest, commit, _ := strings.Cut(place, "#")
	rest, query, _ := strings.Cut(rest, "?")
	values, _ := url.ParseQuery(query) // what is readable of it
	return vcsOrigin("git", rest, commit, values.Get("subdirectory"))
}
