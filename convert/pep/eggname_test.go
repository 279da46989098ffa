package pep_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/pep"
)

func TestParseEggFilename(t *testing.T) {
	tests := []struct{ in, name, version, tags string }{
		{"demo-1.0-py3.11.egg", "demo", "1.0", "py311-none-any"},
		{"demo-1.0-py3.11-linux-x86_64.egg", "demo", "1.0", "cp311-cp311-linux_x86_64"},
		{"demo-1.0-py3.13-linux-aarch64.egg", "demo", "1.0", "cp313-cp313-linux_aarch64"},
		{"demo-1.0-py3.9-macosx-10.9-x86_64.egg", "demo", "1.0", "cp39-cp39-macosx_10_9_x86_64"},
		{"demo-1.0-py2.7-win32.egg", "demo", "1.0", "cp27-cp27-win32"},
		{"Zope.Interface-5.0-py3.9-linux-x86_64.egg", "zope-interface", "5.0", "cp39-cp39-linux_x86_64"},
		{"zc.buildout-3.0.1-py3.11.egg", "zc-buildout", "3.0.1", "py311-none-any"},
		{"demo_pkg-1.0.post1-PY3.8.egg", "demo-pkg", "1.0.post1", "py38-none-any"},
		{"demo-1.0_1-py3.8.egg", "demo", "1.0.post1", "py38-none-any"},
		{"demo-1.0_r123-py3.8.egg", "demo", "1.0.post123", "py38-none-any"},
		{"demo-1.0+ubuntu_1-py3.8.egg", "demo", "1.0+ubuntu.1", "py38-none-any"},
		{"demo-1!2.0a1.egg", "demo", "1!2.0a1", "py2-none-any py3-none-any"},
	}
	for _, test := range tests {
		f, err := pep.ParseEggFilename(test.in)
		if err != nil {
			t.Error(err)
			continue
		}
		var tags []string
		for _, tag := range f.Tags {
			tags = append(tags, tag.String())
		}
		got := []string{f.Raw, f.Name, f.Version.String(), f.Build.String(), f.Variant, strings.Join(tags, " ")}
		if diff := cmp.Diff([]string{test.in, test.name, test.version, "", "", test.tags}, got); diff != "" {
			t.Errorf("%s:\n%s", test.in, diff)
		}
	}
}

func TestParseEggFilenameRefused(t *testing.T) {
	for _, s := range []string{
		"", ".egg", "demo.egg", "demo-1.0.whl", "demo-1.0-py3.11.egg/", "-1.0-py3.11.egg", "_demo-1.0-py3.11.egg",
		"../demo-1.0-py3.11.egg", "demo-unknown-py3.11.egg", "demo-1.0-3.11.egg", "demo-1.0-py3.egg", "demo-1.0-py3.x.egg",
		"demo-1.0-cp3.11.egg", "demo-1.0-py3.11-.egg", "demo-1.0-py3.11-linux x.egg", "demo-1.0-py3.11-linux/x.egg",
		"démo-1.0-py3.11.egg", "demo-1.0-py3.11-linux\n.egg", "demo-1.0-linux-x86_64.egg",
	} {
		if f, err := pep.ParseEggFilename(s); err == nil {
			t.Errorf("%q was read as %+v", s, f)
		}
	}
}

func TestParseSdistFilename(t *testing.T) {
	tests := []struct{ in, project, version string }{
		{"demo-1.0.tar.gz", "demo", "1.0"},
		{"demo-1.0.zip", "Demo", "1.0"},
		{"zope.interface-5.0.tar.gz", "zope-interface", "5.0"},
		{"Zope_Interface-5.0.tar.bz2", "zope.interface", "5.0"},
		{"demo-pkg-1.0rc1.tgz", "demo_pkg", "1.0rc1"},
		{"a-1-1.zip", "a", "1.post1"},
		{"a-1-1.zip", "a-1", "1"},
		{"demo-1.0+local.1.tar.xz", "demo", "1.0+local.1"},
		{"demo-2!1.0-1.tar", "demo", "2!1.0.post1"},
	}
	for _, test := range tests {
		v, err := pep.ParseSdistFilename(test.in, test.project)
		if err != nil || v.String() != test.version {
			t.Errorf("%s of %s is version %s, %v; want %s", test.in, test.project, v, err, test.version)
		}
	}
}

func TestParseSdistFilenameRefused(t *testing.T) {
	for _, test := range []struct{ in, project string }{
		{"", "demo"},
		{"demo-1.0-py3-none-any.whl", "demo"},
		{"demo-1.0.linux-x86_64.tar.gz", "demo"}, // of bdist_dumb
		{"demo-1.0.win32.exe", "demo"},
		{"demo-1.0-src.tar.gz", "demo"},
		{"demo.tar.gz", "demo"},
		{"demo-.tar.gz", "demo"},
		{"demo-1.0.tar.gz", "demo2"},
		{"demo-more-1.0.tar.gz", "demo"},
		{"demo--1.0.tar.gz", "demo-"},
		{"../demo-1.0.tar.gz", "demo"},
		{"demo-1.0.tar.lz", "demo"},
	} {
		if v, err := pep.ParseSdistFilename(test.in, test.project); err == nil {
			t.Errorf("%q of %s was read as %s", test.in, test.project, v)
		}
	}
}

func FuzzParseEggFilename(f *testing.F) {
	f.Add("Zope.Interface-5.0-py3.9-macosx-10.9-x86_64.egg")
	f.Add("demo-1.0_1-py3.11.egg")
	f.Add("demo-1!2.0a1.egg")
	f.Fuzz(func(t *testing.T, s string) {
		egg, err := pep.ParseEggFilename(s)
		if err != nil {
			return
		}
		// The wheel it becomes has a name that says the same.
		name := strings.ReplaceAll(egg.Name, "-", "_") + "-" + strings.ReplaceAll(egg.Version.String(), "-", "_")
		for _, tag := range egg.Tags {
			w, err := pep.ParseWheelFilename(name + "-" + tag.String() + ".whl")
			if err != nil || w.Name != egg.Name || w.Version.Compare(egg.Version) != 0 || len(w.Tags) != 1 || w.Tags[0] != tag {
				t.Errorf("%q is %+v, as a wheel %+v: %v", s, egg, w, err)
			}
		}
	})
}

func FuzzParseSdistFilename(f *testing.F) {
	f.Add("zope.interface-5.0-1.tar.gz", "Zope_Interface")
	f.Add("a-1-1.zip", "a-1")
	f.Fuzz(func(t *testing.T, s, project string) {
		v, err := pep.ParseSdistFilename(s, project)
		if err == nil && (v.IsZero() || !pep.ValidName(project)) {
			t.Errorf("%q of %q was read as %s", s, project, v)
		}
	})
}
