package venv

import (
	"regexp"
	"strings"

	"wain/convert/wheel"
)

// commands claims a script for each entry point, and a link in /usr/bin for
// those of the SOURCE. Their names and values are package wheel's to judge.
func (i *installation) commands() {
	for _, point := range i.entryPoints() {
		if i.checkName(point.Name) {
			i.claimAs(made(i.layout.bin(point.Name), 0o755, i.layout.launcher(point)), true)
			i.publish(point.Name)
		}
	}
}

// publish links a command of the SOURCE into /usr/bin. The link is absolute:
// Debian policy 10.5 asks for that across top-level folders. A name that means
// something else there gets no link; the command stays in the environment.
func (i *installation) publish(name string) {
	switch {
	case !i.Source:
		return
	case systemCommand(name):
		i.layout.warn("%s brings a command %q, which the base system has: it gets no link in /usr/bin", i.Wheel.Filename.Raw, name)
		return
	case !publicName.MatchString(name):
		i.layout.warn("%s brings a command %q, which a shell would read otherwise: it gets no link in /usr/bin", i.Wheel.Filename.Raw, name)
		return
	}
	e := link("/usr/bin/"+name, i.layout.bin(name))
	e.Origin = i.name
	i.layout.claim(claim{Entry: e, by: i})
}

// publicName matches what may stand in /usr/bin: a plain file name that no
// shell expands and no command takes for an option.
var publicName = regexp.MustCompile(`^[A-Za-z0-9_.+][A-Za-z0-9_.+:@%=,-]*$`)

var (
	pipCommand         = regexp.MustCompile(`^pip(\d+(\.\d+)?)?$`)
	easyInstallCommand = regexp.MustCompile(`^easy_install(-\d+\.\d+)?$`)
)

// entryPoints are the wheel's commands. pip and easy_install carry the version
// of the Python that built their wheel in some names; as pip does, the target's
// stand in for all of those.
func (i *installation) entryPoints() []wheel.EntryPoint {
	version := i.layout.Target.Python.Number()
	major, _, _ := strings.Cut(version, ".")
	points := i.Wheel.EntryPoints
	points = versioned(points, "pip", pipCommand, "pip"+major, "pip"+version)
	return versioned(points, "easy_install", easyInstallCommand, "easy_install-"+version)
}

// versioned puts the entry point name, if there is one, under that name and the
// others in the place of all that family matches.
func versioned(points []wheel.EntryPoint, name string, family *regexp.Regexp, others ...string) []wheel.EntryPoint {
	var rest, found []wheel.EntryPoint
	for _, p := range points {
		if !family.MatchString(p.Name) {
			rest = append(rest, p)
		}
		if p.Name == name {
			found = append(found, p)
			for _, other := range others {
				p.Name = other
				found = append(found, p)
			}
		}
	}
	if found == nil {
		return points
	}
	return append(rest, found...)
}

var activateName = regexp.MustCompile(`^(?i)(activate(\..*)?|activate_this\.py)$`)

// checkName tells whether a file of this name may be in bin.
func (i *installation) checkName(name string) bool {
	if wheel.ReservedScript(name) {
		i.layout.problem("reserved-name", i.layout.bin(name), "%s brings a command %q, which is the interpreter's name", i.Wheel.Filename.Raw, name)
		return false
	}
	if activateName.MatchString(name) {
		i.layout.warn("%s brings a command %q, which people expect to activate the environment", i.Wheel.Filename.Raw, name)
	}
	return true
}
