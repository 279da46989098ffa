// Package target knows what a release of a distribution offers to a Python
// application: package format, architectures and their names, glibc or musl,
// Python interpreters with the GIL or without, wheel tags, marker environment,
// shared libraries.
//
// A target is data: one YAML file a release under data/, embedded, each with a
// comment on where its figures are from. [Load] reads a file of the user's own
// in the same form; unknown keys and incomplete files are refused. The file's
// keys are the fields of the unexported type release.
//
// A target is named NAME[/ARCH][+pythonX.Y]: "debian12", "bookworm",
// "debian13/arm64", "el9+python3.12". NAME may be an alias; ARCH is spelled as
// Python, dpkg, rpm or Go spell it.
//
// Tags are those of the `packaging` library 26.3 for the CPython of the target
// on its C library; the marker environment is that of PEP 508 with
// platform_release and platform_version empty, as nobody knows the kernel that
// a package will meet.
//
// Dependencies on shared libraries are derived the way each format does it
// itself: for rpm, the names that rpm's own elfdeps gives, which need no table;
// for deb, package names with the minimum versions of the release's own
// symbols files. [Target.WithLibraries] adds what a user knows, [Target.Check]
// refuses what a release's library is too old for. data/refresh.py writes the
// tables; how they differ from what the distributions' tools say is in
// testdata/shlibdeps.golden and testdata/elfdeps.golden.
package target
