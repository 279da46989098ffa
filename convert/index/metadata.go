package index

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"wain/convert/pep"
)

// compareMetadata checks that the METADATA beside a wheel (PEP 658) says what
// the wheel's own says, in the fields that pip compares. That it is not to be
// had is a warning: nothing was chosen by it.
func (x *Index) compareMetadata(ctx context.Context, c Candidate, f *File) error {
	if !c.HasMetadata {
		return nil
	}
	_, err := x.checked.do(ctx, c.URL+" "+f.SHA256, func() (bool, error) {
		own, err := wheelMetadata(f)
		if err != nil {
			// The reader of wheels will say what is wrong with it.
			return false, nil
		}
		beside, err := x.metadataBeside(ctx, c)
		var wrong *MetadataError
		switch {
		case errors.As(err, &wrong), calledOff(err):
			return false, err
		case errors.Is(err, ErrOffline):
			return false, nil
		case err != nil:
			x.warn(fmt.Sprintf("the metadata that %s announces beside %s is not to be had, and not compared: %s", announcer(c.Entry), c.Source, err))
			return false, nil
		}
		return true, differ(c.Source, headers(beside), headers(own))
	})
	return err
}

// metadataBeside gets the file beside the wheel.
func (x *Index) metadataBeside(ctx context.Context, c Candidate) ([]byte, error) {
	beside := c.Entry
	beside.URL = metadataURL(c.URL)
	text, err := x.document(ctx, "metadata", beside, func(text []byte) error {
		if got, ok := x.isMetadata(text, c.Metadata); !ok {
			return &MetadataError{File: c.Source, Page: texts(c.Metadata), Wheel: texts(got)}
		}
		return nil
	})
	return text, err
}

// metadataURL adds the suffix to the path, before a query.
func metadataURL(wheel string) string {
	path, query, ok := strings.Cut(wheel, "?")
	if ok {
		return path + ".metadata?" + query
	}
	return wheel + ".metadata"
}

// isMetadata tells whether the text has every hash that the page has of it.
func (x *Index) isMetadata(text []byte, announced []Hash) ([]Hash, bool) {
	var got []Hash
	ok := true
	for _, h := range announced {
		sum := newHash(h.Algorithm)
		sum.Write(text)
		g := Hash{h.Algorithm, fmt.Sprintf("%x", sum.Sum(nil))}
		got = append(got, g)
		ok = ok && g == h
	}
	return got, ok
}

func texts(hashes []Hash) []string {
	list := make([]string, len(hashes))
	for i, h := range hashes {
		list[i] = h.String()
	}
	return list
}

// document gets a small file that is not changed once it is there, from the
// cache or the server.
func (x *Index) document(ctx context.Context, kind string, e Entry, check func([]byte) error) ([]byte, error) {
	key := kind + " " + e.URL
	if x.cache != nil {
		if text, err := x.cache.Page(key); err == nil && check(text) == nil {
			return text, nil
		}
	}
	if x.offline {
		return nil, ErrOffline
	}
	u, err := e.request()
	if err != nil {
		return nil, err
	}
	var text []byte
	err = x.requester.again(ctx, x.requester.retry.Attempts, func() (bool, error) {
		ctx, cancel := context.WithTimeoutCause(ctx, pageTimeouts*x.requester.timeout, errSlow)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
		if err != nil {
			return false, errors.New("not a URL")
		}
		resp, err := x.requester.send(ctx, req, http.StatusOK)
		if err != nil {
			return false, err
		}
		defer resp.Body.Close()
		text, err = readBody(resp, maxPage)
		return false, err
	})
	if err != nil {
		return nil, err
	}
	if err := check(text); err != nil {
		return nil, err
	}
	if x.cache == nil {
		return text, nil
	}
	return text, x.cache.PutPage(key, text)
}

// wheelMetadata reads the METADATA inside a wheel. It is no judge of wheels.
func wheelMetadata(f *File) ([]byte, error) {
	z, err := zip.NewReader(f, f.Size)
	if err != nil {
		return nil, err
	}
	for _, entry := range z.File {
		dir, name, _ := strings.Cut(entry.Name, "/")
		if name != "METADATA" || !strings.HasSuffix(dir, ".dist-info") {
			continue
		}
		r, err := entry.Open()
		if err != nil {
			return nil, err
		}
		defer r.Close()
		text, err := io.ReadAll(io.LimitReader(r, maxPage+1))
		if err == nil && len(text) > maxPage {
			err = ErrTooLarge
		}
		return text, err
	}
	return nil, errors.New("no METADATA")
}

// compared are the fields of METADATA that pip compares, and what makes two
// spellings of a value equal.
var compared = []struct {
	field string
	same  func(string) string
}{
	{"Name", pep.Normalize},
	{"Version", sameVersionText},
	{"Requires-Dist", sameRequirement},
	{"Requires-Python", sameSpecifiers},
	{"Provides-Extra", pep.Normalize},
}

// headers gathers those fields from the head of a METADATA file, as sets.
func headers(text []byte) map[string]map[string]bool {
	found := map[string]map[string]bool{}
	field, value := "", ""
	keep := func() {
		for _, c := range compared {
			if strings.EqualFold(c.field, field) {
				if found[c.field] == nil {
					found[c.field] = map[string]bool{}
				}
				found[c.field][c.same(strings.TrimSpace(value))] = true
			}
		}
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			value += " " + strings.TrimSpace(line)
			continue
		}
		keep()
		field, value, _ = strings.Cut(line, ":")
	}
	keep()
	return found
}

// differ compares the two, field by field.
func differ(file string, beside, own map[string]map[string]bool) error {
	for _, c := range compared {
		if maps.Equal(beside[c.field], own[c.field]) {
			continue
		}
		return &MetadataError{File: file, Field: c.field, Page: only(beside[c.field], own[c.field]), Wheel: only(own[c.field], beside[c.field])}
	}
	return nil
}

// only gives what is in a and not in b, sorted.
func only(a, b map[string]bool) []string {
	var list []string
	for v := range a {
		if !b[v] {
			list = append(list, v)
		}
	}
	slices.Sort(list)
	return list
}

// sameVersionText drops the zeros at a release's end, which do not count.
func sameVersionText(s string) string {
	v, err := pep.ParseVersion(s)
	if err != nil {
		return s
	}
	var parts []string
	for _, n := range v.Release() {
		parts = append(parts, string(n))
	}
	release := strings.Join(parts, ".")
	short := release
	for strings.HasSuffix(short, ".0") {
		short = strings.TrimSuffix(short, ".0")
	}
	return strings.Replace(v.String(), release, short, 1)
}

func sameRequirement(s string) string {
	if r, err := pep.ParseRequirement(s); err == nil {
		r.Name = pep.Normalize(r.Name)
		return r.String()
	}
	return s
}

func sameSpecifiers(s string) string {
	if set, err := pep.ParseSpecifiers(s); err == nil {
		return set.String()
	}
	return s
}
