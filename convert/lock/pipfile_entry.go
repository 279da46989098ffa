package lock

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"wain/convert/pep"
)

// pipfileKeys are the keys of an entry, as far as they say what to install.
type pipfileKeys struct {
	version, markers, osMarkers, index string
	file, path                         string
	vcs, place, ref, subdirectory      string
	hashes, extras                     []string
}

// entry reads a package. What makes it no pin is an issue only where it is to be
// installed: Pipenv locks what the machine it runs on does not need without a
// version.
func (r *pipfileReader) entry(m jsonMember) (pipfileEntry, bool) {
	e := pipfileEntry{Pin: Pin{Name: pep.Normalize(m.name), File: r.path, Line: m.line}}
	if !pep.ValidName(m.name) {
		r.report(m.line, m.name, problemf(RuleField, "is not a project's name"))
		return e, false
	}
	if len(m.value) > maxLine {
		r.report(m.line, m.name, problemf(RuleSize, "an entry of more than %d bytes", maxLine))
		return e, false
	}
	k, p := readPipfileKeys(m.value)
	if p == nil {
		p = r.common(&e, k)
	}
	if p != nil {
		r.report(m.line, m.name, p)
		return e, false
	}
	switch {
	case k.vcs != "":
		e.Origin = vcsOrigin(k.vcs, k.place, k.ref, k.subdirectory)
	case k.path != "" || k.file != "":
		e.wrong = r.local(&e, k)
	default:
		e.wrong = e.pinned(k.version)
	}
	if e.Origin != "" || e.wrong != nil {
		return e, true
	}
	files := e.Hashes
	if len(e.Files) > 0 {
		files = e.Files[0].Hashes
	}
	if len(files) == 0 {
		if !r.options.AllowUnhashed {
			e.wrong = problemf(RuleUnhashed, "no hash: lock again, with pipenv lock")
		} else {
			r.warn(m.line, "%s has no hash: any file of that version is taken", quote(e.String()))
		}
	}
	return e, true
}

// readPipfileKeys takes an entry apart. A string is a version.
func readPipfileKeys(value json.RawMessage) (pipfileKeys, *problem) {
	var k pipfileKeys
	if json.Unmarshal(value, &k.version) == nil {
		if !strings.HasPrefix(k.version, "==") && k.version != "*" {
			k.version = "==" + k.version
		}
		return k, nil
	}
	// A map, not a struct: JSON tells Version from version, and a struct's
	// fields do not.
	var members map[string]json.RawMessage
	if err := json.Unmarshal(value, &members); err != nil || members == nil {
		return k, problemf(RuleField, "is neither an object nor a version")
	}
	for _, key := range []struct {
		name string
		into any
	}{
		{"version", &k.version},
		{"markers", &k.markers},
		{"os_markers", &k.osMarkers},
		{"index", &k.index},
		{"file", &k.file},
		{"path", &k.path},
		{"ref", &k.ref},
		{"subdirectory", &k.subdirectory},
		{"hashes", &k.hashes},
		{"extras", &k.extras},
	} {
		if raw, there := members[key.name]; there && json.Unmarshal(raw, key.into) != nil {
			return k, problemf(RuleField, "%s is of the wrong type", key.name)
		}
	}
	for _, vcs := range []string{"git", "hg", "svn", "bzr"} {
		raw, there := members[vcs]
		if !there {
			continue
		}
		if json.Unmarshal(raw, &k.place) != nil || k.place == "" {
			return k, problemf(RuleField, "%s is of the wrong type", vcs)
		}
		if k.vcs != "" {
			return k, problemf(RuleSource, "has %s and %s: a package comes from one place", k.vcs, vcs)
		}
		k.vcs = vcs
	}
	if k.file != "" && k.path != "" || k.vcs != "" && k.file+k.path != "" {
		return k, problemf(RuleSource, "has two of file, path and %s: a package comes from one place", k.vcs)
	}
	return k, nil
}

