// Package yum renders the metadata of a yum repository: a package's records
// in primary, filelists and other, the documents that join them, and
// repomd.xml.
//
// It is pure: values in, bytes out, with no clock, file or network. A document
// is a first line, its packages' records in the order that the caller
// chooses, and a last line, so records can be rendered once, kept, grouped
// and compressed apart.
//
// The reference is createrepo_c 0.17, byte for byte, with these differences:
//
//   - <time file> is the package's build time, not its file's: two runs over
//     the same packages give the same bytes;
//   - text that XML cannot hold is cleaned (control characters dropped, what
//     is not UTF-8 read as Latin-1), where createrepo_c leaves out the package.
//
// Formats: http://linux.duke.edu/metadata/{repo,common,filelists,other}, which
// have no specification but createrepo_c and libsolv.
package yum
