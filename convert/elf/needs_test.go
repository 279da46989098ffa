package elf_test

import (
	"debug/elf"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	wainelf "wain/convert/elf"
)

func TestNeeds(t *testing.T) {
	objects := []*wainelf.Object{
		{
			Path: "p/_x.so", Needed: []string{"libbundled-1234.so.1", "libc.so.6", "libm.so.6"}, GNUHashOnly: true,
			Versions: map[string][]string{"libc.so.6": {"GLIBC_2.14", "GLIBC_2.2.5"}, "libbundled-1234.so.1": {"B_1"}},
		},
		{
			Path: "p.libs/libbundled-1234.so.1.0", Soname: "libbundled-1234.so.1", Needed: []string{"libc.so.6", "libnamed.so"},
			Versions: map[string][]string{"libc.so.6": {"GLIBC_2.17", "GLIBC_2.14"}, "ld-linux-x86-64.so.2": {"GLIBC_2.3"}},
		},
		{Path: "q/libnamed.so", Soname: "libother.so"},
	}
	want := []wainelf.Need{
		{Soname: "ld-linux-x86-64.so.2", Versions: []string{"GLIBC_2.3"}, By: []string{"p.libs/libbundled-1234.so.1.0"}},
		{Soname: "libc.so.6", Versions: []string{"GLIBC_2.14", "GLIBC_2.17", "GLIBC_2.2.5"}, GNUHashOnly: true, By: []string{"p.libs/libbundled-1234.so.1.0", "p/_x.so"}},
		{Soname: "libm.so.6", GNUHashOnly: true, By: []string{"p/_x.so"}},
	}
	if diff := cmp.Diff(want, wainelf.Needs(objects)); diff != "" {
		t.Errorf("needs (-want +got):\n%s", diff)
	}
	if got := wainelf.Needs(nil); got != nil {
		t.Errorf("nothing needs %v", got)
	}
}

