package venv

import (
	"strings"

	"wain/convert/wheel"
)

// maxShebang is what Linux reads of a first line, the line feed included
// (BINPRM_BUF_SIZE 128, of which the last byte is its own).
const maxShebang = 127

// shebang is the first line, or lines, of every script: it runs the rest of
// the file with the environment's Python. A path too long for the kernel goes
// by way of /bin/sh; Python reads those lines as one string and passes on.
func (l *layout) shebang() []byte {
	python := l.bin("python")
	if line := "#!" + python + "\n"; len(line) <= maxShebang {
		return []byte(line)
	}
	return []byte("#!/bin/sh\n" +
		"'''exec' " + python + " \"$0\" \"$@\"\n" +
		"' '''\n")
}

// launcher is the script of an entry point: it calls the object and exits with
// what that returns.
func (l *layout) launcher(p wheel.EntryPoint) []byte {
	first, _, _ := strings.Cut(p.Attr, ".")
	return append(l.shebang(), "import sys\n\n"+
		"from "+p.Module+" import "+first+"\n\n"+
		"if __name__ == \"__main__\":\n"+
		"    sys.exit("+p.Attr+"())\n"...)
}
