package lock

import (
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"wain/convert/pep"
)

// files reads the wheels and the source distribution of a package.
func (r *pylockReader) files(k *pylocked, d *pylockPackage, version pep.Version) {
	for i := range d.Wheels {
		f, ok := r.file(k, &d.Wheels[i])
		if !ok {
			continue
		}
		name, err := pep.ParseWheelFilename(f.Name)
		if err != nil {
			r.report(k.Line, k.Name, problemf(RuleField, "%s is not the name of a wheel: %s", quote(f.Name), syntaxDetail(err)))
			continue
		}
		if name.Name != k.Name {
			r.report(k.Line, k.Name, problemf(RuleName, "the wheel %s is of another project", quote(f.Name)))
			continue
		}
		r.sameVersion(k, &version, name.Version, f.Name)
		k.Files = append(k.Files, f)
	}
	if d.Sdist != nil {
		f, ok := r.file(k, d.Sdist)
		if !ok {
			return
		}
		v, err := pep.ParseSdistFilename(f.Name, k.Name)
		if err != nil {
			r.report(k.Line, k.Name, problemf(RuleName, "%s is not the name of a source distribution of the project: %s", quote(f.Name), syntaxDetail(err)))
			return
		}
		r.sameVersion(k, &version, v, f.Name)
		k.Files = append(k.Files, f)
	}
}

// sameVersion holds a file's version against the package's. A package that says
// none takes that of its first file.
func (r *pylockReader) sameVersion(k *pylocked, version *pep.Version, of pep.Version, file string) {
	switch {
	case version.IsZero():
		*version, k.Version = of, of.String()
	case version.Compare(of) != 0:
		r.report(k.Line, k.Name, problemf(RuleName, "the file %s is of another version than %s", quote(file), version))
	}
}

// file reads what wheels, source distributions and archives have in common.
func (r *pylockReader) file(k *pylocked, d *pylockFile) (f File, ok bool) {
	fail := func(p *problem) (File, bool) {
		r.report(k.Line, k.Name, p)
		return f, false
	}
	f = File{Name: d.fileName(), Size: d.Size}
	switch {
	case d.Path == "" && d.URL == "":
		return fail(problemf(RuleSource, "a file has neither path nor url"))
	case f.Name == "":
		return fail(problemf(RuleField, "a file has no name"))
	case d.Size < 0:
		return fail(problemf(RuleField, "%s: a size below nothing", quote(f.Name)))
	}
	switch d.UploadTime.(type) {
	case nil, time.Time, toml.LocalDateTime:
	default:
		return fail(problemf(RuleField, "%s: upload-time is not a date and time", quote(f.Name)))
	}
	// The path wins, wherever both are there.
	if d.Path != "" {
		f.Path = resolveBeside(r.dir, d.Path)
	} else {
		u, err := url.Parse(d.URL)
		switch {
		case err != nil:
			return fail(problemf(RuleField, "%s: not a URL", quote(f.Name)))
		case u.Scheme == "file" && u.Path != "" && (u.Host == "" || u.Host == "localhost"):
			f.Path = filepath.Clean(u.Path)
		case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
			return fail(problemf(RuleField, "%s: not a URL that files are fetched from", quote(d.URL)))
		}
	}
	f.URL = d.URL
	var p *problem
	if f.Hashes, p = r.hashes(k, f.Name, d.Hashes); p != nil {
		return fail(p)
	}
	return f, true
}

// fileName is the file's name: as said, else the end of its path, else that of
// its URL.
func (d *pylockFile) fileName() string {
	switch {
	case d.Name != "":
		return d.Name
	case strings.Contains(d.Path, "/"):
		return d.Path[strings.LastIndexByte(d.Path, '/')+1:]
	case d.Path != "":
		return d.Path[strings.LastIndexByte(d.Path, '\\')+1:]
	}
	u, err := url.Parse(d.URL)
	if err != nil {
		return ""
	}
	escaped := u.EscapedPath()
	name, err := url.PathUnescape(escaped[strings.LastIndexByte(escaped, '/')+1:])
	if err != nil {
		return ""
	}
	return name
}

// hashes takes those of a table that are strong enough.
func (r *pylockReader) hashes(k *pylocked, file string, table map[string]string) ([]Hash, *problem) {
	if len(table) == 0 {
		return nil, problemf(RuleUnhashed, "%s has no hash, which the format demands", quote(file))
	}
	var hashes []Hash
	for _, algorithm := range []string{"sha256", "sha384", "sha512"} {
		digest, there := table[algorithm]
		if !there {
			continue
		}
		h, err := ParseHash(algorithm + ":" + digest)
		if err != nil {
			return nil, problemf(RuleHash, "%s: %s", quote(file), err)
		}
		hashes = append(hashes, h)
	}
	if len(hashes) == 0 {
		if !r.options.AllowUnhashed {
			return nil, problemf(RuleHash, "%s: no hash by sha256, sha384 or sha512", quote(file))
		}
		r.warn(k.Line, "%s has no hash by sha256, sha384 or sha512: any file of that name is taken", quote(file))
	}
	return sortHashes(hashes), nil
}

// archive reads a package that is one file.
func (r *pylockReader) archive(k *pylocked, d *pylockFile) {
	d.Name = "" // the key is not one of an archive
	f, ok := r.file(k, d)
	if !ok {
		return
	}
	pin, p := directPin(k.Pin, f, d.Subdirectory)
	k.Pin = pin
	r.report(k.Line, k.Name, p)
}

// vcs reads a package that is a commit.
func (r *pylockReader) vcs(k *pylocked, d *pylockVCS) {
	switch {
	case d.Type == nil:
		r.report(k.Line, k.Name, problemf(RuleField, "vcs: type is missing"))
		return
	case d.Commit == nil:
		r.report(k.Line, k.Name, problemf(RuleField, "vcs: commit-id is missing"))
		return
	case d.URL == "" && d.Path == "":
		r.report(k.Line, k.Name, problemf(RuleSource, "vcs: neither path nor url"))
		return
	}
	from := d.URL
	if d.Path != "" {
		from = resolveBeside(r.dir, d.Path)
	}
	k.Origin = vcsOrigin(*d.Type, from, *d.Commit, d.Subdirectory)
}

// directory reads a package that is a folder: one that holds the lock is the
// project that it is of.
func (r *pylockReader) directory(k *pylocked, d *pylockDirectory) {
	if d.Path == nil {
		r.report(k.Line, k.Name, problemf(RuleField, "directory: path is missing"))
		return
	}
	k.Origin = filepath.Join(resolveBeside(r.dir, *d.Path), filepath.FromSlash(d.Subdirectory))
	k.own = holds(k.Origin, r.dir)
}
