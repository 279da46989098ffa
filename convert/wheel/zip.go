package wheel

import (
	"cmp"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Archive is a zip file that every reader sees alike, by the rules of the
// package comment: what a wheel is before it is read as one. Nothing changes it
// after OpenArchive; its methods may be called by several goroutines.
type Archive struct {
	Members []Member // every regular file, in the order of names

	content content
}

// Member is one regular file of an archive.
type Member struct {
	Name     string      // "/" between components
	Mode     fs.FileMode // 0644 or 0755
	Size     int64       // in bytes
	CRC32    uint32
	Modified time.Time // read as UTC; zero when it is no date

	entry *entry
}

// OpenArchive reads the structure of the zip file of size bytes in r, which
// must stay readable as long as the archive is used; filename is its name, for
// errors. The errors are *Error or those of r.
func OpenArchive(r io.ReaderAt, size int64, filename string) (*Archive, error) {
	a := &Archive{content: content{at: r, name: filename[strings.LastIndexByte(filename, '/')+1:]}}
	entries, err := walk(r, size)
	if err != nil {
		return nil, named(err, a.content.name)
	}
	a.Members = make([]Member, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		if e.dir {
			continue
		}
		m := Member{Name: e.name, Mode: 0o644, Size: e.size, CRC32: e.crc, Modified: e.modified(), entry: e}
		if e.executable() {
			m.Mode = 0o755
		}
		a.Members = append(a.Members, m)
	}
	slices.SortFunc(a.Members, func(a, b Member) int { return cmp.Compare(a.Name, b.Name) })
	return a, nil
}

// Open gives the content of m, a file of this archive. The reader returns
// io.EOF only when size and CRC-32 are right and nothing is left of the stored
// bytes, and an *Error otherwise; then the bytes before it are not to be used.
// A reader belongs to one goroutine.
func (a *Archive) Open(m *Member) io.ReadCloser { return a.content.open(m.entry, nil) }
