package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// A Change is what one commit does to a store, in the order of its fields.
type Change struct {
	Pool  []File   // packages
	Index []File   // folders of the new generation, and the state that describes it
	Head  Head     // what readers and later plans open by a fixed name
	Stale []string // files, and folders with all in them, to remove; absent ones are fine
}

// A File is bytes under a name. Exactly one of Data, Open, Link and Alias says where they come from.
type File struct {
	Name string

	Data []byte
	Open func() (io.ReadCloser, error) // opened once for each commit, and closed
	Link string                        // an object in the store, or earlier in the same change

	// Alias is a folder in the store that the name is a second name of: a symbolic link. A store without these leaves
	// the file out.
	Alias string

	// Size and SHA256 (in hex) are what Open must yield; anything else fails the commit with a *ContentError.
	Size   int64
	SHA256 string
}

// A Head is the part of a change that gives fixed names their new content.
type Head struct {
	// State is the publisher's own head, replaced first: that is the moment of the commit. Nil leaves it as it is.
	State *File

	// Mark is text that the bytes of State contain, and those of every state that is made from it for some time, and no
	// other state: the name of the generation's file. A publisher whose answer was lost tells by it that its state
	// counted although another one has taken its place. Empty, such a commit counts as lost, and is planned again.
	Mark string

	// Files are small public files (Data only), rewritten where they differ, in this order.
	Files []File

	// Trees are all trees of the repository, each switched unless it shows its folder already.
	Trees []Tree
}

// A Tree is a folder that readers know, such as apt/dists/bookworm, and the generation that it shows: its Hashed files
// and its Files. All names but Name and Folder are relative, the generation's to Folder.
type Tree struct {
	Name   string // the folder that readers know
	Folder string // the folder that holds the generation

	// Hashed are the files whose names say their content. They are never rewritten, and may be cached for ever.
	Hashed []string

	// Files are all others, under names that readers know. They are rewritten in this order: what readers open first
	// comes last.
	Files []string

	// Past are hash-named files of earlier generations that the tree still shows.
	Past []Link
}

// A Link gives an object of the store a second name.
type Link struct {
	Name string // in a tree
	From string // the object, in the store
}

// names are all names in the tree, in the order in which they come to be there.
func (t *Tree) names() []string {
	names := make([]string, 0, len(t.Past)+len(t.Hashed)+len(t.Files))
	for _, past := range t.Past {
		names = append(names, past.Name)
	}
	return append(append(names, t.Hashed...), t.Files...)
}

// A ContentError reports bytes that are not the ones that the plan was made for: the file was rewritten meanwhile.
type ContentError struct {
	Name      string // in the store
	WantSize  int64
	GotSize   int64  // one more than WantSize stands for any larger number
	Want, Got string // SHA-256 in hex
}

func (e *ContentError) Error() string {
	if e.WantSize != e.GotSize {
		return fmt.Sprintf("store %s: the source changed while it was published: expected %d bytes", e.Name, e.WantSize)
	}
	return fmt.Sprintf("store %s: the source changed while it was published: SHA-256 was %s and is %s", e.Name, e.Want, e.Got)
}

// check refuses a change whose names could leave the store, meet its own files, or whose parts are incomplete.
func (c *Change) check() error {
	for _, file := range c.files() {
		if err := file.check(); err != nil {
			return err
		}
	}
	for _, file := range c.Head.Files {
		if file.Data == nil {
			return fmt.Errorf("store %s: a head file needs its bytes at hand", file.Name)
		}
	}
	names := append([]string(nil), c.Stale...)
	for _, tree := range c.Head.Trees {
		if len(tree.Files) == 0 {
			return fmt.Errorf("store %s: a tree without files", tree.Name)
		}
		names = append(names, tree.Name, tree.Folder)
		names = append(names, tree.names()...)
		for _, past := range tree.Past {
			names = append(names, past.From)
		}
	}
	for _, name := range names {
		if err := checkName(name); err != nil {
			return err
		}
	}
	return nil
}

// files returns every file of the change, in the order of the commit.
func (c *Change) files() []File {
	files := append(append([]File(nil), c.Pool...), c.Index...)
	if c.Head.State != nil {
		files = append(files, *c.Head.State)
	}
	return append(files, c.Head.Files...)
}

func (f *File) check() error {
	sources := 0
	for _, given := range []bool{f.Data != nil, f.Open != nil, f.Link != "", f.Alias != ""} {
		if given {
			sources++
		}
	}
	if sources != 1 {
		return fmt.Errorf("store %q: exactly one of data, a function, a link and an alias must be given", f.Name)
	}
	for _, name := range []string{f.Link, f.Alias} {
		if name == "" {
			continue
		}
		if err := checkName(name); err != nil {
			return err
		}
	}
	return checkName(f.Name)
}

func checkName(name string) error {
	if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\\x00") {
		return fmt.Errorf("store %q: not a name within a store", name)
	}
	if name == Private || name == lockName || name == conditionsName || name == stagedName || strings.HasPrefix(name, stagedName+"/") {
		return fmt.Errorf("store %q: the name is the store's own", name)
	}
	return nil
}

var (
	lockName   = path.Join(Private, "lock")
	stagedName = path.Join(Private, "staged")

	// conditionsName is the object that says that a server was asked whether it honours conditions, and does.
	conditionsName = path.Join(Private, "conditions")
)

// copyTo writes the file's bytes to w and checks them. It must not be called for a link.
func (f *File) copyTo(w io.Writer) error {
	if f.Data != nil {
		_, err := io.Copy(w, bytes.NewReader(f.Data))
		return err
	}
	src, err := f.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(src, f.Size+1))
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); n != f.Size || got != f.SHA256 {
		return &ContentError{Name: f.Name, WantSize: f.Size, GotSize: n, Want: f.SHA256, Got: got}
	}
	return nil
}
