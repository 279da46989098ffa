package repo

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"wain/repo/store"
)

// FuzzVerifyIndexes gives bytes to every parser of an index: none panics, and no package leads out of its repository.
func FuzzVerifyIndexes(f *testing.F) {
	for _, seed := range []string{
		"Package: a\nVersion: 1\nArchitecture: all\nFilename: pool/a.deb\nSize: 1\nSHA256: " + strings.Repeat("0", 64) + "\n\n\nPackage: b\r\n",
		"Package: a\nDirectory: pool\nChecksums-Sha256:\n " + strings.Repeat("0", 64) + " 1 a.dsc\n",
		`<?xml version="1.0"?><metadata packages="1"><package type="rpm"><name>a</name><version epoch="0" ver="1" rel="1"/><checksum type="sha256" pkgid="YES">` +
			strings.Repeat("0", 64) + `</checksum><size package="1"/><location href="a.rpm"/><format><rpm:header-range start="1" end="2"/></format></package>` + "\n</metadata>",
		`<filelists packages="1"><package pkgid="00" name="a" arch="x"><version ver="1"/><file type="dir">/a&amp;b</file></package></filelists>`,
		"Suite: a\nDate: Fri, 20 Nov 2026 12:00:00 UTC\nSHA256:\n " + strings.Repeat("0", 64) + " 1 main/binary-all/Packages\nArchitectures: all amd64\nComponents: main\n",
		"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n- -a\n-----BEGIN PGP SIGNATURE-----\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v := newVerification(VerifyOptions{})
		v.ours = true
		at := tree{format: formatApt, suite: "x", folder: "base/dists/x", base: "base"}
		doc := &document{kind: "primary"}
		var claims []claim
		for _, parse := range []func(tree, string, *bytes.Reader) (*batch, error){
			func(at tree, file string, r *bytes.Reader) (*batch, error) { return v.packagesIndex(at, file, r) },
			func(at tree, file string, r *bytes.Reader) (*batch, error) { return v.sourcesIndex(at, file, r) },
			func(at tree, _ string, r *bytes.Reader) (*batch, error) {
				err := v.primaryIndex(at, doc, r)
				return &doc.batch, err
			},
		} {
			b, _ := parse(at, "index", bytes.NewReader(data))
			claims = append(claims, b.claims...)
			v.duplicates(b, map[string]*claim{})
			_ = v.take(b)
		}
		for _, c := range claims {
			if !strings.HasPrefix(c.path, "base/") || c.size < 0 || len(c.sums) == 0 {
				t.Errorf("a package at %q of %d bytes with %v", c.path, c.size, c.sums)
			}
		}
		_ = v.listIndex(&document{}, bytes.NewReader(data))
		_, _ = v.clear(data)
		v.sorted()
	})
}

// everywhere is a store that has the same bytes under each name that ends as given, and cannot be listed.
type everywhere struct {
	data []byte
	ends []string
}

func (e everywhere) Open(_ context.Context, name string) (store.Object, error) {
	if !slices.ContainsFunc(e.ends, func(end string) bool { return strings.HasSuffix(name, end) }) {
		return nil, fs.ErrNotExist
	}
	return memory{bytes.NewReader(e.data)}, nil
}

func (e everywhere) Size(ctx context.Context, name string) (int64, error) {
	if _, err := e.Open(ctx, name); err != nil {
		return 0, err
	}
	return int64(len(e.data)), nil
}

func (everywhere) List(context.Context, string) ([]store.Entry, error) {
	return nil, errors.ErrUnsupported
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// FuzzVerifyHeads gives bytes to a verification as what a client opens first, and as what that names.
func FuzzVerifyHeads(f *testing.F) {
	for _, seed := range []string{
		"Suite: x\nDate: Fri, 20 Nov 2026 12:00:00 UTC\nAcquire-By-Hash: yes\nArchitectures: amd64\nComponents: main\nSHA256:\n " + strings.Repeat("0", 64) + " 1 main/binary-amd64/Packages\n",
		`<repomd><revision>1</revision><data type="primary"><checksum type="sha256">` + strings.Repeat("0", 64) + `</checksum><location href="repodata/primary.xml"/><size>9</size></data></repomd>`,
		`{"schema":"wain/suites/1","origin":"X","keys":["00"],"suites":[{"format":"apt","name":"x","base":"apt"},{"format":"yum","name":"y","base":"yum/y"}]}`,
		"https://packages.example.org/yum/y/generations/1/\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, ends := range [][]string{{"Release"}, {"repomd.xml", "primary.xml"}, {"suites.json", "Release", "Packages"}, {""}} {
			at := everywhere{data, ends}
			o := VerifyOptions{Store: at, Suites: nil, Unsigned: true, Time: time.Unix(1_800_000_000, 0)}
			_, _ = Verify(t.Context(), o)
			o.Suites = []string{"x"}
			_, _ = Verify(t.Context(), o)
			v := newVerification(o)
			_ = v.verifyMirrors(t.Context(), yumTree("yum/y"))
			_ = v.verifySuites(t.Context(), nil)
		}
	})
}
