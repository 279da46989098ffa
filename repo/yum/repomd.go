package yum

import (
	"strconv"
	"strings"

	"wain/repo/rpm"
)

// Data is one file that repomd.xml vouches for.
type Data struct {
	// Type is "primary", "filelists", "other" or another name; each occurs
	// once.
	Type string
	// Checksum is the SHA-256 of the file as stored, OpenChecksum that of
	// its uncompressed content, both hexadecimal. OpenChecksum is empty for
	// a file that is stored uncompressed.
	Checksum, OpenChecksum string
	// Size is the length of the file as stored, OpenSize that of its
	// uncompressed content, in bytes.
	Size, OpenSize int64
	// Timestamp is in seconds since 1970.
	Timestamp int64
	// Href is relative to the folder that holds repodata.
	Href string
}

// Repomd renders repomd.xml, with the files in the given order. The revision
// must never fall: EL 7 ignores an older one.
func Repomd(revision int64, data []Data) []byte {
	w := &writer{}
	w.raw(declaration, `<repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">`, "\n")
	w.element("  ", "revision", strconv.FormatInt(revision, 10))
	for _, d := range data {
		w.raw("  <data")
		w.attribute("type", d.Type)
		w.raw(">\n")
		w.raw(`    <checksum type="sha256">`, d.Checksum, "</checksum>\n")
		if d.OpenChecksum != "" {
			w.raw(`    <open-checksum type="sha256">`, d.OpenChecksum, "</open-checksum>\n")
		}
		w.raw("    <location")
		w.attribute("href", d.Href)
		w.raw("/>\n")
		w.element("    ", "timestamp", strconv.FormatInt(d.Timestamp, 10))
		w.element("    ", "size", strconv.FormatInt(d.Size, 10))
		if d.OpenChecksum != "" {
			w.element("    ", "open-size", strconv.FormatInt(d.OpenSize, 10))
		}
		w.raw("  </data>\n")
	}
	w.raw("</repomd>\n")
	return w.b
}

// PoolPath returns where a package lives, relative to the folder that holds
// repodata: Packages/p/FILE. A package with an epoch lies one folder deeper
// ("epoch-1/"), since its file name does not say it.
func PoolPath(p *rpm.Package) string {
	path := "Packages/" + strings.ToLower(p.Name[:1]) + "/"
	if p.Epoch != 0 {
		path += "epoch-" + strconv.FormatUint(uint64(p.Epoch), 10) + "/"
	}
	return path + p.FileName()
}
