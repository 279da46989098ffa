// Package index finds wheels and hands out verified ones.
//
// It reads find-links folders: the wheels directly in a folder, by their file
// names. Remote indexes will stand behind the same Index. Nothing is taken from
// a place that was not named, and no index is assumed.
//
// Work goes in three steps. Candidates tells what there is of a project; Choose
// picks the file for a target in pip's order of preference; Fetch opens it and
// hands it over only when its bytes have an allowed hash. The name of a file is
// believed for the choice alone, its bytes are believed after Fetch.
//
// An Index is safe for concurrent use.
//
// Specifications: binary distribution format, "File name convention"
// (https://packaging.python.org/en/latest/specifications/binary-distribution-format/);
// pip's --find-links (https://pip.pypa.io/en/stable/cli/pip_install/).
package index
