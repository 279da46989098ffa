package convert_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert"
	"wain/convert/elf"
	"wain/convert/index"
	"wain/convert/target"
	"wain/fixtures"
)

const loadWheel = "myproject-1.2.3-cp311-cp311-manylinux_2_17_x86_64.whl"

// refused builds the fixture application with compiled files that a target
// cannot load.
func refused(t *testing.T, targetName string, compiled map[string][]byte) *convert.LoadError {
	t.Helper()
	b := newBench(t)
	o := b.options(targetName)
	o.Sources = []string{b.wheel("native", "myproject-1.2.3", func(r *fixtures.Recipe) {
		r.Filename = loadWheel
		for path, data := range compiled {
			r.Files = append(r.Files, fixtures.RecipeFile{Path: path, Data: data})
		}
	})}
	_, err := convert.Build(context.Background(), o)
	var e *convert.LoadError
	if !errors.As(err, &e) {
		t.Fatalf("%s: %v", targetName, err)
	}
	b.nothing()
	return e
}

// A file that asks for more than the target's libraries have is refused: the
// message names wheel, file, symbol, library and what the target has.
func TestLoadErrors(t *testing.T) {
	code := machineCode(t)
	newer := func(symbol string) []byte {
		return bytes.ReplaceAll(code, []byte("GLIBC_2.14\x00"), []byte(symbol+"\x00"))
	}
	zlib := bytes.ReplaceAll(asking(t, newer("ZLIB_1.9.9"), "libz.so.1"), []byte("GLIBC_2.2.5\x00"), []byte("ZLIB_1.2.9\x00\x00"))
	const site = "/opt/venvs/myproject/lib/python3.11/site-packages/myproject/"
	tests := []struct {
		name, target string
		compiled     map[string][]byte
		want         string
	}{
		{
			"glibc", "debian12",
			map[string][]byte{"myproject/_a.so": newer("GLIBC_2.37"), "myproject/_b.so": newer("GLIBC_2.39"), "myproject/_c.so": newer("GLIBC_2.38"), "myproject/_d.so": code},
			"debian12: " + loadWheel + ": " + site + "_b.so needs GLIBC_2.39 of libc.so.6, glibc 2.39 or later; the target has 2.36, and 2 more of its files cannot be loaded",
		},
		{
			"glibc-on-rpm", "el9+python3.11",
			map[string][]byte{"myproject/_a.so": newer("GLIBC_2.37")},
			"el9-python3.11: " + loadWheel + ": " + site + "_a.so needs GLIBC_2.37 of libc.so.6, glibc 2.37 or later; the target has 2.34",
		},
		{
			"feature-of-the-loader", "debian12",
			map[string][]byte{"myproject/_a.so": newer("GLIBC_NEXT")},
			"debian12: " + loadWheel + ": " + site + "_a.so needs GLIBC_NEXT of libc.so.6, which the target's libc6 does not have",
		},
		{
			"symbol", "debian12",
			map[string][]byte{"myproject/_a.so": zlib},
			"debian12: " + loadWheel + ": " + site + "_a.so needs ZLIB_1.9.9 of libz.so.1, which the target's zlib1g does not have (it has ZLIB_1.2.12)",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := refused(t, test.target, test.compiled)
			if diff := cmp.Diff(test.want, e.Error()); diff != "" {
				t.Error(diff)
			}
			var glibc *elf.GlibcError
			var symbol *target.SymbolError
			if e.Project != "myproject" || errors.As(e, &glibc) == errors.As(e, &symbol) {
				t.Errorf("%+v", e)
			}
		})
	}
}

// Where the index has another version with a wheel that the target takes by its
// name, the error says so: after the wheel's tag, and after what is in it.
func TestNewestThatFits(t *testing.T) {
	code := machineCode(t)
	newer := bytes.ReplaceAll(code, []byte("GLIBC_2.14\x00"), []byte("GLIBC_2.39\x00"))
	b := newBench(t)
	add := func(number, tags string, data []byte) {
		b.wheel("wheels", "shouting", func(r *fixtures.Recipe) {
			version(t, r, number, tags)
			r.Files = append(r.Files, fixtures.RecipeFile{Path: "shouting/_speed.so", Data: data})
		})
	}
	add("1.2", "cp311-cp311-manylinux_2_17_x86_64", code)
	add("1.3", "cp311-cp311-manylinux_2_17_x86_64", code)
	add("1.7", "cp311-cp311-manylinux_2_17_x86_64", newer)
	add("1.8", "cp311-cp311-manylinux_2_39_x86_64", code)
	o := b.options("debian12")
	o.Lock, o.AllowUnhashed = b.path("lock.txt"), true
	o.FindLinks, o.CacheDir = nil, b.path("cache")
	o.Indexes = make([]index.Remote, 1)
	o.Indexes[0].URL, _ = simpleServer(t, b.path("wheels"))
	attempt := func(number string) error {
		b.write("lock.txt", []byte("shouting=="+number+"\n"))
		o.Sources = []string{"shouting==" + number}
		_, err := convert.Build(context.Background(), o)
		return err
	}
	var load *convert.LoadError
	if err := attempt("1.7"); !errors.As(err, &load) || load.Newest != "1.3" || !strings.Contains(err.Error(), "_speed.so needs GLIBC_2.39") {
		t.Errorf("%+v", err)
	}
	var none *index.NoWheelError
	if err := attempt("1.8"); !errors.As(err, &none) || none.Newest != "1.7" || !strings.Contains(err.Error(), "manylinux_2_39_x86_64.whl") {
		t.Errorf("%+v", err)
	}
}

// A file for the other C library is data where the wheel brings one for this,
// and the wrong wheel otherwise.
func TestFilesForMusl(t *testing.T) {
	code := machineCode(t)
	musl := asking(t, code, "ld-musl-")
	native(t, "debian12", map[string][]byte{"myproject/_here.so": code, "myproject/_musl.so": musl})
	b := newBench(t)
	o := b.options("debian12")
	o.Sources = []string{b.wheel("native", "myproject-1.2.3", func(r *fixtures.Recipe) {
		r.Filename = loadWheel
		r.Files = append(r.Files, fixtures.RecipeFile{Path: "myproject/_musl.so", Data: musl})
	})}
	_, err := convert.Build(context.Background(), o)
	var foreign *convert.ForeignError
	var libc *elf.LibcError
	if !errors.As(err, &foreign) || !errors.As(err, &libc) || libc.Have != "musl" {
		t.Fatal(err)
	}
}
