package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// stageTrees makes the symbolic links that trees need, so that only a rename is left to do for each.
func (c *commit) stageTrees() error {
	c.links = make([]string, len(c.change.Head.Trees))
	for i, tree := range c.change.Head.Trees {
		if c.folder.options.NoSymlinks || c.folder.shows(tree) {
			continue
		}
		stat, err := os.Lstat(c.folder.path(tree.Name))
		if err == nil && stat.IsDir() {
			continue // a real folder cannot be replaced by one rename
		}
		link := path.Join(stagedName, "tree-"+strconv.Itoa(i))
		target, err := tree.target()
		if err != nil {
			return err
		}
		if err := c.folder.step("write", tree.Name); err != nil {
			return err
		}
		if err := c.mkdir(stagedName); err != nil {
			return err
		}
		switch err := os.Symlink(target, c.folder.path(link)); {
		case err == nil:
			c.links[i] = link
		case noSymlinks(err):
		default:
			return fmt.Errorf("store %s: %w", tree.Name, err)
		}
	}
	return nil
}

// target is the text of the tree's symbolic link. It is relative: the repository may be moved, and served as a part.
func (t Tree) target() (string, error) {
	return relative(t.Name, t.Folder)
}

func relative(name, folder string) (string, error) {
	target, err := filepath.Rel(path.Dir(name), folder)
	if err != nil {
		return "", fmt.Errorf("store %s: %w", name, err)
	}
	return filepath.ToSlash(target), nil
}

// noSymlinks reports whether an error says that the file system has no symbolic links.
func noSymlinks(err error) bool {
	return errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.ENOSYS)
}

// shows reports whether readers of the tree find its generation already.
func (f *Folder) shows(tree Tree) bool {
	if text, err := os.Readlink(f.path(tree.Name)); err == nil {
		target, err := tree.target()
		return err == nil && text == target && !f.options.NoSymlinks
	}
	// The last file is replaced last: if it is there, so are the others.
	last := tree.Files[len(tree.Files)-1]
	same, err := sameContent(f.path(path.Join(tree.Folder, last)), f.path(path.Join(tree.Name, last)))
	return err == nil && same
}

// switchTree makes one tree show its generation.
func (c *commit) switchTree(i int) error {
	tree := c.change.Head.Trees[i]
	if c.folder.shows(tree) {
		return nil
	}
	if c.links[i] == "" {
		return c.replaceFiles(tree)
	}
	if err := c.mkdir(path.Dir(tree.Name)); err != nil {
		return fmt.Errorf("switch %s: %w", tree.Name, err)
	}
	if err := c.folder.step("switch", tree.Name); err != nil {
		return err
	}
	if err := os.Rename(c.folder.path(c.links[i]), c.folder.path(tree.Name)); err != nil {
		return fmt.Errorf("switch %s: %w", tree.Name, err)
	}
	c.touch(c.folder.path(tree.Name))
	return nil
}

// replaceFiles makes a real folder show a generation, file by file in the tree's order, then drops the other files.
func (c *commit) replaceFiles(tree Tree) error {
	if stat, err := os.Lstat(c.folder.path(tree.Name)); err == nil && stat.Mode()&fs.ModeSymlink != 0 {
		if err := os.Remove(c.folder.path(tree.Name)); err != nil {
			return fmt.Errorf("switch %s: %w", tree.Name, err)
		}
	}
	names := tree.names()
	wanted := make(map[string]bool, len(names))
	for i, file := range names {
		wanted[file] = true
		name := path.Join(tree.Name, file)
		from, to := c.folder.path(path.Join(tree.Folder, file)), c.folder.path(name)
		if same, err := sameContent(from, to); err == nil && same {
			continue
		}
		err := c.place(File{Name: name, Link: path.Join(tree.Folder, file)})
		if i < len(tree.Past) && errors.Is(err, fs.ErrNotExist) {
			continue // removed by hand: the past is a courtesy
		}
		if err != nil {
			return err
		}
		if err := c.sync(); err != nil {
			return err
		}
	}
	return c.dropOthers(tree, wanted)
}

// dropOthers removes the files of a replaced tree that its generation does not have.
func (c *commit) dropOthers(tree Tree, wanted map[string]bool) error {
	root := c.folder.path(tree.Name)
	var others []string
	err := filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		below, err := filepath.Rel(root, at)
		if err == nil && !wanted[filepath.ToSlash(below)] {
			others = append(others, path.Join(tree.Name, filepath.ToSlash(below)))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("switch %s: %w", tree.Name, err)
	}
	for _, name := range others {
		if err := c.remove(name); err != nil {
			return err
		}
	}
	return nil
}

// sameContent compares two files, without reading where they are one.
func sameContent(a, b string) (bool, error) {
	statA, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	statB, err := os.Stat(b)
	if err != nil {
		return false, err
	}
	if os.SameFile(statA, statB) {
		return true, nil
	}
	if statA.Size() != statB.Size() {
		return false, nil
	}
	dataA, err := os.ReadFile(a)
	if err != nil {
		return false, err
	}
	dataB, err := os.ReadFile(b)
	return bytes.Equal(dataA, dataB), err
}
