package venv

import (
	"bytes"
	"io"
	"strings"

	"wain/convert/wheel"
)

// pythonMark begins a script that asks for the environment's Python.
// "#!pythonw" begins with it and means the same here.
const pythonMark = "#!python"

// maxScript bounds a script that is rewritten, which is held in memory.
const maxScript = 16 << 20

// script places a file of .data/scripts, which lies directly in it: always
// executable, its first line replaced where it asks for that.
func (i *installation) script(f *wheel.File) error {
	if i.isWrapper(f.Dest) || !i.checkName(f.Dest) {
		return nil
	}
	e, err := i.scriptEntry(f)
	if err != nil {
		return err
	}
	i.claim(e)
	i.publish(f.Dest)
	return nil
}

// isWrapper recognises what old setuptools wrote beside an entry point.
func (i *installation) isWrapper(name string) bool {
	for _, suffix := range []string{"", ".exe", "-script.py", ".pya"} {
		if base, ok := strings.CutSuffix(name, suffix); ok && i.points[base] {
			return true
		}
	}
	return false
}

func (i *installation) scriptEntry(f *wheel.File) (Entry, error) {
	place := i.layout.bin(f.Dest)
	if f.Size < int64(len(pythonMark)) {
		return i.entry(f, place, 0o755), nil
	}
	r, err := i.Wheel.Open(f)
	if err != nil {
		return Entry{}, err
	}
	defer r.Close()
	head := make([]byte, len(pythonMark))
	if _, err := io.ReadFull(r, head); err != nil {
		return Entry{}, err
	}
	if string(head) != pythonMark {
		return i.entry(f, place, 0o755), nil
	}
	if f.Size > maxScript {
		i.layout.problem("script-size", place, "a script of %s has %d bytes, at most %d are rewritten", i.Wheel.Filename.Raw, f.Size, maxScript)
		return i.entry(f, place, 0o755), nil
	}
	// The whole first line goes, options included, as with pip.
	body, err := io.ReadAll(r)
	if err != nil {
		return Entry{}, err
	}
	_, rest, _ := bytes.Cut(body, []byte("\n"))
	return made(place, 0o755, append(i.layout.shebang(), rest...)), nil
}
