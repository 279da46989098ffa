package store

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"
	"sync"
)

// A Memory is a store in memory, for tests and for trying a publish. Its readers see a whole commit or nothing of it.
type Memory struct {
	turn    sync.Mutex // held while a plan runs and commits
	mu      sync.Mutex // guards objects
	objects map[string][]byte
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{objects: map[string][]byte{}}
}

// Open implements [Reader].
func (m *Memory) Open(_ context.Context, name string) (Object, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.objects[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return memoryObject{bytes.NewReader(data)}, nil
}

// Size implements [Reader].
func (m *Memory) Size(_ context.Context, name string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.objects[name]
	if !ok {
		return 0, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return int64(len(data)), nil
}

// List implements [Reader].
func (m *Memory) List(_ context.Context, folder string) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	prefix := folder + "/"
	if folder == "." {
		prefix = ""
	}
	found := map[string]bool{}
	for name := range m.objects {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			first, _, deeper := strings.Cut(rest, "/")
			found[first] = found[first] || deeper
		}
	}
	entries := make([]Entry, 0, len(found))
	for name, isFolder := range found {
		entries = append(entries, Entry{Name: name, Folder: isFolder})
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name < entries[j].Name })
	return entries, nil
}

// Update implements [Store]. Waiting for another Update does not end with ctx.
func (m *Memory) Update(ctx context.Context, plan Plan) (bool, error) {
	m.turn.Lock()
	defer m.turn.Unlock()
	if err := ctx.Err(); err != nil {
		return false, err
	}
	change, err := plan(ctx, m)
	if err != nil || change == nil {
		return false, err
	}
	if err := change.check(); err != nil {
		return false, err
	}
	next := make(map[string][]byte, len(m.objects))
	for name, data := range m.objects {
		next[name] = data
	}
	for _, file := range change.files() {
		if err := putMemory(next, file); err != nil {
			return false, err
		}
	}
	for _, tree := range change.Head.Trees {
		if err := showMemory(next, tree); err != nil {
			return false, err
		}
	}
	for _, stale := range change.Stale {
		removeMemory(next, stale)
	}
	changed := !sameObjects(m.objects, next)
	m.mu.Lock()
	m.objects = next
	m.mu.Unlock()
	return changed, nil
}

func putMemory(objects map[string][]byte, file File) error {
	if file.Alias != "" {
		return nil
	}
	if file.Link != "" {
		data, ok := objects[file.Link]
		if !ok {
			return fmt.Errorf("link %s: %w", file.Name, &fs.PathError{Op: "open", Path: file.Link, Err: fs.ErrNotExist})
		}
		objects[file.Name] = data
		return nil
	}
	var b bytes.Buffer
	if err := file.copyTo(&b); err != nil {
		return fmt.Errorf("store %s: %w", file.Name, err)
	}
	objects[file.Name] = b.Bytes()
	return nil
}

func showMemory(objects map[string][]byte, tree Tree) error {
	shown := map[string][]byte{}
	for _, past := range tree.Past {
		for _, from := range []string{tree.Name + "/" + past.Name, past.From} {
			if data, ok := objects[from]; ok {
				shown[past.Name] = data
				break
			}
		}
	}
	for _, file := range slices.Concat(tree.Hashed, tree.Files) {
		data, ok := objects[tree.Folder+"/"+file]
		if !ok {
			return fmt.Errorf("switch %s: %s/%s: %w", tree.Name, tree.Folder, file, fs.ErrNotExist)
		}
		shown[file] = data
	}
	removeMemory(objects, tree.Name)
	for name, data := range shown {
		objects[tree.Name+"/"+name] = data
	}
	return nil
}

func removeMemory(objects map[string][]byte, name string) {
	for object := range objects {
		if object == name || strings.HasPrefix(object, name+"/") {
			delete(objects, object)
		}
	}
}

func sameObjects(a, b map[string][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for name, data := range a {
		other, ok := b[name]
		if !ok || !bytes.Equal(data, other) {
			return false
		}
	}
	return true
}

type memoryObject struct{ *bytes.Reader }

func (memoryObject) Close() error { return nil }
