package lock

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// settings applies a line of options without a requirement; -e is one.
func (r *reader) settings(where place, settings []setting) {
	if p := alone(settings); p != nil {
		r.report(where, p)
		return
	}
	for _, s := range settings {
		switch s.name {
		case "--requirement", "--constraint":
			r.include(where, s.value, s.name == "--constraint")
		case "--hash":
			r.report(where, problemf(RuleHash, "a hash without a requirement: the line above must end in a backslash, and be no comment"))
		case "--find-links":
			r.lock.FindLinks = append(r.lock.FindLinks, findLinks(filepath.Dir(where.file), s.value))
		case "--no-index":
			r.lock.NoIndex = true
			r.lock.IndexURL, r.lock.ExtraIndexURLs = "", nil
		case "--index-url":
			if !r.lock.NoIndex {
				// As in pip, it replaces all that were named before.
				r.lock.IndexURL, r.lock.ExtraIndexURLs = s.value, nil
			}
		case "--extra-index-url":
			if !r.lock.NoIndex {
				r.lock.ExtraIndexURLs = append(r.lock.ExtraIndexURLs, s.value)
			}
		case "--no-binary", "--config-settings", "--global-option", "--build-option", "--install-option":
			r.warn(where, "%s has no effect: nothing is built, wheels are all that is taken", s.name)
		case "--no-require-hashes":
			r.warn(where, "%s has no effect: every pin needs a hash", s.name)
		}
		// The others ask for what is so anyway, or steer a search for versions,
		// which pins leave no room for, or the network.
	}
}

// alone refuses what pip would ignore silently: all that stands in one line with
// -r or -c, and the repetition of an option that it reads once.
func alone(settings []setting) *problem {
	count := map[string]int{}
	for _, s := range settings {
		count[s.name]++
		switch s.name {
		case "--requirement", "--constraint":
			if len(settings) > 1 {
				return problemf(RuleShared, "%s shares its line with another option, which pip would ignore: give each a line of its own", s.name)
			}
		case "--editable", "--find-links", "--index-url":
			if count[s.name] > 1 {
				return problemf(RuleShared, "a second %s in one line, which pip would ignore: give it a line of its own", s.name)
			}
		}
	}
	return nil
}

// include reads a file that -r or -c names, relative to the file that does.
func (r *reader) include(where place, name string, constraint bool) {
	path := name
	switch scheme := urlScheme(name); scheme {
	case "":
		if !filepath.IsAbs(name) {
			path = filepath.Join(filepath.Dir(where.file), name)
		}
	case "file":
		u, err := url.Parse(name)
		if err != nil || u.Host != "" && u.Host != "localhost" || u.Path == "" {
			r.report(where, problemf(RuleInclude, "a file: URL needs an absolute path on this host, as in file:///srv/requirements.txt"))
			return
		}
		path = u.Path
	default:
		r.report(where, problemf(RuleInclude, "%s: files are not read: download it and include the copy", scheme))
		return
	}
	if base := filepath.Base(path); formatByName(base) != "" || isProject(base) {
		r.report(where, problemf(RuleInclude, "%s cannot be included: only requirements files can", base))
		return
	}
	r.file(where, path, constraint)
}

// findLinks resolves a place of wheels: beside the file, if it is there, else
// as it is written.
func findLinks(dir, value string) string {
	if filepath.IsAbs(value) || urlScheme(value) != "" || strings.Contains(value, "://") {
		return value
	}
	if beside := filepath.Join(dir, value); exists(beside) {
		return beside
	}
	return value
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
