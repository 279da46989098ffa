package egg_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/egg"
	"wain/convert/wheel"
)

func TestParseRequires(t *testing.T) {
	r, err := egg.ParseRequires([]byte(`
# a comment
Zope.Interface>=4 # and another
requests[socks,Security] >=2 , <3

[:python_version < '3']
enum34

[Fast_Path]
orjson; os_name == 'posix'

[fast-path:sys_platform == 'linux' or os_name == 'nt']
uvloop
pip @ https://index.example.org/pip.zip#egg=pip ; os_name == 'a' or os_name == 'b'
[ test ]
[odd name!]
x
[_]
y
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, requirement := range r.Requirements {
		got = append(got, requirement.String())
	}
	if diff := cmp.Diff([]string{
		"Zope.Interface>=4",
		"requests[Security,socks]<3,>=2",
		`enum34; python_version < "3"`,
		`orjson; os_name == "posix" and extra == "fast-path"`,
		`uvloop; (sys_platform == "linux" or os_name == "nt") and extra == "fast-path"`,
		`pip @ https://index.example.org/pip.zip#egg=pip ; (os_name == "a" or os_name == "b") and ((sys_platform == "linux" or os_name == "nt") and extra == "fast-path")`,
	}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"fast-path", "test"}, r.Extras); diff != "" {
		t.Error(diff)
	}
	if len(r.Warnings) != 2 {
		t.Errorf("%q", r.Warnings)
	}
}

// A marker that is repeated for each line does not fill the memory.
func TestRequiresAreBounded(t *testing.T) {
	text := "[x:" + strings.Repeat("os_name == 'a' or ", 500) + "os_name == 'b']\n" + strings.Repeat("a\n", 1_000_000)
	r, err := egg.ParseRequires([]byte(text))
	var e *wheel.Error
	if !errors.As(err, &e) || e.Rule != "egg-info-size" || len(r.Requirements) != 0 {
		t.Errorf("%v", err)
	}
	if _, err := egg.ParseRequires([]byte(strings.Repeat("a\n", 100_001))); !errors.As(err, &e) || e.Rule != "egg-info-size" {
		t.Errorf("%v", err)
	}
	// Many extras take no longer than many lines.
	var b strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&b, "[a%d]\n", i)
	}
	if r, err := egg.ParseRequires([]byte(b.String())); err != nil || len(r.Extras) != 200_000 {
		t.Errorf("%d extras, %v", len(r.Extras), err)
	}
}

func TestScripts(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"the builder's Python":     {"x", "#!/home/me/env/bin/python3.11\nprint()\n", "#!python\nprint()\n"},
		"env":                      {"x", "#!/usr/bin/env python\nprint()\n", "#!python\nprint()\n"},
		"options":                  {"x", "#!/usr/bin/python -u\nprint()\n", "#!python\nprint()\n"},
		"for wheels":               {"x", "#!python\nprint()\n", "#!python\nprint()\n"},
		"windows line ends":        {"x", "#!/usr/bin/python\r\nprint()\r\n", "#!python\nprint()\r\n"},
		"a path that is too long":  {"x", "#!/bin/sh\n'''exec' /very/long/python \"$0\" \"$@\"\n' '''\nprint()\n", "#!python\n'''exec' /very/long/python \"$0\" \"$@\"\n' '''\nprint()\n"},
		"by its name":              {"x.py", "print()\n", "#!python\nprint()\n"},
		"by its name, no Python":   {"x.py", "#!/usr/bin/env pypy\nprint()\n", "#!python\nprint()\n"},
		"by how it begins":         {"x", "# -*- coding: utf-8 -*-\n\nimport sys\n", "#!python\n# -*- coding: utf-8 -*-\n\nimport sys\n"},
		"a shell script":           {"x", "#!/bin/sh\nexec python\n", "#!/bin/sh\nexec python\n"},
		"another interpreter":      {"x", "#!/usr/bin/perl\nprint 1\n", "#!/usr/bin/perl\nprint 1\n"},
		"a binary":                 {"x", "\x7fELF\x01\x00import ", "\x7fELF\x01\x00import "},
		"a binary as a text":       {"x", "import \xff\n", "import \xff\n"},
		"nothing":                  {"x", "", ""},
		"only a first line":        {"x", "#!/usr/bin/python", "#!python\n"},
		"a shell script, no mark":  {"x", "set -e\necho\n", "set -e\necho\n"},
		"comments and nothing":     {"x", "# a\n\n# b\n", "# a\n\n# b\n"},
		"documentation at the top": {"x", "\"\"\"Does it.\"\"\"\n", "#!python\n\"\"\"Does it.\"\"\"\n"},
	} {
		w, _ := mustConvert(t, demoEgg, demo(map[string]string{"EGG-INFO/scripts/" + c.file: c.text}))
		path := "demo-1.0.data/scripts/" + c.file
		if got := text(t, w, path); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		for _, f := range w.Files {
			if f.Path == path && f.Mode != 0o755 {
				t.Errorf("%s: mode %o", name, f.Mode)
			}
		}
	}
}

