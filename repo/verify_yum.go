package repo

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"wain/repo/rpm"
	"wain/repo/store"
	"wain/repo/yum"
)

// A repomd is what is read of repomd.xml.
type repomd struct {
	Data []struct {
		Type         string `xml:"type,attr"`
		Checksum     string `xml:"checksum"`
		OpenChecksum string `xml:"open-checksum"`
		Size         int64  `xml:"size"`
		OpenSize     int64  `xml:"open-size"`
		Location     struct {
			Href string `xml:"href,attr"`
		} `xml:"location"`
	} `xml:"data"`
}

// verifyYum checks one yum suite.
func (v *verification) verifyYum(ctx context.Context, name suiteName) error {
	file := name.tree() + "/repomd.xml"
	data, err := v.read(ctx, file)
	if err != nil {
		return err
	}
	if data == nil {
		v.find("repomd-missing", file, "there is no repomd.xml")
		return nil
	}
	if err := v.detached(ctx, data, file+".asc"); err != nil {
		return err
	}
	v.keys = append(v.keys, file+".key")
	var md repomd
	if err := xml.Unmarshal(data, &md); err != nil {
		v.find("repomd-malformed", file, "%v", err)
		return nil
	}
	plain := map[string][]byte{}
	for _, d := range md.Data {
		where := path.Join(name.base(), d.Location.Href)
		packed, err := v.read(ctx, where)
		if err != nil {
			return err
		}
		if packed == nil {
			v.find("index-missing", where, "repomd.xml lists it")
			continue
		}
		if _, twice := plain[d.Type]; twice {
			v.find("repomd-malformed", file, "two entries are called %q", d.Type)
		}
		if !v.matches("index-differs", where, packed, d.Size, d.Checksum) {
			continue
		}
		if !strings.HasSuffix(where, ".gz") {
			plain[d.Type] = packed
			continue
		}
		open, err := gunzip(packed, d.OpenSize)
		if err != nil {
			v.find("index-differs", where, "unpack: %v", err)
			continue
		}
		if v.matches("index-differs", where, open, d.OpenSize, d.OpenChecksum) {
			plain[d.Type] = open
		}
	}
	if plain["primary"] == nil {
		v.find("repomd-malformed", file, "no readable primary")
		return nil
	}
	v.records(name, file, plain)
	return nil
}

// A primaryPackage is what is read of a package in primary.
type primaryPackage struct {
	Name    string `xml:"name"`
	Arch    string `xml:"arch"`
	Version struct {
		Epoch   string `xml:"epoch,attr"`
		Version string `xml:"ver,attr"`
		Release string `xml:"rel,attr"`
	} `xml:"version"`
	Checksum struct {
		Type  string `xml:"type,attr"`
		Value string `xml:",chardata"`
	} `xml:"checksum"`
	Size struct {
		Package int64 `xml:"package,attr"`
	} `xml:"size"`
	Location struct {
		Href string `xml:"href,attr"`
	} `xml:"location"`
}

// records notes what primary says of each package, with the raw records of our own indexes.
func (v *verification) records(name suiteName, file string, plain map[string][]byte) {
	packages, err := readPrimary(plain["primary"])
	if err != nil {
		v.find("index-malformed", file, "primary: %v", err)
		return
	}
	raw := map[string][][]byte{}
	for _, kind := range kinds[formatYum] {
		raw[kind] = cutRecords(plain[kind])
		if v.ours && len(raw[kind]) != len(packages) {
			v.find("index-malformed", file, "%s has %d records for %d packages", kind, len(raw[kind]), len(packages))
		}
	}
	seen := map[[5]string]string{}
	for i, p := range packages {
		key := [5]string{p.Name, p.Version.Epoch, p.Version.Version, p.Version.Release, p.Arch}
		if other, twice := seen[key]; twice {
			v.find("duplicate-package", file, "%s is there twice: %s and %s", strings.Join(key[:], " "), other, p.Location.Href)
		}
		seen[key] = p.Location.Href
		if p.Checksum.Type != "sha256" || p.Location.Href == "" {
			v.find("index-malformed", file, "primary: %s has no location or no SHA-256", p.Name)
			continue
		}
		c := claim{
			format: formatYum, path: path.Join(name.base(), p.Location.Href), index: file, href: p.Location.Href,
			size: p.Size.Package, sha256: p.Checksum.Value,
		}
		for _, kind := range kinds[formatYum] {
			if v.ours && i < len(raw[kind]) {
				c.records = append(c.records, raw[kind][i])
			}
		}
		v.claim(c)
	}
}

// readPrimary parses primary.xml package by package.
func readPrimary(data []byte) ([]primaryPackage, error) {
	var packages []primaryPackage
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return packages, nil
		}
		if err != nil {
			return nil, err
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "package" {
			var p primaryPackage
			if err := d.DecodeElement(&p, &start); err != nil {
				return nil, err
			}
			packages = append(packages, p)
		}
	}
}

// cutRecords cuts one of our own documents into its packages' records, each with the newline that ends it.
func cutRecords(document []byte) [][]byte {
	const end = "</package>\n"
	var records [][]byte
	at := bytes.Index(document, []byte("<package "))
	for at >= 0 {
		n := bytes.Index(document[at:], []byte(end))
		if n < 0 {
			break
		}
		records = append(records, document[at:at+n+len(end)])
		at += n + len(end)
		if !bytes.HasPrefix(document[at:], []byte("<package ")) {
			break
		}
	}
	return records
}

// compareRpm compares a package with its records.
func (v *verification) compareRpm(c *claim, o store.Object) {
	p, err := rpm.Read(o, o.Size())
	if err != nil {
		v.find("package-damaged", c.path, "%v", err)
		return
	}
	if p.SHA256 != c.sha256 {
		v.find("package-differs", c.path, "SHA-256 is %s, and %s says %s", p.SHA256, c.index, c.sha256)
		return
	}
	v.packageSignature(c, p, o)
	if len(c.records) != len(kinds[formatYum]) {
		return
	}
	r := yum.Records(p, c.href)
	for i, want := range [][]byte{r.Primary, r.Filelists, r.Other} {
		if !bytes.Equal(want, c.records[i]) {
			v.find("record-differs", c.path, "%s of %s does not say what the package does", kinds[formatYum][i], c.index)
		}
	}
}

// packageSignature checks what gpgcheck=1 makes of a package: our own client configuration has that in it.
func (v *verification) packageSignature(c *claim, p *rpm.Package, o store.Object) {
	judge := v.options.Verifier
	switch {
	case judge == nil || judge.Package == nil:
	case !p.Signed:
		if !v.options.Unsigned {
			v.find("signature-missing", c.path, "the package is not signed: dnf and zypper refuse it where gpgcheck=1")
		}
	default:
		if _, err := judge.Package(io.NewSectionReader(o, 0, o.Size())); err != nil {
			v.find("signature-bad", c.path, "%v", err)
		}
	}
}
