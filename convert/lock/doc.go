// Package lock reads what an application was locked to and gives the pins that
// hold on a target.
//
// A Lock answers one question, Select: which projects, at which version or from
// which place, with which allowed hashes, for this environment, these extras and
// these dependency groups. Formats that are flat filter what they list; formats
// that hold a graph walk it, behind the same method. Read tells a format by what
// is in a file, and by its name where that does not tell:
//
//   - requirements.txt, as pip reads it: encodings, continuation lines, comments,
//     variables, options, included files and constraints;
//   - pylock.toml, version 1 (PEP 751), by the steps of its specification;
//   - uv.lock, version 1, a graph;
//   - poetry.lock, flat since 2.1, before that a walk from pyproject.toml;
//   - pdm.lock, version 4;
//   - Pipfile.lock, version 6, its sections as groups.
//
// It is stricter than the tools that write these in what a package may be made
// of. Every pin is of one version or one place, every file of a pin has a hash
// by SHA-2, and a project may be pinned once in an environment. Source code, that
// is VCS, folders and -e, is a pin with an Origin, for which the user supplies a
// wheel; a requirements.txt, or the folder, must name its project. The project that a lock is of
// is no pin, but one of Lock.Own. A lock that is not meant for the target, and an
// extra or a group that it does not have, are errors. What one reader would take
// and another pass over (a key in another case, a name twice) is refused, or
// becomes a warning.
//
// Nothing is resolved, downloaded or looked up: the only files read are the
// lock, those it includes, and for some formats the pyproject.toml that it was
// made from. All problems of a lock are gathered in one *Error, each with its
// file and line, and with its column where the syntax is wrong. The bytes are
// foreign: sizes, depths and the number of keys are bounded, and no message
// shows the credentials of a URL or the value of a variable.
//
// Specifications: pip's requirements file format
// (https://pip.pypa.io/en/stable/reference/requirements-file-format/); hashes
// (https://pip.pypa.io/en/stable/topics/secure-installs/); pylock.toml
// (https://packaging.python.org/en/latest/specifications/pylock-toml/); PEP 508
// for the requirements themselves, in convert/pep. The other formats are what
// their tools write and export, which the tests hold them against.
package lock
