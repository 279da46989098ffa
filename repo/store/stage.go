package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strconv"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// manyFiles is the number of new files, or of changed folders, from which one sync of the file system is cheaper
// than one each.
const manyFiles = 64

// stage writes every new byte of the change under .wain/staged, checked and synced, and notes where each file lies.
// Nothing else of the folder is touched: a full disk, a vanished source and a wrong hash all end here.
func (c *commit) stage(ctx context.Context) error {
	files := append(append([]File(nil), c.change.Pool...), c.change.Index...)
	if c.change.Head.State != nil {
		files = append(files, *c.change.Head.State)
	}
	for _, file := range c.change.Head.Files {
		if !c.folder.holds(file) {
			files = append(files, file)
			c.heads = append(c.heads, file)
			if err := c.mkdir(path.Dir(file.Name)); err != nil {
				return fmt.Errorf("store %s: %w", file.Name, err)
			}
		}
	}
	if len(files) > 0 {
		if err := c.mkdir(stagedName); err != nil {
			return err
		}
	}
	all := canSyncAll && len(files) > manyFiles
	c.staged = make(map[string]string, len(files))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, file := range files {
		if file.Link != "" || file.Alias != "" {
			continue
		}
		if _, twice := c.staged[file.Name]; twice {
			return fmt.Errorf("store %s: twice in one change", file.Name)
		}
		name := filepath.Join(stagedName, strconv.Itoa(i))
		c.staged[file.Name] = name
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return c.folder.write(file, name, !all)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if err := c.stageTrees(); err != nil {
		return err
	}
	if err := c.announce(); err != nil {
		return err
	}
	if !all {
		return nil
	}
	if err := c.folder.step("sync", stagedName); err != nil {
		return err
	}
	if err := syncAll(c.folder.path(stagedName)); err != nil {
		return fmt.Errorf("sync staged files: %w", err)
	}
	return nil
}

// write puts a file's bytes at a staged name.
func (f *Folder) write(file File, staged string, sync bool) error {
	if err := f.step("write", file.Name); err != nil {
		return err
	}
	dst, err := createReadable(f.path(staged))
	if err != nil {
		return fmt.Errorf("store %s: %w", file.Name, err)
	}
	err = file.copyTo(dst)
	if err == nil && sync {
		err = dst.Sync()
	}
	if closing := dst.Close(); err == nil {
		err = closing
	}
	var content *ContentError
	if err != nil && !errors.As(err, &content) {
		return fmt.Errorf("store %s: %w", file.Name, err)
	}
	return err
}

// holds reports whether a head file has its bytes already.
func (f *Folder) holds(file File) bool {
	stat, err := os.Stat(f.path(file.Name))
	if err != nil || stat.Size() != int64(len(file.Data)) {
		return false
	}
	now, err := os.ReadFile(f.path(file.Name))
	return err == nil && string(now) == string(file.Data)
}

// createReadable makes a new file that everybody may read, and those may write whom the umask lets.
func createReadable(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	stat, err := file.Stat()
	if err == nil && stat.Mode().Perm()&0o444 != 0o444 {
		err = file.Chmod(stat.Mode().Perm() | 0o444)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// makeFolder makes a folder and those above it, and returns those that did not exist, outermost first.
func makeFolder(path string) (made []string, err error) {
	if stat, err := os.Stat(path); err == nil {
		if !stat.IsDir() {
			return nil, &fs.PathError{Op: "mkdir", Path: path, Err: unix.ENOTDIR}
		}
		return nil, nil
	}
	if parent := filepath.Dir(path); parent != path {
		if made, err = makeFolder(parent); err != nil {
			return made, err
		}
	}
	if err := os.Mkdir(path, 0o777); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return made, nil // somebody else was faster
		}
		removeMade(made)
		return nil, err
	}
	return append(made, path), grant(path, 0o555)
}

// removeMade takes away what was made, innermost first, and leaves folders that others have put something into.
func removeMade(made []string) {
	for i := len(made) - 1; i >= 0; i-- {
		_ = os.Remove(made[i])
	}
}

// grant adds permissions that the umask took away from a folder.
func grant(path string, bits fs.FileMode) error {
	stat, err := os.Stat(path)
	if err != nil || stat.Mode().Perm()&bits == bits {
		return err
	}
	return os.Chmod(path, stat.Mode()&(fs.ModePerm|fs.ModeSetgid|fs.ModeSticky)|bits)
}

// copyFile copies a file within the store's folder, or across file systems, and syncs it.
func copyFile(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := createReadable(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	if err == nil {
		err = dst.Sync()
	}
	if closing := dst.Close(); err == nil {
		err = closing
	}
	if err != nil {
		_ = os.Remove(to)
		return err
	}
	if stat, err := src.Stat(); err == nil {
		_ = os.Chtimes(to, stat.ModTime(), stat.ModTime()) // as a link would have it; a courtesy
	}
	return nil
}

// syncFolder makes renames within a folder safe. File systems that cannot sync a folder are as safe as they are.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOTSUP) {
		return err
	}
	return nil
}
