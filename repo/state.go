package repo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"wain/repo/store"
	"wain/repo/yum"
)

// A head names the current generation. It is the only file of the state that is ever replaced.
type head struct {
	Schema     string `json:"schema"`
	Generation int    `json:"generation"`
	Manifest   string `json:"manifest"` // the generation's file
	Kept       []kept `json:"kept"`     // the generations that can be gone back to, newest first, the current one included
}

// A kept generation.
type kept struct {
	Number   int       `json:"number"`
	Date     time.Time `json:"date"`
	Manifest string    `json:"manifest"`
	Removed  int       `json:"removed,omitempty"` // packages
}

// A generation is all that a repository is after one commit. Its file never changes.
type generation struct {
	Schema  string    `json:"schema"`
	Number  int       `json:"number"`
	Date    time.Time `json:"date"`
	Action  string    `json:"action"`
	Added   int       `json:"added"`   // packages, in all suites
	Removed int       `json:"removed"` // packages

	Origin  string   `json:"origin"`
	Label   string   `json:"label"`
	BaseURL string   `json:"base_url,omitempty"`
	Keys    []string `json:"keys,omitempty"` // fingerprints of the keys that sign; none: unsigned

	Suites []suite `json:"suites"`

	Waiting []string `json:"waiting,omitempty"` // files that list packages which were added but are not published

	manifest string // its file
}

// A suite is one suite's part of a generation.
type suite struct {
	Format     string    `json:"format"`
	Name       string    `json:"name"`
	Release    string    `json:"release"`
	Base       string    `json:"base"`       // the folder that paths in the indexes are relative to
	Generation int       `json:"generation"` // in which it changed last
	Date       time.Time `json:"date"`
	ValidUntil time.Time `json:"valid_until,omitzero"`
	Keys       []string  `json:"keys,omitempty"`

	Config        SuiteConfig `json:"config"`
	Components    []string    `json:"components,omitempty"`    // apt
	Architectures []string    `json:"architectures,omitempty"` // apt
	Carried       []yum.Data  `json:"carried,omitempty"`       // yum: updateinfo, comps, modules and the like of an adopted repository

	Tags     string    `json:"tags,omitempty"`     // yum: of an adopted repository
	Released *released `json:"released,omitempty"` // apt: what an adopted suite's Release calls it, where that is not its name

	Table    string   `json:"table"`    // the file that lists its segments
	Packages int      `json:"packages"` // how many
	Recent   []Listed `json:"recent,omitempty"`

	Folder string   `json:"folder"` // what its tree shows
	Hashed []string `json:"hashed"` // the files of that folder under hash-named paths
	Files  []string `json:"files"`  // all others, in commit order
	Past   string   `json:"past,omitempty"`
}

// A past generation of a suite: its hash-named files are kept for readers that have its Release or repomd.xml.
type past struct {
	Generation int       `json:"generation"`
	Until      time.Time `json:"until"`            // when the next one took its place
	Folder     string    `json:"folder,omitempty"` // empty once its own folder is gone
	Hashed     []string  `json:"hashed"`
}

// A pastFile is what .wain/past has for a suite.
type pastFile struct {
	Schema string `json:"schema"`
	Past   []past `json:"past"` // newest first
}

const (
	headName         = ".wain/head.json"
	generationFolder = ".wain/generations"
	tableFolder      = ".wain/tables"
	segmentFolder    = ".wain/segments"
	pastFolder       = ".wain/past"
	waitingFolder    = ".wain/waiting"

	headSchema       = "wain/head/2"
	generationSchema = "wain/generation/2"
	tableSchema      = "wain/table/1"
	segmentSchema    = "wain/segment/2"
	pastSchema       = "wain/past/1"
	waitingSchema    = "wain/waiting/1"
)

// stateName names a file of the state by the generation that it was made for and by its content. No name is ever used
// again: a file whose generation is decided and that no kept generation names is nobody's.
func stateName(folder string, generation int, content []byte) string {
	return fmt.Sprintf("%s/%d-%.16s.json", folder, generation, digest(content))
}

