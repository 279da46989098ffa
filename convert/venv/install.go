package venv

import (
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"wain/convert/wheel"
)

// installation is one wheel on its way into the tree.
type installation struct {
	Item
	layout *layout
	name   string // normalised project
	site   string // site-packages
	rows   []string
}

// install claims every path of one wheel.
func (l *layout) install(item Item) error {
	i := &installation{Item: item, layout: l, name: item.Wheel.Filename.Name, site: l.site()}
	if slices.ContainsFunc(l.installed, func(o *installation) bool { return o.name == i.name }) {
		l.problem("twice", i.name, "%s is a second wheel of the project", item.Wheel.Filename.Raw)
		return nil
	}
	l.installed = append(l.installed, i)
	for f := range item.Wheel.Files {
		if err := i.file(&item.Wheel.Files[f]); err != nil {
			return err
		}
	}
	i.commands()
	i.claim(made(i.distInfo("INSTALLER"), 0o644, []byte("wain\n")))
	if item.Requested {
		i.claim(made(i.distInfo("REQUESTED"), 0o644, nil))
	}
	if item.DirectURL != nil {
		i.claim(made(i.distInfo("direct_url.json"), 0o644, item.DirectURL))
	}
	return nil
}

func (i *installation) distInfo(name string) string {
	return path.Join(i.site, i.Wheel.DistInfo, name)
}

// claim takes a path for the wheel and lists it in the wheel's RECORD.
func (i *installation) claim(e Entry) {
	e.Origin = i.name
	i.layout.claim(claim{Entry: e, by: i})
	i.rows = append(i.rows, e.Path)
}

// file claims the place of one file of the wheel.
func (i *installation) file(f *wheel.File) error {
	switch f.Path {
	case i.Wheel.DistInfo + "/RECORD", i.Wheel.DistInfo + "/RECORD.jws", i.Wheel.DistInfo + "/RECORD.p7s",
		i.Wheel.DistInfo + "/INSTALLER", i.Wheel.DistInfo + "/REQUESTED", i.Wheel.DistInfo + "/direct_url.json":
		return nil // ours to write, or a signature of what is not kept
	}
	if slices.Contains(strings.Split(path.Dir(f.Path), "/"), "__pycache__") {
		i.layout.warn("%s: %s is bytecode, which would hide its source, and is left out", i.Wheel.Filename.Raw, f.Path)
		return nil
	}
	top, rest, nested := strings.Cut(f.Path, "/")
	if nested && strings.HasSuffix(top, ".data") {
		return i.data(f, top, rest)
	}
	place := path.Join(i.site, f.Path)
	if !nested && strings.HasSuffix(f.Path, ".pth") {
		if err := i.startup(f); err != nil {
			return err
		}
	}
	i.claim(i.entry(f, place, f.Mode))
	return nil
}

func (i *installation) entry(f *wheel.File, place string, mode fs.FileMode) Entry {
	return Entry{
		Path: place, Mode: mode, Size: f.Size, SHA256: f.SHA256,
		Open: func() (io.ReadCloser, error) { return i.Wheel.Open(f) },
	}
}

// data places a file of the wheel's .data folder by its scheme key.
func (i *installation) data(f *wheel.File, top, rest string) error {
	key, name, nested := strings.Cut(rest, "/")
	own := strings.TrimSuffix(i.Wheel.DistInfo, ".dist-info") + ".data"
	if top != own || !nested {
		i.layout.problem("data-scheme", f.Path, "%s may hold %s/<key>/<file> alone", i.Wheel.Filename.Raw, own)
		return nil
	}
	version := "python" + i.layout.Target.Python.Version
	switch key {
	case "purelib", "platlib":
		i.claim(i.entry(f, path.Join(i.site, name), f.Mode))
	case "headers":
		i.claim(i.entry(f, path.Join(i.layout.Dir, "include", "site", version, i.Wheel.Metadata.Name, name), f.Mode))
	case "data":
		place := path.Join(i.layout.Dir, name)
		if path.Dir(place) == path.Join(i.layout.Dir, "bin") {
			i.checkName(path.Base(place), place)
		}
		i.claim(i.entry(f, place, f.Mode))
	case "scripts":
		return i.script(f, name)
	default:
		i.layout.problem("data-scheme", f.Path, "%s has the unknown key %q; purelib, platlib, scripts, headers and data are known", i.Wheel.Filename.Raw, key)
	}
	return nil
}

// startup warns of a .pth file with code, which Python runs at every start.
func (i *installation) startup(f *wheel.File) error {
	text, err := i.read(f)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "import ") || strings.HasPrefix(line, "import\t") {
			i.layout.warn("%s: %s runs code at every start of Python", i.Wheel.Filename.Raw, f.Path)
			return nil
		}
	}
	return nil
}

func (i *installation) read(f *wheel.File) ([]byte, error) {
	r, err := i.Wheel.Open(f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
