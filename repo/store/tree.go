package store

import (
	"errors"
	"fmt"
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
		if err := c.mkdir(path.Dir(tree.Name)); err != nil {
			return fmt.Errorf("store %s: %w", tree.Name, err)
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
		return c.replace(i, tree)
	}
	if err := c.folder.step("switch", tree.Name); err != nil {
		return err
	}
	if err := renameLink(c.folder.path(c.links[i]), c.folder.path(tree.Name)); err != nil {
		return fmt.Errorf("switch %s: %w", tree.Name, err)
	}
	c.touch(c.folder.path(tree.Name))
	return nil
}

// renameLink moves a symbolic link over another, by way of one beside the goal where that lies on another file system.
func renameLink(from, to string) error {
	err := os.Rename(from, to)
	if !errors.Is(err, unix.EXDEV) {
		return err
	}
	target, err := os.Readlink(from)
	if err != nil {
		return err
	}
	beside := to + placing
	_ = os.Remove(beside)
	if err := os.Symlink(target, beside); err != nil {
		return err
	}
	return os.Rename(beside, to)
}
