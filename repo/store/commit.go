package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"

	"golang.org/x/sys/unix"
)

// A commit carries one change out in a locked folder.
type commit struct {
	folder *Folder
	change *Change
	lock   *lock

	staged   map[string]string   // name → the staged name that holds its bytes
	heads    []File              // head files that differ from what is there
	links    []string            // staged symbolic link of each tree; "" for trees without one
	replaced []map[string]string // of each tree without one: file → the staged name that holds its bytes
	made     []string            // files and folders that did not exist before, to take back
	touched  map[string]struct{} // folders whose entries changed since the last sync
	folders  map[string]struct{} // names of folders that are known to be there

	changed bool // bytes of the store are not what they were
	decided bool // the commit counts
}

// run does the steps in the order that the package promises.
func (c *commit) run(ctx context.Context) (err error) {
	c.touched, c.folders = map[string]struct{}{}, map[string]struct{}{}
	defer func() {
		if err != nil && !c.decided {
			removeMade(c.made)
			c.changed = false
		}
		_ = os.RemoveAll(c.folder.path(stagedName)) // last, since the journal is in there
	}()
	if err := c.stage(ctx); err != nil {
		return err
	}
	for _, part := range [][]File{c.change.Pool, c.change.Index} {
		for _, file := range part {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := c.place(file); err != nil {
				return err
			}
		}
		if err := c.sync(); err != nil {
			return err
		}
	}
	if err := c.keepPast(); err != nil {
		return err
	}
	if err := c.stageFiles(); err != nil {
		return err
	}
	if err := c.decide(); err != nil {
		return err
	}
	return c.publish()
}

// keepPast gives the folders of new generations the files of earlier ones that their trees still show. A busy day has
// thousands of them.
func (c *commit) keepPast() error {
	for _, tree := range c.change.Head.Trees {
		if c.folder.shows(tree) {
			continue
		}
		for _, past := range tree.Past {
			name := path.Join(tree.Folder, past.Name)
			err := c.linkNew(past.From, name)
			if err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) { // removed by hand: the past is a courtesy
				return err
			}
		}
	}
	return c.sync()
}

// linkNew gives an object a further name, which fails with fs.ErrExist where something is.
func (c *commit) linkNew(from, name string) error {
	if err := c.mkdir(path.Dir(name)); err != nil {
		return fmt.Errorf("store %s: %w", name, err)
	}
	if c.folder.options.NoHardLinks {
		if _, err := os.Lstat(c.folder.path(name)); err == nil {
			return fs.ErrExist
		}
		return c.place(File{Name: name, Link: from})
	}
	if err := c.folder.step("place", name); err != nil {
		return err
	}
	at := c.folder.path(name)
	err := os.Link(c.folder.path(from), at)
	switch {
	case err == nil:
		c.made = append(c.made, at)
		c.touch(at)
		return nil
	case errors.Is(err, fs.ErrExist), errors.Is(err, fs.ErrNotExist):
		return err
	}
	return c.place(File{Name: name, Link: from})
}

// decide replaces the state file: what was placed before now counts.
func (c *commit) decide() error {
	if !c.lock.held() {
		return fmt.Errorf("lock repository %s: %s was removed while it was held: somebody else may be at work", c.folder.dir, lockName)
	}
	if c.change.Head.State == nil {
		c.decided = true
		return nil
	}
	if err := c.place(*c.change.Head.State); err != nil {
		return err
	}
	c.decided = true
	return c.sync()
}

// publish gives the fixed names their new content and removes what is stale.
func (c *commit) publish() error {
	for _, file := range c.heads {
		if err := c.place(file); err != nil {
			return err
		}
	}
	if err := c.sync(); err != nil {
		return err
	}
	for i := range c.change.Head.Trees {
		if err := c.switchTree(i); err != nil {
			return err
		}
	}
	if err := c.sync(); err != nil {
		return err
	}
	for _, name := range c.change.Stale {
		if err := c.remove(name); err != nil {
			return err
		}
	}
	return c.sync()
}

