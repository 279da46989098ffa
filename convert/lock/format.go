package lock

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// The formats that are read, as Lock.Format has them.
const (
	formatRequirements = "requirements.txt"
	formatPylock       = "pylock.toml"
	formatUV           = "uv.lock"
	formatPoetry       = "poetry.lock"
	formatPDM          = "pdm.lock"
	formatPipfile      = "Pipfile.lock"
)

// FormatError says that a file is no lock of a kind that is read.
type FormatError struct {
	Path   string
	Format string // what it is instead: "pyproject.toml"
	Export string // the command that writes a lock, "" when none is known
}

func (e *FormatError) Error() string {
	text := fmt.Sprintf("read lock %s: %s is not a lock", e.Path, e.Format)
	if e.Export != "" {
		text += ": " + e.Export + " writes one"
	}
	return text
}

// recognise tells the format of a file by what is in it, and where that does
// not tell, by its name. A file of neither is a requirements.txt, which looks
// like anything.
func recognise(path string, data []byte) (string, *FormatError) {
	base := filepath.Base(path)
	switch base {
	case "pyproject.toml":
		return "", &FormatError{path, "pyproject.toml", exportOf(data)}
	case "Pipfile":
		return "", &FormatError{path, "Pipfile", "pipenv lock (Pipfile.lock)"}
	}
	if format := formatByContent(data); format != "" {
		return format, nil
	}
	if format := formatByName(base); format != "" {
		return format, nil
	}
	switch start := bytes.TrimLeft(data, " \t\r\n"); {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return "", &FormatError{path, "a wheel or another archive", ""}
	case bytes.HasPrefix(start, []byte("{")):
		return "", &FormatError{path, "JSON that is no Pipfile.lock", ""}
	case looksLikeProject(data):
		return "", &FormatError{path, "a pyproject.toml", exportOf(data)}
	case strings.HasSuffix(base, ".toml"):
		return "", &FormatError{path, "TOML, and none of a kind of lock that is known", ""}
	}
	return formatRequirements, nil
}

// formatByName tells the format by the name of a file, "" for one that says
// nothing.
func formatByName(base string) string {
	switch base {
	case formatPylock, formatUV, formatPoetry, formatPDM, formatPipfile:
		return base
	}
	if strings.HasPrefix(base, "pylock.") && strings.HasSuffix(base, ".toml") {
		return formatPylock
	}
	return ""
}

// isProject tells whether a file name is that of what locks are made from.
func isProject(base string) bool { return base == "pyproject.toml" || base == "Pipfile" }

// What the lines of a TOML document say: a header, or a key.
var (
	tomlHeader = regexp.MustCompile(`^\[{1,2}[ \t]*([A-Za-z0-9_.-]+)[ \t]*\]{1,2}[ \t]*\r?(?:#.*)?$`)
	tomlKey    = regexp.MustCompile(`^([A-Za-z0-9_-]+)[ \t]*=[ \t]*["'\[{0-9tf]`)
	jsonMeta   = regexp.MustCompile(`^\s*\{\s*"(?:_meta|default|develop)"\s*:\s*\{`)
)

// sniffed is how many bytes of a file are looked at to tell its format. The
// keys that tell are at the beginning or, for Poetry, at the end.
const sniffed = 64 << 10

// formatByContent tells a format by the keys that it cannot be without, "" when
// none is there. A requirements.txt cannot hold such lines.
func formatByContent(data []byte) string {
	if jsonMeta.Match(data[:min(len(data), sniffed)]) {
		return formatPipfile
	}
	seen := tomlNames(data[:min(len(data), sniffed)])
	if len(data) > sniffed {
		for name := range tomlNames(data[len(data)-sniffed:]) {
			seen[name] = true
		}
	}
	switch {
	case seen["metadata.lock_version"]:
		return formatPDM
	case seen["metadata.lock-version"]:
		return formatPoetry
	case seen[".lock-version"] && (seen["[packages"] || seen[".packages"]):
		return formatPylock
	case seen[".version"] && (seen["[package"] || seen["[distribution"] || seen[".requires-python"] || seen[".revision"]):
		return formatUV
	}
	return ""
}

// tomlNames gives the headers "[name" and the keys "table.key" of the lines of a
// document, which may be cut off at both ends. It looks at lines alone.
func tomlNames(data []byte) map[string]bool {
	seen := map[string]bool{}
	table := ""
	for line := range bytes.Lines(data) {
		line = bytes.TrimRight(line, "\r\n")
		if m := tomlHeader.FindSubmatch(line); m != nil {
			table = string(m[1])
			seen["["+table] = true
		} else if m := tomlKey.FindSubmatch(line); m != nil {
			seen[table+"."+string(m[1])] = true
		}
	}
	return seen
}

func looksLikeProject(data []byte) bool {
	seen := tomlNames(data[:min(len(data), sniffed)])
	return seen["[project"] || seen["[build-system"] || seen["[tool.poetry"]
}

// exportOf names the command that makes a lock of a project, by the tool whose
// settings it holds.
func exportOf(data []byte) string {
	seen := tomlNames(data[:min(len(data), sniffed)])
	uses := func(tool string) bool {
		for name := range seen {
			if name == "["+tool || strings.HasPrefix(name, "["+tool+".") {
				return true
			}
		}
		return false
	}
	switch {
	case uses("tool.poetry"):
		return "poetry lock (poetry.lock)"
	case uses("tool.pdm"):
		return "pdm lock (pdm.lock)"
	case uses("tool.uv"):
		return "uv lock (uv.lock)"
	}
	return "uv lock (uv.lock), poetry lock (poetry.lock), pdm lock (pdm.lock) or pip lock . (pylock.toml)"
}
