package convert_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wain/convert"
	"wain/convert/wheel"
	"wain/fixtures"
)

// native builds the fixture application with compiled files in it.
func native(t *testing.T, targetName string, compiled map[string][]byte) *convert.Result {
	t.Helper()
	b := newBench(t)
	o := b.options(targetName)
	o.Sources = []string{b.wheel("native", "myproject-1.2.3", func(r *fixtures.Recipe) {
		r.Filename = "myproject-1.2.3-cp311-cp311-manylinux_2_17_x86_64.whl"
		for path, data := range compiled {
			r.Files = append(r.Files, fixtures.RecipeFile{Path: path, Data: data})
		}
	})}
	return build(t, o)
}

// machineCode is a real shared library for x86_64.
func machineCode(t *testing.T) []byte {
	t.Helper()
	dir := fixtures.RealWheels(t, "flask")
	names, err := filepath.Glob(filepath.Join(dir, "*arkup*cp311*x86_64.whl"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no MarkupSafe for cp311 in %s (%v)", dir, err)
	}
	f, err := os.Open(names[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	w, err := wheel.Open(f, info.Size(), filepath.Base(names[0]), wheel.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range w.Files {
		if strings.HasSuffix(w.Files[i].Path, ".so") {
			r, err := w.Open(&w.Files[i])
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			var data bytes.Buffer
			if _, err := data.ReadFrom(r); err != nil {
				t.Fatal(err)
			}
			return data.Bytes()
		}
	}
	t.Fatal("MarkupSafe has no .so")
	return nil
}

// asking is machine code that needs another library where it needed libc, by a
// soname that is no longer.
func asking(t *testing.T, code []byte, soname string) []byte {
	t.Helper()
	const libc = "libc.so.6\x00"
	name := []byte(soname + "\x00")
	if len(name) > len(libc) || !bytes.Contains(code, []byte(libc)) {
		t.Fatalf("no room for %s", soname)
	}
	return bytes.ReplaceAll(code, []byte(libc), append(name, make([]byte, len(libc)-len(name))...))
}

// What the compiled files of a tree take from the system is what the package
// depends on, but for what the tree brings itself.
func TestDependsOfCompiledFiles(t *testing.T) {
	code := machineCode(t)
	deb := native(t, "debian12", map[string][]byte{"myproject/_speed.so": code}).Packages[0]
	if deb.Architecture != "amd64" || !slices.ContainsFunc(deb.Depends, func(d string) bool { return strings.HasPrefix(d, "libc6 (>= 2.") }) {
		t.Errorf("%s, %q", deb.Architecture, deb.Depends)
	}
	rpm := native(t, "el9+python3.11", map[string][]byte{"myproject/_speed.so": code}).Packages[0]
	if rpm.Architecture != "x86_64" || !slices.Contains(rpm.Depends, "libc.so.6()(64bit)") ||
		!slices.ContainsFunc(rpm.Depends, func(d string) bool { return strings.HasPrefix(d, "libc.so.6(GLIBC_2.") }) {
		t.Errorf("%s, %q", rpm.Architecture, rpm.Depends)
	}
	bundled := native(t, "el9+python3.11", map[string][]byte{
		"myproject/_speed.so":      asking(t, code, "libq.so.1"),
		"myproject.libs/libq.so.1": code,
	}).Packages[0]
	if slices.ContainsFunc(bundled.Depends, func(d string) bool { return strings.HasPrefix(d, "libq.so.1") }) {
		t.Errorf("the package depends on what it brings: %q", bundled.Depends)
	}
}

// A library that the target's table does not have is told, with a file that
// needs it.
func TestUnknownLibraries(t *testing.T) {
	code := machineCode(t)
	result := native(t, "debian12", map[string][]byte{
		"myproject/_all.so": code,
		"myproject/_one.so": asking(t, code, "libq.so"),
		"myproject/_two.so": asking(t, code, "libq.so.1"),
		"myproject/_bad.so": append([]byte("\x7fELF"), "no more of it"...),
	})
	const site = "/opt/venvs/myproject/lib/python3.11/site-packages/myproject/"
	for _, want := range []string{
		"debian12: no known package brings libq.so, which " + site + "_one.so needs: the package depends on nothing for it",
		"debian12: no known package brings libq.so.1, which " + site + "_two.so needs: the package depends on nothing for it",
		site + "_bad.so begins like an ELF file and is taken for data",
	} {
		if !slices.ContainsFunc(result.Warnings, func(w string) bool { return strings.HasPrefix(w, want) }) {
			t.Errorf("no warning says %q:\n%s", want, strings.Join(result.Warnings, "\n"))
		}
	}
}

// A file for another machine is data where the wheel brings one for this.
func TestForeignFileIsData(t *testing.T) {
	code := machineCode(t)
	foreign := bytes.Clone(code)
	foreign[18] = 183 // e_machine: EM_AARCH64
	result := native(t, "debian12", map[string][]byte{"myproject/_here.so": code, "myproject/_there.so": foreign})
	if !slices.ContainsFunc(result.Warnings, func(w string) bool {
		return strings.Contains(w, "_there.so is for EM_AARCH64") && strings.HasSuffix(w, "and is taken for data")
	}) {
		t.Errorf("no warning names it: %q", result.Warnings)
	}
	if p := result.Packages[0]; p.Architecture != "amd64" {
		t.Errorf("architecture %s", p.Architecture)
	}
}
