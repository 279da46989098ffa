// Package index finds wheels, eggs and source archives, and hands out verified
// ones.
//
// It reads find-links places (folders, HTML files, pages of links, single files)
// and indexes (PEP 503 and 691; a folder of this host will do too). Nothing is
// taken from a place that was not named, and no index is assumed.
//
// Work goes in three steps. Candidates tells what there is of a project; Choose
// picks the file for a target in pip's order of preference; Fetch downloads it
// where need be, opens it, and hands it over only when its bytes have an allowed
// hash. The name of a file is believed for the choice alone, its bytes are
// believed after Fetch.
//
// Indexes are asked in their order, and the first that has a project brings all
// of its files; other answers than "absent" end the search, so that an index
// that is down never lets another one serve its names. A project that a later
// index has too is warned about, and can be assigned to one index. Yanked files
// (PEP 592) are taken last and with a warning, since one version is always asked
// for; quarantined projects (PEP 792) are refused; wheels with a linux_ platform
// tag are not taken from pages of the network, since nothing tells what systems
// they are for.
//
// A page is asked for once in a run, and not sent again when the cache has it
// still. A download goes into the cache, which processes share, is carried on
// where it broke off, and is tried again with growing pauses, or when the server
// says (Retry-After, up to a minute). Pages, files, pauses, redirects and the
// time without a byte are bounded. Where the index has the METADATA of a wheel
// (PEP 658) it must say what the wheel's own says, in the fields that pip
// compares. Attestations (PEP 740) are kept and reported, and not verified.
// Offline, the cache alone answers.
//
// Credentials in the URL of a place go with requests to its scheme, host and
// port, and nowhere else; no Candidate, error or warning shows them. Everything
// else about authentication is the Client's.
//
// An Index is safe for concurrent use. It reads no environment and no clock.
//
// Specifications: binary distribution format, "File name convention"
// (https://packaging.python.org/en/latest/specifications/binary-distribution-format/);
// simple repository API
// (https://packaging.python.org/en/latest/specifications/simple-repository-api/);
// pip's --find-links (https://pip.pypa.io/en/stable/cli/pip_install/).
package index
