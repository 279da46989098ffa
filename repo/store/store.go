package store

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
)

// Private is the folder at a store's root that holds the publisher's own files. The store keeps its lock and its
// staged bytes in there; every other name below it is free for the repository's state.
const Private = ".wain"

// A Reader finds objects by name. Names are slash-separated and relative, as [io/fs.ValidPath] wants them.
// Methods may be called concurrently.
type Reader interface {
	// Open opens an object. The error matches fs.ErrNotExist where there is none. The caller closes it.
	Open(ctx context.Context, name string) (Object, error)

	// Size returns an object's length in bytes without reading it. The error matches fs.ErrNotExist where there is none.
	Size(ctx context.Context, name string) (int64, error)

	// List returns what lies directly below a folder, sorted by name. An absent folder is an empty one.
	List(ctx context.Context, folder string) ([]Entry, error)
}

// An Object is one opened object.
type Object interface {
	io.ReadCloser
	io.ReaderAt

	// Size returns the object's length in bytes.
	Size() int64
}

// An Entry is one line of a listing.
type Entry struct {
	Name     string // the last element only
	Folder   bool
	Modified time.Time // of an object: when it was written; zero for folders, and where the store does not know
}

// A Store is a Reader that can be changed.
type Store interface {
	Reader

	// Update runs plan against the store and commits the change it returns; nil means that there is nothing to do.
	// No other Update commits between the two. Update waits for others, until ctx ends. It reports whether any
	// byte of the store changed.
	//
	// If plan or the commit fails before the head's state file is replaced, readers and later plans find the store
	// as it was. If the commit fails after that, readers find each tree as it was or as it shall be, and the next
	// change with the same head completes it.
	Update(ctx context.Context, plan Plan) (changed bool, err error)
}

// A Plan decides on a change, given what is there. It may be called several times and must not write.
type Plan func(ctx context.Context, at Reader) (*Change, error)

// ReadFile returns the whole content of an object.
func ReadFile(ctx context.Context, r Reader, name string) ([]byte, error) {
	o, err := r.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	data, err := readAll(o)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

// readAll returns the content of an object. The length is what a server says: memory follows what it sends.
func readAll(o Object) ([]byte, error) {
	size := o.Size()
	if size < 0 {
		return nil, fmt.Errorf("a length of %d bytes", size)
	}
	data := make([]byte, 0, min(size, 4<<20))
	for int64(len(data)) < size {
		if len(data) == cap(data) {
			data = slices.Grow(data, int(min(size-int64(len(data)), int64(len(data)))))
		}
		n, err := io.ReadFull(o, data[len(data):min(int64(cap(data)), size)])
		data = data[:len(data)+n]
		if err != nil {
			return nil, err
		}
	}
	return data, nil
}

// Aliases reports whether the store that a plan reads can hold a [File] that is an Alias.
func Aliases(at Reader) bool {
	able, asked := at.(interface{ Aliases() bool })
	return asked && able.Aliases()
}
