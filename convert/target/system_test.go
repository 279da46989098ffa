package target_test

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	wainelf "wain/convert/elf"
	"wain/convert/target"
	"wain/fixtures"
)

// What the programs of a root need, by dpkg-shlibdeps and by the table: the same
// packages, but for those that are nobody else's business, and in no lower
// version where the package has symbol versions.
func TestSystemShlibdeps(t *testing.T) {
	fixtures.NeedTool(t, "dpkg-shlibdeps", "objdump", "perl")
	if runtime.GOARCH != "amd64" {
		fixtures.Missing(t, "the tools are found in an x86_64 machine's folders")
	}
	private := regexp.MustCompile(`^(apt|libapt-pkg.*|libperl.*|liblastlog2-2)$`)
	for _, release := range []string{"bookworm", "trixie"} {
		root, x := fixtures.Root(t, release), find(t, release)
		objects := programs(t, filepath.Join(fixtures.Cache(t), "roots", release, "usr/bin"))
		var files strings.Builder
		for _, o := range objects {
			files.WriteString("/usr/bin/" + filepath.Base(o.Path) + "\n")
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "files"), []byte(files.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		script := shlibdepsTools + `perl /host/usr/bin/dpkg-shlibdeps --warnings=0 -O --ignore-missing-info $merged $(cat /list/files)`
		out := root.Run(t, script, map[string]string{"/host": "/", "/list": dir})
		_, list, _ := strings.Cut(strings.TrimSpace(out), "shlibs:Depends=")
		theirs := relations(strings.Split(list, ", "))
		var needs []target.Need
		for _, n := range wainelf.Needs(objects) {
			needs = append(needs, target.Need{Soname: n.Soname, Versions: n.Versions})
		}
		depends, _ := x.Depends(needs)
		ours := relations(depends)
		numbered := map[string]bool{}
		for _, l := range x.Libraries {
			numbered[l.Package] = l.Numbered == "" && len(l.Versions) > 0
		}
		for name, version := range theirs {
			mine, ok := ours[name]
			version = regexp.MustCompile(`[~+].*\)`).ReplaceAllString(version, ")")
			switch {
			case !ok && !private.MatchString(name):
				t.Errorf("%s: dpkg-shlibdeps asks for %s, wain does not", release, name)
			case ok && numbered[name] && debVersionLess(t, mine, version):
				t.Errorf("%s: dpkg-shlibdeps asks for %s%s, wain for %s", release, name, version, mine)
			}
		}
		for name := range ours {
			if _, ok := theirs[name]; !ok {
				t.Errorf("%s: wain alone asks for %s", release, name)
			}
		}
		if len(theirs) < 30 {
			t.Errorf("%s: dpkg-shlibdeps asks for %d packages only", release, len(theirs))
		}
	}
}

// programs reads the ELF files of a folder, each as an origin of its own.
func programs(t *testing.T, dir string) (objects []*wainelf.Object) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		o, err := wainelf.Read(path, f)
		f.Close()
		if err == nil {
			o.Origin = path
			objects = append(objects, o)
		}
	}
	return objects
}
