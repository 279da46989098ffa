// Package sdist builds wheels of source distributions, with the host's tools:
// `pip wheel` or `uv build`. It is the only package below convert that runs
// programs, and it runs what the sdist says: a build executes foreign code with
// the rights of whoever builds.
//
// What it does about that:
//
//   - only the bytes with the expected SHA-256 are built, from a copy that is
//     hashed while it is made;
//   - the interpreter is asked what it is; it has to be the target's Python,
//     and the wheel that comes out has to be the project's, of the version, with
//     a tag that the target takes;
//   - the programs see an environment made here: of the caller's, only what
//     finds and steers compilers. No PIP_*, PYTHON*, UV_*, no credentials, a
//     home and a temporary folder of their own. No configuration file of pip or
//     uv is read;
//   - without Options.Network, they run in a network namespace that holds
//     nothing, where the kernel grants one ("namespace"), in a user namespace
//     wherever that is possible, so that root cannot step out either. Where it
//     does not, they are told to stay away from the network, which code that
//     wants to will not obey ("environment"). Built.Isolation says which. Sockets
//     in the file system are no network: those stay within reach;
//   - build requirements come, without Network, from Options.FindLinks alone;
//   - a build that is cancelled is killed with all it has started.
//
// It is no sandbox: files that the user may read or write, a build may too.
//
// # The cache
//
// Options.Cache/built/SHA256/PYTHON-PLATFORM holds the wheel and built.json,
// which says how it was made. The platform includes the version of libc, since
// what a compiler makes needs that of its host. What was made with the network
// lies apart. A lock keeps two processes from the same work, a rename makes it
// count, and the wheel's own hash is checked at every use: neither a kill nor a
// damaged file leaves anything that is taken for a wheel. The log of a build is
// kept beside it, bounded, whether the build succeeds or not.
//
// Specifications: source distributions
// (https://packaging.python.org/en/latest/specifications/source-distribution-format/),
// pip wheel (https://pip.pypa.io/en/stable/cli/pip_wheel/), uv build
// (https://docs.astral.sh/uv/reference/cli/#uv-build), reproducible builds'
// SOURCE_DATE_EPOCH.
package sdist
