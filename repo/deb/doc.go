// Package deb reads one Debian binary package: what an apt index says of it,
// and nothing else.
//
// [Read] takes what Packages needs, [Paths] the list of files for Contents.
//
// The file is read once, front to back, while its MD5, SHA1 and SHA256 are
// taken. Of its content only the control file is unpacked; the data member is
// hashed and passed over, so a package of any size costs the same few hundred
// kilobytes of memory.
//
// What is read (deb(5), deb-control(5)):
//
//   - an ar archive: "debian-binary" of format 2.x first, then one
//     control.tar, then one data.tar; each bare or in gz, xz, zst, bz2 or
//     lzma form; member names with and without the trailing slash;
//   - further members: any whose name begins with "_" (signatures) before the
//     data member, any at all after it;
//   - the file "control" or "./control" of the control member: one paragraph.
//
// What is refused, each with the rule's name in an [*Error]: an archive that
// ends early or has bytes behind its last member, a member that is damaged,
// missing or there twice, a data member whose first bytes are not those of
// the compression in its name, a control file without the fields that name a
// package, with a field twice, with a NUL byte or with a second paragraph, and
// names and versions that dpkg itself refuses.
//
// What cannot be noticed here: the data member is not inflated, so a flipped
// bit inside it goes unseen by Read; nothing in a .deb covers those bytes before they
// are unpacked. A file cut at any length is noticed, since ar records the
// length of each member.
package deb
