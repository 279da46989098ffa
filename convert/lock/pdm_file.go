package lock

import (
	"path/filepath"
	"strings"
)

// place fills in where a package comes from: its files, or its source code.
func (r *pdmReader) place(pin *Pin, e *pdmEntry) *problem {
	commit := e.Revision
	if commit == "" {
		commit = e.Ref
	}
	for _, vcs := range []struct{ name, place string }{{"git", e.Git}, {"hg", e.Hg}, {"svn", e.Svn}, {"bzr", e.Bzr}} {
		if vcs.place != "" {
			pin.Origin = vcsOrigin(vcs.name, r.expand(vcs.place), commit, e.Subdirectory)
			return nil
		}
	}
	f := File{}
	switch {
	case e.Path != "":
		f.Path = resolveBeside(r.dir, e.Path)
		f.Name = lastPart(f)
	case e.URL != "":
		f.URL = r.expand(e.URL)
		f.Name = lastPart(f)
	default:
		return r.files(pin, e)
	}
	if e.Editable || !isArchive(f.Name) {
		pin.Origin = filepath.Join(f.Path, filepath.FromSlash(e.Subdirectory))
		if f.Path == "" {
			pin.Origin = f.URL
		}
		return nil
	}
	for _, known := range e.Files {
		if known.File != f.Name && len(e.Files) > 1 {
			continue
		}
		h, err := ParseHash(known.Hash)
		if err != nil {
			return problemf(RuleHash, "%s: %s", quote(f.Name), err)
		}
		f.Hashes = []Hash{h}
	}
	direct, p := directPin(*pin, f, e.Subdirectory)
	if p != nil {
		return p
	}
	*pin = direct
	return r.hashed(*pin, len(f.Hashes) > 0 || pin.Origin != "", r.options, "pdm lock")
}

// files gives a pin the files of an index.
func (r *pdmReader) files(pin *Pin, e *pdmEntry) *problem {
	if pin.Version == "" {
		return problemf(RuleUnpinned, "has no version: run %s", pdmRelock)
	}
	for _, f := range e.Files {
		file := File{Name: f.File}
		if f.URL != "" {
			file.URL = r.expand(f.URL)
			if path, ok := filePath(file.URL); ok {
				file.URL, file.Path = "", path
			} else if !fetched(file.URL) {
				return problemf(RuleField, "%s: not a URL that files are fetched from", quote(f.URL))
			}
			file.Name = lastPart(file)
		}
		if file.Name == "" {
			return problemf(RuleField, "has a file without a name")
		}
		if weakHash(f.Hash) {
			continue
		}
		h, err := ParseHash(f.Hash)
		if err != nil {
			return problemf(RuleHash, "%s: %s", quote(file.Name), err)
		}
		file.Hashes = []Hash{h}
		pin.Files = append(pin.Files, file)
	}
	return r.hashed(*pin, len(pin.Files) > 0, r.options, "pdm lock")
}

// expand puts the folder of the lock and the values of variables into a URL.
func (r *pdmReader) expand(text string) string {
	if !strings.Contains(text, "${") {
		return text
	}
	dir, err := filepath.Abs(r.dir)
	if err != nil {
		dir = r.dir
	}
	text = strings.ReplaceAll(text, "/${PROJECT_ROOT}", filepath.ToSlash(dir))
	text = strings.ReplaceAll(text, "${PROJECT_ROOT}", filepath.ToSlash(dir))
	if e, ok := expand(text, r.options.Getenv); ok {
		r.expanded = r.expanded || e.set
		return e.text
	}
	return text
}
