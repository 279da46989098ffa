package convert

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"wain/convert/elf"
	"wain/convert/venv"
)

// libraries reads the ELF files of trees, each content once a run.
type libraries struct {
	mu   sync.Mutex
	read map[[32]byte]*elf.Object // nil: not an ELF file
}

func newLibraries() *libraries { return &libraries{read: map[[32]byte]*elf.Object{}} }

// objects reads every ELF file of a tree, in the tree's order. A file that
// begins like ELF and is none is data: it is noted, and has no needs.
func (l *libraries) objects(ctx context.Context, entries []venv.Entry, jobs int, n *notes) ([]*elf.Object, error) {
	found := make([]*elf.Object, len(entries))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	for i, e := range entries {
		if !e.Mode.IsRegular() || e.Origin == "" {
			continue
		}
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			object, err := l.object(e, n)
			found[i] = object
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var objects []*elf.Object
	for _, o := range found {
		if o != nil {
			objects = append(objects, o)
		}
	}
	return objects, nil
}

func (l *libraries) object(e venv.Entry, n *notes) (*elf.Object, error) {
	l.mu.Lock()
	object, known := l.read[e.SHA256]
	l.mu.Unlock()
	if !known {
		var err error
		if object, err = readObject(e, n); err != nil {
			return nil, err
		}
		l.mu.Lock()
		l.read[e.SHA256] = object
		l.mu.Unlock()
	}
	if object == nil {
		return nil, nil
	}
	here := *object
	here.Path = e.Path
	return &here, nil
}

func readObject(e venv.Entry, n *notes) (*elf.Object, error) {
	body, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var prefix [4]byte
	switch _, err := io.ReadFull(body, prefix[:]); {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return nil, nil
	case err != nil:
		return nil, err
	case !elf.Is(prefix[:]):
		return nil, nil
	}
	whole := bytes.NewBuffer(make([]byte, 0, e.Size+bytes.MinRead))
	whole.Write(prefix[:])
	if _, err := whole.ReadFrom(body); err != nil {
		return nil, err
	}
	object, err := elf.Read(e.Path, bytes.NewReader(whole.Bytes()))
	if err != nil {
		n.add(fmt.Sprintf("%s begins like an ELF file and is taken for data: %s", e.Path, err))
		return nil, nil
	}
	return object, nil
}
