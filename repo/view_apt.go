package repo

import (
	"fmt"
	"maps"
	"slices"

	"wain/repo/apt"
	"wain/repo/store"
)

// architectureAll is that of packages for every architecture. They are in each architecture's index, also in one
// that comes later, and in an index of their own for clients of architectures that the suite does not have.
const architectureAll = "all"

// renderApt renders a suite's indexes, Release and its signatures.
func renderApt(g *generation, s *suite, segments map[string]*segment, signer *Signer) (*view, error) {
	v := &view{}
	var vouched []apt.IndexFile
	architectures := slices.Sorted(maps.Keys(segments))
	for _, arch := range architectures {
		plain, packed := segments[arch].plain[0], segments[arch].members[0]
		if all := segments[architectureAll]; all != nil && arch != architectureAll {
			plain = slices.Concat(plain, all.plain[0])
			packed = slices.Concat(packed, all.members[0])
		}
		folder := "main/binary-" + arch
		for _, index := range []struct {
			name string
			data []byte
		}{{"Packages", plain}, {"Packages.gz", packed}} {
			hash := digest(index.data)
			hashed := folder + "/by-hash/SHA256/" + hash
			v.hashed = append(v.hashed, hashed)
			v.files = append(v.files,
				store.File{Name: hashed, Data: index.data},
				store.File{Name: folder + "/" + index.name, Link: hashed})
			vouched = append(vouched, apt.IndexFile{Path: folder + "/" + index.name, Size: int64(len(index.data)), SHA256: hash})
		}
	}
	release := apt.ReleaseFile(apt.Release{
		Origin: g.Origin, Label: g.Label, Suite: s.Name, Codename: s.Name, Date: s.Date,
		Architectures: architectures, Components: []string{"main"}, AcquireByHash: true, Files: vouched,
	})
	v.id = digest(release)
	v.files = append(v.files, store.File{Name: "Release", Data: release})
	if signer == nil {
		return v, nil
	}
	detached, err := signer.Detached(release, s.Date)
	if err != nil {
		return nil, fmt.Errorf("sign Release: %w", err)
	}
	clear, err := signer.Clear(release, s.Date)
	if err != nil {
		return nil, fmt.Errorf("sign InRelease: %w", err)
	}
	v.id = digest(clear)
	v.files = append(v.files,
		store.File{Name: "Release.gpg", Data: detached},
		store.File{Name: "InRelease", Data: clear})
	return v, nil
}
