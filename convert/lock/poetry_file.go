package lock

import (
	"path/filepath"
	"strings"

	"wain/convert/pep"
)

// place fills in where a package comes from: its files, or its source code.
func (r *poetryReader) place(k *poetryPackage, e *poetryEntry, d *poetryDocument) *problem {
	s := k.source
	switch s.Type {
	case "git":
		commit := s.Resolved
		if commit == "" {
			commit = s.Reference
		}
		k.Origin = vcsOrigin("git", s.URL, commit, s.Subdirectory)
		return nil
	case "directory":
		k.Origin = filepath.Join(resolveBeside(r.dir, s.URL), filepath.FromSlash(s.Subdirectory))
		return nil
	case "", "legacy", "url", "file":
	default:
		return problemf(RuleSource, "comes from a source of the unknown type %s: run poetry lock", quote(s.Type))
	}
	files, hashes, p := r.files(k, e, d)
	if p != nil {
		return p
	}
	switch s.Type {
	case "url", "file":
		return r.direct(k, files)
	case "legacy":
		k.Index = s.URL
	}
	k.Files, k.Hashes = files, hashes
	return r.hashed(k.Pin, len(files)+len(hashes) > 0, r.options, "poetry lock")
}

// files reads the files of a package from where its version of the lock has
// them; the oldest has hashes without names.
func (r *poetryReader) files(k *poetryPackage, e *poetryEntry, d *poetryDocument) (files []File, hashes []Hash, p *problem) {
	var list []poetryFile
	switch {
	case e.Files != nil:
		list = *e.Files
	case d.Metadata.Hashes != nil:
		for _, text := range ofName(d.Metadata.Hashes, e.Name) {
			h, p := poetryHash(text)
			if p != nil {
				return nil, nil, p
			}
			hashes = append(hashes, h)
		}
		return nil, sortHashes(hashes), nil
	default:
		list = ofName(d.Metadata.Files, e.Name)
	}
	for _, f := range list {
		if f.File == "" {
			return nil, nil, problemf(RuleField, "has a file without a name")
		}
		h, p := poetryHash(f.Hash)
		if p != nil {
			if weakHash(f.Hash) {
				continue // as poetry export does
			}
			return nil, nil, p
		}
		files = append(files, File{Name: f.File, Hashes: []Hash{h}})
	}
	return files, nil, nil
}

// ofName looks up a project that a table of an old lock may spell in another
// way.
func ofName[T any](table map[string][]T, name string) []T {
	if list, ok := table[name]; ok {
		return list
	}
	return table[pep.Normalize(name)]
}

// poetryHash reads a hash, which is one by sha256 where it does not say.
func poetryHash(text string) (Hash, *problem) {
	if !strings.Contains(text, ":") {
		text = "sha256:" + text
	}
	h, err := ParseHash(text)
	if err != nil {
		return Hash{}, problemf(RuleHash, "%s", err)
	}
	return h, nil
}

// weakHash tells whether a text is a hash by an algorithm that is not accepted.
func weakHash(text string) bool {
	algorithm, _, ok := strings.Cut(text, ":")
	return ok && digestSize(algorithm) == 0
}

// direct gives a package the one file of its source.
func (r *poetryReader) direct(k *poetryPackage, files []File) *problem {
	f := File{URL: k.source.URL}
	if k.source.Type == "file" {
		f = File{Path: resolveBeside(r.dir, k.source.URL)}
	}
	f.Name = lastPart(f)
	for _, known := range files {
		if known.Name == f.Name || len(files) == 1 {
			f.Hashes = known.Hashes
		}
	}
	pin, p := directPin(k.Pin, f, k.source.Subdirectory)
	if p != nil {
		return p
	}
	k.Pin = pin
	return r.hashed(k.Pin, len(f.Hashes) > 0, r.options, "poetry lock")
}

// poolFiles gives the versions of one project their own files: locks before 2.0
// list all files of a name together.
func (r *poetryReader) poolFiles() {
	for _, list := range r.poetry.byName {
		if len(list) < 2 {
			continue
		}
		for _, k := range list {
			k.Files = ofVersion(k.Files, k.Name, k.version)
		}
	}
}

// ofVersion keeps the files that are not, by their names, of another version.
func ofVersion(files []File, project string, version pep.Version) (kept []File) {
	for _, f := range files {
		v, err := pep.ParseSdistFilename(f.Name, project)
		if strings.HasSuffix(f.Name, ".whl") {
			var name pep.WheelFilename
			name, err = pep.ParseWheelFilename(f.Name)
			v = name.Version
		}
		if err != nil || v.Compare(version) == 0 {
			kept = append(kept, f)
		}
	}
	return kept
}
