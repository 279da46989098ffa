package convert_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert"
	"wain/convert/index"
	"wain/convert/target"
	"wain/fixtures"
)

// ours loads a target file of a user's own.
func ours(t *testing.T, name, python string) target.Target {
	t.Helper()
	data, err := os.ReadFile("target/testdata/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	x, err := target.Load(data, name+".yaml", python)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Of the wheels of one version each target gets the one for its C library and
// its kind of Python, in the folder where that Python looks for it.
func TestWheelsForMuslAndFreeThreads(t *testing.T) {
	code := machineCode(t)
	musl := bytes.ReplaceAll(asking(t, code, "ld-musl-"), []byte("ld-linux-x86-64.so.2\x00"), append([]byte("libc.so\x00"), make([]byte, 13)...))
	b := newBench(t)
	for tags, data := range map[string][]byte{
		"cp312-cp312-musllinux_1_2_x86_64": musl, "cp312-cp312-musllinux_1_3_x86_64": musl,
		"cp313-cp313t-musllinux_1_2_x86_64": musl,
		"cp313-cp313-manylinux_2_28_x86_64": code, "cp313-cp313t-manylinux_2_28_x86_64": code,
	} {
		b.wheel("wheels", "shouting-1.4", func(r *fixtures.Recipe) {
			r.Filename = "shouting-1.4-" + tags + ".whl"
			r.Files = append(r.Files, fixtures.RecipeFile{Path: "shouting/_speed.so", Data: data})
		})
	}
	tests := []struct {
		target              target.Target
		wheel, site, python string
	}{
		{ours(t, "musl", ""), "shouting-1.4-cp312-cp312-musllinux_1_2_x86_64.whl", "python3.12", "python3.12"},
		{ours(t, "musl", "3.13t"), "shouting-1.4-cp313-cp313t-musllinux_1_2_x86_64.whl", "python3.13t", "python3.13-nogil"},
		{ours(t, "free-threaded", ""), "shouting-1.4-cp313-cp313t-manylinux_2_28_x86_64.whl", "python3.13t", "python3.13-nogil"},
		{b.options("debian13").Targets[0], "shouting-1.4-cp313-cp313-manylinux_2_28_x86_64.whl", "python3.13", "python3.13"},
	}
	for _, test := range tests {
		o := b.options()
		o.Targets = []target.Target{test.target}
		o.Sources, o.Lock, o.AllowUnhashed = []string{"shouting==1.4"}, b.path("lock.txt"), true
		b.write("lock.txt", []byte("shouting==1.4\n"))
		o.FindLinks = []string{b.path("wheels")}
		p := build(t, o).Packages[0]
		if diff := cmp.Diff(test.wheel, p.Wheels[0].Filename); diff != "" || p.Depends[0] != test.python {
			t.Errorf("%s depends on %s: %s", test.target, p.Depends[0], diff)
		}
		if files := run(t, "dpkg-deb", "-c", p.Path); !strings.Contains(files, "/lib/"+test.site+"/site-packages/shouting/_speed.so") {
			t.Errorf("%s:\n%s", test.target, files)
		}
	}
	// A wheel for the other C library is none for the target, by its name alone.
	o := b.options("ubuntu24.04")
	o.Sources, o.Lock, o.AllowUnhashed = []string{"shouting==1.4"}, b.path("lock.txt"), true
	o.FindLinks = []string{b.path("wheels")}
	_, err := convert.Build(context.Background(), o)
	var none *index.NoWheelError
	if !errors.As(err, &none) || len(none.Found) != 5 {
		t.Errorf("%v", err)
	}
}