// loaders are those that setuptools has written over the years.
var loaders = map[string]string{
	"2005": "def __bootstrap__():\n   global __bootstrap__, __loader__, __file__\n   import sys, pkg_resources, imp\n" +
		"   __file__ = pkg_resources.resource_filename(__name__,'fast.so')\n   del __bootstrap__, __loader__\n   imp.load_dynamic(__name__,__file__)\n__bootstrap__()\n",
	"2015": "def __bootstrap__():\n    global __bootstrap__, __loader__, __file__\n    import sys, pkg_resources, imp\n" +
		"    __file__ = pkg_resources.resource_filename(__name__, 'fast.cpython-34m.so')\n    __loader__ = None; del __bootstrap__, __loader__\n    imp.load_dynamic(__name__,__file__)\n__bootstrap__()\n",
	"2025": "def __bootstrap__():\n    global __bootstrap__, __loader__, __file__\n    import sys, pkg_resources, importlib.util\n" +
		"    __file__ = pkg_resources.resource_filename(__name__, 'fast.cpython-311-x86_64-linux-gnu.so')\n    __loader__ = None; del __bootstrap__, __loader__\n" +
		"    spec = importlib.util.spec_from_file_location(__name__,__file__)\n    mod = importlib.util.module_from_spec(spec)\n    spec.loader.exec_module(mod)\n__bootstrap__()\n",
}

func TestLoaders(t *testing.T) {
	for name, c := range map[string]struct {
		extension, loader string
		kept, warns       bool
	}{
		"2005":                     {"fast.so", loaders["2005"], false, false},
		"2015":                     {"fast.cpython-311m-x86_64-linux-gnu.so", loaders["2015"], false, false},
		"2025":                     {"fast.cpython-311-x86_64-linux-gnu.so", loaders["2025"], false, false},
		"of the stable ABI":        {"fast.abi3.so", loaders["2025"], false, false},
		"of a library":             {"dl-fast.so", loaders["2005"], true, true},
		"of an old suffix":         {"fastmodule.so", loaders["2005"], true, true},
		"of another Python":        {"fast.cpython-39-x86_64-linux-gnu.so", loaders["2025"], true, true},
		"no extension":             {"other.so", loaders["2025"], true, true},
		"own code":                 {"fast.so", "import fast\n", true, false},
		"own code that begins so":  {"fast.so", strings.Replace(loaders["2005"], "__bootstrap__()\n", "x()\n", 2), true, false},
		"own code behind a loader": {"fast.so", loaders["2005"] + "import more\n", true, false},
	} {
		w, result := mustConvert(t, "demo-1.0-py3.11-linux-x86_64.egg", demo(map[string]string{
			"demo/" + c.extension: "ELF", "demo/fast.py": c.loader, "demo/fast.pyc": "bytecode",
		}))
		kept := false
		for _, path := range paths(w) {
			kept = kept || path == "demo/fast.py"
		}
		if kept != c.kept || (len(result.Warnings) > 0) != c.warns {
			t.Errorf("%s: kept %v, warnings %q", name, kept, result.Warnings)
		}
		if w.RootIsPurelib {
			t.Errorf("%s: a wheel with a platform is not pure", name)
		}
	}
	// Where setuptools removed the source, the loader's bytecode is no module.
	w, _ := mustConvert(t, "demo-1.0-py3.11-linux-x86_64.egg", demo(map[string]string{"demo/fast.so": "ELF", "demo/fast.pyc": "bytecode"}))
	if diff := cmp.Diff([]string{"demo/__init__.py", "demo/fast.so"}, paths(w)[len(paths(w))-2:]); diff != "" {
		t.Error(diff)
	}
}

func TestBytecodeThatIsData(t *testing.T) {
	w, result := mustConvert(t, demoEgg, demo(map[string]string{"demo/tests/two-words.pyc": "x", "demo/gone.pyo": "-"}))
	if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "1 files of bytecode") {
		t.Errorf("%q", result.Warnings)
	}
	for _, path := range paths(w) {
		if strings.HasSuffix(path, ".pyc") {
			t.Error(path)
		}
	}
}

