package deb

import (
	"bufio"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"strings"
	"sync"
)

// Package is what an index says of one package file.
type Package struct {
	// Control is the package's control paragraph.
	Control Paragraph
	// Name, Version and Architecture are its fields of those names
	// ("Package" for the first), validated.
	Name, Version, Architecture string
	// Source and SourceVersion name the source package. They are the
	// package's own name and version where the field Source does not say
	// otherwise.
	Source, SourceVersion string
	// Size is the length of the file in bytes.
	Size int64
	// MD5, SHA1 and SHA256 are digests of the whole file in lower-case
	// hexadecimal.
	MD5, SHA1, SHA256 string
}

// Read reads the package that fills the first size bytes of r. Each byte is
// read once. What is wrong with the package is an [*Error]; an error of r
// comes back as it is, or inside an [*Error] when it struck while a member was
// unpacked.
func Read(r io.ReaderAt, size int64) (*Package, error) { return new(Reader).Read(r, size) }

// A Reader reads many packages. The zero value is ready, and it may be used by
// several goroutines at once. It keeps dictionaries of xz between packages: to
// allocate them takes more time than all else that a small package needs.
type Reader struct{ xz sync.Pool }

// Read is [Read] for one of many packages.
func (d *Reader) Read(r io.ReaderAt, size int64) (*Package, error) {
	sum := newSums()
	buffer := bufio.NewReaderSize(io.NewSectionReader(r, 0, size), int(min(max(size, 512), 128<<10)))
	text, err := d.readMembers(io.TeeReader(buffer, sum), size)
	if err != nil {
		return nil, err
	}
	p := &Package{Size: size}
	if p.Control, err = ParseParagraph(text); err != nil {
		return nil, err
	}
	if err := p.identify(); err != nil {
		return nil, err
	}
	p.MD5, p.SHA1, p.SHA256 = sum.hex()
	return p, nil
}

// readMembers walks the whole archive and returns the control file.
func (d *Reader) readMembers(r io.Reader, size int64) ([]byte, error) {
	a, err := openArchive(r, size)
	if err != nil {
		return nil, err
	}
	if err := readFormat(a); err != nil {
		return nil, err
	}
	var control []byte
	data := ""
	for {
		m, err := a.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if f, ok := formOf(m.name, "control.tar"); ok {
			if control != nil {
				return nil, refuse("member-twice", m.name, "a second control member")
			}
			if data != "" {
				return nil, refuse("member-order", m.name, "the control member follows the data member")
			}
			if control, err = d.readControl(m.name, f, a.member); err != nil {
				return nil, err
			}
		} else if f, ok := formOf(m.name, "data.tar"); ok {
			if data != "" {
				return nil, refuse("member-twice", m.name, "a second data member")
			}
			if control == nil {
				return nil, refuse("member-order", m.name, "the data member precedes the control member")
			}
			data = m.name
			if err := f.checkMagic(m.name, bufio.NewReaderSize(a.member, 16)); err != nil {
				return nil, err
			}
		} else if data == "" && !strings.HasPrefix(m.name, "_") {
			return nil, refuse("member-unknown", "", "the member %q precedes the data member", m.name)
		}
	}
	if control == nil {
		return nil, refuse("control-missing", "", "no control member")
	}
	if data == "" {
		return nil, refuse("data-missing", "", "no data member")
	}
	return control, nil
}

// readFormat reads the member that makes an ar archive a Debian package.
func readFormat(a *archive) error {
	m, err := a.next()
	if errors.Is(err, io.EOF) {
		return refuse("not-a-deb", "", "an archive without members")
	}
	if err != nil {
		return err
	}
	if m.name != "debian-binary" {
		return refuse("not-a-deb", "", "the first member is %q, not \"debian-binary\"", m.name)
	}
	version, err := io.ReadAll(io.LimitReader(a.member, 64))
	if err != nil {
		return readError(err)
	}
	if !strings.HasPrefix(string(version), "2.") || !strings.Contains(string(version), "\n") {
		return refuse("format-version", m.name, "%q, not 2.x", version)
	}
	return nil
}

// sums takes the three digests of everything written to it.
type sums struct{ md5, sha1, sha256 hash.Hash }

func newSums() *sums {
	return &sums{md5.New(), sha1.New(), sha256.New()}
}

// Write never fails.
func (s *sums) Write(p []byte) (int, error) {
	s.md5.Write(p)
	s.sha1.Write(p)
	s.sha256.Write(p)
	return len(p), nil
}

func (s *sums) hex() (md5, sha1, sha256 string) {
	return hex.EncodeToString(s.md5.Sum(nil)), hex.EncodeToString(s.sha1.Sum(nil)), hex.EncodeToString(s.sha256.Sum(nil))
}