// Which file of a tree satisfies which need of another.
func TestTree(t *testing.T) {
	const site = "/opt/v/lib/python3.11/site-packages/"
	needs := func(origin, path, runpath string, sonames ...string) *wainelf.Object {
		o := &wainelf.Object{Origin: origin, Path: site + path, Needed: sonames}
		if runpath != "" {
			o.Runpath = strings.Split(runpath, ":")
		}
		return o
	}
	library := func(origin, path, soname string) *wainelf.Object {
		return &wainelf.Object{Origin: origin, Path: site + path, Soname: soname}
	}
	tests := map[string]struct {
		file   *wainelf.Object
		others []*wainelf.Object
		want   []string
	}{
		"vendored": {
			needs("a", "a/x.so", "$ORIGIN/../a.libs", "liby-1.so"),
			[]*wainelf.Object{library("a", "a.libs/liby-1.so", "liby-1.so")},
			nil,
		},
		"braces":            {needs("a", "a/x.so", "${ORIGIN}/lib", "libz.so.1"), []*wainelf.Object{library("b", "a/lib/libz.so.1", "")}, nil},
		"preloaded":         {needs("a", "a/x.so", "", "liby.so.1"), []*wainelf.Object{library("a", "a/deep/liby.so.1.2", "liby.so.1")}, nil},
		"of-another-wheel":  {needs("a", "a/x.so", "", "libarrow.so.9"), []*wainelf.Object{library("b", "b/libarrow.so.9", "libarrow.so.9")}, nil},
		"cuda":              {needs("a", "a/lib/x.so", "$ORIGIN/../../b/lib", "libz.so.1"), []*wainelf.Object{library("b", "b/lib/libz.so.1", "libz.so.1")}, nil},
		"absolute":          {needs("a", "a/x.so", site+"b", "libz.so.1"), []*wainelf.Object{library("b", "b/libz.so.1", "")}, nil},
		"own-system-copy":   {needs("a", "a/x.so", "", "libstdc++.so.6"), []*wainelf.Object{library("a", "a/libstdc++.so.6", "libstdc++.so.6")}, nil},
		"by-path":           {needs("a", "a/x.so", "", site+"b/liby.so"), []*wainelf.Object{library("b", "b/liby.so", "")}, nil},
		"by-a-strange-path": {needs("a", "a/x.so", "", "b/liby.so"), []*wainelf.Object{library("b", "b/liby.so", "")}, []string{"b/liby.so"}},
		"hijack":            {needs("a", "a/x.so", "", "libstdc++.so.6"), []*wainelf.Object{library("b", "b/libstdc++.so.6", "libstdc++.so.6")}, []string{"libstdc++.so.6"}},
		"hijack-by-name":    {needs("a", "a/x.so", "", "libz.so.1"), []*wainelf.Object{library("b", "b/libz.so.1", "libother.so")}, []string{"libz.so.1"}},
		"hijack-libc":       {needs("a", "a/x.so", "$ORIGIN", "libc.so.6"), []*wainelf.Object{library("a", "a/libc.so.6", "libc.so.6")}, []string{"libc.so.6"}},
		"hijack-the-loader": {needs("a", "a/x.so", "$ORIGIN", "ld-linux-x86-64.so.2"), []*wainelf.Object{library("a", "a/ld-linux-x86-64.so.2", "")}, []string{"ld-linux-x86-64.so.2"}},
		"search-path-leads-out": {
			needs("a", "a/x.so", "$ORIGIN/../../../../../../../usr/lib:/usr/local/lib:", "libz.so.1"), nil, []string{"libz.so.1"},
		},
		"empty-name":    {needs("a", "a/x.so", "", ""), []*wainelf.Object{library("b", "b/liby.so", "")}, nil},
		"needs-itself":  {&wainelf.Object{Origin: "a", Path: site + "a/liby.so.1", Soname: "liby.so.1", Needed: []string{"liby.so.1"}}, nil, nil},
		"nobody-has-it": {needs("a", "a/x.so", "$ORIGIN", "liby.so.1"), []*wainelf.Object{library("b", "b/liby.so.2", "liby.so.2")}, []string{"liby.so.1"}},
	}
	for name, test := range tests {
		got := wainelf.NewTree(append(test.others, test.file)).System(test.file)
		if len(got) == 0 {
			got = nil
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestCheck(t *testing.T) {
	bookworm := wainelf.Platform{Machine: elf.EM_X86_64, Class: elf.ELFCLASS64, Glibc: wainelf.Glibc{Major: 2, Minor: 36}}
	object := func(change func(*wainelf.Object), versions ...string) *wainelf.Object {
		o := &wainelf.Object{
			Path: "x.so", Type: elf.ET_DYN, Machine: elf.EM_X86_64, Class: elf.ELFCLASS64, Data: elf.ELFDATA2LSB,
			Versions: map[string][]string{"libc.so.6": versions, "libstdc++.so.6": {"GLIBCXX_3.4.99"}},
		}
		if change != nil {
			change(o)
		}
		return o
	}
	glibc := func(symbol string, minor int) error {
		return &wainelf.GlibcError{Path: "x.so", Soname: "libc.so.6", Symbol: symbol, Needs: wainelf.Glibc{Major: 2, Minor: minor}, Target: bookworm.Glibc}
	}
	const want = "EM_X86_64, 64 bits, little-endian"
	tests := map[string]struct {
		object *wainelf.Object
		want   error
	}{
		"as old as the target":    {object(nil, "GLIBC_2.2.5", "GLIBC_2.36"), nil},
		"a later glibc":           {object(nil, "GLIBC_2.2.5", "GLIBC_2.38", "GLIBC_2.4"), glibc("GLIBC_2.38", 38)},
		"the latest of two":       {object(nil, "GLIBC_2.38", "GLIBC_2.100"), glibc("GLIBC_2.100", 100)},
		"relative relocations":    {object(nil, "GLIBC_ABI_DT_RELR"), nil},
		"no version of a release": {object(nil, "GLIBC_PRIVATE", "GLIBC_", "GLIBC_2", "GLIBC_2.", "GLIBC_x.99", "GLIBC_2.999999"), nil},
		"another processor":       {object(func(o *wainelf.Object) { o.Machine = elf.EM_AARCH64 }), &wainelf.MachineError{Path: "x.so", Have: "EM_AARCH64, 64 bits, little-endian", Want: want}},
		"32 bits":                 {object(func(o *wainelf.Object) { o.Machine, o.Class = elf.EM_386, elf.ELFCLASS32 }), &wainelf.MachineError{Path: "x.so", Have: "EM_386, 32 bits, little-endian", Want: want}},
		"x32":                     {object(func(o *wainelf.Object) { o.Class = elf.ELFCLASS32 }), &wainelf.MachineError{Path: "x.so", Have: "EM_X86_64, 32 bits, little-endian", Want: want}},
		"byte order":              {object(func(o *wainelf.Object) { o.Data = elf.ELFDATA2MSB }), &wainelf.MachineError{Path: "x.so", Have: "EM_X86_64, 64 bits, big-endian", Want: want}},
		"musl": {
			object(func(o *wainelf.Object) { o.Versions, o.Needed = nil, []string{"libc.musl-x86_64.so.1"} }),
			&wainelf.LibcError{Path: "x.so", Soname: "libc.musl-x86_64.so.1", Have: "musl", Want: "glibc"},
		},
		"a program for musl": {
			object(func(o *wainelf.Object) { o.Versions, o.Interp = nil, "/lib/ld-musl-x86_64.so.1" }),
			&wainelf.LibcError{Path: "x.so", Soname: "ld-musl-x86_64.so.1", Have: "musl", Want: "glibc"},
		},
		"a static program":  {object(func(o *wainelf.Object) { o.Versions, o.Type = nil, elf.ET_EXEC }), nil},
		"an object for BPF": {object(func(o *wainelf.Object) { o.Type, o.Machine = elf.ET_REL, elf.EM_BPF }), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, bookworm.Check(test.object)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	alpine := wainelf.Platform{Machine: elf.EM_X86_64, Class: elf.ELFCLASS64, Musl: true}
	wantMusl := &wainelf.LibcError{Path: "x.so", Soname: "libc.so.6", Have: "glibc", Want: "musl"}
	if diff := cmp.Diff(error(wantMusl), alpine.Check(object(nil, "GLIBC_2.2.5"))); diff != "" {
		t.Errorf("glibc on musl (-want +got):\n%s", diff)
	}
	if err := alpine.Check(object(func(o *wainelf.Object) { o.Versions = map[string][]string{"liby-1.so": {"GLIBC_2.17"}} })); err != nil {
		t.Error(err)
	}
	for _, soname := range []string{"libc.so", "libc.musl-x86_64.so.1"} {
		if err := alpine.Check(object(func(o *wainelf.Object) { o.Versions, o.Needed = nil, []string{soname} })); err != nil {
			t.Error(err)
		}
	}
	old := bookworm
	old.Glibc.Minor = 34
	var e *wainelf.GlibcError
	if err := old.Check(object(nil, "GLIBC_ABI_DT_RELR")); !errors.As(err, &e) || e.Needs.String() != "2.36" {
		t.Errorf("relative relocations on 2.34: %v", err)
	}
}
