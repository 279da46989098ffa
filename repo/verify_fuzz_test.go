package repo

import (
	"bytes"
	"strings"
	"testing"
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
