package lock

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"wain/convert/pep"
)

// entry is one requirement or constraint, as its line has it.
type entry struct {
	place
	name       string // normalised
	extras     []string
	specifiers pep.Specifiers
	version    string // in its normal form; "" where the specifiers pin none
	marker     *pep.Marker
	hashes     []Hash
	url        string // of a wheel, as written
	path       string // of a local wheel
	archive    *File  // a source distribution, without its hashes
	origin     string // other source code: a URL or a folder
	archived   bool   // origin is one file, whose hashes say nothing of a wheel of it
	own        bool   // the project that the file is of
}

// direct tells whether the entry names one thing, which is then all that its
// version says.
func (e *entry) direct() bool {
	return e.url != "" || e.path != "" || e.archive != nil || e.origin != ""
}

// wayOut ends the messages about source code of a project that nothing names.
const wayOut = "name its project, as in name @ URL, and put a wheel that you build of it into a --find-links folder"

// parseEntry reads the left part of a requirement line, as pip tells its forms
// apart. dir is the file's folder, against which relative paths are resolved.
func parseEntry(text, dir string) (entry, *problem) {
	// 1. The marker. Behind a bare URL it needs a space, since a URL may hold a
	// semicolon.
	separator := ";"
	if urlScheme(text) != "" {
		separator = "; "
	}
	text, marker, hasMarker := strings.Cut(text, separator)
	text = strings.TrimFunc(text, isSpace)
	var e entry
	if marker = strings.TrimFunc(marker, isSpace); hasMarker && marker != "" {
		m, err := pep.ParseMarker(marker)
		if err != nil {
			return e, problemf(RuleSyntax, "not a marker: %s", syntaxDetail(err))
		}
		e.marker = m
	}
	// 2. A bare URL or path, with extras behind it.
	target, extras := cutExtras(text)
	if urlScheme(text) != "" || looksLocal(target) {
		if extras != "" {
			var err error
			if e.extras, err = parseExtras(extras); err != nil {
				return e, problemf(RuleSyntax, "not extras: %s", syntaxDetail(err))
			}
		}
		return e, e.from(target, dir)
	}
	// 3. PEP 508: name==version or name @ URL.
	r, err := pep.ParseRequirement(text)
	if err != nil {
		return e, problemf(RuleSyntax, "not a requirement: %s", syntaxDetail(err))
	}
	e.name, e.extras, e.specifiers = pep.Normalize(r.Name), normalizeAll(r.Extras), r.Specifiers
	if r.URL != "" {
		return e, e.from(r.URL, dir)
	}
	return e, e.pin()
}

// pin takes the version out of specifiers that allow one only.
func (e *entry) pin() *problem {
	text, ok := e.specifiers.Pinned()
	if !ok {
		return nil
	}
	v, err := pep.ParseVersion(text)
	if err != nil {
		return problemf(RuleSyntax, "not a version: %s", syntaxDetail(err))
	}
	e.version = v.String()
	return nil
}

// from fills in what a URL or path says: of a wheel, of an archive, or of
// source code.
func (e *entry) from(target, dir string) *problem {
	scheme := urlScheme(target)
	file, local := target, ""
	switch scheme {
	case "":
		local = resolve(dir, target)
	case "http", "https", "file":
		u, err := url.Parse(target)
		if err != nil {
			// The error of url.Parse holds the whole URL.
			return problemf(RuleSyntax, "not a URL")
		}
		file = u.Path
		if scheme == "file" {
			if u.Host != "" && u.Host != "localhost" || u.Path == "" {
				return problemf(RuleSyntax, "a file: URL needs an absolute path on this host, as in file:///srv/wheels/x.whl")
			}
			local = u.Path
		}
		if p := e.fragment(u.Fragment); p != nil {
			return p
		}
	default:
		_, fragment, _ := strings.Cut(target, "#")
		e.egg(fragment)
		if e.name == "" {
			return problemf(RuleBuild, "%s: is the URL of source code, which is not built here: %s", scheme, wayOut)
		}
		e.origin = target
		return nil
	}
	if !strings.HasSuffix(file, ".whl") {
		return e.source(target, file, local, dir)
	}
	name, err := pep.ParseWheelFilename(path.Base(file))
	if err != nil {
		return problemf(RuleSyntax, "not the name of a wheel: %s", syntaxDetail(err))
	}
	if e.name != "" && e.name != name.Name {
		return problemf(RuleName, "the wheel is one of %s, not of %s", name.Name, e.name)
	}
	e.name, e.version, e.path = name.Name, name.Version.String(), local
	if scheme != "" {
		e.url = target
	}
	return nil
}

