package target_test

import (
	"archive/zip"
	"cmp"
	"debug/elf"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	wainelf "wain/convert/elf"
	"wain/convert/target"
	"wain/fixtures"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// tree is one real wheel, unpacked: its ELF files.
type tree struct {
	name    string // the project
	dir     string
	objects []*wainelf.Object
}

// trees unpacks the compiled wheels, all files executable, as rpm wants them. It
// takes the smaller ones, and with WAIN_APPS=1 (make apps) all.
func trees(t *testing.T, into string) (list []tree) {
	t.Helper()
	wheels, err := filepath.Glob(filepath.Join(fixtures.RealWheels(t, "compiled"), "*.whl"))
	if err != nil || len(wheels) < 8 {
		t.Fatalf("%d wheels, %v", len(wheels), err)
	}
	for _, wheel := range wheels {
		name, _, _ := strings.Cut(filepath.Base(wheel), "-")
		if os.Getenv("WAIN_APPS") == "" && !slices.Contains([]string{"cryptography", "lxml", "psycopg2_binary"}, name) {
			continue // big ones
		}
		x := tree{name: name, dir: filepath.Join(into, name)}
		r, err := zip.OpenReader(wheel)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, f := range r.File {
			if strings.Contains(filepath.Base(f.Name), ".so") {
				x.unpack(t, f)
			}
		}
		list = append(list, x)
	}
	return list
}

func (x *tree) unpack(t *testing.T, f *zip.File) {
	t.Helper()
	path := filepath.Join(x.dir, filepath.FromSlash(f.Name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	body, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, body); err != nil {
		t.Fatal(err)
	}
	o, err := wainelf.Read(path, out)
	if err != nil {
		t.Fatal(err)
	}
	o.Origin = x.name
	x.objects = append(x.objects, o)
}

// depends is what wain makes of the tree.
func (x *tree) depends(t *testing.T, on target.Target) []string {
	t.Helper()
	var needs []target.Need
	for _, n := range wainelf.Needs(x.objects) {
		needs = append(needs, target.Need{Soname: n.Soname, Versions: n.Versions, GNUHashOnly: n.GNUHashOnly})
	}
	relations, unknown := on.Depends(needs)
	if len(unknown) > 0 {
		t.Errorf("%s: %s: unknown %q", on, x.name, unknown)
	}
	return relations
}

// What rpm's generator asks for each file, without what it finds in the same
// tree, is what wain asks for, but for the lines of a golden file.
func TestCompiledElfdeps(t *testing.T) {
	const elfdeps = "/usr/lib/rpm/elfdeps"
	fixtures.NeedTool(t, elfdeps)
	var report strings.Builder
	for _, x := range trees(t, t.TempDir()) {
		ask := func(what string) []string {
			var in strings.Builder
			for _, o := range x.objects {
				fmt.Fprintln(&in, o.Path)
			}
			cmd := exec.Command(elfdeps, what)
			cmd.Stdin = strings.NewReader(in.String())
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			return slices.Compact(slices.Sorted(slices.Values(strings.Fields(string(out)))))
		}
		provides := ask("--provides")
		theirs := slices.DeleteFunc(ask("--requires"), func(line string) bool { return slices.Contains(provides, line) })
		ours := x.depends(t, find(t, "el9"))
		alike := 0
		fmt.Fprintf(&report, "\n%s\n", x.name)
		for _, line := range theirs {
			if slices.Contains(ours, line) {
				alike++
			} else {
				fmt.Fprintf(&report, "  r %s: %s\n", line, x.renamed(line))
			}
		}
		for _, line := range ours {
			if !slices.Contains(theirs, line) {
				fmt.Fprintf(&report, "  %s wain alone asks for %s\n", unexplained, line)
			}
		}
		fmt.Fprintf(&report, "  = %d alike\n", alike)
	}
	compareGolden(t, "testdata/elfdeps.golden", goldenElfdeps, report.String())
}

const goldenElfdeps = `What rpm's elfdeps requires for the compiled wheels of fixtures/real/compiled.txt,
without what it provides for the same files, and what wain requires. Written by
go test ./convert/target -run Elfdeps -update.

= both alike
r rpm alone asks for a symbol version of a library that the wheel brings. auditwheel
  has renamed the library, but not inside its table of version definitions, from
  which rpm takes the name of what it provides, so that no package, this one
  included, would satisfy the requirement. The loader finds the library in the
  wheel, and goes by the version alone.
`

// renamed explains a requirement for a library of the tree: which of its files
// has the soname.
func (x *tree) renamed(line string) string {
	soname, _, _ := strings.Cut(line, "(")
	for _, o := range x.objects {
		if o.Soname == soname {
			path, err := filepath.Rel(x.dir, o.Path)
			if err == nil {
				return path
			}
		}
	}
	return unexplained
}

// shlibdepsTools makes this machine's dpkg-shlibdeps run in a root, on the libraries and the
// symbols files of the root. Perl and objdump are this machine's too, with their
// libraries: the root has neither.
const shlibdepsTools = `
for p in objdump perl; do
	printf '%s\n' '#!/bin/sh' "exec /host/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path /host/usr/lib/x86_64-linux-gnu:/host/lib/x86_64-linux-gnu /host/usr/bin/$p \"\$@\"" >/usr/local/bin/$p
	chmod +x /usr/local/bin/$p
done
PERL5LIB=/host/usr/share/perl5
for d in /host/usr/lib/*/perl-base /host/usr/lib/*/perl/5.* /host/usr/share/perl/5.*; do PERL5LIB=$PERL5LIB:$d; done
export PERL5LIB PATH=/usr/local/bin:$PATH DEB_HOST_ARCH=amd64 DEB_BUILD_ARCH=amd64
mkdir -p /work/debian
cd /work
merged= # this machine's dpkg-shlibdeps looks in /lib before, where Debian 13's packages have nothing
if dpkg -S /usr/lib/x86_64-linux-gnu/libc.so.6 >/dev/null 2>&1; then merged=-l/usr/lib/x86_64-linux-gnu; fi
printf '%s\n' 'Source: x' '' 'Package: x' 'Architecture: any' >debian/control
`

// shlibdeps asks it for each of the trees, then prints the symbols files.
const shlibdeps = shlibdepsTools + `
for tree in /trees/*; do
	# A package being built: what it has itself is not asked of others.
	own="/own/${tree##*/}"
	mkdir -p /own
	cp -a "$tree" "$own"
	mkdir "$own/DEBIAN"
	echo "TREE ${tree##*/}"
	find "$own" -type f -name '*.so*' >files
	find "$own" -type f -name '*.so*' -printf '-l%h\n' | sort -u >folders
	perl /host/usr/bin/dpkg-shlibdeps --warnings=0 -O --ignore-missing-info $merged -S"$own" $(cat folders files) 2>errors || { cat errors; exit 1; }
	rm -r "$own"
done
echo SYMBOLS
cat /var/lib/dpkg/info/*.symbols
`

// What dpkg-shlibdeps makes of the trees in Debian's own releases is in a golden
// file beside what wain makes of them, each difference with its reason.
func TestCompiledShlibdeps(t *testing.T) {
	fixtures.NeedTool(t, "dpkg-shlibdeps", "objdump", "perl")
	if runtime.GOARCH != "amd64" {
		fixtures.Missing(t, "the wheels are for x86_64, and so must be the roots")
	}
	var report strings.Builder
	dir := t.TempDir()
	list := trees(t, dir)
	for _, release := range []string{"bookworm", "trixie"} {
		out := fixtures.Root(t, release).Run(t, shlibdeps, map[string]string{"/host": "/", "/trees": dir})
		theirs, symbols := readShlibdeps(t, out)
		x := find(t, release)
		for _, tree := range list {
			fmt.Fprintf(&report, "\n%s %s\n", x, tree.name)
			tree.compare(t, &report, theirs[tree.name], tree.depends(t, x), symbols)
		}
	}
	compareGolden(t, "testdata/shlibdeps.golden", goldenShlibdeps, report.String())
}

// compareGolden looks each paragraph of a report up in a golden file: only all of
// the wheels give all of it. Every difference must have its reason.
func compareGolden(t *testing.T, path, head, report string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(head+report), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSuffix(string(file), "\n"), "\n\n")
	for _, paragraph := range strings.Split(strings.Trim(report, "\n"), "\n\n") {
		if !slices.Contains(want, paragraph) {
			t.Errorf("%s has not got this paragraph (-update, with WAIN_ROOTS=1 and WAIN_APPS=1, writes it):\n%s", path, paragraph)
		}
	}
	if strings.Contains(report, unexplained) {
		t.Error("a difference has no reason")
	}
}

const goldenShlibdeps = `What dpkg-shlibdeps asks for the compiled wheels of fixtures/real/compiled.txt and
what wain asks for. Written by go test ./convert/target -run Shlibdeps -update.

= both alike
d dpkg-shlibdeps asks for more. It looks up each symbol that a file imports in the
  symbols file of the library that has it now; the symbols that decided are named.
  Their symbol versions are older than what the file dates them: Debian dates some
  symbols by what newer headers make of them (sysconf, whose arguments grew in
  2.34) or by the library that they moved to. wain takes what the loader checks,
  the versions of the symbols. No deb target has a glibc as old as the difference.
n dpkg-shlibdeps asks for the oldest version that the symbols file knows, wain for
  any: the files name the library (DT_NEEDED) and import no symbol of it.
`

const unexplained = "UNEXPLAINED"

// readShlibdeps gives the dependencies by tree, and for each package the version
// that it needs by SYMBOL@VERSION.
func readShlibdeps(t *testing.T, out string) (depends map[string][]string, symbols map[string]map[string]string) {
	t.Helper()
	depends, symbols = map[string][]string{}, map[string]map[string]string{}
	trees, files, found := strings.Cut(out, "\nSYMBOLS\n")
	if !found {
		t.Fatalf("dpkg-shlibdeps:\n%s", out)
	}
	name := ""
	for line := range strings.Lines(trees) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "TREE "); ok {
			name = rest
		} else if rest, ok := strings.CutPrefix(line, "shlibs:Depends="); ok {
			depends[name] = strings.Split(rest, ", ")
		}
	}
	header := regexp.MustCompile(`^\S+ ([a-z0-9+.-]+)`)
	entry := regexp.MustCompile(`^ (\S+@\S+) ([^\s-]+)`)
	pkg := ""
	for line := range strings.Lines(files) {
		if m := header.FindStringSubmatch(line); m != nil {
			pkg = m[1]
		} else if m := entry.FindStringSubmatch(line); m != nil {
			if symbols[pkg] == nil {
				symbols[pkg] = map[string]string{}
			}
			symbols[pkg][m[1]] = m[2]
		}
	}
	return depends, symbols
}

