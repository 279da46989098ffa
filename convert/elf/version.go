package elf

import (
	"debug/elf"
	"math"
)

// verneed is Elf32_Verneed and Elf64_Verneed, which are the same: one library
// whose symbol versions are needed.
type verneed struct {
	Version uint16 // of this structure: 1
	Count   uint16 // of vernaux
	File    uint32 // its soname, in the string table
	Aux     uint32 // the first vernaux, from here in bytes
	Next    uint32 // the next verneed, from here in bytes; 0 at the end
}

// vernaux is Elf32_Vernaux and Elf64_Vernaux: one needed version.
type vernaux struct {
	Hash  uint32
	Flags uint16
	Other uint16
	Name  uint32 // in the string table
	Next  uint32 // the next vernaux, from here in bytes; 0 at the end
}

// verFlagWeak marks a version all of whose symbols are weak references
// (VER_FLG_WEAK): the loader goes on without it.
const verFlagWeak = 0x2

// versions walks the table of needed symbol versions, by soname. Both of its
// levels are chains of relative offsets, which can only lead forward; the
// number of steps is bounded besides.
func (d *dynamic) versions() (map[string][]string, error) {
	if !d.has(elf.DT_VERNEED) {
		return nil, nil
	}
	at, _, err := d.offset(d.value(elf.DT_VERNEED))
	if err != nil {
		return nil, err
	}
	list := map[string][]string{}
	left := maxVersions
	for n := uint64(0); n < d.value(elf.DT_VERNEEDNUM); n++ {
		var need verneed
		if err := d.decode(at, &need); err != nil {
			return nil, err
		}
		if need.Version != 1 {
			return nil, malformedf("a version table of kind %d, want 1", need.Version)
		}
		if left -= 1 + int(need.Count); left < 0 {
			return nil, malformedf("more than %d symbol versions", maxVersions)
		}
		soname, err := d.string(uint64(need.File))
		if err != nil {
			return nil, err
		}
		names, err := d.auxiliaries(at, need)
		if err != nil {
			return nil, err
		}
		if len(names) > 0 {
			list[soname] = sortedSet(append(list[soname], names...))
		}
		if need.Next == 0 {
			break
		}
		if at, err = forward(at, need.Next); err != nil {
			return nil, err
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	return list, nil
}

// auxiliaries gives the versions needed of one library.
func (d *dynamic) auxiliaries(at uint64, need verneed) ([]string, error) {
	if need.Count == 0 {
		return nil, nil
	}
	at, err := forward(at, need.Aux)
	if err != nil {
		return nil, err
	}
	var names []string
	for range need.Count {
		var aux vernaux
		if err := d.decode(at, &aux); err != nil {
			return nil, err
		}
		if aux.Flags&verFlagWeak == 0 {
			name, err := d.string(uint64(aux.Name))
			if err != nil {
				return nil, err
			}
			names = append(names, name)
		}
		if aux.Next == 0 {
			break
		}
		if at, err = forward(at, aux.Next); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// forward steps from one structure of the file to the next.
func forward(at uint64, step uint32) (uint64, error) {
	if at > math.MaxInt64-uint64(step) {
		return 0, malformed("the version table leads out of the file")
	}
	return at + uint64(step), nil
}
