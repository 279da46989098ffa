package venv

import (
	"bufio"
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
	name   string          // normalised project
	points map[string]bool // the names of its entry points
	rows   []string        // the paths that it claimed
	// dropped are those that another wheel got: its RECORD does not list them.
	dropped map[string]bool
}

// install claims every path of one wheel.
func (l *layout) install(item Item) error {
	i := &installation{Item: item, layout: l, name: item.Wheel.Filename.Name, points: map[string]bool{}, dropped: map[string]bool{}}
	for _, point := range item.Wheel.EntryPoints {
		i.points[point.Name] = true
	}
	if n := len(l.installed); n > 0 && l.installed[n-1].name == i.name {
		l.problem("twice", i.name, "%s and %s are wheels of one project", l.installed[n-1].Wheel.Filename.Raw, item.Wheel.Filename.Raw)
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
	// Its text comes when all else is settled.
	i.claim(made(i.distInfo("RECORD"), 0o644, nil))
	return nil
}

func (i *installation) distInfo(name string) string {
	return path.Join(i.layout.site(), i.Wheel.DistInfo, name)
}

// claim takes a path for the wheel and lists it in the wheel's RECORD.
func (i *installation) claim(e Entry) {
	i.claimAs(e, false)
}

func (i *installation) claimAs(e Entry, command bool) {
	e.Origin = i.name
	i.layout.claim(claim{Entry: e, by: i, command: command})
	i.rows = append(i.rows, e.Path)
}

// written are the files of a .dist-info folder that the installer writes, and
// the signatures of a RECORD that is not kept.
var written = []string{"RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER", "REQUESTED", "direct_url.json"}

// file claims the place of one file of the wheel.
func (i *installation) file(f *wheel.File) error {
	if base, ok := strings.CutPrefix(f.Path, i.Wheel.DistInfo+"/"); ok && slices.Contains(written, base) {
		return nil
	}
	l := i.layout
	switch f.Scheme {
	case wheel.Scripts:
		return i.script(f)
	case wheel.Headers:
		i.claim(i.entry(f, path.Join(l.Dir, "include", "site", "python"+l.Target.Python.Number(), i.Wheel.Metadata.Name, f.Dest), f.Mode))
	case wheel.Data:
		place := path.Join(l.Dir, f.Dest)
		if name, ok := strings.CutPrefix(f.Dest, "bin/"); ok && !strings.Contains(name, "/") && !i.checkName(name) {
			return nil
		}
		if err := i.lookAtStartup(f, place); err != nil {
			return err
		}
		i.claim(i.entry(f, place, f.Mode))
	default:
		place := path.Join(l.site(), f.Dest)
		if err := i.lookAtStartup(f, place); err != nil {
			return err
		}
		i.claim(i.entry(f, place, f.Mode))
	}
	return nil
}

// entry is a file of the wheel with the wheel's own bytes.
func (i *installation) entry(f *wheel.File, place string, mode fs.FileMode) Entry {
	return Entry{
		Path: place, Mode: mode, Size: f.Size, SHA256: f.SHA256,
		Open: func() (io.ReadCloser, error) { return i.Wheel.Open(f) },
	}
}

// lookAtStartup warns of files that Python runs at every start, whatever the
// program: .pth files with code, sitecustomize, usercustomize.
func (i *installation) lookAtStartup(f *wheel.File, place string) error {
	dir, name := path.Split(place)
	if dir != i.layout.site()+"/" {
		return nil
	}
	runs := name == "sitecustomize.py" || name == "usercustomize.py"
	if strings.HasSuffix(name, ".pth") {
		var err error
		if runs, err = i.importsAtStartup(f); err != nil {
			return err
		}
	}
	if runs {
		i.layout.warn("%s: %s runs code at every start of Python", i.Wheel.Filename.Raw, f.Path)
	}
	return nil
}

// importsAtStartup reports whether a .pth file has a line that site executes.
func (i *installation) importsAtStartup(f *wheel.File) (bool, error) {
	r, err := i.Wheel.Open(f)
	if err != nil {
		return false, err
	}
	defer r.Close()
	text := bufio.NewReader(r)
	begins := true // at the beginning of a line
	for {
		line, err := text.ReadSlice('\n')
		if begins && (strings.HasPrefix(string(line), "import ") || strings.HasPrefix(string(line), "import\t")) {
			return true, nil
		}
		begins = err == nil
		switch err {
		case nil, bufio.ErrBufferFull: // a long line comes in pieces
		case io.EOF:
			return false, nil
		default:
			return false, err
		}
	}
}
