package deb

import (
	"archive/tar"
	"bufio"
	"errors"
	"io"
	"strings"
)

const (
	// maxDataTar bounds what a data member may unpack to: what goes beyond
	// it is a bomb, or too large for any disk it should be unpacked on.
	maxDataTar = 64 << 30
	// maxPaths bounds what the list of one package takes, in bytes: a million
	// files with names of 200 bytes.
	maxPaths = 256 << 20
	// pathCost is what a name takes beside its own bytes.
	pathCost = 64
)

// Paths lists what the package that fills the first size bytes of r puts into
// a system, directories left out: the names in the order of the data member,
// without the "./" or "/" in front, byte for byte. Unlike [Read] it unpacks
// the data member, a little at a time: memory grows with the list alone.
//
// A package that [Read] accepts is refused where its data member is damaged,
// unpacks to more than 64 GiB, or has names that
// take more than 256 MiB.
func Paths(r io.ReaderAt, size int64) ([]string, error) { return new(Reader).Paths(r, size) }

// Paths is [Paths] for one of many packages.
func (d *Reader) Paths(r io.ReaderAt, size int64) ([]string, error) {
	a, err := openArchive(bufio.NewReaderSize(io.NewSectionReader(r, 0, size), int(min(max(size, 512), 128<<10))), size)
	if err != nil {
		return nil, err
	}
	if err := readFormat(a); err != nil {
		return nil, err
	}
	for {
		m, err := a.next()
		if errors.Is(err, io.EOF) {
			return nil, refuse("data-missing", "", "no data member")
		}
		if err != nil {
			return nil, err
		}
		if f, ok := formOf(m.name, "data.tar"); ok {
			return d.readPaths(m.name, f, a.member)
		}
	}
}

// readPaths unpacks a stored data member to its end, so that its checksum is
// verified.
func (d *Reader) readPaths(name string, f form, stored io.Reader) ([]string, error) {
	buffered := bufio.NewReader(stored)
	if err := f.checkMagic(name, buffered); err != nil {
		return nil, err
	}
	unpacked, err := f.open(d, buffered)
	if err != nil {
		return nil, damagedData(name, err)
	}
	if c, ok := unpacked.(io.Closer); ok {
		defer c.Close()
	}
	limited := &io.LimitedReader{R: unpacked, N: maxDataTar}
	paths, err := listPaths(name, tar.NewReader(limited))
	if err == nil {
		_, err = io.Copy(io.Discard, limited)
	}
	if limited.N == 0 {
		return nil, refuse("data-too-large", name, "it unpacks to %d bytes or more", int64(maxDataTar))
	}
	if err != nil {
		return nil, damagedData(name, err)
	}
	return paths, nil
}

// listPaths names all entries of a tar but directories.
func listPaths(name string, t *tar.Reader) ([]string, error) {
	var paths []string
	left := maxPaths
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return paths, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag == tar.TypeDir {
			continue
		}
		path := installed(h.Name)
		if left -= len(path) + pathCost; left < 0 {
			return nil, refuse("data-too-large", name, "its names take more than %d bytes", maxPaths)
		}
		paths = append(paths, path)
	}
}

// installed returns where an entry lands, relative to the root. It is a copy:
// a name may be a part of a text that its header shares with others.
func installed(name string) string {
	for {
		rest := strings.TrimPrefix(strings.TrimLeft(name, "/"), "./")
		if rest == name {
			return strings.Clone(name)
		}
		name = rest
	}
}

// damagedData names the rule for whatever a decompressor or tar reports.
func damagedData(name string, err error) error {
	if refusedBefore(err) {
		return err
	}
	return &Error{Rule: "data-damaged", Member: name, Err: err}
}
