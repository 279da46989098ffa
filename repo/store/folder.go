package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A Folder is a store in a folder of a file system.
type Folder struct {
	dir     string
	options FolderOptions
}

// FolderOptions changes how a Folder works. The zero value is right for nearly everybody.
type FolderOptions struct {
	// Waiting is called once when another publisher holds the lock.
	Waiting func()

	// NoSymlinks and NoHardLinks do without links that the file system would offer.
	NoSymlinks, NoHardLinks bool

	// Step is called before each single act of a commit, such as "place" with the name of a file; its error fails
	// that act. Files are staged side by side, so calls may overlap. Tests inject faults with it.
	Step func(verb, name string) error
}

// NewFolder returns the store in dir. It neither reads nor makes the folder: the first commit makes it.
func NewFolder(dir string, o FolderOptions) *Folder {
	return &Folder{dir: dir, options: o}
}

// Open implements [Reader].
func (f *Folder) Open(_ context.Context, name string) (Object, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	file, err := os.OpenFile(f.path(name), os.O_RDONLY|unix.O_NONBLOCK, 0) // a named pipe is not waited for
	if err != nil {
		return nil, err
	}
	stat, err := file.Stat()
	if err == nil && !stat.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: file.Name(), Err: notRegular(stat)}
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return fileObject{file, stat.Size()}, nil
}

// Size implements [Reader].
func (f *Folder) Size(_ context.Context, name string) (int64, error) {
	if !fs.ValidPath(name) {
		return 0, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrInvalid}
	}
	stat, err := os.Stat(f.path(name))
	if err != nil {
		return 0, err
	}
	if !stat.Mode().IsRegular() {
		return 0, &fs.PathError{Op: "stat", Path: f.path(name), Err: notRegular(stat)}
	}
	return stat.Size(), nil
}

// List implements [Reader]. Symbolic links are followed.
func (f *Folder) List(_ context.Context, folder string) ([]Entry, error) {
	if !fs.ValidPath(folder) {
		return nil, &fs.PathError{Op: "list", Path: folder, Err: fs.ErrInvalid}
	}
	found, err := os.ReadDir(f.path(folder))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, 0, len(found))
	for _, e := range found {
		entry := Entry{Name: e.Name(), Folder: e.IsDir()}
		if !entry.Folder {
			stat, err := os.Stat(filepath.Join(f.path(folder), e.Name()))
			if err == nil {
				entry.Folder, entry.Modified = stat.IsDir(), stat.ModTime()
			}
			if entry.Folder {
				entry.Modified = time.Time{}
			}
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// Update implements [Store] under the folder's lock. A folder that did not exist and gets no commit is not left behind.
func (f *Folder) Update(ctx context.Context, plan Plan) (bool, error) {
	l, err := f.acquire(ctx)
	if err != nil {
		return false, err
	}
	committed := false
	defer func() { l.release(committed) }()

	if err := f.takeBack(); err != nil {
		return false, err
	}
	change, err := plan(ctx, f)
	if err != nil || change == nil {
		return false, err
	}
	if err := change.check(); err != nil {
		return false, err
	}
	c := &commit{folder: f, change: change, lock: l}
	err = c.run(ctx)
	committed = c.decided
	return c.changed, err
}

// Aliases reports whether a file may be an alias here. It must be called in a plan, under the folder's lock.
func (f *Folder) Aliases() bool {
	if f.options.NoSymlinks {
		return false
	}
	probe := f.path(path.Join(Private, "alias"))
	err := os.Symlink("probe", probe)
	_ = os.Remove(probe)
	return err == nil || !noSymlinks(err)
}

// path returns the place of a checked name in the file system.
func (f *Folder) path(name string) string {
	return filepath.Join(f.dir, filepath.FromSlash(name))
}

// step announces an act of a commit.
func (f *Folder) step(verb, name string) error {
	if f.options.Step == nil {
		return nil
	}
	if err := f.options.Step(verb, name); err != nil {
		return fmt.Errorf("%s %s: %w", verb, name, err)
	}
	return nil
}

// notRegular says what is in the way of a file. For a reader there is no object, hence no file.
func notRegular(stat fs.FileInfo) error {
	if stat.IsDir() {
		return fmt.Errorf("is a folder: %w", fs.ErrNotExist)
	}
	return fmt.Errorf("not a regular file: %w", fs.ErrNotExist)
}

type fileObject struct {
	*os.File
	size int64
}

func (o fileObject) Size() int64 { return o.size }
