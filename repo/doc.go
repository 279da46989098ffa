// Package repo publishes packages, ours or anybody's, as signed apt and yum repositories that are plain files, and
// checks such repositories as a strict client would.
//
// # What is written
//
//	apt/dists/SUITE/            InRelease Release Release.gpg main/binary-ARCH/{Packages,Packages.gz,by-hash/SHA256/…}
//	apt/pool/RELEASE/main/…     .deb files; all channels of a release share its pool
//	yum/SUITE/repodata/         repomd.xml repomd.xml.asc repomd.xml.key and hash-named primary, filelists, other
//	yum/SUITE/Packages/…        .rpm files
//	key.asc key.gpg             the public key, armored and binary
//	ORIGIN.sources ORIGIN.repo  client configuration
//	.wain/                      the publisher's own state (see below)
//
// A suite is what a client subscribes to. apt/dists/SUITE and yum/SUITE/repodata are trees in the sense of package
// store: each shows one generation out of apt/generations/SUITE/ or yum/SUITE/generations/, and all hash-named files
// of the generations before it: of the last three at least, and of all that were current within the last day.
//
// # What is guaranteed
//
//   - All given packages are read before anything is written; one bad package, one conflict, and nothing is.
//   - Publishing what is published changes not one byte.
//   - Other bytes under a published name, version and architecture are refused (*ExistsError), within a suite and,
//     for apt, within the pool that the suite shares with its channels.
//   - Suites without a change are not written or signed again.
//   - A suite's date is the given time, but always later than its last one: apt ignores an older Release.
//   - The same packages published in the same steps at the same times give the same bytes.
//
// # State
//
// .wain/head.json names the current generation, a file in .wain/generations/; that lists the suites and, by content,
// the segments of each in .wain/segments/: the packages with what every index says of them, as text in one gzip
// member for each kind of index. An index is joined from such members, so publishing neither reads old packages nor
// renders or compresses anew what did not change. A suite has one segment for each architecture (apt), or one (yum).
//
// This package reads no clock and no environment, holds no key, and never sees a private one: signing and
// verification are functions handed in.
//
// Formats: https://wiki.debian.org/DebianRepository/Format, createrepo_c(8), sources.list(5), dnf.conf(5).
package repo