func (s *suite) name() suiteName {
	return suiteName{format: s.Format, suite: s.Name, release: s.Release, at: s.Base}
}

// tree is how the store shows the suite.
func (s *suite) tree(past []past, before string) store.Tree {
	tree := store.Tree{Name: s.name().tree(), Folder: s.Folder, Hashed: s.Hashed, Files: s.Files}
	own := map[string]bool{}
	for _, name := range s.Hashed {
		own[name] = true
	}
	for _, old := range past {
		for _, name := range old.Hashed {
			if !own[name] {
				own[name] = true
				tree.Past = append(tree.Past, store.Link{Name: name, From: before + "/" + name})
			}
		}
	}
	return tree
}

// find returns the named suite, or nil.
func (g *generation) find(format, name string) *suite {
	for i := range g.Suites {
		if g.Suites[i].Format == format && g.Suites[i].Name == name {
			return &g.Suites[i]
		}
	}
	return nil
}

// loadHead returns the head; nil where there is none.
func loadHead(ctx context.Context, at store.Reader) (*head, error) {
	h := &head{}
	err := loadState(ctx, at, headName, headSchema, h)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return h, err
}

// loadGeneration returns the current generation; nil where there is no repository yet. What looks like a repository
// without our state is a *ForeignError.
func loadGeneration(ctx context.Context, at store.Reader) (*generation, error) {
	h, err := loadHead(ctx, at)
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, refuseForeign(ctx, at)
	}
	return loadManifest(ctx, at, h.Manifest)
}

func loadManifest(ctx context.Context, at store.Reader, name string) (*generation, error) {
	g := &generation{manifest: name}
	if err := loadState(ctx, at, name, generationSchema, g); err != nil {
		return nil, err
	}
	for _, s := range g.Suites {
		if len(s.Files) == 0 {
			return nil, &StateError{Name: name, Detail: fmt.Sprintf("suite %q has no files", s.Name)}
		}
	}
	return g, nil
}

// loadPast returns what the suite's tree shows of earlier generations.
func loadPast(ctx context.Context, at store.Reader, s *suite) ([]past, error) {
	if s.Past == "" {
		return nil, nil
	}
	var f pastFile
	err := loadState(ctx, at, s.Past, pastSchema, &f)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a later generation's is there: this one's readers have had their time
	}
	return f.Past, err
}

// refuseForeign protects repositories that somebody else's tool made, or whose state was lost. Only what has no state is
// searched.
func refuseForeign(ctx context.Context, at store.Reader) error {
	trees, err := discover(ctx, at, nil)
	if err != nil {
		return err
	}
	for _, t := range trees {
		if !t.flat || t.base == "." { // packages may lie anywhere beside what we write
			return &ForeignError{Tree: t.folder}
		}
	}
	return nil
}

// loadState reads a file of the state. The error matches fs.ErrNotExist where there is none.
func loadState(ctx context.Context, at store.Reader, name, schema string, into any) error {
	data, err := store.ReadFile(ctx, at, name)
	if err != nil {
		return fmt.Errorf("read repository state: %w", err)
	}
	return decodeState(name, data, schema, into)
}

// encodeState renders a file of the state.
func encodeState(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(value); err != nil {
		return nil, fmt.Errorf("write repository state: %w", err)
	}
	return b.Bytes(), nil
}

// decodeState parses a file of the state, which must have the given schema.
func decodeState(name string, data []byte, schema string, into any) error {
	var found struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(data, &found); err != nil {
		return &StateError{Name: name, Detail: err.Error()}
	}
	if found.Schema != schema {
		return &StateError{Name: name, Detail: fmt.Sprintf("schema %q, where this version reads %q", found.Schema, schema)}
	}
	if err := json.Unmarshal(data, into); err != nil {
		return &StateError{Name: name, Detail: err.Error()}
	}
	return nil
}
