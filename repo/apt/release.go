package apt

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Release is the content of a suite's Release file. Empty fields are left
// out; control characters in values become blanks.
type Release struct {
	Origin, Label, Suite, Codename, Version, Description string
	// Date is written in UTC, to the second. ValidUntil is left out when it
	// is zero.
	Date, ValidUntil          time.Time
	Architectures, Components []string
	// NotAutomatic and ButAutomaticUpgrades lower the suite's priority in
	// apt's eyes (apt_preferences(5)).
	NotAutomatic, ButAutomaticUpgrades bool
	// AcquireByHash tells clients that by-hash paths exist beside the files.
	AcquireByHash bool
	// SignedBy are fingerprints of the keys that clients are to accept from
	// now on, 40 hexadecimal digits each. Version 6 keys have longer ones,
	// which no apt was seen to understand here: the field is left out where
	// there is any.
	SignedBy []string
	// Files are the indexes. The uncompressed form of each must be among
	// them, even where only compressed forms are stored: a client that
	// misses it sees an empty repository.
	Files []IndexFile
}

// IndexFile is one index that a Release file vouches for.
type IndexFile struct {
	// Path is relative to the folder of the Release file.
	Path string
	// Size is in bytes.
	Size int64
	// SHA256 is hexadecimal, and so are the others; those that are empty
	// are left out.
	SHA256, MD5, SHA1, SHA512 string
}

// ReleaseFile renders r as "apt-ftparchive release" does: fields by name, then
// one block a digest, in each the files by path.
func ReleaseFile(r Release) []byte {
	var b bytes.Buffer
	for _, f := range []struct{ name, value string }{
		{"Acquire-By-Hash", yes(r.AcquireByHash)},
		{"Architectures", strings.Join(r.Architectures, " ")},
		{"ButAutomaticUpgrades", yes(r.ButAutomaticUpgrades)},
		{"Codename", r.Codename},
		{"Components", strings.Join(r.Components, " ")},
		{"Date", date(r.Date)},
		{"Description", r.Description},
		{"Label", r.Label},
		{"NotAutomatic", yes(r.NotAutomatic)},
		{"Origin", r.Origin},
		{"Signed-By", signedBy(r.SignedBy)},
		{"Suite", r.Suite},
		{"Valid-Until", date(r.ValidUntil)},
		{"Version", r.Version},
	} {
		if value := oneLine(f.value); value != "" {
			fmt.Fprintf(&b, "%s: %s\n", f.name, value)
		}
	}
	files := slices.SortedFunc(slices.Values(r.Files), func(a, b IndexFile) int { return cmp.Compare(a.Path, b.Path) })
	writeDigests(&b, "MD5Sum", files, func(f IndexFile) string { return f.MD5 })
	writeDigests(&b, "SHA1", files, func(f IndexFile) string { return f.SHA1 })
	writeDigests(&b, "SHA256", files, func(f IndexFile) string { return f.SHA256 })
	writeDigests(&b, "SHA512", files, func(f IndexFile) string { return f.SHA512 })
	return b.Bytes()
}

// writeDigests writes one block, if any file has that digest.
func writeDigests(b *bytes.Buffer, name string, files []IndexFile, digest func(IndexFile) string) {
	if !slices.ContainsFunc(files, func(f IndexFile) bool { return digest(f) != "" }) {
		return
	}
	fmt.Fprintf(b, "%s:\n", name)
	for _, f := range files {
		if d := digest(f); d != "" {
			fmt.Fprintf(b, " %s %16d %s\n", d, f.Size, f.Path)
		}
	}
}

// date is RFC 5322's form with a numeric zone, which every apt reads.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC1123Z)
}

// signedBy joins fingerprints, unless there is a longer one: to name only
// the others would shut that key's signatures out.
func signedBy(fingerprints []string) string {
	for _, f := range fingerprints {
		if len(f) != 40 {
			return ""
		}
	}
	return strings.ToUpper(strings.Join(fingerprints, ", "))
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// oneLine keeps a value from becoming more than one field.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s))
}
