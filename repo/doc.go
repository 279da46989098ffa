// Package repo publishes packages, ours or anybody's, as signed apt and yum repositories that are plain files, moves
// them between suites and back in time, and checks such repositories as a strict client would.
//
// # What is written
//
//	apt/dists/SUITE/            InRelease Release Release.gpg COMPONENT/binary-ARCH/{Packages.gz,by-hash/SHA256/…}
//	apt/pool/RELEASE/COMPONENT/ .deb files; all channels of a release share its pool
//	yum/SUITE/repodata/         repomd.xml repomd.xml.asc repomd.xml.key and hash-named primary, filelists, other
//	yum/SUITE/Packages/…        .rpm files
//	yum/SUITE/mirrorlist        the address of the newest generation, which never changes
//	key.asc key.gpg             the public keys, armored and binary
//	ORIGIN.sources ORIGIN.repo  client configuration
//	index.html suites.json      the repository for people, and for tools that know its address alone
//	.wain/                      the publisher's own state (see below)
//
// A suite is what a client subscribes to. apt/dists/SUITE and yum/SUITE/repodata are trees in the sense of package
// store: each shows one generation out of apt/generations/SUITE/ or yum/SUITE/generations/, and the hash-named files of
// generations before it: of the last three, and of all that were current within the last day. A suite that was adopted
// from another publisher keeps its place: BASE/dists/SUITE, or BASE/repodata.
//
// # What is guaranteed
//
//   - All given packages are read before anything is written; one bad package, one conflict, and nothing is.
//   - Publishing what is published changes not one byte.
//   - Other bytes under a published name, version and architecture are refused (*ExistsError), within a suite and,
//     for apt, within the pool that the suite shares with its channels; as long as a kept generation has them.
//   - Suites without a change are not written or signed again.
//   - A suite's date is the given time, but always later than its last one: apt ignores an older Release.
//   - The same packages published in the same steps at the same times give the same bytes.
//   - A package's file stays as long as a kept generation names it.
//
// # State
//
// .wain/head.json names the current generation and those that are kept. A generation, in .wain/generations/, lists the
// suites; a suite names its table, in .wain/tables/, and that its segments, in .wain/segments/: at most 256 packages or 4 MiB of texts
// each, spread by name within a component and architecture. A segment has the packages' facts, as JSON, and its parts:
// for each kind of index the packages' texts as a zstd frame and as a gzip member. An index is joined from such parts
// and never rendered or compressed anew, so one package more rewrites one segment, and looking for a conflict reads
// one. .wain/past/ says what trees still show of earlier generations, .wain/waiting/ what was added and not published.
//
// The files of the state never change, but for the head. The name of each begins with the number of the generation that
// it was made for: what no kept generation names, and whose number is decided, is nobody's, and is swept now and then.
// That needs no clock and no lock. Without its state, a repository is read again from its indexes and packages.
//
// This package reads no clock and no environment, holds no key, and never sees a private one: signing and
// verification are functions handed in.
//
// Formats: https://wiki.debian.org/DebianRepository/Format, createrepo_c(8), sources.list(5), dnf.conf(5).
package repo
