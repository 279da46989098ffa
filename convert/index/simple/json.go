package simple

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
)

// file is an element of "files".
type file struct {
	Filename       string            `json:"filename"`
	URL            string            `json:"url"`
	Hashes         map[string]string `json:"hashes"`
	RequiresPython string            `json:"requires-python"`
	CoreMetadata   json.RawMessage   `json:"core-metadata"`
	OldMetadata    json.RawMessage   `json:"dist-info-metadata"`
	Yanked         json.RawMessage   `json:"yanked"`
	Size           float64           `json:"size"`
	Provenance     string            `json:"provenance"`
}

// readJSON takes the document apart while it reads, so that a page of a million
// empty files never is a million structs.
func (p *reader) readJSON(body []byte, base *url.URL) error {
	d := json.NewDecoder(bytes.NewReader(body))
	if err := expect(d, '{'); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return malformed(err)
		}
		switch key {
		case "meta":
			err = p.readMeta(d)
		case "project-status":
			var status struct{ Status, Reason string }
			err = d.Decode(&status)
			p.Status, p.Reason = status.Status, status.Reason
		case "files":
			err = p.readFiles(d, base)
		default:
			err = d.Decode(&json.RawMessage{})
		}
		if err != nil {
			return malformed(err)
		}
	}
	if err := expect(d, '}'); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON document")
	}
	return nil
}

func (p *reader) readMeta(d *json.Decoder) error {
	var meta struct {
		Version string `json:"api-version"`
		Status  string `json:"project-status"`
		Reason  string `json:"project-status-reason"`
	}
	if err := d.Decode(&meta); err != nil {
		return err
	}
	if meta.Status != "" {
		p.Status, p.Reason = meta.Status, meta.Reason
	}
	if meta.Version == "" {
		return nil
	}
	return p.version(meta.Version)
}

func (p *reader) readFiles(d *json.Decoder, base *url.URL) error {
	if err := expect(d, '['); err != nil {
		return err
	}
	for d.More() {
		var f file
		if err := d.Decode(&f); err != nil {
			return err
		}
		if f.URL == "" {
			continue
		}
		l := Link{
			Name: f.Filename, Hashes: hashList(f.Hashes), RequiresPython: f.RequiresPython,
			Provenance: f.Provenance, Yanked: yanked(f.Yanked),
		}
		if f.Size > 0 && f.Size < 1<<53 {
			l.Size = int64(f.Size)
		}
		l.HasMetadata, l.Metadata = metadata(f.CoreMetadata, f.OldMetadata)
		if err := p.add(l, f.URL, base); err != nil {
			return err
		}
	}
	return expect(d, ']')
}

// metadata is what the newer of the two names says: false, true, or hashes.
func metadata(newer, older json.RawMessage) (bool, []Hash) {
	value := newer
	if len(value) == 0 || string(value) == "null" {
		value = older
	}
	var hashes map[string]string
	if json.Unmarshal(value, &hashes) == nil && hashes != nil {
		return true, hashList(hashes)
	}
	var there bool
	return json.Unmarshal(value, &there) == nil && there, nil
}

// yanked is a boolean, or the reason; an empty reason is none (PEP 691).
func yanked(value json.RawMessage) *string {
	var reason string
	if json.Unmarshal(value, &reason) == nil && reason != "" {
		return &reason
	}
	var there bool
	if json.Unmarshal(value, &there) == nil && there {
		return new(string)
	}
	return nil
}

func hashList(hashes map[string]string) []Hash {
	var list []Hash
	for _, algorithm := range slices.Sorted(maps.Keys(hashes)) {
		list = append(list, Hash{algorithm, hashes[algorithm]})
	}
	return list
}

func expect(d *json.Decoder, want json.Delim) error {
	token, err := d.Token()
	if err != nil {
		return malformed(err)
	}
	if token != want {
		return fmt.Errorf("malformed JSON: %v where %v has to be", token, want)
	}
	return nil
}

// malformed says that it was JSON, unless the error is about what it says.
func malformed(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("malformed JSON: it ends too early")
	case errors.As(err, &syntax):
		return fmt.Errorf("malformed JSON: %w", err)
	case errors.As(err, &kind):
		return fmt.Errorf("malformed JSON: a %s where %s has to be (%s)", kind.Value, kind.Type, kind.Field)
	}
	return err
}
