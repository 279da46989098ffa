package yum_test

import (
	"bytes"
	"encoding/xml"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo/frame"
	"wain/repo/rpm"
	"wain/repo/yum"
)

// metadata is what a client reads from a primary record.
type metadata struct {
	Name     string `xml:"name"`
	Summary  string `xml:"summary"`
	Packager string `xml:"packager"`
	Location struct {
		Href string `xml:"href,attr"`
	} `xml:"location"`
	Format struct {
		Requires   entries  `xml:"requires"`
		Recommends entries  `xml:"recommends"`
		Files      []string `xml:"file"`
	} `xml:"format"`
}

type entries struct {
	Entry []struct {
		Name  string `xml:"name,attr"`
		Flags string `xml:"flags,attr"`
		Epoch string `xml:"epoch,attr"`
		Ver   string `xml:"ver,attr"`
		Rel   string `xml:"rel,attr"`
		Pre   string `xml:"pre,attr"`
	} `xml:"entry"`
}

// names lists entries as "name flags epoch:ver-rel pre".
func (e entries) names() []string {
	var names []string
	for _, x := range e.Entry {
		text := x.Name
		if x.Flags != "" {
			text += " " + x.Flags + " " + x.Epoch + ":" + x.Ver
		}
		if x.Rel != "" {
			text += "-" + x.Rel
		}
		if x.Pre != "" {
			text += " pre"
		}
		names = append(names, text)
	}
	return names
}

func primaryOf(t testing.TB, p *rpm.Package) metadata {
	t.Helper()
	var document struct {
		Package metadata `xml:"package"`
	}
	text := primary([]yum.Record{yum.Records(p, "Packages/x.rpm")})
	if err := xml.Unmarshal(text, &document); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return document.Package
}

