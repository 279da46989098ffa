package pep_test

import (
	"testing"

	"wain/convert/pep"
)

func TestParseWheelFilename(t *testing.T) {
	tests := []struct {
		in                            string
		name, version, build, variant string
		tags                          int
	}{
		{"Zope.Interface-5.0-cp39-cp39-manylinux1_x86_64.manylinux_2_5_x86_64.whl", "zope-interface", "5.0", "", "", 2},
		{"foo_bar-1.0-007local-py3-none-any.whl", "foo-bar", "1.0", "7local", "", 1},
		{"foo-1.0+ubuntu_1-py2.py3-none-any.whl", "foo", "1.0+ubuntu.1", "", "", 2},
		{"foo-1.0-py3-none-any-x86_64_v3.whl", "foo", "1.0", "", "x86_64_v3", 1},
		{"foo-1.0-1-py3-none-any-null.whl", "foo", "1.0", "1", "null", 1},
	}
	for _, test := range tests {
		f, err := pep.ParseWheelFilename(test.in)
		if err != nil {
			t.Error(err)
			continue
		}
		if f.Raw != test.in || f.Name != test.name || f.Version.String() != test.version ||
			f.Build.String() != test.build || f.Variant != test.variant || len(f.Tags) != test.tags {
			t.Errorf("%s was read as %+v", test.in, f)
		}
	}
}

func TestParseWheelFilenameRefused(t *testing.T) {
	for _, s := range []string{
		"", ".whl", "foo-1.0-py3-none-any.zip", "foo-1.0-py3-none.whl", "foo-1.0-1-py3-none-any-x-y.whl",
		"foo__bar-1.0-py3-none-any.whl", "-1.0-py3-none-any.whl", "_foo-1.0-py3-none-any.whl",
		"../foo-1.0-py3-none-any.whl", "foo-x-py3-none-any.whl", "foo-1.0 -py3-none-any.whl",
		"foo-1.0-x1-py3-none-any-null.whl", "foo-1.0-py3-none-any-NULL.whl", "foo-1.0-py3-none-an\ny.whl",
		"fóo-1.0-py3-none-any.whl", "foo-1.0-py3-none-any-.whl",
	} {
		if f, err := pep.ParseWheelFilename(s); err == nil {
			t.Errorf("%q was read as %+v", s, f)
		}
	}
}

func TestBuildTagOrder(t *testing.T) {
	order := []string{"", "1-", "1a-", "2-", "10-", "99999999999999999999-"}
	var previous pep.BuildTag
	for i, build := range order {
		f, err := pep.ParseWheelFilename("foo-1.0-" + build + "py3-none-any.whl")
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 && (previous.Compare(f.Build) != -1 || f.Build.Compare(previous) != 1 || f.Build.Compare(f.Build) != 0) {
			t.Errorf("%q does not come after %q", f.Build, previous)
		}
		previous = f.Build
	}
}