func TestNamespaceDeclarations(t *testing.T) {
	const declare = "__import__('pkg_resources').declare_namespace(__name__)\n"
	for name, c := range map[string]struct {
		init        string
		kept, warns bool
	}{
		"declares":             {declare, false, false},
		"double quotes":        {"__import__(\"pkg_resources\").declare_namespace(__name__)  # noqa", false, false},
		"imports":              {"# -*- coding: utf-8 -*-\nimport pkg_resources\npkg_resources.declare_namespace(__name__)\n", false, false},
		"with a fallback":      {"try:\n    " + declare + "except ImportError:\n    __path__ = __import__('pkgutil').extend_path(__path__, __name__)\n", false, false},
		"with any fallback":    {"try:\n    import pkg_resources\n    pkg_resources.declare_namespace(__name__)\nexcept (ImportError, AttributeError): pass\n", false, false},
		"for old tools":        {"import pkg_resources\npkg_resources.declare_namespace(__name__)\n\nimport modulefinder\nfor p in __path__:\n    modulefinder.AddPackagePath(__name__, p)\n", false, false},
		"as Paste has it":      {"try:\n    " + declare + "except ImportError:\n    # why\n    from pkgutil import extend_path\n    __path__ = extend_path(__path__, __name__)\n\ntry:\n    import modulefinder\nexcept ImportError:\n    pass\nelse:\n    for p in __path__:\n        modulefinder.AddPackagePath(__name__, p)\n", false, false},
		"with documentation":   {"# x\n'''A\nnamespace.\n'''\r\n" + declare, false, false},
		"empty":                {"", false, false},
		"pkgutil alone":        {"from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n", true, false},
		"code":                 {declare + "VERSION = 1\n", true, true},
		"code behind a string": {"'''doc'''; import os\n" + declare, true, true},
		"code on one line":     {"import pkg_resources; evil()\n", true, true},
		"long":                 {declare + strings.Repeat("# more\n", 4000), true, true},
	} {
		w, result := mustConvert(t, demoEgg, demo(map[string]string{
			"EGG-INFO/namespace_packages.txt": "ns\n", "ns/__init__.py": c.init, "ns/demo/__init__.py": "",
		}))
		var kept, line bool
		for _, path := range paths(w) {
			kept = kept || path == "ns/__init__.py"
			line = line || path == "demo-1.0-py3.11-nspkg.pth"
		}
		if kept != c.kept || line == c.kept || (len(result.Warnings) > 0) != c.warns {
			t.Errorf("%s: kept %v, .pth %v, warnings %q", name, kept, line, result.Warnings)
		}
	}
	// A package within one that stays as it is stays too; one that nothing is in
	// needs no line.
	w, _ := mustConvert(t, "demo-1.0-py3.11-linux-x86_64.egg", demo(map[string]string{
		"EGG-INFO/namespace_packages.txt": "a.b\nempty\n", "a/__init__.py": "CODE = 1\n", "a/b/__init__.py": declare, "a/b/c.py": "", "empty/__init__.py": declare,
	}))
	if diff := cmp.Diff([]string{"a/__init__.py", "a/b/__init__.py", "a/b/c.py"}, paths(w)[:3]); diff != "" {
		t.Error(diff)
	}
}

func TestMetadataFields(t *testing.T) {
	for name, c := range map[string]struct {
		pkgInfo, requires, want string
		more                    map[string]string
	}{
		"old": {
			pkgInfo: "Metadata-Version: 1.0\nName: demo\nVersion: 1.0\nSummary: UNKNOWN\nHome-page: https://example.org\nDescription: First\n        second\n        \n        third\nPlatform: UNKNOWN\n",
			want:    "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nHome-page: https://example.org\nDescription: First\n        second\n        \n        third\n",
		},
		"new": {
			pkgInfo:  "Metadata-Version: 2.4\r\nName: demo\r\nVersion: 1.0\r\nRequires-Dist: old\r\nProvides-Extra: old\r\nLicense-File: LICENSE\r\nDynamic: License\r\n\r\nBody\n",
			requires: "new\n",
			want:     "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nDynamic: License\nRequires-Dist: new\n\nBody\n",
		},
		"no requires.txt": {
			pkgInfo: "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\nRequires-Dist: kept\n",
			want:    "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\nRequires-Dist: kept\n",
		},
		"depends.txt": {
			pkgInfo: "Metadata-Version: 1.0\nName: demo\nVersion: 1.0\n", requires: "a\n[x]\n",
			more: map[string]string{"EGG-INFO/depends.txt": "b\n[X]\nc\n"},
			want: "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nProvides-Extra: x\nRequires-Dist: a\nRequires-Dist: b\nRequires-Dist: c; extra == \"x\"\n",
		},
		"a licence that is there": {
			pkgInfo: "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nLicense-File: COPYING\n",
			more:    map[string]string{"EGG-INFO/licenses/COPYING": "free"},
			want:    "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nLicense-File: COPYING\n",
		},
	} {
		files := map[string]string{"EGG-INFO/PKG-INFO": c.pkgInfo}
		if c.requires != "" {
			files["EGG-INFO/requires.txt"] = c.requires
		}
		for path, text := range c.more {
			files[path] = text
		}
		w, _ := mustConvert(t, demoEgg, demo(files))
		if diff := cmp.Diff(c.want, text(t, w, "demo-1.0.dist-info/METADATA")); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}
