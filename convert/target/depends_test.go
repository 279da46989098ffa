package target_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/target"
)

func TestDepends(t *testing.T) {
	libc := target.Need{Soname: "libc.so.6", Versions: []string{"GLIBC_2.14", "GLIBC_2.2.5", "GLIBC_2.34", "GLIBC_2.4"}, GNUHashOnly: true}
	cxx := target.Need{Soname: "libstdc++.so.6", Versions: []string{"CXXABI_1.3.13", "GLIBCXX_3.4.11", "GLIBCXX_3.4.9"}}
	zlib := target.Need{Soname: "libz.so.1", Versions: []string{"ZLIB_1.2.9"}}
	tests := []struct {
		name, target        string
		needs               []target.Need
		relations, unknowns []string
	}{
		{"nothing", "debian12", nil, nil, nil},
		{
			"highest-version", "debian12",
			[]target.Need{zlib, cxx, libc},
			[]string{"libc6 (>= 2.34)", "libstdc++6 (>= 11)", "zlib1g (>= 1:1.2.11)"},
			nil,
		},
		{
			"libraries-of-one-package", "trixie",
			[]target.Need{libc, {Soname: "libm.so.6", Versions: []string{"GLIBC_2.38"}}, {Soname: "ld-linux-x86-64.so.2", Versions: []string{"GLIBC_2.3"}}},
			[]string{"libc6 (>= 2.38)"},
			nil,
		},
		{
			"relr", "debian12",
			[]target.Need{{Soname: "libc.so.6", Versions: []string{"GLIBC_2.14", "GLIBC_ABI_DT_RELR"}}},
			[]string{"libc6 (>= 2.36)"},
			nil,
		},
		{"no-versions", "debian12", []target.Need{{Soname: "libz.so.1"}}, []string{"zlib1g"}, nil},
		{
			"no-table", "debian12",
			[]target.Need{{Soname: "libpq.so.5", Versions: []string{"RHPG_9.6"}}},
			[]string{"libpq5"},
			nil,
		},
		{
			"glib-before-t64", "debian12",
			[]target.Need{{Soname: "libglib-2.0.so.0"}, {Soname: "libgobject-2.0.so.0"}},
			[]string{"libglib2.0-0"},
			nil,
		},
		{"glib-t64", "debian13", []target.Need{{Soname: "libglib-2.0.so.0"}}, []string{"libglib2.0-0t64"}, nil},
		{"glib-t64-ubuntu", "noble", []target.Need{{Soname: "libglib-2.0.so.0"}}, []string{"libglib2.0-0t64"}, nil},
		{
			"unknown-library", "debian12",
			[]target.Need{libc, {Soname: "libfoo.so.3", Versions: []string{"FOO_1"}}},
			[]string{"libc6 (>= 2.34)"},
			[]string{"libfoo.so.3"},
		},
		{
			"library-too-old", "debian12",
			[]target.Need{
				{Soname: "libstdc++.so.6", Versions: []string{"GLIBCXX_3.4.9", "GLIBCXX_3.4.32"}},
				{Soname: "libc.so.6", Versions: []string{"GLIBC_2.37", "GLIBC_PRIVATE"}},
			},
			[]string{"libc6", "libstdc++6 (>= 4.2.1)"},
			[]string{"libc.so.6(GLIBC_2.37)", "libc.so.6(GLIBC_PRIVATE)", "libstdc++.so.6(GLIBCXX_3.4.32)"},
		},
		{
			"rpm", "el9",
			[]target.Need{libc, {Soname: "libfoo.so.3"}},
			[]string{
				"libc.so.6()(64bit)", "libc.so.6(GLIBC_2.14)(64bit)", "libc.so.6(GLIBC_2.2.5)(64bit)",
				"libc.so.6(GLIBC_2.34)(64bit)", "libc.so.6(GLIBC_2.4)(64bit)", "libfoo.so.3()(64bit)", "rtld(GNU_HASH)",
			},
			nil,
		},
		{
			"rpm-hostile-names", "el9",
			[]target.Need{
				{Soname: "libx.so >= 2"},
				{Soname: "libx.so.1\nlibevil"},
				{Soname: "libc.so.6", Versions: []string{"GLIBC_2.17", "X)(64bit) >= 9", "X\x00"}},
			},
			[]string{"libc.so.6()(64bit)", "libc.so.6(GLIBC_2.17)(64bit)"},
			[]string{"libc.so.6(X\x00)", "libc.so.6(X)(64bit) >= 9)", "libx.so >= 2", "libx.so.1\nlibevil"},
		},
		{
			"deb-hostile-names", "debian12",
			[]target.Need{{Soname: "libx.so.1, evil"}, {Soname: ""}},
			nil,
			[]string{"", "libx.so.1, evil"},
		},
		{
			"rpm-other-names", "el9",
			[]target.Need{{Soname: "plugin.so"}, {Soname: "libnodot"}, {Soname: "ld-linux-x86-64.so.2", Versions: []string{"GLIBC_2.3"}}},
			[]string{"ld-linux-x86-64.so.2()(64bit)", "ld-linux-x86-64.so.2(GLIBC_2.3)(64bit)"},
			nil,
		},
	}
	for _, test := range tests {
		relations, unknown := find(t, test.target).Depends(test.needs)
		if diff := cmp.Diff(test.relations, relations); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		if diff := cmp.Diff(test.unknowns, unknown); diff != "" {
			t.Errorf("%s: unknown: %s", test.name, diff)
		}
	}
}
