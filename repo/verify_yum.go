package repo

import (
	"context"
	"encoding/xml"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// A repomd is what is read of repomd.xml.
type repomd struct {
	Revision string       `xml:"revision"`
	Data     []repomdData `xml:"data"`
}

type repomdData struct {
	Type         string    `xml:"type,attr"`
	Checksum     *checksum `xml:"checksum"`
	OpenChecksum *checksum `xml:"open-checksum"`
	Size         *string   `xml:"size"`
	OpenSize     *string   `xml:"open-size"`
	Timestamp    string    `xml:"timestamp"`
	Location     struct {
		Base string `xml:"base,attr"`
		Href string `xml:"href,attr"`
	} `xml:"location"`
}

// A checksum is a digest as repodata has it.
type checksum struct {
	Type  string `xml:"type,attr"`
	Value string `xml:",chardata"`
}

// kind is the digest's name as Release has it; empty for one that no client knows.
func (c *checksum) kind() string {
	return map[string]string{"md5": "MD5Sum", "sha": "SHA1", "sha1": "SHA1", "sha224": "SHA224", "sha256": "SHA256", "sha384": "SHA384", "sha512": "SHA512"}[c.Type]
}

// vouches makes of a checksum and a size, both of which may be absent, what a file has to be.
func vouches(sum *checksum, size *string) (vouched, bool) {
	w := vouched{size: -1, sums: map[string]string{}}
	if size != nil {
		n, err := strconv.ParseInt(strings.TrimSpace(*size), 10, 64)
		if err != nil || n < 0 {
			return w, false
		}
		w.size = n
	}
	if sum != nil {
		value := strings.ToLower(strings.TrimSpace(sum.Value))
		if !isDigest(sum.kind(), value) {
			return w, false
		}
		w.sums[sum.kind()] = value
	}
	return w, true
}

// verifyYum checks one yum repository.
func (v *verification) verifyYum(ctx context.Context, t tree) error {
	file := path.Join(t.folder, "repomd.xml")
	data, err := v.read(ctx, file, maxReleaseSize)
	if err != nil {
		return err
	}
	if data == nil {
		v.find("repomd-missing", file, "there is no repomd.xml")
		return nil
	}
	if err := v.repomdSignature(ctx, file, data); err != nil {
		return err
	}
	var md repomd
	if err := xml.Unmarshal(data, &md); err != nil {
		v.find("repomd-malformed", file, "%v", err)
		return nil
	}
	v.revision(file, md)
	y := &yumSuite{v: v, tree: t, file: file, documents: map[string]*document{}}
	// The documents are read side by side: filelists is by far the longest.
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, v.options.Jobs))
	seen := map[string]bool{}
	for _, d := range md.Data {
		if seen[d.Type] {
			v.find("repomd-duplicate-type", file, "two entries are called %q", d.Type)
			continue
		}
		seen[d.Type] = true
		doc := &document{kind: d.Type}
		y.documents[d.Type] = doc
		g.Go(func() error { return y.entry(ctx, d, doc) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return y.packages()
}

// repomdSignature checks repomd.xml.asc. Nobody but us is bound to sign; who asks for a key does so for all.
func (v *verification) repomdSignature(ctx context.Context, file string, data []byte) error {
	there, err := v.detached(ctx, data, file+".asc")
	if err != nil {
		return err
	}
	key, err := v.read(ctx, file+".key", maxKeyFile)
	if err != nil {
		return err
	}
	if !there && !v.options.Unsigned && (v.ours || key != nil || v.options.Verifier != nil) {
		v.find("signature-missing", file+".asc", "there is no signature: clients refuse that where repo_gpgcheck=1")
	}
	if v.ours && there {
		v.keys = append(v.keys, file+".key")
	}
	return nil
}

// revision judges when repomd.xml says it is from.
func (v *verification) revision(file string, md repomd) {
	now := v.options.Time
	if now.IsZero() {
		return
	}
	newest := time.Time{}
	for _, text := range append([]string{md.Revision}, timestamps(md)...) {
		// A revision may be any text; one of ten digits is a date.
		text, _, _ = strings.Cut(strings.TrimSpace(text), ".")
		if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) == 10 && time.Unix(seconds, 0).After(newest) {
			newest = time.Unix(seconds, 0).UTC()
		}
	}
	switch {
	case newest.IsZero():
	case newest.After(now.Add(maxFuture)):
		v.find("date-future", file, "dated %s, and it is %s", newest.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	case v.options.MaxAge > 0 && now.Sub(newest) > v.options.MaxAge:
		v.find("date-old", file, "dated %s, more than %s ago", newest.Format(time.RFC3339), v.options.MaxAge)
	}
}

func timestamps(md repomd) []string {
	var all []string
	for _, d := range md.Data {
		all = append(all, d.Timestamp)
	}
	return all
}

// yumKinds are the documents with a record for each package.
func yumKinds() []string { return []string{"primary", "filelists", "other"} }

// A yumSuite is a yum repository while it is verified.
type yumSuite struct {
	v         *verification
	tree      tree
	file      string // repomd.xml
	documents map[string]*document
}

// A document is what is kept of one of repomd.xml's entries.
type document struct {
	kind      string
	file      string
	good      bool       // it is what repomd.xml vouches for
	announced int        // packages, as its first line says
	ids       []string   // of its packages
	records   [][32]byte // SHA-256, where the repository is ours
	batch     batch      // of primary
}

// entry checks the file of one of repomd.xml's entries and reads it.
func (y *yumSuite) entry(ctx context.Context, d repomdData, doc *document) error {
	v := y.v
	if d.Location.Base != "" {
		v.find("location-elsewhere", y.file, "%s lies at %q, and was not looked into", d.Type, d.Location.Base)
		return nil
	}
	if escapes(d.Location.Href) {
		v.find("path-escape", y.file, "%s lies at %q", d.Type, d.Location.Href)
		return nil
	}
	doc.file = path.Join(y.tree.base, d.Location.Href)
	form, ok := vouches(d.Checksum, d.Size)
	plain, openOK := vouches(d.OpenChecksum, d.OpenSize)
	if !ok || !openOK || d.Checksum == nil {
		v.find("repomd-malformed", y.file, "%s: no usable checksum or size", d.Type)
		return nil
	}
	if kind, _ := strongest(form); !strong(kind) {
		v.find("digest-weak", y.file, "%s has a checksum of type %q alone", d.Type, d.Checksum.Type)
	}
	found, f, err := v.scan(ctx, doc.file, path.Ext(doc.file), form, plain, y.parser(doc))
	switch {
	case err != nil:
		return err
	case !found:
		v.find("index-missing", doc.file, "repomd.xml lists it: zypper fetches every file of the list")
	case f != nil:
		v.find(f.rule, doc.file, "%s", f.text)
	default:
		doc.good = true
	}
	return nil
}

// parser returns what reads a document; nil for one that says nothing of packages.
func (y *yumSuite) parser(doc *document) func(io.Reader) error {
	switch doc.kind {
	case "primary":
		return func(r io.Reader) error { return y.v.primaryIndex(y.tree, doc, r) }
	case "filelists", "other":
		return func(r io.Reader) error { return y.v.listIndex(doc, r) }
	}
	return nil
}

// packages takes what primary says, once it is compared with the other documents.
func (y *yumSuite) packages() error {
	primary := y.documents["primary"]
	if primary == nil {
		y.v.find("repomd-malformed", y.file, "no entry is called primary")
		return nil
	}
	for _, kind := range yumKinds() {
		doc := y.documents[kind]
		if doc == nil || !doc.good {
			continue
		}
		if doc.announced != len(doc.ids) {
			y.v.find("package-count", doc.file, "announces %d packages and has %d", doc.announced, len(doc.ids))
		}
		y.samePackages(primary, doc)
	}
	if !primary.good {
		return nil
	}
	for i := range primary.batch.claims {
		for j, kind := range yumKinds() {
			if doc := y.documents[kind]; doc != nil && doc.good && i < len(doc.records) {
				primary.batch.claims[i].records[j] = doc.records[i]
			}
		}
	}
	y.v.duplicates(&primary.batch, map[string]*claim{})
	return y.v.take(&primary.batch)
}

// samePackages wants a document to be about the packages that primary has.
func (y *yumSuite) samePackages(primary, doc *document) {
	if !primary.good || doc == primary {
		return
	}
	count := map[string]int{}
	for _, id := range primary.ids {
		count[id]++
	}
	for _, id := range doc.ids {
		count[id]--
	}
	for _, id := range slices.Sorted(maps.Keys(count)) {
		switch {
		case count[id] > 0:
			y.v.find("pkgids-differ", doc.file, "the package %s of primary is not in it", id)
		case count[id] < 0:
			y.v.find("pkgids-differ", doc.file, "the package %s is not in primary", id)
		}
	}
}
