package wheel

import (
	"io"
	"slices"
	"strings"

	"wain/convert/pep"
)

// findDistInfo gives the name of the only .dist-info folder at the top of the
// archive, which must be that of the project.
func findDistInfo(entries []entry, project string) (string, error) {
	var found []string
	for i := range entries {
		top, _, nested := strings.Cut(entries[i].name, "/")
		if nested && strings.HasSuffix(top, ".dist-info") && !slices.Contains(found, top) {
			found = append(found, top)
			if len(found) > 1 {
				return "", refuse("dist-info-several", "", "more than one .dist-info folder: %q", found)
			}
		}
	}
	if len(found) == 0 {
		return "", refuse("dist-info-missing", "", "no .dist-info folder")
	}
	// NAME-VERSION.dist-info; old tools left "-" in names and versions.
	stem := strings.TrimSuffix(found[0], ".dist-info")
	for at, c := range stem {
		if c == '-' && pep.Normalize(stem[:at]) == project {
			return found[0], nil
		}
	}
	return "", refuse("dist-info-name", found[0], "the .dist-info folder is not that of %s, which the file name says", project)
}

// place gives the scheme of an entry and its path there.
func (w *Wheel) place(name string) (Scheme, string, error) {
	top, rest, nested := strings.Cut(name, "/")
	if !nested || !strings.HasSuffix(top, ".data") {
		if w.RootIsPurelib {
			return Purelib, name, nil
		}
		return Platlib, name, nil
	}
	if want := strings.TrimSuffix(w.DistInfo, ".dist-info") + ".data"; top != want {
		return "", "", refuse("data-folder", name, "the folder %q does not go with %q", top, w.DistInfo)
	}
	key, dest, nested := strings.Cut(rest, "/")
	scheme := Scheme(key)
	switch scheme {
	case Purelib, Platlib, Headers, Data:
	case Scripts:
		if nested && strings.Contains(dest, "/") {
			return "", "", refuse("data-scripts-nested", name, "scripts lie directly in the scripts folder")
		}
	default:
		return "", "", refuse("data-scheme", name, "%q is none of purelib, platlib, scripts, headers and data", key)
	}
	if !nested {
		return "", "", refuse("data-scheme", name, "a file where a folder is expected")
	}
	return scheme, dest, nil
}

// infoBase gives the name of f in the .dist-info folder, "" for other files.
func (w *Wheel) infoBase(f *File) string {
	base, found := strings.CutPrefix(f.Path, w.DistInfo+"/")
	if !found {
		return ""
	}
	return base
}

// find gives a file of the .dist-info folder, or nil.
func (w *Wheel) find(base string) *File {
	path := w.DistInfo + "/" + base
	at, found := slices.BinarySearchFunc(w.Files, path, func(f File, path string) int { return strings.Compare(f.Path, path) })
	if !found {
		return nil
	}
	return &w.Files[at]
}

// readInfo reads an entry whose hash is not known yet.
func (w *Wheel) readInfo(e *entry) ([]byte, error) {
	return w.readAll(e, nil)
}

// readVerified reads a file of the .dist-info folder and checks it.
func (w *Wheel) readVerified(base string) ([]byte, error) {
	f := w.find(base)
	return w.readAll(f.entry, &f.SHA256)
}

// verifyInfo checks a file that was read before its hash was known.
func (w *Wheel) verifyInfo(base string) error {
	_, err := w.readVerified(base)
	return err
}

func (w *Wheel) readAll(e *entry, want *[32]byte) ([]byte, error) {
	if e.size > maxInfo {
		return nil, refuse("dist-info-size", e.name, "%d bytes, the limit is %d", e.size, maxInfo)
	}
	r := w.archive.open(e, want)
	defer r.Close()
	return io.ReadAll(r)
}
