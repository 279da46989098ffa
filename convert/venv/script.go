package venv

import (
	"bytes"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"wain/convert/wheel"
)

// commands claims a script for each entry point, and a link in /usr/bin for
// those of the SOURCE.
func (i *installation) commands() {
	for _, point := range i.entryPoints() {
		place := i.layout.bin(point.Name)
		if !i.checkName(point.Name, place) || !i.checkPoint(point, place) {
			continue
		}
		e := made(place, 0o755, i.layout.launcher(point))
		e.Origin = i.name
		i.layout.claim(claim{Entry: e, by: i, command: true})
		i.rows = append(i.rows, place)
		i.publish(point.Name)
	}
}

// publish links a command of the SOURCE into /usr/bin. The link is absolute:
// Debian policy 10.5 asks for that across top-level folders.
func (i *installation) publish(name string) {
	if i.Source {
		e := link("/usr/bin/"+name, i.layout.bin(name))
		e.Origin = i.name
		i.layout.claim(claim{Entry: e, by: i})
	}
}

var (
	pipCommand         = regexp.MustCompile(`^pip\d(\.\d+)?$`)
	easyInstallCommand = regexp.MustCompile(`^easy_install-\d(\.\d+)?$`)
)

// entryPoints are the wheel's commands. pip and setuptools carry names with the
// version of the Python that built them; the target's stand in for those.
func (i *installation) entryPoints() []wheel.EntryPoint {
	var points []wheel.EntryPoint
	version := i.layout.Target.Python.Version
	for _, p := range i.Wheel.EntryPoints {
		if p.Group != "console_scripts" && p.Group != "gui_scripts" {
			continue
		}
		switch {
		case i.name == "pip" && p.Name == "pip":
			for _, name := range []string{"pip", "pip" + version[:1], "pip" + version} {
				points = append(points, wheel.EntryPoint{Group: p.Group, Name: name, Module: p.Module, Attr: p.Attr})
			}
		case i.name == "pip" && pipCommand.MatchString(p.Name),
			i.name == "setuptools" && easyInstallCommand.MatchString(p.Name):
		case i.name == "setuptools" && p.Name == "easy_install":
			for _, name := range []string{"easy_install", "easy_install-" + version} {
				points = append(points, wheel.EntryPoint{Group: p.Group, Name: name, Module: p.Module, Attr: p.Attr})
			}
		default:
			points = append(points, p)
		}
	}
	return points
}

// script places a file of .data/scripts: always executable, its first line
// replaced where it asks for the environment's Python.
func (i *installation) script(f *wheel.File, name string) error {
	if i.isWrapper(name) {
		return nil
	}
	place := i.layout.bin(name)
	if strings.Contains(name, "/") {
		i.claim(i.entry(f, place, 0o755))
		return nil
	}
	if !i.checkName(name, place) {
		return nil
	}
	e, err := i.scriptEntry(f, place)
	if err != nil {
		return err
	}
	i.claim(e)
	i.publish(name)
	return nil
}

const pythonMark = "#!python"

func (i *installation) scriptEntry(f *wheel.File, place string) (Entry, error) {
	marked, err := i.begins(f, pythonMark)
	if err != nil {
		return Entry{}, err
	}
	if !marked {
		return i.entry(f, place, 0o755), nil
	}
	body, err := i.read(f)
	if err != nil {
		return Entry{}, err
	}
	_, rest, _ := bytes.Cut(body, []byte("\n"))
	return made(place, 0o755, append(i.layout.shebang(), rest...)), nil
}

func (i *installation) begins(f *wheel.File, prefix string) (bool, error) {
	if f.Size < int64(len(prefix)) {
		return false, nil
	}
	r, err := i.Wheel.Open(f)
	if err != nil {
		return false, err
	}
	defer r.Close()
	head := make([]byte, len(prefix))
	if _, err := io.ReadFull(r, head); err != nil {
		return false, err
	}
	return string(head) == prefix, nil
}

// isWrapper recognises what old setuptools wrote beside an entry point.
func (i *installation) isWrapper(name string) bool {
	for _, suffix := range []string{"", ".exe", "-script.py", ".pya"} {
		base, ok := strings.CutSuffix(name, suffix)
		if ok && slices.ContainsFunc(i.Wheel.EntryPoints, func(p wheel.EntryPoint) bool {
			return p.Name == base && (p.Group == "console_scripts" || p.Group == "gui_scripts")
		}) {
			return true
		}
	}
	return false
}

var (
	scriptName   = regexp.MustCompile(`^[A-Za-z0-9_.][A-Za-z0-9_.-]*$`)
	reservedName = regexp.MustCompile(`^(?i)(python|pythonw|python3|python3\.\d+t?|pypy.*|graalpy)(\.py|\.exe)?$`)
	activateName = regexp.MustCompile(`^(?i)(activate(\..*)?|activate_this\.py)$`)
)

// checkName tells whether a command may have the name.
func (i *installation) checkName(name, place string) bool {
	switch {
	case !scriptName.MatchString(name) || strings.Trim(name, ".") == "":
		i.layout.problem("script-name", path.Join(i.layout.Dir, "bin"), "%s names a command %q; letters, digits and _ . - are allowed, and no leading -", i.Wheel.Filename.Raw, name)
		return false
	case reservedName.MatchString(name):
		i.layout.problem("reserved-name", place, "%s names a command %q, which is the interpreter's name", i.Wheel.Filename.Raw, name)
		return false
	case activateName.MatchString(name):
		i.layout.warn("%s brings a command %q, which people expect to activate the environment", i.Wheel.Filename.Raw, name)
	}
	return true
}

// dottedName is a Python name with attributes: what may stand in an import.
var dottedName = regexp.MustCompile(`^[\pL_][\pL\p{Nd}_]*(\.[\pL_][\pL\p{Nd}_]*)*$`)

// checkPoint tells whether an entry point can be written into a script.
func (i *installation) checkPoint(p wheel.EntryPoint, place string) bool {
	if dottedName.MatchString(p.Module) && dottedName.MatchString(p.Attr) {
		return true
	}
	i.layout.problem("entry-point", place, "%s defines it as %q; module:function is needed", i.Wheel.Filename.Raw, p.Module+":"+p.Attr)
	return false
}
