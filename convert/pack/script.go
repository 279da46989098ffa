package pack

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

// scriptFiles is the fixed text of the maintainer scripts: functions, and what
// each script does with them.
//
//go:embed scripts
var scriptFiles embed.FS

// scriptParts names the functions that each format's scripts use.
var scriptParts = map[string]map[string][]string{
	"deb": {
		"postinst": {"wipe", "compile"},
		"prerm":    {"wipe"},
		"postrm":   {"wipe", "vanish"},
	},
	"rpm": {
		"posttrans": {"wipe", "compile"},
		"preun":     {"wipe"},
		"postun":    {"wipe", "vanish"},
	},
}

// scripts gives the maintainer scripts of the format, by their names there.
//
// All that goes into them was checked with the rest of the [Spec]: the
// environment's directory and the interpreter, of which neither has a character
// that means something to a shell.
func scripts(s *Spec) (map[string]string, error) {
	texts := make(map[string]string)
	for name, parts := range scriptParts[s.Format] {
		text := scriptHead(s)
		for _, part := range append(slices.Clone(parts), s.Format+"-"+name) {
			body, err := scriptFiles.ReadFile("scripts/" + part + ".sh")
			if err != nil {
				return nil, err
			}
			text += "\n" + string(body)
		}
		texts[name] = text
	}
	return texts, nil
}

// scriptHead gives the lines that differ from package to package.
func scriptHead(s *Spec) string {
	var b strings.Builder
	if s.Format == "deb" { // rpm names the shell in the header, and goes on whatever they return
		b.WriteString("#!/bin/sh\nset -e\n")
	}
	b.WriteString("umask 022\n")
	fmt.Fprintf(&b, "venv='%s'\n", s.Dir)
	fmt.Fprintf(&b, "above='%s'\n", strings.Join(above(s.Dir), " "))
	fmt.Fprintf(&b, "site='%s'\n", path.Join(s.Dir, "lib/python"+s.Python, "site-packages"))
	fmt.Fprintf(&b, "python='%s'\n", s.PythonPath)
	return b.String()
}

// above gives the directories over dir that packages of ours may own, the
// deepest first: /opt/venvs for /opt/venvs/app, not /opt.
func above(dir string) []string {
	var dirs []string
	for d := path.Dir(dir); !systemDir(d); d = path.Dir(d) {
		dirs = append(dirs, d)
	}
	return dirs
}

// systemDir reports whether a distribution's own packages bring the directory:
// "/", what is directly below it, and what is directly below /usr, /usr/local
// and /var (FHS 3.0, chapters 3 to 5).
func systemDir(dir string) bool {
	switch parent := path.Dir(dir); parent {
	case "/", "/usr", "/usr/local", "/var":
		return true
	default:
		return dir == "/usr/share/doc" || dir == "/usr/share/lintian" || dir == "/usr/share/lintian/overrides"
	}
}
