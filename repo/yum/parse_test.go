package yum_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo/yum"
)

// TestParseRepomdCreaterepo reads all that createrepo_c and modifyrepo_c can
// put into a repomd.xml (databases, zchunk, groups, tags, other digests,
// unknown types), checks each file, and writes the same bytes again. Cases 33
// and 34.
func TestParseRepomdCreaterepo(t *testing.T) {
	fixtures.NeedTool(t, "createrepo_c", "modifyrepo_c")
	dir, beside := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"comps.xml": "<?xml version=\"1.0\"?>\n<comps></comps>\n", "updateinfo.xml": "<updates></updates>\n",
		"modules.yaml": "---\ndocument: modulemd\n...\n", "notes.bin": "plain\n",
	} {
		writeFile(t, filepath.Join(beside, name), []byte(text))
	}
	run(t, dir, "createrepo_c", "--quiet", "--database", "--zck", "--content=a", "--content=b", "--repo=c", "--distro=cpe:/o:x,A & B", "--groupfile="+filepath.Join(beside, "comps.xml"),
		"--repomd-checksum=sha512", "--revision=A <1>", ".")
	run(t, dir, "modifyrepo_c", "--mdtype=updateinfo", filepath.Join(beside, "updateinfo.xml"), "repodata")
	run(t, dir, "modifyrepo_c", "--mdtype=modules", filepath.Join(beside, "modules.yaml"), "repodata")
	run(t, dir, "modifyrepo_c", "--mdtype=notes", "--no-compress", "--checksum=sha", filepath.Join(beside, "notes.bin"), "repodata")
	text, err := os.ReadFile(filepath.Join(dir, "repodata/repomd.xml"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := yum.ParseRepomd(text)
	if err != nil {
		t.Fatal(err)
	}
	var carried []string
	for _, d := range r.Data {
		stored, err := os.ReadFile(filepath.Join(dir, d.Href))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Check(stored); err != nil {
			t.Errorf("%s: %v", d.Type, err)
		}
		if d.Check(append(stored, 0)) == nil || d.Check(append([]byte("x"), stored[1:]...)) == nil {
			t.Errorf("%s: other bytes pass", d.Type)
		}
		if yum.Carried(d.Type) {
			carried = append(carried, d.Type)
		}
	}
	if diff := cmp.Diff([]string{"group", "group_gz", "group_zck", "modules", "notes", "updateinfo"}, sorted(carried)); diff != "" {
		t.Errorf("carried (-want +got):\n%s", diff)
	}
	if len(r.Data) < 12 || r.Revision != "A <1>" {
		t.Errorf("%d entries, revision %q", len(r.Data), r.Revision)
	}
	if diff := cmp.Diff(strings.Replace(string(text), "A &lt;1>", "A &lt;1&gt;", 1), string(r.Render())); diff != "" {
		t.Errorf("written again (-want +got):\n%s", diff)
	}
}

const (
	goodSum   = `<checksum type="sha">aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</checksum>`
	goodPlace = `<location href="repodata/x.xml"/>`
	good      = `<data type="x">` + goodSum + goodPlace + `</data>`
)

// TestParseRepomd pins what createrepo_c does not write.
func TestParseRepomd(t *testing.T) {
	odd := `<data a="1" type="odd"><!-- c --><checksum type="md5"> AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA </checksum>` +
		`<location xml:base="https://example.org/" href="x"/><timestamp>12.75</timestamp><new rpm:x="y">&amp;</new></data>`
	r, err := yum.ParseRepomd([]byte("<repomd>" + odd + "<extra/>" + good + "</repomd> <!-- end -->"))
	if err != nil {
		t.Fatal(err)
	}
	want := []yum.Data{
		{Type: "odd", Checksum: strings.Repeat("a", 32), ChecksumType: "md5", Size: -1, OpenSize: -1, Timestamp: 12, Href: "x", Base: "https://example.org/", Raw: odd},
		{Type: "x", Checksum: strings.Repeat("a", 40), ChecksumType: "sha", Size: -1, OpenSize: -1, Href: "repodata/x.xml", Raw: good},
	}
	if diff := cmp.Diff(want, r.Data); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if out := r.Render(); !bytes.Contains(out, []byte("\n  "+odd+"\n")) || !xmlWellFormed(out) {
		t.Errorf("written as\n%s", out)
	}
}

// TestParseRepomdRefuses names the rule for each damaged or hostile file.
func TestParseRepomdRefuses(t *testing.T) {
	entry := func(parts ...string) string {
		return `<repomd><data type="x">` + strings.Join(parts, "") + `</data></repomd>`
	}
	var many strings.Builder
	for i := range 1001 {
		many.WriteString(strings.Replace(good, `"x"`, `"x`+strings.Repeat("y", i)+`"`, 1))
	}
	for _, c := range []struct{ name, text, rule string }{
		{"nothing", "", "repomd-malformed"},
		{"not xml", "revision: 1\n", "repomd-malformed"},
		{"another document", "<html></html>", "repomd-malformed"},
		{"cut", "<repomd>" + good, "repomd-malformed"},
		{"two documents", "<repomd></repomd><repomd></repomd>", "repomd-malformed"},
		{"an entity", `<!DOCTYPE r [<!ENTITY e "x">]><repomd><revision>&e;</revision></repomd>`, "repomd-malformed"},
		{"another encoding", `<?xml version="1.0" encoding="utf-16"?><repomd></repomd>`, "repomd-malformed"},
		{"a type twice", "<repomd>" + good + good + "</repomd>", "repomd-duplicate-type"},
		{"no type", "<repomd><data>" + goodSum + goodPlace + "</data></repomd>", "repomd-entry"},
		{"no checksum", entry(goodPlace), "repomd-entry"},
		{"two checksums", entry(goodSum, goodSum, goodPlace), "repomd-entry"},
		{"no location", entry(goodSum), "repomd-entry"},
		{"two locations", entry(goodSum, goodPlace, goodPlace), "repomd-entry"},
		{"a short checksum", entry(`<checksum type="sha256">aa</checksum>`, goodPlace), "repomd-checksum"},
		{"a checksum in words", entry(`<checksum type="sha">`+strings.Repeat("z", 40)+`</checksum>`, goodPlace), "repomd-checksum"},
		{"an unknown checksum", entry(`<checksum type="crc">aa</checksum>`, goodPlace), "repomd-checksum"},
		{"a short open-checksum", entry(goodSum, `<open-checksum type="sha256">aa</open-checksum>`, goodPlace), "repomd-checksum"},
		{"a path upwards", entry(goodSum, `<location href="../../etc/passwd"/>`), "repomd-path"},
		{"an absolute path", entry(goodSum, `<location href="/etc/passwd"/>`), "repomd-path"},
		{"no path", entry(goodSum, `<location/>`), "repomd-path"},
		{"a negative size", entry(goodSum, goodPlace, "<size>-1</size>"), "repomd-entry"},
		{"a size in words", entry(goodSum, goodPlace, "<size>big</size>"), "repomd-entry"},
		{"two sizes", entry(goodSum, goodPlace, "<size>1</size><size>2</size>"), "repomd-entry"},
		{"a foreign prefix", entry(goodSum, goodPlace, "<a:b xmlns:a='urn:a'/>"), "repomd-namespace"},
		{"a thousand and one entries", "<repomd>" + many.String() + "</repomd>", "repomd-too-large"},
		{"5 MiB", "<repomd>" + strings.Repeat(" ", 5<<20) + "</repomd>", "repomd-too-large"},
	} {
		_, err := yum.ParseRepomd([]byte(c.text))
		var refusal *yum.Error
		if !errors.As(err, &refusal) || refusal.Rule != c.rule {
			t.Errorf("%s: got %v; want the rule %q", c.name, err, c.rule)
		}
	}
}

// TestCarried lists what goes stale with the packages, and samples what does
// not.
func TestCarried(t *testing.T) {
	for kind, want := range map[string]bool{
		"primary": false, "filelists": false, "other": false, "primary_db": false, "filelists_db": false, "other_db": false,
		"primary_zck": false, "filelists_zck": false, "other_zck": false, "filelists-ext": false, "filelists-ext_zck": false,
		"updateinfo": true, "updateinfo_zck": true, "group": true, "group_gz": true, "group_xz": true, "group_zck": true,
		"modules": true, "productid": true, "susedata": true, "prestodelta": true, "appdata": true, "anything": true,
	} {
		if yum.Carried(kind) != want {
			t.Errorf("Carried(%q) = %t", kind, !want)
		}
	}
}

// FuzzParseRepomd holds that what is read and written again reads as the same.
func FuzzParseRepomd(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0"?><repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision><tags><repo>x</repo></tags>` + good + "</repomd>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := yum.ParseRepomd(text)
		if err != nil {
			return
		}
		out := r.Render()
		again, err := yum.ParseRepomd(out)
		if err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		if clean := r.Revision; isPlainXML(clean) && again.Revision != clean || !cmp.Equal(r.Data, again.Data) || r.Tags != again.Tags {
			t.Errorf("%+v became %+v", r, again)
		}
	})
}

// isPlainXML reports whether text has nothing that is cleaned on the way.
func isPlainXML(text string) bool {
	var b bytes.Buffer
	return xml.EscapeText(&b, []byte(text)) == nil && b.String() == text && !slices.Contains([]rune(text), '\ufffd')
}