// source fills in what is no wheel: an archive with source code, or the folder
// of a project. The one that holds the file is the project that it is of.
func (e *entry) source(target, file, local, dir string) *problem {
	if local != "" && holds(local, dir) && !isArchive(file) {
		e.own, e.origin = true, local
		return nil
	}
	if e.name == "" && local != "" && isFolder(local) {
		e.name = projectName(local)
	}
	if e.name == "" {
		return problemf(RuleBuild, "%s, which is not built here: %s", sourceKind(file), wayOut)
	}
	if !isArchive(file) || local != "" && isFolder(local) {
		if local == "" {
			return problemf(RuleBuild, "not the URL of a wheel: %s", wayOut)
		}
		e.origin = local
		return nil
	}
	f := File{Name: path.Base(file), Path: local}
	if local == "" {
		f.URL = target
	}
	pin := archivePin(Pin{Name: e.name}, f, "")
	e.version, e.origin, e.archived = pin.Version, pin.Origin, pin.Origin != ""
	if !e.archived {
		e.archive = &f
	}
	return nil
}

// egg takes the project's name, and extras, from a URL's fragment, where nothing
// else names it: egg=name[extra]&subdirectory=sub.
func (e *entry) egg(fragment string) {
	for part := range strings.SplitSeq(fragment, "&") {
		value, ok := strings.CutPrefix(part, "egg=")
		if !ok || e.name != "" {
			continue
		}
		if r, err := pep.ParseRequirement(value); err == nil && r.Specifiers.Empty() && r.URL == "" && r.Marker == nil {
			e.name = pep.Normalize(r.Name)
			if len(e.extras) == 0 {
				e.extras = normalizeAll(r.Extras)
			}
		}
	}
}

// fragment takes the name and the hashes behind a URL's #. Hashes that are too
// weak are left out, like any other part of a fragment.
func (e *entry) fragment(fragment string) *problem {
	e.egg(fragment)
	for part := range strings.SplitSeq(fragment, "&") {
		algorithm, digest, ok := strings.Cut(part, "=")
		if !ok || digestSize(algorithm) == 0 {
			continue
		}
		h, err := ParseHash(algorithm + ":" + digest)
		if err != nil {
			return problemf(RuleHash, "%s", err)
		}
		e.hashes = append(e.hashes, h)
	}
	return nil
}

// sourceSchemes are those of pip's version control back ends, beside the ones
// with a plus: git+https.
// https://pip.pypa.io/en/stable/topics/vcs-support/
func isSourceScheme(scheme string) bool {
	vcs, _, plus := strings.Cut(scheme, "+")
	if plus {
		return slices.Contains([]string{"git", "hg", "svn", "bzr"}, vcs)
	}
	return slices.Contains([]string{"ssh", "git", "hg", "bzr", "sftp", "svn", "ftp"}, scheme)
}

// urlScheme gives the scheme of a text that is a URL of a kind that requirements
// know, in lower case, else "". A requirement "name @ URL" is none: its name
// holds no colon.
func urlScheme(text string) string {
	scheme, _, ok := strings.Cut(text, ":")
	scheme = strings.ToLower(scheme)
	if ok && (slices.Contains([]string{"http", "https", "file"}, scheme) || isSourceScheme(scheme)) {
		return scheme
	}
	return ""
}

// withExtras is a path or URL with extras behind it.
var withExtras = regexp.MustCompile(`^(.+)(\[[^\]]+\])$`)

func cutExtras(text string) (target, extras string) {
	if m := withExtras.FindStringSubmatch(text); m != nil {
		return m[1], m[2]
	}
	return text, ""
}

// parseExtras reads "[a,b]", by way of a requirement that has them.
func parseExtras(text string) ([]string, error) {
	r, err := pep.ParseRequirement("x" + text)
	if err != nil {
		return nil, err
	}
	return normalizeAll(r.Extras), nil
}

// looksLocal tells whether a requirement is a path: it begins with a dot, holds
// a slash, or ends like an archive, and is not "name @ …".
func looksLocal(text string) bool {
	name, _, at := strings.Cut(text, "@")
	if at && !strings.Contains(name, "/") && !strings.HasPrefix(name, ".") {
		return false
	}
	return strings.HasPrefix(text, ".") || strings.Contains(text, "/") || isArchive(text)
}

// archiveSuffixes are pip's.
func isArchive(file string) bool {
	lower := strings.ToLower(file)
	for _, suffix := range []string{
		".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz",
		".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma",
	} {
		if strings.HasSuffix(lower, suffix) {
			return true
		}
	}
	return false
}

// sourceKind says what a file that is no wheel is.
func sourceKind(file string) string {
	if isArchive(file) {
		return "a source archive"
	}
	return "a source tree, or something that is no wheel (.whl)"
}

func normalizeAll(extras []string) []string {
	var list []string
	for _, e := range extras {
		list = append(list, pep.Normalize(e))
	}
	slices.Sort(list)
	return slices.Compact(list)
}
