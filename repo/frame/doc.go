// Package frame compresses and uncompresses the files of a repository.
//
// What it writes are gzip members and zstd frames, each complete in itself:
// joined end to end they read as the joined data, in apt, dnf and zypper of
// every version measured and in this package. So an index can be joined from
// parts that were compressed once and kept. That does not hold for xz, which
// is therefore read and never written.
//
// It is pure: the same data gives the same bytes, with no name, no time and
// no dependence on what was compressed before or on the machine.
//
// What it reads is bounded by a length that the caller knows, and whatever is
// cut, damaged or followed by other bytes is an error.
//
// Formats: RFC 1952 (gzip), RFC 8878 (zstd).
package frame
