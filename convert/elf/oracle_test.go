package elf_test

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	wainelf "wain/convert/elf"
	"wain/fixtures"
)

// object is what both readers tell of a file.
type object struct {
	Machine, Class, Data string
	Interp, Soname       string
	Needed, Runpath      []string
	Versions             map[string][]string
	GNUHashOnly          bool
}

// askBinutils has readelf and objdump read files.
func askBinutils(t *testing.T, paths []string) map[string]*object {
	t.Helper()
	fixtures.NeedTool(t, "readelf", "objdump")
	objects := map[string]*object{}
	for _, p := range paths {
		objects[p] = &object{}
	}
	eachLine(t, exec.Command("readelf", append([]string{"--wide", "--file-header", "--program-headers", "--dynamic"}, paths...)...), func(o *object, line string) {
		o.readelf(line)
	}, "File: ", "", objects)
	eachLine(t, exec.Command("objdump", append([]string{"--private-headers"}, paths...)...), new(references).line, "", ":     file format ", objects)
	for _, o := range objects {
		for soname, list := range o.Versions {
			slices.Sort(list)
			o.Versions[soname] = slices.Compact(list)
		}
	}
	return objects
}

// eachLine runs a tool that tells of one file after the other, each begun by a
// line with its path between before and behind.
func eachLine(t *testing.T, cmd *exec.Cmd, line func(*object, string), before, behind string, objects map[string]*object) {
	t.Helper()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	out, _ := cmd.Output() // warnings about odd files are errors to them
	var current *object
	for l := range strings.Lines(string(out)) {
		l = strings.TrimRight(l, "\n")
		if path, ok := strings.CutPrefix(l, before); ok {
			path, _, _ = strings.Cut(path, behind)
			if behind == "" {
				path = strings.TrimPrefix(l, before)
			}
			if o := objects[path]; o != nil {
				current = o
				continue
			}
			if len(objects) == 1 {
				current = objects[slices.Collect(maps.Keys(objects))[0]]
			}
		}
		if current != nil {
			line(current, l)
		}
	}
}

// readelf takes one line of readelf's output.
func (o *object) readelf(line string) {
	field := strings.TrimSpace(line)
	value := func(prefix string) (string, bool) {
		rest, ok := strings.CutPrefix(field, prefix)
		return strings.TrimSpace(rest), ok
	}
	bracketed := func() string {
		_, rest, _ := strings.Cut(line, "[")
		return strings.TrimSuffix(rest, "]")
	}
	switch {
	case strings.Contains(line, "(NEEDED)"):
		o.Needed = append(o.Needed, bracketed())
	case strings.Contains(line, "(SONAME)"):
		o.Soname = bracketed()
	case strings.Contains(line, "(RUNPATH)"), strings.Contains(line, "(RPATH)") && o.Runpath == nil:
		o.Runpath = strings.Split(bracketed(), ":")
	case strings.Contains(line, "(GNU_HASH)"):
		o.GNUHashOnly = o.Versions == nil
	case strings.Contains(line, "(HASH)"):
		o.GNUHashOnly, o.Versions = false, map[string][]string{}
	}
	if v, ok := value("Class:"); ok {
		o.Class = v
	}
	if v, ok := value("Data:"); ok {
		o.Data = v
	}
	if v, ok := value("Machine:"); ok {
		o.Machine = v
	}
	if v, ok := value("[Requesting program interpreter: "); ok {
		o.Interp = strings.TrimSuffix(v, "]")
	}
}

// references reads objdump's "Version References".
type references struct {
	inside bool
	of     string
}

func (r *references) line(o *object, line string) {
	switch field := strings.Fields(line); {
	case line == "Version References:":
		r.inside = true
	case len(field) == 0 || !strings.HasPrefix(line, "  "):
		r.inside = false
	case r.inside && len(field) == 3 && field[0] == "required":
		r.of = strings.TrimSuffix(field[2], ":")
	case r.inside && len(field) == 4 && field[1] == "0x00": // flags: none, not weak
		if o.Versions == nil {
			o.Versions = map[string][]string{}
		}
		o.Versions[r.of] = append(o.Versions[r.of], field[3])
	}
}

