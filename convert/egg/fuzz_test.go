package egg_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"

	"wain/convert/egg"
	"wain/convert/pep"
	"wain/convert/wheel"
)

// A requires.txt is refused or becomes requirements that read back as they are.
func FuzzParseRequires(f *testing.F) {
	f.Add([]byte("a>=1 # c\n[x:os_name == 'a']\nb[c]; os_name == 'b'\n[:python_version<'3']\nd @ https://index.example.org/d\n[_]\ne\n"))
	f.Add([]byte("[a]\n[b]\n[A]\nx\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := egg.ParseRequires(text)
		if err != nil {
			var e *wheel.Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			return
		}
		extras := map[string]bool{}
		for _, extra := range r.Extras {
			if extra != pep.Normalize(extra) || !pep.ValidName(extra) || extras[extra] {
				t.Errorf("the extra %q", extra)
			}
			extras[extra] = true
		}
		for _, requirement := range r.Requirements {
			again, err := pep.ParseRequirement(requirement.String())
			if err != nil || again.String() != requirement.String() {
				t.Errorf("%q reads back as %q: %v", requirement, again, err)
			}
		}
	})
}

// An egg is refused, or what comes out is a wheel by all rules of the format.
func FuzzConvert(f *testing.F) {
	f.Add("Metadata-Version: 1.0\nName: demo\nVersion: 1.0\n", "a\n[x]\nb\n", "[console_scripts]\na = b:c\n", "ns\n",
		"__import__('pkg_resources').declare_namespace(__name__)\n", "#!/usr/bin/python\nprint()\n", "ns/fast.so", loaders["2005"])
	f.Fuzz(func(t *testing.T, pkgInfo, requires, entryPoints, namespaces, init, script, path, content string) {
		files := demo(map[string]string{
			"EGG-INFO/PKG-INFO": pkgInfo, "EGG-INFO/requires.txt": requires, "EGG-INFO/entry_points.txt": entryPoints,
			"EGG-INFO/namespace_packages.txt": namespaces, "ns/__init__.py": init, "EGG-INFO/scripts/run": script,
		})
		if path == "" || strings.HasSuffix(path, "/") {
			return
		}
		files[path] = content
		w, result, err := convertBytes(t, demoEgg, zipped(t, files, func(h *zip.FileHeader) { h.Method = zip.Store }))
		if err != nil {
			return
		}
		if result.Filename != "demo-1.0-py311-none-any.whl" || w.Metadata.Version == "" {
			t.Errorf("%+v %+v", result, w.Metadata)
		}
	})
}

// Whatever is called an egg, nothing but an error or a wheel comes of it.
func FuzzConvertArchive(f *testing.F) {
	f.Add(demoEgg, zipped(f, demo(nil), nil))
	f.Add("demo-1.0-py3.11-linux-x86_64.egg", zipped(f, demo(map[string]string{"EGG-INFO/namespace_packages.txt": "demo\n"}), nil))
	f.Add("x.egg", []byte("PK"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		var b bytes.Buffer
		result, err := egg.ConvertArchive(t.Context(), bytes.NewReader(data), int64(len(data)), name, &b)
		if err != nil {
			return
		}
		if _, err := wheel.Open(bytes.NewReader(b.Bytes()), int64(b.Len()), result.Filename, wheel.Options{}); err != nil {
			t.Errorf("no wheel: %v", err)
		}
	})
}
