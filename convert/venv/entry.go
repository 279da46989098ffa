package venv

import (
	"bytes"
	"crypto/sha256"
	"io"
	"io/fs"
)

// Entry is one path of a tree.
type Entry struct {
	Path   string      // absolute and final: "/opt/venvs/app/bin/app"
	Mode   fs.FileMode // directory, symbolic link or regular file, and its permissions
	Size   int64       // bytes; regular files only
	SHA256 [sha256.Size]byte
	Link   string // target of a symbolic link
	Origin string // normalised project whose wheel brings it; "" for what wain makes itself

	// Open gives the bytes of a regular file. They match Size and SHA256, or
	// reading them ends in an error. It may be called concurrently.
	Open func() (io.ReadCloser, error)
}

// made is a regular file that wain writes.
func made(path string, mode fs.FileMode, body []byte) Entry {
	return Entry{
		Path:   path,
		Mode:   mode,
		Size:   int64(len(body)),
		SHA256: sha256.Sum256(body),
		Open:   func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	}
}

func link(path, target string) Entry {
	return Entry{Path: path, Mode: fs.ModeSymlink | 0o777, Link: target}
}

func directory(path string) Entry { return Entry{Path: path, Mode: fs.ModeDir | 0o755} }
