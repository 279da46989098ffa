package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"time"
	"unicode"
)

// SuitesSchema names the form of suites.json.
const SuitesSchema = "wain/suites/1"

// A SuitesFile is the content of suites.json.
type SuitesFile struct {
	Schema     string        `json:"schema"`
	Origin     string        `json:"origin"`
	Label      string        `json:"label"`
	Generation int           `json:"generation"`
	Date       time.Time     `json:"date"`
	Keys       []string      `json:"keys"` // fingerprints; none: unsigned
	Suites     []SuitesEntry `json:"suites"`
}

// A SuitesEntry is a suite in suites.json.
type SuitesEntry struct {
	Format        string     `json:"format"` // "apt" or "yum"
	Name          string     `json:"name"`
	Base          string     `json:"base"`
	Date          time.Time  `json:"date"`
	ValidUntil    *time.Time `json:"valid_until,omitempty"`
	Components    []string   `json:"components,omitempty"`
	Architectures []string   `json:"architectures,omitempty"`
	Packages      int        `json:"packages"`
}

// Suites renders suites.json.
func Suites(site Site) []byte {
	file := SuitesFile{
		Schema: SuitesSchema, Origin: site.Origin, Label: site.Label,
		Generation: site.Generation, Date: site.Date.UTC(),
		Keys: []string{}, Suites: []SuitesEntry{},
	}
	for _, key := range site.Keys {
		file.Keys = append(file.Keys, key.Fingerprint)
	}
	for _, s := range site.Suites {
		entry := SuitesEntry{
			Format: s.Format, Name: s.Name, Base: s.Base, Date: s.Date.UTC(),
			Components: s.Components, Architectures: s.Architectures, Packages: s.Packages,
		}
		if !s.ValidUntil.IsZero() {
			until := s.ValidUntil.UTC()
			entry.ValidUntil = &until
		}
		file.Suites = append(file.Suites, entry)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(file); err != nil {
		panic(err) // a date after the year 9999: no caller has one
	}
	return b.Bytes()
}

// ParseSuites reads suites.json. It is foreign text: an entry whose name or base would lead out of the repository, or
// is no path at all, is refused, so that both can become part of a URL.
func ParseSuites(data []byte) (*SuitesFile, error) {
	var file SuitesFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("suites.json: %w", err)
	}
	if file.Schema != SuitesSchema {
		return nil, fmt.Errorf("suites.json: schema %q, where this version reads %q", file.Schema, SuitesSchema)
	}
	for _, s := range file.Suites {
		switch {
		case s.Format != "apt" && s.Format != "yum":
			return nil, fmt.Errorf("suites.json: suite %q: format %q is neither apt nor yum", s.Name, s.Format)
		case s.Name == "." || !fs.ValidPath(s.Name) || !plain(s.Name):
			return nil, fmt.Errorf("suites.json: %q cannot be a suite's name", s.Name)
		case !fs.ValidPath(s.Base) || !plain(s.Base):
			return nil, fmt.Errorf("suites.json: suite %q: its base %q is no path within the repository", s.Name, s.Base)
		}
	}
	for _, key := range file.Keys {
		if key == "" || strings.Trim(key, "0123456789ABCDEFabcdef") != "" {
			return nil, fmt.Errorf("suites.json: %q is no fingerprint", key)
		}
	}
	return &file, nil
}

// plain tells whether a path means the same in a URL and in a terminal.
func plain(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsPrint(r) || strings.ContainsRune(`\:?#%`, r)
	})
}
