package venv

import (
	"path"
	"strconv"
	"strings"
)

// frame claims what every environment has.
func (l *layout) frame() {
	version := l.Target.Python.Version
	// The link names the versioned interpreter: /usr/bin/python3 becomes another
	// one when the distribution is upgraded, and site-packages would vanish.
	l.claim(claim{Entry: link(l.bin("python"), l.Target.Python.Path)})
	l.claim(claim{Entry: link(l.bin("python3"), "python")})
	l.claim(claim{Entry: link(l.bin("python"+version), "python")})
	if l.Target.Python.FreeThreaded() { // CPython's venv has both names
		l.claim(claim{Entry: link(l.bin("python"+l.Target.Python.Number()), "python")})
	}
	l.claim(claim{Entry: made(path.Join(l.Dir, "pyvenv.cfg"), 0o644, l.configuration())})
	if l.Target.Lib64 && linksLib64(l.Target.Python.Number()) {
		l.claim(claim{Entry: link(path.Join(l.Dir, "lib64"), "lib")})
	}
}

// linksLib64 tells whether Python's own venv makes the link lib64 -> lib. It
// does up to 3.14.
func linksLib64(version string) bool {
	major, minor, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(minor)
	return major == "3" && err == nil && n < 15
}

// configuration is pyvenv.cfg. CPython needs home; the rest is what tools read.
// Versions stay at minor precision, since the interpreter is updated
// underneath. include-system-site-packages is always written: CPython takes an
// absent key for true. python-version is PEP 838's (draft).
func (l *layout) configuration() []byte {
	version := l.Target.Python.Number()
	return []byte("home = " + path.Dir(l.Target.Python.Path) + "\n" +
		"implementation = CPython\n" +
		"include-system-site-packages = false\n" +
		"version_info = " + version + "\n" +
		"version = " + version + "\n" +
		"python-version = " + version + "\n" +
		"prompt = " + l.Prompt + "\n")
}
