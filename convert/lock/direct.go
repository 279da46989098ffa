package lock

import (
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"wain/convert/pep"
)

// directPin makes the pin of one file that a lock names by URL or path: of a
// wheel, or of source code.
func directPin(pin Pin, f File, subdirectory string) (Pin, *problem) {
	switch local, ok := filePath(f.URL); {
	case f.Path != "":
		f.URL = ""
	case ok:
		f.URL, f.Path = "", local
	case !fetched(f.URL):
		return pin, problemf(RuleField, "%s: not a URL that files are fetched from", quote(f.URL))
	}
	if subdirectory != "" || !strings.HasSuffix(f.Name, ".whl") {
		return archivePin(pin, f, subdirectory), nil
	}
	name, err := pep.ParseWheelFilename(f.Name)
	switch {
	case err != nil:
		return pin, problemf(RuleField, "%s is not the name of a wheel: %s", quote(f.Name), syntaxDetail(err))
	case name.Name != pin.Name:
		return pin, problemf(RuleName, "the wheel %s is of another project", quote(f.Name))
	case !sameVersion(pin.Version, name.Version):
		return pin, problemf(RuleName, "the wheel %s is of another version than %s", quote(f.Name), pin.Version)
	case pin.Version == "":
		pin.Version = name.Version.String()
	}
	pin.URL, pin.Path, pin.Hashes = f.URL, f.Path, f.Hashes
	return pin, nil
}

// archivePin makes the pin of one archive with source code. Where its name does
// not say that it is this project's at this version, as a source distribution's
// does, nothing tells what becomes of it: an archive of a repository is source
// code like the repository.
func archivePin(pin Pin, f File, subdirectory string) Pin {
	v, err := pep.ParseSdistFilename(f.Name, pin.Name)
	if subdirectory != "" || err != nil || !sameVersion(pin.Version, v) {
		pin.Origin = f.URL + f.Path
		if subdirectory != "" {
			pin.Origin += "#subdirectory=" + subdirectory
		}
		return pin
	}
	if pin.Version == "" {
		pin.Version = v.String()
	}
	pin.Files = []File{f}
	return pin
}

// sameVersion compares a version, which may be "" for any.
func sameVersion(text string, v pep.Version) bool {
	w, err := pep.ParseVersion(text)
	return text == "" || err == nil && v.Compare(w) == 0
}

// vcsOrigin writes source code under version control as pip does:
// git+https://host/project@commit#subdirectory=sub.
func vcsOrigin(vcs, place, commit, subdirectory string) string {
	origin := place
	if !strings.HasPrefix(place, vcs+"+") {
		origin = vcs + "+" + place
	}
	if commit != "" {
		origin += "@" + commit
	}
	if subdirectory != "" {
		origin += "#subdirectory=" + subdirectory
	}
	return origin
}

// lastPart is the name of a file by its place.
func lastPart(f File) string {
	if f.Path != "" {
		return filepath.Base(f.Path)
	}
	place, _, _ := strings.Cut(f.URL, "#")
	place, _, _ = strings.Cut(place, "?")
	name := path.Base(place)
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

// fetched tells whether a URL is of a kind that files are fetched from.
func fetched(place string) bool {
	u, err := url.Parse(place)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func isURL(place string) bool {
	_, local := filePath(place)
	return !local && strings.Contains(place, "://")
}

// filePath is the path of a file: URL.
func filePath(place string) (string, bool) {
	rest, ok := strings.CutPrefix(place, "file://")
	if !ok {
		return "", false
	}
	rest = strings.TrimPrefix(rest, "localhost")
	if plain, err := url.PathUnescape(rest); err == nil {
		rest = plain
	}
	return filepath.Clean(rest), true
}

// resolveBeside takes a path relative to a folder, whichever system it was
// written on.
func resolveBeside(dir, path string) string {
	if !strings.Contains(path, "/") {
		path = strings.ReplaceAll(path, `\`, "/")
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}
