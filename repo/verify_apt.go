package repo

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"

	"wain/repo/apt"
	"wain/repo/deb"
	"wain/repo/store"
)

// verifyApt checks one apt suite.
func (v *verification) verifyApt(ctx context.Context, name suiteName) error {
	release, err := v.release(ctx, name.tree())
	if err != nil || release == nil {
		return err
	}
	file := name.tree() + "/Release"
	fields, err := deb.ParseParagraph(release)
	if err != nil {
		v.find("release-malformed", file, "%v", err)
		return nil
	}
	if fields.Get("Suite") == "" && fields.Get("Codename") == "" {
		v.find("release-malformed", file, "neither Suite nor Codename")
	}
	if fields.Get("Date") == "" {
		v.find("release-malformed", file, "no Date")
	}
	listed, err := releaseDigests(fields.Get("SHA256"))
	if err != nil || len(listed) == 0 {
		v.find("release-malformed", file, "no usable SHA256 list: %v", err)
		return nil
	}
	byHash := fields.Get("Acquire-By-Hash") == "yes"
	for _, index := range listed {
		if err := v.index(ctx, name, index, listed, byHash); err != nil {
			return err
		}
	}
	for _, component := range strings.Fields(fields.Get("Components")) {
		for _, arch := range strings.Fields(fields.Get("Architectures")) {
			if plain := component + "/binary-" + arch + "/Packages"; listed[plain].path == "" {
				v.find("plain-index-unlisted", file, "%s is not listed: clients of %s would see nothing", plain, arch)
			}
		}
	}
	return nil
}

// release returns the text of Release after checking its two signatures, and that they are over one text.
func (v *verification) release(ctx context.Context, tree string) ([]byte, error) {
	release, err := v.read(ctx, tree+"/Release")
	if err != nil {
		return nil, err
	}
	message, err := v.read(ctx, tree+"/InRelease")
	if err != nil {
		return nil, err
	}
	switch {
	case message == nil && !v.options.Unsigned:
		v.find("signature-missing", tree+"/InRelease", "there is no signature")
	case message != nil:
		v.signed = true
		if v.options.Verifier == nil {
			break
		}
		text, _, err := v.options.Verifier.Clear(message)
		switch {
		case err != nil:
			v.find("signature-bad", tree+"/InRelease", "%v", err)
		case release != nil && !bytes.Equal(bytes.TrimRight(text, "\n"), bytes.TrimRight(release, "\n")):
			v.find("release-differs", tree+"/InRelease", "its text is not that of Release")
		}
	}
	if release == nil {
		v.find("release-missing", tree+"/Release", "there is no Release file")
		return nil, nil
	}
	return release, v.detached(ctx, release, tree+"/Release.gpg")
}

// A listedIndex is one line of a Release file.
type listedIndex struct {
	path   string
	size   int64
	sha256 string
}

// releaseDigests parses the list of a digest field: digest, size and path on a line.
func releaseDigests(field string) (map[string]listedIndex, error) {
	listed := map[string]listedIndex{}
	for _, line := range strings.Split(field, "\n") {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) != 3 {
			return nil, fmt.Errorf("line %q", line)
		}
		size, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("line %q: %w", line, err)
		}
		listed[words[2]] = listedIndex{path: words[2], size: size, sha256: words[0]}
	}
	return listed, nil
}

// index checks one listed index in its place and by its hash, and reads the packages of a plain one.
func (v *verification) index(ctx context.Context, name suiteName, index listedIndex, listed map[string]listedIndex, byHash bool) error {
	file := path.Join(name.tree(), index.path)
	data, err := v.read(ctx, file)
	if err != nil {
		return err
	}
	packed, isPacked := strings.CutSuffix(index.path, ".gz")
	if data == nil {
		if _, stored := listed[index.path+".gz"]; !stored || isPacked {
			v.find("index-missing", file, "Release lists it")
		}
		return nil // the compressed form is checked against what is listed for the plain one
	}
	if !v.matches("index-differs", file, data, index.size, index.sha256) {
		return nil
	}
	if byHash {
		hashed := path.Join(path.Dir(file), "by-hash/SHA256", index.sha256)
		same, err := v.read(ctx, hashed)
		if err != nil {
			return err
		}
		if same == nil {
			v.find("index-missing", hashed, "clients ask for %s here", index.path)
		} else {
			v.matches("index-differs", hashed, same, index.size, index.sha256)
		}
	}
	if isPacked {
		plain, ok := listed[packed]
		if !ok {
			v.find("plain-index-unlisted", name.tree()+"/Release", "%s is not listed: clients would see nothing", packed)
			return nil
		}
		if data, err = gunzip(data, plain.size); err != nil {
			v.find("index-differs", file, "unpack: %v", err)
			return nil
		}
		if !v.matches("index-differs", file, data, plain.size, plain.sha256) {
			return nil
		}
	}
	if path.Base(packed) == "Packages" {
		v.stanzas(name, file, data)
	}
	return nil
}

// stanzas notes what an index says of each package.
func (v *verification) stanzas(name suiteName, file string, data []byte) {
	seen := map[[3]string]string{}
	for _, text := range bytes.Split(data, []byte("\n\n")) {
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		stanza, err := deb.ParseParagraph(text)
		if err != nil {
			v.find("index-malformed", file, "%v", err)
			continue
		}
		size, err := strconv.ParseInt(stanza.Get("Size"), 10, 64)
		where := stanza.Get("Filename")
		if err != nil || where == "" || stanza.Get("SHA256") == "" {
			v.find("index-malformed", file, "the stanza of %q lacks Filename, Size or SHA256", stanza.Get("Package"))
			continue
		}
		key := [3]string{stanza.Get("Package"), stanza.Get("Version"), stanza.Get("Architecture")}
		if other, twice := seen[key]; twice {
			v.find("duplicate-package", file, "%s %s (%s) is there twice: %s and %s", key[0], key[1], key[2], other, where)
		}
		seen[key] = where
		v.claim(claim{
			format: formatApt, path: path.Join(name.base(), where), index: file, href: where,
			size: size, sha256: stanza.Get("SHA256"), records: [][]byte{text},
		})
	}
}

// compareDeb compares a package with its stanza.
func (v *verification) compareDeb(c *claim, o store.Object) {
	p, err := deb.Read(o, o.Size())
	if err != nil {
		v.find("package-damaged", c.path, "%v", err)
		return
	}
	if p.SHA256 != c.sha256 {
		v.find("package-differs", c.path, "SHA-256 is %s, and %s says %s", p.SHA256, c.index, c.sha256)
		return
	}
	stanza, err := deb.ParseParagraph(c.records[0])
	if err != nil {
		return // found before
	}
	want, err := deb.ParseParagraph(bytes.TrimRight(apt.Stanza(p, c.href), "\n"))
	if err != nil {
		v.find("package-damaged", c.path, "%v", err)
		return
	}
	for _, f := range want.Fields {
		if got := stanza.Get(f.Name); got != f.Value && (got != "" || v.ours || inControl(p, f.Name)) {
			v.find("stanza-differs", c.path, "%s is %q, and %s says %q", f.Name, f.Value, c.index, got)
		}
	}
}

// inControl reports whether the package itself has the field: others, such as MD5sum, an index may leave out.
func inControl(p *deb.Package, name string) bool {
	return p.Control.Get(name) != ""
}
