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
)

// A head names the current generation. It is the only file of the state that is ever replaced.
type head struct {
	Schema     string `json:"schema"`
	Generation int    `json:"generation"`
	Manifest   string `json:"manifest"` // the generation's file
}

// A generation is all that a repository is after one publish. Its file never changes.
type generation struct {
	Schema   string    `json:"schema"`
	Number   int       `json:"number"`
	Date     time.Time `json:"date"`
	Previous string    `json:"previous,omitempty"` // the file of the generation before

	Origin  string   `json:"origin"`
	Label   string   `json:"label"`
	BaseURL string   `json:"base_url,omitempty"`
	Keys    []string `json:"keys,omitempty"` // fingerprints of the keys that sign; none: unsigned

	Suites []suite `json:"suites"`

	manifest string // its file
}

// A suite is one suite's part of a generation.
type suite struct {
	Format     string       `json:"format"`
	Name       string       `json:"name"`
	Release    string       `json:"release"`
	Generation int          `json:"generation"` // in which it changed last
	Date       time.Time    `json:"date"`
	Keys       []string     `json:"keys,omitempty"`
	Segments   []segmentRef `json:"segments"`

	Folder string   `json:"folder"` // what its tree shows
	Files  []string `json:"files"`  // all in that folder, in commit order
	Hashed []string `json:"hashed"` // those of them that its own indexes are, under hash-named paths
	Past   []past   `json:"past,omitempty"`
}

// A segmentRef names a segment.
type segmentRef struct {
	Architecture string `json:"architecture,omitempty"` // apt only
	ID           string `json:"id"`
	Packages     int    `json:"packages"`
}

// A past generation of a suite: its hash-named files are kept for readers that have its Release or repomd.xml.
type past struct {
	Generation int       `json:"generation"`
	Until      time.Time `json:"until"`            // when the next one took its place
	Folder     string    `json:"folder,omitempty"` // empty once its own folder is gone
	Hashed     []string  `json:"hashed"`
}

const (
	headName         = ".wain/head.json"
	generationFolder = ".wain/generations"
	segmentFolder    = ".wain/segments"

	headSchema       = "wain/head/1"
	generationSchema = "wain/generation/1"
)

func (s *suite) name() suiteName {
	return suiteName{format: s.Format, suite: s.Name, release: s.Release}
}

// tree is how the store shows the suite.
func (s *suite) tree() store.Tree {
	return store.Tree{Name: s.name().tree(), Folder: s.Folder, Files: s.Files}
}

// find returns the named suite, or nil.
func (g *generation) find(name suiteName) *suite {
	for i := range g.Suites {
		if g.Suites[i].name() == name {
			return &g.Suites[i]
		}
	}
	return nil
}

// loadGeneration returns the current generation; nil where there is no repository yet. What looks like a repository
// without our state is a *ForeignError.
func loadGeneration(ctx context.Context, at store.Reader) (*generation, error) {
	data, err := store.ReadFile(ctx, at, headName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refuseForeign(ctx, at)
	}
	if err != nil {
		return nil, fmt.Errorf("read repository state: %w", err)
	}
	var h head
	if err := decodeState(headName, data, headSchema, &h); err != nil {
		return nil, err
	}
	return loadManifest(ctx, at, h.Manifest)
}

func loadManifest(ctx context.Context, at store.Reader, name string) (*generation, error) {
	data, err := store.ReadFile(ctx, at, name)
	if err != nil {
		return nil, fmt.Errorf("read repository state: %w", err)
	}
	g := &generation{manifest: name}
	if err := decodeState(name, data, generationSchema, g); err != nil {
		return nil, err
	}
	for _, s := range g.Suites {
		if len(s.Files) == 0 {
			return nil, &StateError{Name: name, Detail: fmt.Sprintf("suite %q has no files", s.Name)}
		}
	}
	return g, nil
}

// refuseForeign protects repositories that somebody else's tool made, or whose state was lost.
func refuseForeign(ctx context.Context, at store.Reader) error {
	trees, err := publishedTrees(ctx, at)
	if err != nil || len(trees) == 0 {
		return err
	}
	return &ForeignError{Tree: trees[0].tree()}
}

// publishedTrees finds the suites that clients can read, whatever the state says.
func publishedTrees(ctx context.Context, at store.Reader) ([]suiteName, error) {
	var found []suiteName
	for _, format := range []string{formatApt, formatYum} {
		folder := map[string]string{formatApt: "apt/dists", formatYum: "yum"}[format]
		entries, err := at.List(ctx, folder)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", folder, err)
		}
		for _, e := range entries {
			name := suiteName{format: format, suite: e.Name}
			if !e.Folder {
				continue
			}
			below, err := at.List(ctx, name.tree())
			if err != nil {
				return nil, fmt.Errorf("list %s: %w", name.tree(), err)
			}
			if len(below) > 0 {
				found = append(found, name)
			}
		}
	}
	return found, nil
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
