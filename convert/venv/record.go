package venv

import (
	"encoding/base64"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// record claims the RECORD of each wheel: what of it is installed, where, and
// with which bytes. Rows are sorted by path, which is relative to
// site-packages; RECORD lists itself without a hash.
func (l *layout) record() {
	for _, i := range l.installed {
		own := i.distInfo("RECORD")
		rows := []string{l.relative(own) + ",,\n"}
		slices.Sort(i.rows)
		for _, p := range slices.Compact(i.rows) {
			e := l.claims[p][0]
			digest := base64.RawURLEncoding.EncodeToString(e.SHA256[:])
			rows = append(rows, fmt.Sprintf("%s,sha256=%s,%d\n", l.relative(p), digest, e.Size))
		}
		slices.Sort(rows)
		e := made(own, 0o644, []byte(strings.Join(rows, "")))
		e.Origin = i.name
		l.claim(claim{Entry: e, by: i})
	}
}

// relative is a path as RECORD writes it.
func (l *layout) relative(p string) string {
	relative, err := filepath.Rel(l.site(), p)
	if err != nil {
		panic(err) // both are absolute
	}
	return quote(relative)
}

// quote is CSV as Python's csv module writes it by default.
func quote(field string) string {
	if strings.ContainsAny(field, ",\"\r\n") {
		return `"` + strings.ReplaceAll(field, `"`, `""`) + `"`
	}
	return field
}
