package egg

import (
	"bytes"
	"context"
	"hash/crc32"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"wain/convert/wheel"
)

// file is a regular file of the egg, or of the wheel to be.
type file struct {
	name string
	mode fs.FileMode // 0644 or 0755
	size int64
	crc  uint32
	time time.Time // zero: no date
	open func() (io.ReadCloser, error)
}

// Bounds of what one egg may hold.
const (
	maxFiles = 200_000
	maxTotal = 1<<32 - 1 // bytes, the most that a zip file without ZIP64 records holds
	maxInfo  = 32 << 20  // bytes of a file that is read into memory
)

// made is a file with content of ours.
func made(name string, stamp time.Time, data []byte) file {
	return file{
		name: name, mode: 0o644, size: int64(len(data)), crc: crc32.ChecksumIEEE(data), time: stamp,
		open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

// read gives the whole content of a file that has to be small.
func (f *file) read() ([]byte, error) {
	if f.size > maxInfo {
		return nil, refuse("egg-info-size", f.name, "%d bytes, the limit is %d", f.size, maxInfo)
	}
	r, err := f.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// archiveFiles lists the files of a zip file.
func archiveFiles(r io.ReaderAt, size int64, filename string) ([]file, error) {
	a, err := wheel.OpenArchive(r, size, filename)
	if err != nil {
		return nil, err
	}
	files := make([]file, len(a.Members))
	for i := range a.Members {
		m := &a.Members[i]
		files[i] = file{
			name: m.Name, mode: m.Mode, size: m.Size, crc: m.CRC32, time: m.Modified,
			open: func() (io.ReadCloser, error) { return a.Open(m), nil },
		}
	}
	return files, nil
}

// folderFiles lists the files of a folder. Time stamps of a file system say
// when somebody copied it: they do not count.
func folderFiles(ctx context.Context, fsys fs.FS) ([]file, error) {
	var files []file
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case name == ".":
			return nil
		}
		if err := wheel.CheckName(name); err != nil {
			return err
		}
		if d.IsDir() {
			return nil
		}
		if !d.Type().IsRegular() {
			return refuse("egg-file-type", name, "neither a regular file nor a folder")
		}
		if len(files) == maxFiles {
			return refuse("egg-size", "", "more than %d files", maxFiles)
		}
		f, err := folderFile(fsys, name, d)
		files = append(files, f)
		return err
	})
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return files, err
}

func folderFile(fsys fs.FS, name string, d fs.DirEntry) (file, error) {
	info, err := d.Info()
	if err != nil {
		return file{}, err
	}
	f := file{name: name, mode: 0o644, size: info.Size(), open: func() (io.ReadCloser, error) { return fsys.Open(name) }}
	if info.Mode()&0o111 != 0 {
		f.mode = 0o755
	}
	// A zip file's header comes first and has the checksum of what follows.
	r, err := f.open()
	if err != nil {
		return f, err
	}
	defer r.Close()
	sum := crc32.NewIEEE()
	_, err = io.Copy(sum, r)
	f.crc = sum.Sum32()
	return f, err
}

// checkNames refuses what the wheel could not hold beside its own folders.
func (c *conversion) checkNames() error {
	total := int64(0)
	for i := range c.files {
		f := &c.files[i]
		top, _, _ := strings.Cut(f.name, "/")
		if ext := path.Ext(top); ext == ".dist-info" || ext == ".data" {
			return refuse("egg-reserved-folder", f.name, "a name that ends in %q has a meaning in wheels", ext)
		}
		if total += f.size; f.size > maxTotal || total > maxTotal {
			return refuse("egg-size", "", "more than %d bytes unpacked", int64(maxTotal))
		}
	}
	return nil
}
