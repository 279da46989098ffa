package venv

import (
	"cmp"
	"path/filepath"
	"slices"

	"wain/convert/wheel"
)

// record writes the RECORD of each wheel: what of it is installed, where, and
// with which bytes. Rows are sorted by path, which is relative to
// site-packages; RECORD lists itself without a hash. The links in /usr/bin are
// the package's, not the project's, and no row.
func (l *layout) record() {
	for _, i := range l.installed {
		own := i.distInfo("RECORD")
		slices.Sort(i.rows)
		rows := make([]wheel.Row, 0, len(i.rows))
		for _, p := range slices.Compact(i.rows) {
			if i.dropped[p] {
				continue
			}
			row := wheel.Row{Path: l.relative(p), Size: -1}
			if e := l.claims[p][0]; p != own {
				row.Algorithm, row.Digest, row.Size = "sha256", e.SHA256[:], e.Size
			}
			rows = append(rows, row)
		}
		slices.SortFunc(rows, func(a, b wheel.Row) int { return cmp.Compare(a.Path, b.Path) })
		e := made(own, 0o644, wheel.FormatRecord(rows))
		e.Origin = i.name
		l.claims[own][0].Entry = e
	}
}

// relative is a path as RECORD writes it. Both are absolute, so that there is
// always one.
func (l *layout) relative(p string) string {
	relative, err := filepath.Rel(l.site(), p)
	if err != nil {
		return p
	}
	return filepath.ToSlash(relative)
}
