package convert

import (
	"path"
	"slices"
	"strings"

	"wain/convert/pack"
	"wain/convert/venv"
	"wain/convert/wheel"
)

// components describes the projects of a package for its copyright file, the
// packaged one first: it stands for all files that no other has.
func components(p *plan, dir string) []pack.Component {
	paths := pathsByOrigin(p.tree.Entries)
	list := make([]pack.Component, len(p.chosen))
	for i, c := range p.chosen {
		w := c.book.wheel
		site := path.Join(dir, "lib", "python"+p.target.Python.Version, "site-packages")
		list[i] = pack.Component{
			Project: w.Metadata.Name, Version: w.Metadata.Version, Homepage: w.Metadata.Homepage,
			Filename: c.book.candidate.Filename.Raw, SHA256: c.book.sha256(), Origin: c.origin, Built: how(c.built),
			Authors: authorsOf(w.Metadata), License: w.Metadata.LicenseExpression, LicenseText: licenceOf(w.Metadata),
			LicenseFiles: licenceFiles(w, site),
		}
		if i > 0 {
			list[i].Paths = paths[w.Filename.Name]
		}
	}
	return list
}

// pathsByOrigin gives each project's files as few patterns: a folder that one
// project alone has files in stands for all below it.
func pathsByOrigin(entries []venv.Entry) map[string][]string {
	owner := map[string]string{} // folder → the one project with files below it; "" for several
	for _, e := range entries {
		if e.Mode.IsDir() {
			continue
		}
		for dir := path.Dir(e.Path); dir != "/"; dir = path.Dir(dir) {
			if other, seen := owner[dir]; seen && other != e.Origin {
				owner[dir] = ""
			} else if !seen {
				owner[dir] = e.Origin
			}
		}
	}
	paths := map[string][]string{}
	for _, e := range entries {
		if e.Origin == "" || e.Mode.IsDir() {
			continue
		}
		pattern := e.Path
		for dir := path.Dir(e.Path); dir != "/" && owner[dir] == e.Origin; dir = path.Dir(dir) {
			pattern = dir + "/*"
		}
		// Entries come by path, so those of one folder follow each other.
		if list := paths[e.Origin]; len(list) == 0 || list[len(list)-1] != pattern {
			paths[e.Origin] = append(list, pattern)
		}
	}
	return paths
}

func authorsOf(m wheel.Metadata) []string {
	var authors []string
	for _, person := range []struct{ name, address string }{{m.Author, m.AuthorEmail}, {m.Maintainer, m.MaintainerEmail}} {
		if text := strings.TrimSpace(person.name + " " + person.address); text != "" && !slices.Contains(authors, text) {
			authors = append(authors, text)
		}
	}
	return authors
}

func licenceFiles(w *wheel.Wheel, site string) []string {
	there := map[string]bool{}
	for _, f := range w.Files {
		there[f.Path] = true
	}
	var files []string
	for _, name := range w.Metadata.LicenseFiles {
		for _, folder := range []string{w.DistInfo + "/licenses/", w.DistInfo + "/"} {
			if there[folder+name] {
				there[folder+name] = false // once is enough
				files = append(files, path.Join(site, folder+name))
				break
			}
		}
	}
	return files
}
