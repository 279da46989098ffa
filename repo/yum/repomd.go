package yum

import (
	"cmp"
	"strconv"
	"strings"

	"wain/repo/rpm"
)

// Repository is the content of repomd.xml.
type Repository struct {
	// Revision must never fall: EL 7 ignores an older one. Ours is a number;
	// others may write any text.
	Revision string
	// Tags is the element of that name as it stands in the file, for a
	// repository that was adopted; empty where there is none.
	Tags string
	// Data are the files, in the order of repomd.xml.
	Data []Data
}

// Data is one file that repomd.xml vouches for.
type Data struct {
	// Type is "primary", "filelists", "other" or another name; each occurs
	// once.
	Type string `json:"type"`
	// Checksum covers the file as stored, OpenChecksum its uncompressed
	// content, both hexadecimal. OpenChecksum is empty for a file that is
	// stored uncompressed.
	Checksum     string `json:"checksum"`
	OpenChecksum string `json:"open_checksum,omitempty"`
	// ChecksumType and OpenChecksumType name the algorithms; empty is sha256,
	// which is all that we make.
	ChecksumType     string `json:"checksum_type,omitempty"`
	OpenChecksumType string `json:"open_checksum_type,omitempty"`
	// Size is the length of the file as stored, OpenSize that of its
	// uncompressed content, in bytes; -1 where a foreign repomd.xml does not
	// say.
	Size     int64 `json:"size"`
	OpenSize int64 `json:"open_size,omitempty"`
	// Timestamp is in seconds since 1970.
	Timestamp int64 `json:"timestamp"`
	// Href is relative to the folder that holds repodata.
	Href string `json:"href"`
	// Base is the URL that Href is relative to instead (xml:base); empty
	// almost always. Such a file is not the repository's to keep.
	Base string `json:"base,omitempty"`
	// Raw is the whole element as it stood in the repomd.xml that it was read
	// from, with whatever we know nothing of. It is what [Repository.Render]
	// writes where it is not empty; the other fields are then as read.
	Raw string `json:"raw,omitempty"`
}

// Render returns repomd.xml as createrepo_c writes it.
func (r *Repository) Render() []byte {
	w := &writer{}
	w.raw(declaration, `<repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">`, "\n")
	w.element("  ", "revision", r.Revision)
	if r.Tags != "" {
		w.raw("  ", r.Tags, "\n")
	}
	for _, d := range r.Data {
		if d.Raw != "" {
			w.raw("  ", d.Raw, "\n")
		} else {
			d.render(w)
		}
	}
	w.raw("</repomd>\n")
	return w.b
}

func (d *Data) render(w *writer) {
	w.raw("  <data")
	w.attribute("type", d.Type)
	w.raw(">\n")
	writeChecksum(w, "checksum", d.ChecksumType, d.Checksum)
	if d.OpenChecksum != "" {
		writeChecksum(w, "open-checksum", d.OpenChecksumType, d.OpenChecksum)
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

func writeChecksum(w *writer, element, kind, value string) {
	w.raw("    <", element)
	w.attribute("type", cmp.Or(kind, "sha256"))
	w.raw(">", value, "</", element, ">\n")
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
