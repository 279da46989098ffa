// Package pack writes one .deb or .rpm from a tree of entries and metadata.
//
// A [Spec] says everything about a package; [Write] checks it, cleans its
// texts and writes the file. The bodies of the files come from a [Stage], a
// folder where every content of a run is kept once, under its SHA-256,
// whichever target or package it is for.
//
// What it writes:
//
//   - deb: Debian policy 4.7, https://www.debian.org/doc/debian-policy/, as
//     deb(5), deb-control(5) and deb-md5sums(5) describe the file;
//   - rpm: the version 4 format,
//     https://rpm-software-management.github.io/rpm/manual/format_v4.html;
//   - /usr/share/doc/PACKAGE/copyright: DEP-5,
//     https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/;
//   - maintainer scripts, from the fixed texts in scripts/.
//
// What it guarantees:
//
//   - the same Spec gives the same bytes, on any host, at any time, with any
//     number of processors; a signature only has to be deterministic itself;
//   - every file in the package has the content that its entry promises: it is
//     hashed while it is staged;
//   - every directory of the tree is in the package: nothing is left behind;
//   - no text from a wheel reaches a script, or makes a control field of its own;
//   - bytecode never outlives its source, whatever Python wrote at run time:
//     see scripts/wipe.sh and its neighbours.
//
// What it refuses, all issues of a Spec at once, as a [SpecError]: names,
// versions, architectures and relations outside the format's grammar, paths
// that are not clean or lie outside the package's places, set-id and
// group-writable modes, bytecode in the tree, more than the format can hold.
//
// The file formats themselves are nfpm's work. It is used through its library
// for what it does well and kept from what it does by default: it sees a fresh
// value each time, versions as they are, every mode, owner, size and time
// stamp spelled out, and no pattern to expand. It holds a whole package in
// memory.
package pack
