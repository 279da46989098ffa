package convert

import (
	"context"
	"fmt"

	"wain/convert/elf"
	"wain/convert/pack"
	"wain/convert/venv"
)

// libraries reads the ELF files of trees, each content once a run.
type libraries struct {
	read map[[32]byte]*elf.Object // nil: not an ELF file
}

func newLibraries() *libraries { return &libraries{read: map[[32]byte]*elf.Object{}} }

// objects reads every ELF file of a staged tree, in the tree's order. A file
// that begins like ELF and is none is data: it is noted, and has no needs.
func (l *libraries) objects(ctx context.Context, stage *pack.Stage, entries []venv.Entry, n *notes) ([]*elf.Object, error) {
	var objects []*elf.Object
	for i := range entries {
		e := &entries[i]
		if !e.Mode.IsRegular() || e.Origin == "" {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		object, known := l.read[e.SHA256]
		if !known {
			var err error
			if object, err = readObject(stage, e, n); err != nil {
				return nil, err
			}
			l.read[e.SHA256] = object
		}
		if object != nil {
			here := *object
			here.Path, here.Origin = e.Path, e.Origin
			objects = append(objects, &here)
		}
	}
	return objects, nil
}

// readObject reads one staged file; nil stands for what is no ELF file.
func readObject(stage *pack.Stage, e *venv.Entry, n *notes) (*elf.Object, error) {
	magic, err := stage.Magic(e)
	if err != nil || !elf.Is(magic) {
		return nil, err
	}
	body, err := stage.Open(e)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	object, err := elf.Read(e.Path, body)
	if err != nil {
		n.add(fmt.Sprintf("%s begins like an ELF file and is taken for data: %s", e.Path, err))
		return nil, nil
	}
	return object, nil
}
