package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"time"
)

// A journal says what a commit is about to place under names that were free, and which state file makes that count. If
// the publisher dies before, the next one takes it all back: nothing names it, so nobody else would ever remove it.
type journal struct {
	State  string   `json:"state"`
	SHA256 string   `json:"sha256"`
	Names  []string `json:"names"`
}

var journalName = path.Join(stagedName, "journal.json")

// announce writes the journal. It is not synced: without power, the worst is a file that nobody names.
func (c *commit) announce() error {
	state := c.change.Head.State
	if state == nil || state.Data == nil || len(c.change.Pool)+len(c.change.Index) == 0 {
		return nil
	}
	j := journal{State: state.Name, SHA256: sumOf(state.Data)}
	free := func(name string) {
		if _, err := os.Lstat(c.folder.path(name)); errors.Is(err, fs.ErrNotExist) {
			j.Names = append(j.Names, name)
		}
	}
	for _, part := range [][]File{c.change.Pool, c.change.Index} {
		for _, file := range part {
			free(file.Name)
		}
	}
	for _, tree := range c.change.Head.Trees {
		for _, past := range tree.Past {
			free(path.Join(tree.Folder, past.Name))
		}
	}
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	// Half a journal must not be found: it gets its name when it is whole.
	written := journalName + ".new"
	if err := c.folder.write(File{Name: journalName, Data: data}, written, false); err != nil {
		return err
	}
	return os.Rename(c.folder.path(written), c.folder.path(journalName))
}

// coarse is the resolution of times on the coarsest of file systems.
const coarse = 2 * time.Second

// takeBack removes what a killed publisher placed if its commit never counted, and what it staged. The lock is ours.
func (f *Folder) takeBack() error {
	data, err := os.ReadFile(f.path(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return f.clearStaged()
	}
	if err != nil {
		return err
	}
	var j journal
	if err := json.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("read %s: %w", journalName, err)
	}
	stat, err := os.Stat(f.path(journalName))
	if err != nil {
		return err
	}
	state, err := os.ReadFile(f.path(j.State))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && sumOf(state) == j.SHA256 {
		return f.clearStaged() // it counts, and the next head completes it
	}
	for _, name := range j.Names {
		if checkName(name) != nil {
			continue
		}
		at := f.path(name)
		_ = os.Remove(at + placing)
		_ = os.Remove(at + linking)
		// Its bytes were staged before the journal was written. What is newer, somebody has put there since.
		if found, err := os.Lstat(at); err != nil || found.ModTime().After(stat.ModTime().Add(coarse)) {
			continue
		}
		if err := os.Remove(at); err != nil {
			return fmt.Errorf("remove %s, which a killed publisher left: %w", name, err)
		}
	}
	for _, name := range j.Names {
		for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
			if os.Remove(f.path(folder)) != nil {
				break
			}
		}
	}
	return f.clearStaged()
}

func (f *Folder) clearStaged() error {
	if err := os.RemoveAll(f.path(stagedName)); err != nil {
		return fmt.Errorf("clear staged files: %w", err)
	}
	return nil
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
