package egg

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// maxScript bounds a script that may have to be rewritten.
const maxScript = 16 << 20

// pythonMark is the first line that installers replace by the environment's own.
const pythonMark = "#!python\n"

// script takes over a file of EGG-INFO/scripts. setuptools gave Python scripts
// the path of the Python that built the egg; easy_install puts its own there.
func (c *conversion) script(f *file) error {
	name := strings.TrimPrefix(f.name, scriptsFolder)
	if strings.Contains(name, "/") {
		c.warn("%s is left out: easy_install takes no folder for a script", f.name)
		return nil
	}
	out := *f
	if f.size <= maxScript {
		text, err := f.read()
		if err != nil {
			return err
		}
		if rewritten, is := pythonScript(name, text); is {
			out = made(f.name, f.time, rewritten)
		}
	}
	out.name = stem(c.name) + ".data/scripts/" + name
	out.mode = 0o755
	c.out = append(c.out, out)
	return nil
}

// pythonScript gives a script the first line "#!python" and reports whether it
// is one in Python at all: its name or its first line says so, or, there being
// no such line, it begins as Python does.
func pythonScript(name string, text []byte) (rewritten []byte, is bool) {
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	marked := bytes.HasPrefix(first, []byte("#!"))
	suffix := strings.HasSuffix(name, ".py") || strings.HasSuffix(name, ".pyw")
	switch {
	case marked && (suffix || bytes.Contains(bytes.ToLower(first), []byte("python"))):
	case marked && bytes.HasPrefix(rest, []byte("'''exec'")): // sh runs Python, for its path is long
	case !marked && (suffix || beginsAsPython(text)):
		rest = text
	default:
		return nil, false
	}
	return append([]byte(pythonMark), rest...), true
}

// beginsAsPython looks at the first line that is neither empty nor a comment.
func beginsAsPython(text []byte) bool {
	if !utf8.Valid(text) {
		return false
	}
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		for _, begin := range []string{"import ", "from ", "def ", "class ", `"""`, "'''", "__", "if __name__"} {
			if bytes.HasPrefix(line, []byte(begin)) {
				return true
			}
		}
		return false
	}
	return false
}
