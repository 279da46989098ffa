package deb

import (
	"errors"
	"io"
	"strconv"
	"strings"
)

const (
	arMagic     = "!<arch>\n"
	arHeaderLen = 60
	arTrailer   = "`\n"
)

// archive walks the members of an ar archive in file order.
type archive struct {
	r      io.Reader
	left   int64 // bytes of the file after the reader's position
	member *io.LimitedReader
	odd    bool // the current member is followed by a padding byte
}

// member is one header of the archive.
type member struct {
	name string // without the trailing slash that GNU ar writes
	size int64
}

// openArchive checks the magic of an archive that is size bytes long.
func openArchive(r io.Reader, size int64) (*archive, error) {
	a := &archive{r: r, left: size}
	var magic [len(arMagic)]byte
	if err := a.readFull(magic[:], "archive magic"); err != nil {
		return nil, err
	}
	if string(magic[:]) != arMagic {
		return nil, refuse("not-a-deb", "", "the file does not begin with %q", arMagic)
	}
	return a, nil
}

// next passes over what is left of the current member and returns the header
// of the next one, or io.EOF at the archive's exact end. The content is then
// read from a.member.
func (a *archive) next() (member, error) {
	if err := a.finishMember(); err != nil {
		return member{}, err
	}
	if a.left == 0 {
		return member{}, io.EOF
	}
	var header [arHeaderLen]byte
	if err := a.readFull(header[:], "member header"); err != nil {
		return member{}, err
	}
	m, err := parseHeader(string(header[:]))
	if err != nil {
		return member{}, err
	}
	a.odd = m.size%2 == 1
	need := m.size
	if a.odd {
		need++
	}
	if need > a.left {
		return member{}, refuse("truncated", m.name, "%d bytes are announced and %d are there", need, a.left)
	}
	a.left -= need
	a.member = &io.LimitedReader{R: a.r, N: m.size}
	return m, nil
}

// finishMember reads to the end of the current member, padding included.
func (a *archive) finishMember() error {
	if a.member == nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, a.member); err != nil {
		return readError(err)
	}
	if a.member.N != 0 {
		return refuse("truncated", "", "the file ended while it was read")
	}
	if a.odd {
		var pad [1]byte
		if _, err := io.ReadFull(a.r, pad[:]); err != nil {
			return readError(err)
		}
	}
	a.member = nil
	return nil
}

// readFull fills p from outside any member.
func (a *archive) readFull(p []byte, what string) error {
	if a.left < int64(len(p)) {
		return refuse("truncated", "", "%d bytes where the %s of %d begins", a.left, what, len(p))
	}
	if _, err := io.ReadFull(a.r, p); err != nil {
		return readError(err)
	}
	a.left -= int64(len(p))
	return nil
}

// readError turns a file that ends before its size into a refusal and leaves
// real read errors alone.
func readError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse("truncated", "", "the file ended while it was read")
	}
	return err
}

// parseHeader reads the 60 bytes in front of a member: name 16, time 12,
// owner 6, group 6, mode 8, size 10, trailer 2.
func parseHeader(h string) (member, error) {
	name := strings.TrimRight(h[:16], " ")
	if h[58:] != arTrailer {
		return member{}, refuse("ar-header", "", "the header named %q does not end in %q", name, arTrailer)
	}
	digits := strings.TrimRight(h[48:58], " ")
	size, err := strconv.ParseUint(digits, 10, 63)
	if err != nil {
		return member{}, refuse("ar-header", "", "the member %q has the size %q", name, digits)
	}
	if name = strings.TrimSuffix(name, "/"); name == "" {
		return member{}, refuse("ar-header", "", "a member without a name")
	}
	return member{name: name, size: int64(size)}, nil
}
