package target_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/target"
)

func TestWithLibraries(t *testing.T) {
	needs := []target.Need{
		{Soname: "libc.so.6", Versions: []string{"GLIBC_2.34"}},
		{Soname: "libcuda.so.1"},
		{Soname: "libfoo.so.3", Versions: []string{"FOO_1"}},
		{Soname: "libz.so.1", Versions: []string{"ZLIB_1.2.9"}},
	}
	libraries := map[string]string{
		"libcuda.so.1": "",
		"libfoo.so.3":  "libfoo3t64 | libfoo3 (>= 1:1.2~rc1-1)",
		"libz.so.1":    "zlib-ng",
	}
	tests := map[string][]string{
		"debian12": {"libc6 (>= 2.34)", "libfoo3t64 | libfoo3 (>= 1:1.2~rc1-1)", "zlib-ng"},
		"el9": {
			"libc.so.6()(64bit)", "libc.so.6(GLIBC_2.34)(64bit)", "libfoo.so.3()(64bit)", "libfoo.so.3(FOO_1)(64bit)",
			"libz.so.1()(64bit)", "libz.so.1(ZLIB_1.2.9)(64bit)",
		},
	}
	for name, want := range tests {
		plain := find(t, name)
		x, err := plain.WithLibraries(map[string]string{"libfoo.so.3": "replaced"})
		if err != nil {
			t.Fatal(err)
		}
		before := x
		if x, err = x.WithLibraries(libraries); err != nil {
			t.Fatal(err)
		}
		if got, _ := before.Depends([]target.Need{{Soname: "libfoo.so.3"}}); name == "debian12" && !slices.Equal(got, []string{"replaced"}) {
			t.Errorf("the target before has changed: %q", got)
		}
		got, unknown := x.Depends(needs)
		if diff := cmp.Diff(want, got); diff != "" || unknown != nil {
			t.Errorf("%s: unknown %q\n%s", name, unknown, diff)
		}
		if _, unknown := plain.Depends(needs); name == "debian12" && len(unknown) != 2 {
			t.Errorf("the release itself has changed: %q", unknown)
		}
	}
}

func TestWithLibrariesRefused(t *testing.T) {
	_, err := find(t, "debian12").WithLibraries(map[string]string{
		"libfoo.so.3":      "libfoo3 (1.2)",
		"libfoo.so.4":      "libfoo4, libbar",
		"libfoo.so.5":      "libfoo5\nEvil: yes",
		"/usr/lib/x.so":    "x1",
		"libfoo.so.6\n":    "libfoo6",
		"libfoo.so.7":      "libfoo7 (>= 1.2-1) | libfoo7-compat",
		"libfoo.so.8()(6)": "libfoo8",
	})
	want := `libraries: "/usr/lib/x.so": expected a soname, such as libfoo.so.3
libraries: libfoo.so.3: "libfoo3 (1.2)": expected a package, such as libfoo3 or libfoo3 (>= 1.2)
libraries: libfoo.so.4: "libfoo4, libbar": expected a package, such as libfoo3 or libfoo3 (>= 1.2)
libraries: libfoo.so.5: "libfoo5\nEvil: yes": expected a package, such as libfoo3 or libfoo3 (>= 1.2)
libraries: "libfoo.so.6\n": expected a soname, such as libfoo.so.3
libraries: "libfoo.so.8()(6)": expected a soname, such as libfoo.so.3`
	var e *target.LibraryError
	if !errors.As(err, &e) || len(e.Issues) != 6 {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}
