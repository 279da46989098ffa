package repo

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"

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

// renderYum renders a suite's metadata, repomd.xml and its signature. Each document is joined from its first line, the
// segments' records as they are stored, and its last line.
func renderYum(ctx context.Context, _ *generation, s *suite, t *table, l *loader, signer *Signer) (*view, error) {
	v := &view{}
	zstd := s.Config.zstd()
	var indexes []*index
	for i, kind := range kinds[formatYum] {
		indexes = append(indexes, &index{
			kind: kind, gzipped: !zstd, zstd: zstd,
			start: []byte(documents[i].start(t.packages())), end: []byte(documents[i].end),
		})
	}
	if err := l.join(ctx, t.Segments, indexes); err != nil {
		return nil, err
	}
	var vouched []yum.Data
	for _, x := range indexes {
		stored, ending := x.gz, ".xml.gz"
		if zstd {
			stored, ending = x.zst, ".xml.zst"
		}
		name := stored.sha256 + "-" + x.kind + ending
		v.addHashed(name, stored.data)
		vouched = append(vouched, yum.Data{
			Type: x.kind, Checksum: stored.sha256, OpenChecksum: x.sha256, Size: int64(len(stored.data)), OpenSize: x.size,
			Timestamp: s.Date.Unix(), Href: "repodata/" + name,
		})
	}
	for _, d := range s.Carried {
		name := path.Base(d.Href)
		v.hashed = append(v.hashed, name)
		v.carried = append(v.carried, name)
	}
	repomd := (&yum.Repository{
		Revision: strconv.FormatInt(s.Date.Unix(), 10), Tags: s.Tags, Data: slices.Concat(vouched, s.Carried),
	}).Render()
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
