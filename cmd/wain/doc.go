// Wain turns Python applications into signed .deb and .rpm packages and
// publishes packages from signed apt and yum repositories.
//
// This package is the command line: flags, environment, terminal, hints and
// exit codes. A command is one file: newXCommand binds the flags, xOptions
// holds them, runX does the work with the libraries below.
//
// Results go to stdout, one a line or one JSON document with --json;
// everything else goes to stderr. Exit codes: 0 done or nothing to do,
// 1 failed, 2 usage, 3 a verification found a difference, 4 the name, version
// and architecture exist with other content, 130 interrupted.
package main
