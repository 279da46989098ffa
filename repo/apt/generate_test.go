package apt_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo/apt"
	"wain/repo/deb"
)

// sample is a package of a tree that apt-ftparchive has made indexes of.
type sample struct {
	path  string // relative to the tree
	p     *deb.Package
	paths []string
}

// oddFiles are names that a line of Contents must hold as they are.
func oddFiles() []string {
	return []string{
		"usr/bin/example", "etc/two  blanks", "usr/share/caf\xe9", "usr/share/tab\tinside", "usr/share/a,b", "opt/.hidden/...",
		"usr/share/" + strings.Repeat("long/", 40) + "name", "usr/share/-dash", "usr/share/é", "usr/share/ 1",
	}
}

// generate builds packages of all controls, has apt-ftparchive make its
// indexes, and returns both; name is that of an index below dists/stable.
func generate(t *testing.T) (samples []sample, index func(name string) string) {
	t.Helper()
	fixtures.NeedTool(t, "apt-ftparchive", "dpkg-deb")
	dir := t.TempDir()
	var list strings.Builder
	for _, name := range slices.Sorted(maps.Keys(controls())) {
		control := controls()[name]
		for _, file := range oddFiles() {
			path := filepath.Join(dir, name, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink("/etc", filepath.Join(dir, name, "usr/share/link")); err != nil {
			t.Fatal(err)
		}
		// A name and version each, and what apt-ftparchive finds a package's
		// architecture by: the file's name.
		control = strings.Replace(strings.Replace(control, "Package: example", "Package: "+name, 1), "package: example", "package: "+name, 1)
		buildDeb(t, dir, name, control)
		path := "pool/" + name + "_1_all.deb"
		if err := os.Rename(filepath.Join(dir, "pool", name+".deb"), filepath.Join(dir, path)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&list, path)
		p := readDeb(t, filepath.Join(dir, path))
		samples = append(samples, sample{path: path, p: p, paths: pathsOf(t, filepath.Join(dir, path))})
	}
	config := `Dir { ArchiveDir "` + dir + `"; CacheDir "` + t.TempDir() + `"; };
Default { Packages::Compress "."; Contents::Compress "."; Translation::Compress "."; LongDescription "false"; };
TreeDefault { LongDescription "false"; Contents "$(DIST)/$(SECTION)/Contents-$(ARCH)"; Translation "$(DIST)/$(SECTION)/i18n/Translation-en"; FileList "` + dir + `/list"; };
Tree "dists/stable" { Sections "main"; Architectures "amd64"; };
`
	for name, text := range map[string]string{"list": list.String(), "config": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{"binary-amd64", "i18n"} {
		if err := os.MkdirAll(filepath.Join(dir, "dists/stable/main", folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("apt-ftparchive", "-o", "APT::FTPArchive::SHA512=false", "generate", filepath.Join(dir, "config")).CombinedOutput(); err != nil {
		t.Fatalf("apt-ftparchive: %v\n%s", err, out)
	}
	return samples, func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, "dists/stable", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}

func pathsOf(t testing.TB, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := deb.Paths(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// TestGenerateAsFtparchive compares the indexes of a suite that has Contents
// and Translation-en. Case 21: the section before the name, no directories,
// names with blanks and of any bytes, the per-component place.
func TestGenerateAsFtparchive(t *testing.T) {
	samples, index := generate(t)
	var packages, translation string
	lines := map[string][]string{}
	for _, s := range samples {
		packages += string(apt.ShortStanza(s.p, s.path))
		if entry := string(apt.Translation(s.p)); !strings.Contains(translation, entry) {
			translation += entry
		}
		for line := range strings.Lines(string(apt.Contents(s.p, s.paths))) {
			at := strings.LastIndexByte(line, ' ')
			lines[line[:at]] = append(lines[line[:at]], strings.TrimSpace(line[at:]))
		}
	}
	if diff := cmp.Diff(index("main/binary-amd64/Packages"), packages); diff != "" {
		t.Errorf("Packages differs from apt-ftparchive's (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(index("main/i18n/Translation-en"), translation); diff != "" {
		t.Errorf("Translation-en differs from apt-ftparchive's (-want +got):\n%s", diff)
	}
	want := map[string][]string{}
	for line := range strings.Lines(index("main/Contents-amd64")) {
		line = strings.TrimSuffix(line, "\n")
		at := strings.LastIndexAny(line, " \t")
		path := strings.TrimRight(line[:at], " \t")
		want[path] = sorted(strings.Split(line[at+1:], ","))
	}
	for path := range lines {
		slices.Sort(lines[path])
	}
	if len(lines) != len(oddFiles())+1 {
		t.Errorf("%d paths", len(lines))
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("Contents differs from apt-ftparchive's (-want +got):\n%s", diff)
	}
}

func sorted(lines []string) []string {
	slices.Sort(lines)
	return lines
}

// TestContents pins what dpkg-deb does not write.
func TestContents(t *testing.T) {
	for _, c := range []struct {
		name, control string
		paths         []string
		want          string
	}{
		{"plain", "Section: contrib/python\n", []string{"a b", "c"}, "a b contrib/python/example\nc contrib/python/example\n"},
		{"no section", "", []string{"a"}, "a example\n"},
		{"a section of two words", "Section: a b\n", []string{"a"}, "a example\n"},
		{"a section of two lines", "Section: a\n b\n", []string{"a"}, "a example\n"},
		{"what would forge a line", "", []string{"a\nusr/bin/sudo admin/evil", "b", "", " c", "d\t"}, "b example\n"},
		{"no paths", "Section: a\n", nil, ""},
	} {
		control, err := deb.ParseParagraph([]byte("Package: example\n" + c.control))
		if err != nil {
			t.Fatal(err)
		}
		got := string(apt.Contents(&deb.Package{Name: "example", Control: control}, c.paths))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestShortStanza pins what apt-ftparchive has no opinion of.
func TestShortStanza(t *testing.T) {
	for _, c := range []struct{ name, control, short, entry string }{
		{"no description", "", "", ""},
		{
			"a digest of its own", "Description: d\nDescription-md5: x\n",
			"Description: d\nDescription-md5: e29311f6f1bf1af907f9ef9f44b8328b\n",
			"Package: example\nDescription-md5: e29311f6f1bf1af907f9ef9f44b8328b\nDescription-en: d\n\n",
		},
	} {
		control, err := deb.ParseParagraph([]byte("Package: example\n" + c.control))
		if err != nil {
			t.Fatal(err)
		}
		p := &deb.Package{Name: "example", Control: control}
		_, got, _ := strings.Cut(string(apt.ShortStanza(p, "x")), "SHA256:\n")
		if diff := cmp.Diff(c.short+"\n", got); diff != "" {
			t.Errorf("%s: stanza (-want +got):\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.entry, string(apt.Translation(p))); diff != "" {
			t.Errorf("%s: entry (-want +got):\n%s", c.name, diff)
		}
		if len(p.Control.Fields) != 1+strings.Count(c.control, "\n") {
			t.Errorf("%s: the package itself was changed", c.name)
		}
	}
}

// FuzzIndexes holds that no package can forge a line of Contents or an entry
// of Translation-en.
func FuzzIndexes(f *testing.F) {
	f.Add([]byte("Section: python\nDescription: a\n b\n"), "usr/bin/a b")
	f.Fuzz(func(t *testing.T, control []byte, path string) {
		paragraph, err := deb.ParseParagraph(control)
		if err != nil {
			return
		}
		p := &deb.Package{Name: "example", Control: paragraph}
		text := string(apt.Contents(p, []string{path, path}))
		if n := strings.Count(text, "\n"); n != 0 && n != 2 || n > 0 && !strings.HasSuffix(text, "example\n") {
			t.Errorf("%q became %q", path, text)
		}
		for _, entry := range [][]byte{apt.Translation(p), apt.ShortStanza(p, "x")} {
			if len(entry) == 0 {
				continue
			}
			if _, err := deb.ParseParagraph(entry); err != nil {
				t.Errorf("%q: %v", entry, err)
			}
		}
	})
}
