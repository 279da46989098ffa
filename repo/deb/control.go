package deb

import (
	"archive/tar"
	"bufio"
	"errors"
	"io"
)

const (
	// maxControlTar bounds what a control member may unpack to. It holds
	// the md5sums of a million files.
	maxControlTar = 256 << 20
	// maxControlFile bounds the control file itself.
	maxControlFile = 16 << 20
)

// readControl unpacks a stored control member to its end, so that its
// checksum is verified, and returns the control file.
func (d *Reader) readControl(name string, f form, stored io.Reader) ([]byte, error) {
	buffered := bufio.NewReader(stored)
	if err := f.checkMagic(name, buffered); err != nil {
		return nil, err
	}
	if f.dataOnly {
		return nil, refuse("compression", name, "a control member is not stored that way")
	}
	unpacked, err := f.open(d, buffered)
	if err != nil {
		return nil, damagedControl(name, err)
	}
	if c, ok := unpacked.(io.Closer); ok {
		defer c.Close()
	}
	limited := &io.LimitedReader{R: unpacked, N: maxControlTar}
	text, err := findControl(name, tar.NewReader(limited))
	if err == nil {
		_, err = io.Copy(io.Discard, limited)
	}
	if limited.N == 0 {
		return nil, refuse("control-too-large", name, "it unpacks to %d bytes or more", int64(maxControlTar))
	}
	if err != nil {
		return nil, damagedControl(name, err)
	}
	if text == nil {
		return nil, refuse("control-missing", name, "no file control or ./control in it")
	}
	return text, nil
}

// findControl returns the content of the one file "control" of a tar, nil when
// there is none.
func findControl(name string, t *tar.Reader) ([]byte, error) {
	var text []byte
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return text, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Name != "control" && h.Name != "./control" {
			continue
		}
		switch {
		case text != nil:
			return nil, refuse("control-twice", name, "a second file %q", h.Name)
		case h.Typeflag != tar.TypeReg:
			return nil, refuse("control-not-a-file", name, "%q has the tar type %q", h.Name, h.Typeflag)
		case h.Size > maxControlFile:
			return nil, refuse("control-too-large", name, "the control file has %d bytes", h.Size)
		}
		if text, err = io.ReadAll(t); err != nil {
			return nil, err
		}
		if text == nil {
			text = []byte{}
		}
	}
}

// damagedControl names the rule for whatever a decompressor or tar reports.
func damagedControl(name string, err error) error {
	if refusedBefore(err) {
		return err
	}
	return &Error{Rule: "control-damaged", Member: name, Err: err}
}
