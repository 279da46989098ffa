package repo

import (
	"fmt"
	"slices"

	"wain/repo/apt"
	"wain/repo/store"
	"wain/repo/yum"
)

// documents frame the records of each kind, in the order of kinds[formatYum].
var documents = []struct {
	start func(packages int) string
	end   string
}{
	{yum.PrimaryStart, yum.PrimaryEnd},
	{yum.FilelistsStart, yum.FilelistsEnd},
	{yum.OtherStart, yum.OtherEnd},
}

// renderYum renders a suite's metadata, repomd.xml and its signature. Each document is three gzip members: its first
// line, the segment's records as they are stored, its last line.
func renderYum(_ *generation, s *suite, segments map[string]*segment, signer *Signer) (*view, error) {
	v := &view{}
	seg := segments[""]
	var vouched []yum.Data
	for i, kind := range kinds[formatYum] {
		start, end := []byte(documents[i].start(len(seg.Packages))), []byte(documents[i].end)
		plain := slices.Concat(start, seg.plain[i], end)
		packed := slices.Concat(apt.Gzip(start), seg.members[i], apt.Gzip(end))
		hash := digest(packed)
		name := hash + "-" + kind + ".xml.gz"
		v.hashed = append(v.hashed, name)
		v.files = append(v.files, store.File{Name: name, Data: packed})
		vouched = append(vouched, yum.Data{
			Type: kind, Checksum: hash, OpenChecksum: digest(plain), Size: int64(len(packed)), OpenSize: int64(len(plain)),
			Timestamp: s.Date.Unix(), Href: "repodata/" + name,
		})
	}
	repomd := yum.Repomd(s.Date.Unix(), vouched)
	v.id = digest(repomd)
	if signer != nil {
		detached, err := signer.Detached(repomd, s.Date)
		if err != nil {
			return nil, fmt.Errorf("sign repomd.xml: %w", err)
		}
		v.id = digest(slices.Concat(repomd, detached))
		v.files = append(v.files,
			store.File{Name: "repomd.xml.key", Data: signer.PublicArmored},
			store.File{Name: "repomd.xml.asc", Data: detached})
	}
	v.files = append(v.files, store.File{Name: "repomd.xml", Data: repomd})
	return v, nil
}
