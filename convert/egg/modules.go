package egg

import (
	"path"
	"regexp"
	"strings"
)

// modules takes over what lies outside of EGG-INFO.
func (c *conversion) modules(namespaces []string) error {
	dropped, err := c.namespaces(namespaces)
	if err != nil {
		return err
	}
	extensions := c.extensions()
	bytecode := 0
	for i := range c.files {
		f := &c.files[i]
		switch {
		case strings.HasPrefix(f.name, infoFolder) || isCache(f.name) || dropped[f.name]:
			continue
		case isBytecode(f.name):
			if err := c.checkSource(f, extensions, dropped); err != nil {
				return err
			}
			if c.has[f.name[:len(f.name)-1]] == nil {
				bytecode++
			}
			continue
		}
		stub, err := c.isStub(f, extensions)
		if err != nil {
			return err
		}
		if !stub {
			c.out = append(c.out, *f)
		}
	}
	if bytecode > 0 {
		c.warn("%d files of bytecode that no module could be are left out", bytecode)
	}
	return c.checkExtensions(extensions)
}

func isBytecode(name string) bool {
	return strings.HasSuffix(name, ".pyc") || strings.HasSuffix(name, ".pyo")
}

// identifiers matches the path of a file that Python may find as a module.
var identifiers = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*/)*[A-Za-z_][A-Za-z0-9_]*\.py[co]$`)

// checkSource refuses bytecode that is a module without source: it would be
// gone, and nobody can tell what it holds. Beside an extension it is the loader
// that setuptools wrote.
func (c *conversion) checkSource(f *file, extensions map[string][]string, dropped map[string]bool) error {
	source := strings.TrimSuffix(strings.TrimSuffix(f.name, ".pyc"), ".pyo")
	if c.has[source+".py"] != nil || len(extensions[source]) > 0 || dropped[source+".py"] || !identifiers.MatchString(f.name) {
		return nil
	}
	return refuse("egg-bytecode-only", f.name, "a module without source: bytecode is not taken over, so build the egg without --exclude-source-files")
}

// extensionName takes an extension module's file name apart: module, and the
// CPython it was compiled for, "" for any.
var extensionName = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*)(?:\.abi3t?|\.cpython-([0-9]+[a-z]*)(?:-[A-Za-z0-9_-]+)?)?\.so$`)

// extensions lists the extension modules that Python 3 imports by their names:
// for each module's path without suffix the Pythons it was compiled for.
func (c *conversion) extensions() map[string][]string {
	found := map[string][]string{}
	for i := range c.files {
		dir, base := path.Split(c.files[i].name)
		if m := extensionName.FindStringSubmatch(base); m != nil && !strings.HasPrefix(dir, infoFolder) {
			found[dir+m[1]] = append(found[dir+m[1]], m[2])
		}
	}
	return found
}

// fits reports whether one of the Pythons is the egg's, or any.
func (c *conversion) fits(pythons []string) bool {
	own := strings.TrimPrefix(strings.TrimPrefix(c.name.Tags[0].Python, "cp"), "py")
	for _, python := range pythons {
		if python == "" || strings.TrimRight(python, "m") == own || len(c.name.Tags) > 1 {
			return true
		}
	}
	return false
}

// checkExtensions refuses an egg whose extensions are for another Python than
// its name says: the free-threaded one has no name of its own in eggs.
func (c *conversion) checkExtensions(extensions map[string][]string) error {
	for i := range c.files {
		dir, base := path.Split(c.files[i].name)
		m := extensionName.FindStringSubmatch(base)
		if m == nil || strings.HasPrefix(dir, infoFolder) || c.fits(extensions[dir+m[1]]) || c.has[dir+m[1]+".py"] != nil {
			continue
		}
		return refuse("egg-python", c.files[i].name, "compiled for CPython %s, the egg's name says %s", m[2], c.name.Tags[0].Python)
	}
	return nil
}

// maxStub bounds what may be a loader; the longest that setuptools writes has
// below 1,000 bytes.
const maxStub = 4 << 10

// stubText matches the loaders that setuptools has written since 2005.
var stubText = regexp.MustCompile(`^def __bootstrap__\(\):\n[ \t]+global __bootstrap__, __(?:loader|file)__, __(?:file|loader)__\n[ \t]+import sys, (?:os, )?pkg_resources[^\n]*\n[ \t]+__file__ = pkg_resources\.resource_filename\(__name__, ?u?'([^'\\\n]+)'\)\n(?s:.*)\n__bootstrap__\(\)\n*$`)

// isStub recognises the module that setuptools writes beside an extension so
// that it can be loaded from within a zip file. Installed, Python prefers the
// extension; the loader would need pkg_resources.
func (c *conversion) isStub(f *file, extensions map[string][]string) (bool, error) {
	module, is := strings.CutSuffix(f.name, ".py")
	if !is || f.size > maxStub || f.size == 0 {
		return false, nil
	}
	text, err := f.read()
	if err != nil {
		return false, err
	}
	m := stubText.FindSubmatch(text)
	if m == nil {
		return false, nil
	}
	if !c.fits(extensions[module]) {
		c.warn("%s loads %q by means of pkg_resources: it needs setuptools where it runs", f.name, m[1])
		return false, nil
	}
	return true, nil
}
