package apt_test

import (
	"testing"

	"wain/repo/apt"
	"wain/repo/deb"
)

// TestPoolPath holds that a path says release, component and source, and that
// packages which differ in their epoch alone lie apart. Cases 10, 11, 12 and
// 20.
func TestPoolPath(t *testing.T) {
	for _, c := range []struct {
		name, version, arch, source string
		want                        string
	}{
		{"python-myproject", "1.2.3", "amd64", "python-myproject", "pool/bookworm/main/p/python-myproject/python-myproject_1.2.3_amd64.deb"},
		{"foo-data", "1.2~rc1+x-1", "all", "foo", "pool/bookworm/main/f/foo/foo-data_1.2~rc1+x-1_all.deb"},
		{"libfoo1", "2", "arm64", "libfoo", "pool/bookworm/main/libf/libfoo/libfoo1_2_arm64.deb"},
		{"lib", "2", "arm64", "lib", "pool/bookworm/main/lib/lib/lib_2_arm64.deb"},
		{"foo", "1:2.0-1", "all", "foo", "pool/bookworm/main/f/foo/epoch-1/foo_2.0-1_all.deb"},
		{"foo", "0:2.0-1", "all", "foo", "pool/bookworm/main/f/foo/foo_2.0-1_all.deb"},
	} {
		p := &deb.Package{Name: c.name, Version: c.version, Architecture: c.arch, Source: c.source}
		if got := apt.PoolPath("bookworm", "main", p); got != c.want {
			t.Errorf("PoolPath(%s %s) = %q, want %q", c.name, c.version, got, c.want)
		}
	}
	p := &deb.Package{Name: "foo", Version: "1", Architecture: "all", Source: "foo"}
	if got := apt.PoolPath("bookworm", "extra/tools", p); got != "pool/bookworm/extra/tools/f/foo/foo_1_all.deb" {
		t.Errorf("PoolPath in a component of two parts = %q", got)
	}
}
