package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// provenance reads what the index says of a file's origin. It is kept and
// reported, not verified; that it is not to be had is a warning.
func (x *Index) provenance(ctx context.Context, e Entry) *Provenance {
	if e.Provenance == "" {
		return nil
	}
	p, err := x.origins.do(ctx, e.Provenance, func() (*Provenance, error) {
		u, err := url.Parse(e.Provenance)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" {
			return nil, errors.New("its address is no URL of the network")
		}
		at := e
		at.URL = bare(u)
		at.user = u.User
		if from, err := url.Parse(e.URL); err == nil && at.user == nil && origin(from) == origin(u) {
			at.user = e.user
		}
		p := &Provenance{URL: shown(u)}
		_, err = x.document(ctx, "provenance", at, func(text []byte) (err error) {
			p.Publishers, err = publishers(text)
			return err
		})
		return p, err
	})
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, ErrOffline) {
			x.warn(fmt.Sprintf("the provenance that %s announces of %s cannot be read: %s", announcer(e), e.Source, err))
		}
		return nil
	}
	return p
}

// publishers names who attested, from a provenance object (PEP 740).
func publishers(text []byte) ([]string, error) {
	var object struct {
		Version int `json:"version"`
		Bundles []struct {
			Publisher map[string]any `json:"publisher"`
		} `json:"attestation_bundles"`
	}
	if err := json.Unmarshal(text, &object); err != nil {
		return nil, errors.New("it is no provenance object")
	}
	if object.Version != 1 {
		return nil, fmt.Errorf("it is of version %d, and 1 is known", object.Version)
	}
	const most = 100
	var list []string
	for i, b := range object.Bundles {
		if i == most {
			break
		}
		// Each kind of publisher has its own fields; these say who it is.
		var words []string
		for _, key := range []string{"kind", "repository", "email", "sub", "workflow", "workflow_filepath", "environment"} {
			if value, ok := b.Publisher[key].(string); ok && value != "" {
				words = append(words, printable(value))
			}
		}
		if len(words) > 0 {
			list = append(list, strings.Join(words, " "))
		}
	}
	return list, nil
}
