package egg

import (
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"wain/convert/wheel"
)

const infoFolder = "EGG-INFO/"

// The files of EGG-INFO that are read.
const (
	pkgInfoName    = infoFolder + "PKG-INFO"
	requiresName   = infoFolder + "requires.txt"
	dependsName    = infoFolder + "depends.txt"
	entriesName    = infoFolder + "entry_points.txt"
	namespacesName = infoFolder + "namespace_packages.txt"
	scriptsFolder  = infoFolder + "scripts/"
)

// leftOut are the files of EGG-INFO that say nothing to an installed wheel:
// what was turned into METADATA, how the egg was built, how it may be zipped.
var leftOut = []string{
	"PKG-INFO", "requires.txt", "depends.txt", "dependency_links.txt", "SOURCES.txt",
	"zip-safe", "not-zip-safe", "native_libs.txt", "eager_resources.txt", "installed-files.txt",
}

// reserved are the names in a .dist-info folder that are not an egg's to give.
var reserved = []string{
	"METADATA", "WHEEL", "RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER", "REQUESTED", "direct_url.json",
}

// readInfo turns EGG-INFO into the .dist-info and .data folders and gives the
// namespace packages.
func (c *conversion) readInfo() (namespaces []string, err error) {
	if err := c.checkNames(); err != nil {
		return nil, err
	}
	pkgInfo := c.has[pkgInfoName]
	if pkgInfo == nil {
		return nil, refuse("egg-pkg-info", pkgInfoName, "the file is missing: not an egg, or a basket of several")
	}
	metadata, err := c.metadata(pkgInfo)
	if err != nil {
		return nil, err
	}
	c.out = append(c.out, made(c.distInfo("METADATA"), pkgInfo.time, metadata))
	var problems []error
	for i := range c.files {
		f := &c.files[i]
		base, inside := strings.CutPrefix(f.name, infoFolder)
		switch {
		case !inside || isCache(f.name) || slices.Contains(leftOut, base):
		case strings.HasPrefix(f.name, scriptsFolder):
			problems = append(problems, c.script(f))
		default:
			c.keepInfo(f, base)
		}
	}
	problems = append(problems, c.checkEntryPoints())
	namespaces, err = c.readNamespaces()
	return namespaces, errors.Join(append(problems, err)...)
}

// keepInfo takes over a file of EGG-INFO: entry_points.txt and top_level.txt,
// and what a framework put there for itself.
func (c *conversion) keepInfo(f *file, base string) {
	if top, _, _ := strings.Cut(base, "/"); slices.Contains(reserved, top) {
		c.warn("%s is left out: an installed wheel has its own", f.name)
		return
	}
	kept := *f
	kept.name = c.distInfo(base)
	c.out = append(c.out, kept)
}

// checkEntryPoints refuses commands that no wheel may have while the egg can be
// named as where they come from.
func (c *conversion) checkEntryPoints() error {
	f := c.has[entriesName]
	if f == nil {
		return nil
	}
	text, err := f.read()
	if err != nil {
		return err
	}
	_, err = wheel.ParseEntryPoints(text)
	return at(f.name, err)
}

// stamp dates what is made here.
func (c *conversion) stamp() time.Time { return c.has[pkgInfoName].time }

// isCache reports whether a path is bytecode as Python 3 keeps it, which it
// never imports without the source beside.
func isCache(name string) bool {
	return slices.Contains(strings.Split(path.Dir(name), "/"), "__pycache__")
}

// at sets the Path of each Error in err, which may be joined.
func at(path string, err error) error {
	if e, ok := err.(*wheel.Error); ok {
		e.Path = path
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			at(path, e)
		}
	}
	return err
}
