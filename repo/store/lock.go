package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A lock is the right to change a folder. The kernel drops it with the process that holds it.
type lock struct {
	file *os.File
	made []string // what did not exist before: the lock's folders and file, outermost first
}

// acquire waits for the folder's lock and makes the folder where there is none.
func (f *Folder) acquire(ctx context.Context) (*lock, error) {
	path := filepath.Join(f.dir, filepath.FromSlash(lockName))
	for vanished := 0; ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l, err := f.openLock(path)
		if errors.Is(err, fs.ErrNotExist) && vanished < 100 {
			vanished++ // a first publisher that had nothing to commit took its folder away again
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("lock repository %s: %w", f.dir, err)
		}
		if err := f.wait(ctx, l.file); err != nil {
			return nil, fmt.Errorf("lock repository %s: %w", f.dir, err)
		}
		if l.held() {
			return l, nil
		}
		l.file.Close() // the holder before us removed the file that we waited for
	}
}

// held reports whether the file that is locked is the one that others would lock.
func (l *lock) held() bool {
	ours, err := l.file.Stat()
	if err != nil {
		return false
	}
	now, err := os.Stat(l.file.Name())
	return err == nil && os.SameFile(ours, now)
}

func (f *Folder) openLock(path string) (*lock, error) {
	made, err := makeFolder(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	// Locks on NFS need a file open for writing; a member of the group that may only read it still locks elsewhere.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err == nil {
		return &lock{file: file, made: append(made, path)}, nil
	}
	if errors.Is(err, fs.ErrExist) {
		file, err = os.OpenFile(path, os.O_RDWR, 0)
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS) {
			file, err = os.Open(path)
		}
	}
	if err != nil {
		return nil, err
	}
	return &lock{file: file, made: made}, nil
}

// wait takes the lock on file, which it closes if it fails.
func (f *Folder) wait(ctx context.Context, file *os.File) error {
	err := flock(file, unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return nil
	}
	if !errors.Is(err, unix.EWOULDBLOCK) {
		file.Close()
		return err
	}
	if f.options.Waiting != nil {
		f.options.Waiting()
	}
	done := make(chan error, 1)
	go func() { done <- flock(file, unix.LOCK_EX) }()
	select {
	case err := <-done:
		if err != nil {
			file.Close()
		}
		return err
	case <-ctx.Done():
		go func() { // the call cannot be broken off: it gets the lock some time and gives it back
			<-done
			file.Close()
		}()
		return ctx.Err()
	}
}

func flock(file *os.File, how int) error {
	for {
		err := unix.Flock(int(file.Fd()), how)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// release gives the lock back. Unless something was committed, it takes away what acquire had to make.
func (l *lock) release(committed bool) {
	if !committed {
		removeMade(l.made)
	}
	l.file.Close()
}