// TestRecordsClean keeps a package whose text XML cannot hold. Case 28.
func TestRecordsClean(t *testing.T) {
	p := &rpm.Package{
		Name: "example", Version: "1", Release: "1", Arch: "noarch",
		Summary:   "bell\x07 escape\x1b[31m null\x00 tab\t \ufffe\uffff é",
		Packager:  "J\xfcrgen",
		Files:     []rpm.File{{Path: "/etc/a & b <c>\x01"}, {Path: "/etc/caf\xe9"}},
		Changelog: []rpm.Change{{Time: 1, Author: "A \"B\" <a@example.org>\x02  ", Text: "\x0c- <&>\r\n"}},
	}
	got := primaryOf(t, p)
	if want := "bell escape[31m null tab\t  é"; got.Summary != want {
		t.Errorf("summary %q, want %q", got.Summary, want)
	}
	if got.Packager != "Jürgen" {
		t.Errorf("packager %q", got.Packager)
	}
	if diff := cmp.Diff([]string{"/etc/a & b <c>", "/etc/café"}, got.Format.Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	want := `  <changelog author="A &quot;B&quot; &lt;a@example.org&gt;" date="1">- &lt;&amp;&gt;&#13;` + "\n</changelog>\n"
	if other := string(yum.Records(p, "").Other); !strings.Contains(other, want) {
		t.Errorf("no %q in %q", want, other)
	}
}

// TestRequires names what is left out, beyond what rpmbuild can be made to
// write. Case 26.
func TestRequires(t *testing.T) {
	equal := func(name, evr string) rpm.Relation { return rpm.Relation{Name: name, Sense: rpm.Equal, EVR: evr} }
	for _, c := range []struct {
		name     string
		provides []rpm.Relation
		requires []rpm.Relation
		want     []string
	}{
		{"rpmlib", nil, []rpm.Relation{{Name: "rpmlib(PayloadIsZstd)", Sense: rpm.Less | rpm.Equal, EVR: "5.4.18-1"}}, nil},
		{"self", []rpm.Relation{equal("a", "1")}, []rpm.Relation{equal("a", "1"), equal("a", "2"), {Name: "a"}}, []string{"a EQ 0:2", "a"}},
		{"repetition", nil, []rpm.Relation{equal("a", "1"), equal("a", "1"), equal("a", "2")}, []string{"a EQ 0:1", "a EQ 0:2"}},
		{"pre differs", nil, []rpm.Relation{{Name: "a"}, {Name: "a", Sense: rpm.ScriptPre}, {Name: "a", Sense: rpm.ScriptPost}}, []string{"a", "a pre"}},
		{"epoch in letters", nil, []rpm.Relation{equal("a", "x:1")}, nil},
		{"empty epoch", nil, []rpm.Relation{equal("a", ":1-2")}, []string{"a EQ 0:1-2"}},
		{"libc", nil, []rpm.Relation{{Name: "libc.so.6(GLIBC_2.34)(64bit)"}, {Name: "b"}, {Name: "libc.so.6()(64bit)"}, {Name: "libc.so.6(GLIBC_2.4)(64bit)"}}, []string{"b", "libc.so.6(GLIBC_2.34)(64bit)"}},
		{"own primary file", nil, []rpm.Relation{{Name: "/usr/bin/own"}, {Name: "/usr/share/own"}}, []string{"/usr/share/own"}},
	} {
		p := &rpm.Package{Name: "p", Provides: c.provides, Requires: c.requires, Files: []rpm.File{{Path: "/usr/bin/own"}, {Path: "/usr/share/own"}}}
		if diff := cmp.Diff(c.want, primaryOf(t, p).Format.Requires.names()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	weak := &rpm.Package{Name: "p", Requires: []rpm.Relation{{Name: "w", Sense: rpm.MissingOK}}}
	if got := primaryOf(t, weak).Format; len(got.Requires.Entry) != 0 || len(got.Recommends.Entry) != 1 {
		t.Errorf("a missing-ok require became %+v", got)
	}
}

// TestPoolPath holds that packages which differ in their epoch alone lie
// apart. Cases 11, 12 and 31.
func TestPoolPath(t *testing.T) {
	for _, c := range []struct {
		p    rpm.Package
		want string
	}{
		{rpm.Package{Name: "python-myproject", Version: "1.2.3", Release: "1.el9", Arch: "x86_64"}, "Packages/p/python-myproject-1.2.3-1.el9.x86_64.rpm"},
		{rpm.Package{Name: "Foo", Epoch: 2, Version: "1~rc1^x", Release: "1", Arch: "noarch"}, "Packages/f/epoch-2/Foo-1~rc1^x-1.noarch.rpm"},
		{rpm.Package{Name: "foo", Version: "1", Release: "1", Arch: "src", Source: true, Incomplete: true}, "Packages/f/foo-1-1.nosrc.rpm"},
	} {
		if got := yum.PoolPath(&c.p); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestDnf reads our documents with dnf, stored in each form and joined from a
// part for each package: what it understood must be what the packages say.
// Case 33.
func TestDnf(t *testing.T) {
	fixtures.NeedTool(t, "dnf", "rpmbuild")
	built := t.TempDir()
	buildSpec(t, built, "../rpm/testdata/everything.spec")
	packages := readFolder(t, built)
	var want []string
	for href, p := range packages {
		want = append(want, strings.Join([]string{p.Name, p.Arch, href, p.Summary}, "|"))
	}
	for form, pack := range map[string]func([]byte) []byte{"": bytes.Clone, ".gz": frame.Gzip, ".zst": frame.Zstd} {
		dir, root := t.TempDir(), t.TempDir()
		writeRepodata(t, dir, packages, form, pack)
		query := func(format string) string {
			return string(run(t, root, "env", "-i", "HOME="+root, "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
				"dnf", "--quiet", "--installroot="+root, "--releasever=9",
				"--setopt=cachedir="+root+"/cache", "--setopt=logdir="+root, "--setopt=persistdir="+root+"/state",
				"--repofrompath=wain,file://"+dir, "--repo=wain", "repoquery", "--all", "--queryformat", format))
		}
		got := strings.Split(strings.TrimSpace(query("%{name}|%{arch}|%{location}|%{summary}")), "\n")
		if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
			t.Errorf("%q: dnf lists other packages (-want +got):\n%s", form, diff)
		}
		files := query("%{files}")
		for _, p := range packages {
			for _, f := range p.Files {
				if p.Arch != "src" && !strings.Contains(files, f.Path+"\n") {
					t.Errorf("%q: dnf does not list %q", form, f.Path)
				}
			}
		}
	}
}

// FuzzRecords holds that no text breaks the document or leaves its element.
func FuzzRecords(f *testing.F) {
	f.Add("plain", "</package>", "\xff\x00]]>&")
	f.Fuzz(func(t *testing.T, summary, path, require string) {
		p := &rpm.Package{
			Name: "p", Summary: summary, Files: []rpm.File{{Path: "/etc/" + path}},
			Requires:  []rpm.Relation{{Name: require, Sense: rpm.Equal, EVR: path}},
			Changelog: []rpm.Change{{Author: require, Text: path}},
		}
		record := yum.Records(p, path)
		got := primaryOf(t, p)
		if len(got.Format.Files) != 1 || len(got.Format.Requires.Entry) > 1 {
			t.Errorf("read back %+v", got)
		}
		if plain := utf8.ValidString(summary) && !strings.ContainsFunc(summary, func(r rune) bool { return r < ' ' || r > 0xfffd && r < 0x10000 }); plain && got.Summary != summary {
			t.Errorf("summary %q became %q", summary, got.Summary)
		}
		for _, document := range [][]byte{filelists([]yum.Record{record}), other([]yum.Record{record})} {
			if !xmlWellFormed(document) {
				t.Errorf("not well-formed: %q", document)
			}
		}
	})
}

// writeRepodata writes our documents below dir. Each is joined from packed
// parts: its first line, a package each, its last line.
func writeRepodata(t *testing.T, dir string, packages map[string]*rpm.Package, form string, pack func([]byte) []byte) {
	t.Helper()
	var parts [3][][]byte
	for i, start := range []string{yum.PrimaryStart(len(packages)), yum.FilelistsStart(len(packages)), yum.OtherStart(len(packages))} {
		parts[i] = append(parts[i], []byte(start))
	}
	for href, p := range packages {
		r := yum.Records(p, href)
		for i, text := range [][]byte{r.Primary, r.Filelists, r.Other} {
			parts[i] = append(parts[i], text)
		}
	}
	for i, end := range []string{yum.PrimaryEnd, yum.FilelistsEnd, yum.OtherEnd} {
		parts[i] = append(parts[i], []byte(end))
	}
	var data []yum.Data
	for i, name := range []string{"primary", "filelists", "other"} {
		plain := bytes.Join(parts[i], nil)
		var stored []byte
		for _, part := range parts[i] {
			stored = append(stored, pack(part)...)
		}
		d := yum.Data{Type: name, Checksum: sha256Hex(stored), Size: int64(len(stored)), Timestamp: 1}
		if form != "" {
			d.OpenChecksum, d.OpenSize = sha256Hex(plain), int64(len(plain))
		}
		d.Href = "repodata/" + d.Checksum + "-" + name + ".xml" + form
		writeFile(t, filepath.Join(dir, d.Href), stored)
		data = append(data, d)
	}
	writeFile(t, filepath.Join(dir, "repodata/repomd.xml"), (&yum.Repository{Revision: "1", Data: data}).Render())
}
