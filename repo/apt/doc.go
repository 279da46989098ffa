// Package apt renders the text of an apt repository: a package's stanza in
// Packages, the Release file, pool paths; and compares versions as dpkg does.
//
// It is pure: values in, bytes out, with no clock, file or network. An index
// is the concatenation of its packages' stanzas in the order that the caller
// chooses, so stanzas can be rendered once, kept, grouped and compressed apart.
//
// Formats: https://wiki.debian.org/DebianRepository/Format, deb822(5),
// deb-version(7). The reference for what a stanza holds is apt-ftparchive(1).
package apt
