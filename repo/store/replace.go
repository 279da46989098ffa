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

// stageFiles makes, for each tree that no symbolic link can switch, another name or a copy of every file that it has to
// get. They take their room before the moment of the commit: after it a full disk would leave readers a mixture.
func (c *commit) stageFiles() error {
	c.replaced = make([]map[string]string, len(c.change.Head.Trees))
	for i, tree := range c.change.Head.Trees {
		if c.links[i] != "" || c.folder.shows(tree) {
			continue
		}
		c.replaced[i] = map[string]string{}
		whole := c.folder.absent(tree)
		if err := c.mkdir(path.Dir(tree.Name)); err != nil {
			return fmt.Errorf("store %s: %w", tree.Name, err)
		}
		for j, file := range tree.names() {
			from, to := path.Join(tree.Folder, file), path.Join(tree.Name, file)
			if same, err := sameContent(c.folder.path(from), c.folder.path(to)); !whole && err == nil && same {
				continue
			}
			err := c.stageLink(from, path.Join(stagedTree(i), file), file)
			if j < len(tree.Past) && errors.Is(err, fs.ErrNotExist) {
				continue // removed by hand: the past is a courtesy
			}
			if err == nil && !whole {
				err = c.mkdir(path.Dir(to))
			}
			if err != nil {
				return fmt.Errorf("store %s: %w", to, err)
			}
			c.replaced[i][file] = path.Join(stagedTree(i), file)
		}
	}
	return c.sync()
}

func stagedTree(i int) string { return path.Join(stagedName, "files-"+strconv.Itoa(i)) }

// stageLink gives a placed file a staged name.
func (c *commit) stageLink(from, staged, name string) error {
	if err := c.folder.step("write", name); err != nil {
		return err
	}
	if _, err := makeFolder(c.folder.path(path.Dir(staged))); err != nil {
		return err
	}
	c.touched[c.folder.path(path.Dir(staged))] = struct{}{}
	return c.folder.link(c.folder.path(from), c.folder.path(staged))
}

// absent reports whether the tree's name is free for a folder: nothing is there, or a link that cannot be switched.
func (f *Folder) absent(tree Tree) bool {
	stat, err := os.Lstat(f.path(tree.Name))
	return errors.Is(err, fs.ErrNotExist) || err == nil && stat.Mode()&fs.ModeSymlink != 0
}

// replace makes a real folder show a generation: all at once where there was none, else file by file in the tree's
// order; then it drops the other files.
func (c *commit) replace(i int, tree Tree) error {
	if c.folder.absent(tree) {
		done, err := c.moveFolder(i, tree)
		if done || err != nil {
			return err
		}
	}
	wanted := map[string]bool{}
	last := ""
	for _, file := range tree.names() {
		wanted[file] = true
		if c.replaced[i][file] == "" {
			continue
		}
		name := path.Join(tree.Name, file)
		// Within one folder, order survives a crash without our help, and what is read in pairs (repomd.xml and its
		// signature) is apart for a moment only.
		if folder := path.Dir(name); folder != last {
			if err := c.sync(); err != nil {
				return err
			}
			last = folder
		}
		c.staged[name] = c.replaced[i][file]
		if err := c.place(File{Name: name}); err != nil {
			return err
		}
	}
	if err := c.sync(); err != nil {
		return err
	}
	return c.dropOthers(tree, wanted)
}

// moveFolder gives a tree that nobody sees yet all its files by one rename. It reports false where file systems meet.
func (c *commit) moveFolder(i int, tree Tree) (bool, error) {
	to := c.folder.path(tree.Name)
	if err := c.folder.step("switch", tree.Name); err != nil {
		return false, err
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("switch %s: %w", tree.Name, err)
	}
	err := os.Rename(c.folder.path(stagedTree(i)), to)
	if errors.Is(err, unix.EXDEV) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("switch %s: %w", tree.Name, err)
	}
	c.touch(to)
	return true, nil
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
