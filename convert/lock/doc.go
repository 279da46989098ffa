// Package lock reads what an application was locked to and gives the pins that
// hold on a target.
//
// A Lock answers one question, Select: which projects, at which version or from
// which URL, with which allowed hashes, for this environment, these extras and
// these dependency groups. Formats that are flat filter their lines; formats
// that hold a graph walk it, behind the same method.
//
// It reads requirements.txt as pip reads it: encodings, continuation lines,
// comments, variables, options, included files and constraints. It is stricter
// in what a package may be made of. Every requirement must be pinned, by ==,
// by === or by the URL or path of one wheel, and must have a hash; a project may
// be pinned once in an environment. What would have to be built first (-e, VCS,
// folders, source archives) is refused. Text that pip would silently ignore is
// refused or becomes a warning.
//
// Nothing is resolved, downloaded or looked up: the only files read are the
// lock and those it includes. All problems of a lock are gathered in one *Error,
// each with its file and line. The bytes are foreign: sizes are bounded, and no
// message shows the credentials of a URL or the value of a variable.
//
// Specifications: pip's requirements file format
// (https://pip.pypa.io/en/stable/reference/requirements-file-format/); hashes
// (https://pip.pypa.io/en/stable/topics/secure-installs/); PEP 508 for the
// requirements themselves, in convert/pep.
package lock
