package repo

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"wain/repo/deb"
	"wain/repo/store"
)

// A Shown package is a published one with what the indexes say of it.
type Shown struct {
	Listed
	Summary       string   `json:"summary"`
	Homepage      string   `json:"homepage,omitempty"`
	Licence       string   `json:"license,omitempty"` // rpm
	Maintainer    string   `json:"maintainer,omitempty"`
	InstalledSize int64    `json:"installed_size"` // bytes; of a deb in steps of 1,024
	Depends       []string `json:"depends"`        // as the format writes them
}

// Show is [List] with what the indexes say of each package, in the same order. No package is opened.
func Show(ctx context.Context, at store.Reader, o ListOptions) ([]Shown, error) {
	now, suites, chosen, err := find(ctx, at, o)
	if err != nil {
		return nil, err
	}
	var all []Shown
	for i, s := range suites {
		packages := chosen[i]
		if packages == nil {
			if packages, err = now.packages(ctx, s); err != nil {
				return nil, err
			}
		}
		if err := now.texts(ctx, packages); err != nil {
			return nil, err
		}
		says := make(map[Package]*entry, len(packages))
		for _, h := range packages {
			says[h.Package] = h.entry
		}
		listed, err := now.listed(ctx, s, packages)
		if err != nil {
			return nil, err
		}
		for _, l := range listed {
			shown := Shown{Listed: l, Depends: []string{}}
			read := shown.readStanza
			if s.Format == formatYum {
				read = shown.readPrimary
			}
			if err := read(says[l.Package].texts); err != nil {
				return nil, &StateError{Name: l.Path, Detail: "what the index says of it: " + err.Error()}
			}
			all = append(all, shown)
		}
	}
	return all, nil
}

// readStanza takes what a stanza of Packages says.
func (s *Shown) readStanza(texts map[string][]byte) error {
	stanza := texts[kindPackages]
	if stanza == nil {
		stanza = texts[kindShort]
	}
	p, err := deb.ParseParagraph(stanza)
	if err != nil {
		return err
	}
	s.Summary, _, _ = strings.Cut(p.Get("Description"), "\n")
	s.Homepage, s.Maintainer = p.Get("Homepage"), p.Get("Maintainer")
	if kibibytes, err := strconv.ParseInt(p.Get("Installed-Size"), 10, 64); err == nil {
		s.InstalledSize = kibibytes << 10
	}
	for _, name := range []string{"Pre-Depends", "Depends"} {
		for one := range strings.SplitSeq(p.Get(name), ",") {
			if one = strings.Join(strings.Fields(one), " "); one != "" {
				s.Depends = append(s.Depends, one)
			}
		}
	}
	return nil
}

// primary is what is shown of a record of primary.xml.
type primary struct {
	Summary  string `xml:"summary"`
	URL      string `xml:"url"`
	Packager string `xml:"packager"`
	Size     struct {
		Installed int64 `xml:"installed,attr"`
	} `xml:"size"`
	Format struct {
		Licence  string `xml:"license"`
		Requires struct {
			Entries []struct {
				Name    string `xml:"name,attr"`
				Flags   string `xml:"flags,attr"`
				Epoch   string `xml:"epoch,attr"`
				Version string `xml:"ver,attr"`
				Release string `xml:"rel,attr"`
			} `xml:"entry"`
		} `xml:"requires"`
	} `xml:"format"`
}

var comparisons = map[string]string{"EQ": "=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}

// readPrimary takes what a record of primary says. Its prefix rpm: is declared by the index around it.
func (s *Shown) readPrimary(texts map[string][]byte) error {
	var p primary
	if err := xml.NewDecoder(bytes.NewReader(texts["primary"])).Decode(&p); err != nil {
		return err
	}
	s.Summary, s.Homepage, s.Maintainer = p.Summary, p.URL, p.Packager
	s.Licence, s.InstalledSize = p.Format.Licence, p.Size.Installed
	for _, e := range p.Format.Requires.Entries {
		one := e.Name
		if sign := comparisons[e.Flags]; sign != "" {
			version := e.Version
			if e.Epoch != "" && e.Epoch != "0" {
				version = e.Epoch + ":" + version
			}
			if e.Release != "" {
				version += "-" + e.Release
			}
			one = fmt.Sprintf("%s %s %s", one, sign, version)
		}
		s.Depends = append(s.Depends, one)
	}
	return nil
}