// ours is our reading, in binutils' words.
func ours(t *testing.T, path string) *object {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	o, err := wainelf.Read(path, f)
	if err != nil {
		t.Error(err)
		return nil
	}
	return &object{
		Machine: map[elf.Machine]string{elf.EM_X86_64: "Advanced Micro Devices X86-64", elf.EM_386: "Intel 80386", elf.EM_AARCH64: "AArch64"}[o.Machine],
		Class:   map[elf.Class]string{elf.ELFCLASS64: "ELF64", elf.ELFCLASS32: "ELF32"}[o.Class],
		Data:    map[elf.Data]string{elf.ELFDATA2LSB: "2's complement, little endian"}[o.Data],
		Interp:  o.Interp, Soname: o.Soname, Needed: o.Needed, Runpath: o.Runpath, Versions: o.Versions, GNUHashOnly: o.GNUHashOnly,
	}
}

func compare(t *testing.T, paths []string) {
	t.Helper()
	for path, want := range askBinutils(t, paths) {
		if len(want.Versions) == 0 {
			want.Versions = nil
		}
		if diff := cmp.Diff(want, ours(t, path)); diff != "" {
			t.Errorf("%s (-binutils +wain):\n%s", path, diff)
		}
	}
}

// isELF tells by the first bytes.
func isELF(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	b := make([]byte, 4)
	_, err = io.ReadFull(f, b)
	return err == nil && wainelf.Is(b)
}

// TestSystem reads libraries and programs of this machine, one in so many.
func TestSystem(t *testing.T) {
	var paths []string
	for _, pattern := range []string{"/usr/lib/*-linux-gnu/*.so*", "/usr/lib64/*.so*", "/usr/bin/*", "/usr/sbin/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range found {
			if info, err := os.Lstat(p); err == nil && info.Mode().IsRegular() && isELF(p) {
				paths = append(paths, p)
			}
		}
	}
	if len(paths) == 0 {
		fixtures.Missing(t, "needs ELF files in the usual folders")
	}
	const most = 400
	var some []string
	for i := 0; i < len(paths); i += 1 + len(paths)/most {
		some = append(some, paths[i])
	}
	compare(t, some)
}

// TestRealWheels reads the compiled wheels that the fixtures fetch.
func TestRealWheels(t *testing.T) {
	dir := fixtures.RealWheels(t, "cryptography")
	wheels, err := filepath.Glob(dir + "/*.whl")
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	var paths []string
	for _, wheel := range wheels {
		r, err := zip.OpenReader(wheel)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, f := range r.File {
			if !strings.Contains(filepath.Base(f.Name), ".so") {
				continue
			}
			body, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(body)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(out, filepath.Base(f.Name))
			if err := os.WriteFile(path, b, 0o644); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
	}
	if len(paths) < 2 {
		t.Fatalf("%d libraries in %s", len(paths), dir)
	}
	compare(t, paths)
}

// TestRPM compares what a file needs with rpm's own dependency generator.
func TestRPM(t *testing.T) {
	const elfdeps = "/usr/lib/rpm/elfdeps"
	if _, err := os.Stat(elfdeps); err != nil {
		fixtures.NeedTool(t, elfdeps)
	}
	for _, path := range []string{"/usr/bin/rpm", "/usr/bin/python3.11", "/usr/bin/readelf", "/usr/bin/gpg", "/bin/ls"} {
		if !isELF(path) {
			continue
		}
		cmd := exec.Command(elfdeps, "--requires")
		cmd.Stdin = strings.NewReader(path + "\n")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Fields(string(out))
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		o, err := wainelf.Read(path, bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range wainelf.Needs([]*wainelf.Object{o}) {
			got = append(got, n.Soname+"()(64bit)")
			for _, v := range n.Versions {
				got = append(got, n.Soname+"("+v+")(64bit)")
			}
			if n.GNUHashOnly && !slices.Contains(got, "rtld(GNU_HASH)") {
				got = append(got, "rtld(GNU_HASH)")
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(slices.Compact(want), got); diff != "" {
			t.Errorf("%s (-elfdeps +wain):\n%s", path, diff)
		}
	}
}