// compare writes a line for each package.
func (x *tree) compare(t *testing.T, report io.Writer, theirs, ours []string, symbols map[string]map[string]string) {
	t.Helper()
	a, b := relations(theirs), relations(ours)
	all := maps.Clone(a)
	maps.Copy(all, b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		shlibdeps, asked := a[name]
		wain, known := b[name]
		switch {
		case asked && known && shlibdeps == wain:
			fmt.Fprintf(report, "  = %s%s\n", name, wain)
		case asked && wain == "" && known && !x.imports(t, symbols[name]):
			fmt.Fprintf(report, "  n %s%s, wain%s\n", name, shlibdeps, wain)
		case asked && known && debVersionLess(t, wain, shlibdeps):
			fmt.Fprintf(report, "  d %s%s, wain%s: %s\n", name, shlibdeps, wain, x.moved(t, symbols[name], wain, shlibdeps))
		default:
			fmt.Fprintf(report, "  %s %s, dpkg-shlibdeps %q, wain %q\n", unexplained, name, shlibdeps, wain)
		}
	}
}

// relations gives " (>= 1.2)" by package.
func relations(list []string) map[string]string {
	m := map[string]string{}
	for _, one := range list {
		name, version, found := strings.Cut(one, " ")
		if found {
			version = " " + version
		}
		m[name] = version
	}
	return m
}