// place gives a staged file, or a link, its name.
func (c *commit) place(file File) error {
	if err := c.mkdir(filepath.Dir(file.Name)); err != nil {
		return fmt.Errorf("store %s: %w", file.Name, err)
	}
	if err := c.folder.step("place", file.Name); err != nil {
		return err
	}
	path := c.folder.path(file.Name)
	_, err := os.Lstat(path)
	isNew := errors.Is(err, fs.ErrNotExist)
	switch {
	case file.Link != "":
		err = c.folder.link(c.folder.path(file.Link), path)
	case file.Alias != "":
		var made bool
		if made, err = c.folder.alias(file); err == nil && !made {
			return nil
		}
	default:
		err = rename(c.folder.path(c.staged[file.Name]), path)
	}
	if err != nil {
		return fmt.Errorf("store %s: %w", file.Name, err)
	}
	if isNew {
		c.made = append(c.made, path)
	}
	c.touch(path)
	return nil
}

// mkdir makes a folder of the store.
func (c *commit) mkdir(name string) error {
	if _, known := c.folders[name]; known {
		return nil
	}
	made, err := makeFolder(c.folder.path(name))
	if name != stagedName {
		c.made = append(c.made, made...)
		for _, path := range made {
			c.touch(path)
		}
	}
	if err == nil {
		c.folders[name] = struct{}{}
	}
	return err
}

// touch notes that the entry at path changed.
func (c *commit) touch(path string) {
	c.changed = true
	c.touched[filepath.Dir(path)] = struct{}{}
}

// sync makes all entries safe that changed since the last one.
func (c *commit) sync() error {
	folders := make([]string, 0, len(c.touched))
	for path := range c.touched {
		folders = append(folders, path)
	}
	clear(c.touched)
	sort.Strings(folders)
	if canSyncAll && len(folders) > manyFiles {
		if err := c.folder.step("sync", c.folder.dir); err != nil {
			return err
		}
		if err := syncAll(c.folder.dir); err != nil {
			return fmt.Errorf("sync folders: %w", err)
		}
		return nil
	}
	for _, path := range folders {
		if err := c.folder.step("sync", path); err != nil {
			return err
		}
		if err := syncFolder(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("sync folder: %w", err)
		}
	}
	return nil
}

// remove deletes a stale file or folder, and the folders above it that this leaves empty.
func (c *commit) remove(name string) error {
	path := c.folder.path(name)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := c.folder.step("remove", name); err != nil {
		return err
	}
	clear(c.folders)
	if err := os.RemoveAll(path); err != nil {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	c.touch(path)
	for dir := filepath.Dir(path); dir != c.folder.dir && len(dir) > len(c.folder.dir); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			break
		}
		c.touch(dir)
	}
	return nil
}

// alias makes a symbolic link to a folder; false where there are none on the file system.
func (f *Folder) alias(file File) (bool, error) {
	if f.options.NoSymlinks {
		return false, nil
	}
	target, err := relative(file.Name, file.Alias)
	if err == nil {
		err = os.Symlink(target, f.path(file.Name))
	}
	switch {
	case err == nil, errors.Is(err, fs.ErrExist):
		return true, nil
	case noSymlinks(err):
		return false, nil
	}
	return false, err
}

// Endings of names beside those that get a file by a second step.
const (
	linking = ".linking"
	placing = ".placing"
)

// link makes path another name of the file at target, or a copy of it where hard links are not to be had.
func (f *Folder) link(target, path string) error {
	err := error(unix.ENOTSUP)
	if !f.options.NoHardLinks {
		if err = os.Link(target, path); err == nil {
			return nil
		}
	}
	temporary := path + linking
	_ = os.Remove(temporary)
	if errors.Is(err, fs.ErrExist) {
		err = os.Link(target, temporary)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err != nil {
		if err := copyFile(target, temporary); err != nil {
			return err
		}
	}
	if err := os.Rename(temporary, path); err != nil {
		_ = os.Remove(temporary)
		return err
	}
	// Between two names of one file, rename does nothing and reports success.
	_ = os.Remove(temporary)
	return nil
}

// rename moves a file over another, through a copy beside the goal where that lies on another file system.
func rename(from, to string) error {
	err := os.Rename(from, to)
	if !errors.Is(err, unix.EXDEV) {
		return err
	}
	beside := to + placing
	_ = os.Remove(beside)
	if err := copyFile(from, beside); err != nil {
		return err
	}
	if err := os.Rename(beside, to); err != nil {
		_ = os.Remove(beside)
		return err
	}
	return nil
}