// common reads what all kinds of entries have.
func (r *pipfileReader) common(e *pipfileEntry, k pipfileKeys) *problem {
	marker := k.markers
	switch {
	case marker == "":
		marker = k.osMarkers
	case k.osMarkers != "":
		marker = "(" + marker + ") and (" + k.osMarkers + ")"
	}
	if marker != "" {
		m, err := pep.ParseMarker(marker)
		if err != nil {
			return problemf(RuleField, "not a marker: %s", syntaxDetail(err))
		}
		e.Marker = m
	}
	for _, extra := range k.extras {
		if !pep.ValidName(extra) {
			return problemf(RuleField, "%s is not the name of an extra", quote(extra))
		}
	}
	e.Extras = normalizeAll(k.extras)
	for _, text := range k.hashes {
		h, err := ParseHash(text)
		if err != nil {
			return problemf(RuleHash, "%s", err)
		}
		e.Hashes = append(e.Hashes, h)
	}
	e.Hashes = sortHashes(e.Hashes)
	if k.index != "" {
		address, known := r.sources[k.index]
		if !known {
			return problemf(RuleIndex, "comes from the index %s, which _meta.sources does not have", quote(k.index))
		}
		e.Index = address
	}
	return nil
}

// pinned takes the version of an entry that comes from an index.
func (e *pipfileEntry) pinned(text string) *problem {
	none := problemf(RuleUnpinned, "not locked to a version: the lock was made on a machine that does not need it; lock on one like the target")
	if text == "" || text == "*" {
		return none
	}
	s, err := pep.ParseSpecifiers(text)
	if err != nil {
		return problemf(RuleField, "not a version: %s", syntaxDetail(err))
	}
	version, ok := s.Pinned()
	if !ok {
		return none
	}
	v, err := pep.ParseVersion(version)
	if err != nil {
		return problemf(RuleField, "not a version: %s", syntaxDetail(err))
	}
	e.Version = v.String()
	return nil
}

// local reads an entry that is a file or a folder: a wheel, an archive with
// source code, or the source code itself.
func (r *pipfileReader) local(e *pipfileEntry, k pipfileKeys) *problem {
	given := k.path + k.file
	local, name := given, given
	if scheme := urlScheme(given); scheme != "" {
		u, err := url.Parse(given)
		switch {
		case err != nil:
			return problemf(RuleField, "not a URL")
		case scheme == "file" && u.Path != "" && (u.Host == "" || u.Host == "localhost"):
			local = u.Path
		case scheme != "http" && scheme != "https" || u.Host == "":
			return problemf(RuleField, "%s: not a URL that files are fetched from", quote(given))
		default:
			local = ""
		}
		name = u.Path
	}
	if local != "" && !filepath.IsAbs(local) {
		local = filepath.Join(r.dir, local)
	}
	name = name[strings.LastIndexByte(name, '/')+1:]
	f := File{Name: name, URL: given, Path: local, Hashes: e.Hashes}
	e.Hashes = nil
	if local != "" && (!isArchive(name) || isFolder(local)) {
		e.Origin, e.own = local, holds(local, r.dir)
		return nil
	}
	pin, p := directPin(e.Pin, f, k.subdirectory)
	e.Pin = pin
	return p
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// pipfileVariable is a variable in the URL of an index, also in the quotes that
// old Pipfiles have around it.
var pipfileVariable = regexp.MustCompile(`'\$\{([^}']+)\}'|\$\{([^}]+)\}|\$([A-Za-z_][A-Za-z0-9_]*)`)

// expand puts variables into the URL of an index, as Pipenv does: user and
// password are escaped, since a value may hold any character. What is not set
// stays, and is warned of.
func (r *pipfileReader) expand(line int, address string) string {
	put := func(text string) string {
		return pipfileVariable.ReplaceAllStringFunc(text, func(found string) string {
			name := strings.Trim(found, "'${}")
			if r.options.Getenv != nil {
				if value := r.options.Getenv(name); value != "" {
					return value
				}
			}
			r.warn(line, "the variable %s is not set and stays as it is", name)
			return found
		})
	}
	if !strings.Contains(address, "$") {
		return address
	}
	scheme, rest, ok := strings.Cut(address, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndexByte(rest[:end], '@')
	if !ok || at < 0 {
		return put(address)
	}
	userinfo := put(rest[:at])
	if userinfo != rest[:at] {
		user, password, both := strings.Cut(userinfo, ":")
		if userinfo = url.PathEscape(user); both {
			userinfo = url.UserPassword(user, password).String()
		}
	}
	return scheme + "://" + userinfo + "@" + put(rest[at+1:])
}