// imported are the symbols that files of the tree import, SYMBOL@VERSION.
func (x *tree) imported(t *testing.T) map[string]bool {
	t.Helper()
	list := map[string]bool{}
	for _, o := range x.objects {
		f, err := elf.Open(o.Path)
		if err != nil {
			t.Fatal(err)
		}
		found, err := f.ImportedSymbols()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range found {
			list[s.Name+"@"+cmp.Or(s.Version, "Base")] = true
		}
	}
	return list
}

func (x *tree) imports(t *testing.T, symbols map[string]string) bool {
	t.Helper()
	for symbol := range x.imported(t) {
		if symbols[symbol] != "" {
			return true
		}
	}
	return false
}

// moved names the symbols for which dpkg-shlibdeps came out higher than wain:
// by the number of their own version they are as old as wain says.
func (x *tree) moved(t *testing.T, symbols map[string]string, wain, shlibdeps string) string {
	t.Helper()
	var decided []string
	for symbol := range x.imported(t) {
		_, version, _ := strings.Cut(symbol, "@GLIBC_")
		if needs := " (>= " + symbols[symbol] + ")"; needs == shlibdeps && version != "" && !debVersionLess(t, wain, " (>= "+version+")") {
			decided = append(decided, symbol)
		}
	}
	if len(decided) == 0 {
		return unexplained
	}
	slices.Sort(decided)
	return strings.Join(decided, " ")
}

// debVersionLess compares the versions of two relations; "" is the lowest.
func debVersionLess(t *testing.T, a, b string) bool {
	t.Helper()
	strip := func(s string) string { return strings.TrimSuffix(strings.TrimPrefix(s, " (>= "), ")") }
	err := exec.Command("dpkg", "--compare-versions", strip(a), "lt", strip(b)).Run()
	return err == nil
}
