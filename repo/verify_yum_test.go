package repo_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo"
)

// A madeRepomd is a foreign yum repository of one package by createrepo_c, whose parts a test changes.
type madeRepomd struct {
	dir     string
	plain   map[string]string                   // uncompressed, by type
	edit    map[string]func(text string) string // of the entry in repomd.xml
	drop    []string                            // types without a file
	repomd  func(text string) string
	replace map[string][]byte // compressed, by type
}

func readRepomd(t *testing.T, base string) *madeRepomd {
	t.Helper()
	r := &madeRepomd{dir: t.TempDir(), plain: map[string]string{}, edit: map[string]func(string) string{}, replace: map[string][]byte{}}
	if err := os.CopyFS(r.dir, os.DirFS(base)); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"primary", "filelists", "other"} {
		f, err := os.Open(match(t, r.dir, "repodata/*-"+kind+".xml.gz"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		r.plain[kind] = string(data)
	}
	return r
}

// write writes repodata anew.
func (r *madeRepomd) write(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(r.dir, "repodata")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(r.dir, "repodata"), 0o755); err != nil {
		t.Fatal(err)
	}
	entries := ""
	for _, kind := range []string{"primary", "filelists", "other"} {
		text := r.plain[kind]
		packed := zip(text)
		if r.replace[kind] != nil {
			packed = r.replace[kind]
		}
		entry := fmt.Sprintf(`<data type=%q><checksum type="sha256">%s</checksum><open-checksum type="sha256">%s</open-checksum>`+
			`<location href="repodata/%s.xml.gz"/><timestamp>1763640000</timestamp><size>%d</size><open-size>%d</open-size></data>`,
			kind, sum(string(packed)), sum(text), kind, len(packed), len(text))
		if r.edit[kind] != nil {
			entry = r.edit[kind](entry)
		}
		entries += entry + "\n"
		if strings.Contains(strings.Join(r.drop, " "), kind) {
			continue
		}
		if err := os.WriteFile(filepath.Join(r.dir, "repodata", kind+".xml.gz"), packed, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	repomd := `<?xml version="1.0"?><repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1763640000</revision>` + entries + "</repomd>"
	if r.repomd != nil {
		repomd = r.repomd(repomd)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "repodata/repomd.xml"), []byte(repomd), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestVerifyYumRules makes one fault at a time in a foreign yum repository and wants its finding alone (case 33).
func TestVerifyYumRules(t *testing.T) {
	base := fixtures.Createrepo(t, tools(t, "rpm", "1.0", "1.1")...)
	const repomd, primary, filelists = "repodata/repomd.xml", "repodata/primary.xml.gz", "repodata/filelists.xml.gz"
	const pkg, lost = "tool_1.0_amd64.rpm", "orphan-file tool_1.0_amd64.rpm"
	entry := func(kind, old, by string) func(*testing.T, *madeRepomd) {
		return func(t *testing.T, r *madeRepomd) {
			r.edit[kind] = func(text string) string { return patched(t, text, old, by) }
		}
	}
	document := func(kind, old, by string) func(*testing.T, *madeRepomd) {
		return func(t *testing.T, r *madeRepomd) { r.plain[kind] = patched(t, r.plain[kind], old, by) }
	}
	whole := func(old, by string) func(*testing.T, *madeRepomd) {
		return func(t *testing.T, r *madeRepomd) {
			r.repomd = func(text string) string { return patched(t, text, old, by) }
		}
	}
	for _, test := range []struct {
		name   string
		before func(t *testing.T, r *madeRepomd)
		after  func(t *testing.T, dir string)
		want   []string
	}{
		{name: "sound"},
		{name: "repomd.xml gone", after: remove(repomd), want: []string{"repomd-missing " + repomd, lost, "orphan-file tool_1.1_amd64.rpm"}},
		{name: "repomd.xml malformed", before: whole("</repomd>", ""), want: []string{"repomd-malformed " + repomd, lost, "orphan-file tool_1.1_amd64.rpm"}},
		{name: "no primary", before: entry("primary", `"primary"`, `"x"`), want: []string{"repomd-malformed " + repomd, lost, "orphan-file tool_1.1_amd64.rpm"}},
		{name: "a type twice", before: entry("other", `"other"`, `"filelists"`), want: []string{"repomd-duplicate-type " + repomd}},
		{name: "an entry without its file", before: func(_ *testing.T, r *madeRepomd) { r.drop = []string{"other"} }, want: []string{"index-missing repodata/other.xml.gz"}},
		{name: "another checksum", before: entry("other", `<checksum type="sha256">....`, `<checksum type="sha256">0000`), want: []string{"index-differs repodata/other.xml.gz"}},
		{name: "another size", before: entry("other", `<size>`, `<size>1`), want: []string{"index-differs repodata/other.xml.gz"}},
		{name: "another open-checksum", before: entry("other", `<open-checksum type="sha256">....`, `<open-checksum type="sha256">0000`), want: []string{"index-differs repodata/other.xml.gz"}},
		{name: "another open-size", before: entry("other", `<open-size>`, `<open-size>1`), want: []string{"index-differs repodata/other.xml.gz"}},
		{name: "no size, no open-checksum", before: entry("other", `<size>\d+</size>|<open-checksum.*</open-checksum>|<open-size>\d+</open-size>`, "")},
		{name: "no checksum", before: entry("other", `<checksum .*</checksum>`, ""), want: []string{"repomd-malformed " + repomd}},
		{name: "an unknown checksum", before: entry("other", `<checksum type="sha256">`, `<checksum type="crc">`), want: []string{"repomd-malformed " + repomd}},
		{name: "a weak checksum", before: func(_ *testing.T, r *madeRepomd) {
			packed := zip(r.plain["other"])
			r.edit["other"] = func(text string) string {
				return strings.Replace(text, `"sha256">`+sum(string(packed)), `"md5">`+hexDigest("MD5Sum", packed), 1)
			}
		}, want: []string{"digest-weak " + repomd}},
		{name: "an index that leads out", before: entry("other", `href="`, `href="../../`), want: []string{"path-escape " + repomd}},
		{name: "an index elsewhere", before: entry("other", `<location `, `<location xml:base="http://x/" `), want: []string{"location-elsewhere " + repomd}},
		{name: "dated ahead", before: whole("<revision>1763640000", "<revision>1963640000"), want: []string{"date-future " + repomd}},
		{name: "a revision that is no date", before: whole("<revision>1763640000", "<revision>42")},
		{name: "an index that is none", before: func(_ *testing.T, r *madeRepomd) { r.replace["other"] = []byte("x") }, want: []string{"index-malformed repodata/other.xml.gz"}},
		{name: "primary breaks off", before: document("primary", `</package>\s*</metadata>`, ""), want: []string{"index-malformed " + primary, lost, "orphan-file tool_1.1_amd64.rpm"}},
		{name: "filelists does not nest", before: document("filelists", "</file>", "</fil>"), want: []string{"index-malformed " + filelists}},
		{name: "too few announced", before: document("filelists", `packages="2"`, `packages="1"`), want: []string{"package-count " + filelists}},
		{name: "other packages in filelists", before: document("filelists", `pkgid="....`, `pkgid="0000`), want: []string{"pkgids-differ " + filelists}},
		{name: "a package less in filelists", before: document("filelists", `(?s)packages="2">(.*?)<package .*?</package>`, `packages="1">$1`), want: []string{"pkgids-differ " + filelists}},
		{name: "a location that leads out", before: document("primary", `<location href="tool_1.0`, `<location href="../tool_1.0`), want: []string{"path-escape " + primary, lost}},
		{name: "a location elsewhere", before: document("primary", `<location href="tool_1.0`, `<location xml:base="http://x/" href="tool_1.0`), want: []string{"location-elsewhere " + primary, lost}},
		{name: "another package size", before: document("primary", `<size package="`, `<size package="1`), want: []string{"package-differs tool_1."}},
		{name: "no package size", before: document("primary", `<size package="`, `<size x="`), want: []string{"stanza-incomplete " + primary, "orphan-file tool_1."}},
		{name: "another header range", before: document("primary", `header-range start="\d+`, `header-range start="1`), want: []string{"header-range tool_1."}},
		{name: "another version", before: document("primary", `ver="1.[01]"`, `ver="7"`), want: []string{"record-differs tool_1."}},
		{name: "weak package checksums", before: func(t *testing.T, r *madeRepomd) {
			document("primary", `<checksum type="sha256" pkgid="YES">[0-9a-f]{64}`, `<checksum type="md5" pkgid="YES">`+strings.Repeat("0", 32))(t, r)
		}, want: []string{"pkgids-differ " + filelists, "pkgids-differ repodata/other.xml.gz", "digest-weak " + primary, "package-differs tool_1."}},
		{name: "package gone", after: remove(pkg), want: []string{"package-missing " + pkg}},
		{name: "package changed", after: change(pkg), want: []string{"package-differs " + pkg}},
		{name: "package longer", after: longer(pkg), want: []string{"package-differs " + pkg}},
		{name: "one package twice", before: func(t *testing.T, r *madeRepomd) {
			for _, kind := range []string{"primary", "filelists", "other"} {
				document(kind, `(?s)packages="2">(.*?)(<package .*?</package>\n)`, `packages="3">$1$2$2`)(t, r)
			}
		}, want: []string{"duplicate-package " + primary}},
		{name: "an orphan", after: func(t *testing.T, dir string) {
			fixtures.CopyFile(t, filepath.Join(dir, pkg), filepath.Join(dir, "lost.rpm"))
		}, want: []string{"orphan-file lost.rpm"}},
		{name: "a key and no signature", after: func(t *testing.T, dir string) {
			fixtures.CopyFile(t, "../fixtures/keys/archive.asc", filepath.Join(dir, repomd+".key"))
		}, want: []string{"signature-missing " + repomd + ".asc"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := readRepomd(t, base)
			if test.before != nil {
				test.before(t, r)
			}
			r.write(t)
			if test.after != nil {
				test.after(t, r.dir)
			}
			got := findings(t, repo.VerifyOptions{Dir: r.dir, Time: noon.Add(time.Hour)})
			same := len(got) == len(test.want)
			for i := range min(len(got), len(test.want)) {
				same = same && strings.HasPrefix(got[i], test.want[i])
			}
			if !same {
				t.Errorf("found %q, want %q", got, test.want)
			}
		})
	}
}

// patched changes the first place of a pattern.
func patched(t *testing.T, text, pattern, by string) string {
	t.Helper()
	p := regexp.MustCompile(pattern)
	at := p.FindStringSubmatchIndex(text)
	if at == nil {
		t.Fatalf("%q is not in %q", pattern, text)
	}
	if strings.Contains(pattern, "|") {
		return p.ReplaceAllString(text, by)
	}
	return text[:at[0]] + string(p.ExpandString(nil, by, text, at)) + text[at[1]:]
}
