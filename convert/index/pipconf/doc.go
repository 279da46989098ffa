// Package pipconf reads where pip and uv have been told to look for packages.
//
// [Read] gives the settings that pip would use for the same files and the same
// variables. Later ones win:
//
//  1. pip/pip.conf in each folder of XDG_CONFIG_DIRS, then /etc/pip.conf;
//  2. ~/.pip/pip.conf, then pip/pip.conf in XDG_CONFIG_HOME or ~/.config, unless
//     PIP_CONFIG_FILE names a file that exists;
//  3. pip.conf in VIRTUAL_ENV or CONDA_PREFIX;
//  4. PIP_CONFIG_FILE; the null device shuts all files out;
//  5. the variables PIP_*.
//
// Whatever the file, [global] gives way to [install], and that to [download]:
// wain downloads what pip would install, and a team has written its index into
// either. [wheel] and the others are for other work. An empty value counts for
// nothing, and a list replaces a list.
//
// uv's variables of indexes are read as well. UV_DEFAULT_INDEX takes the place
// of pip's index-url, UV_INDEX that of extra-index-url and comes first, as in
// uv; a note tells what has lost. uv's files are not read.
//
// Four things differ from pip. A variable must be in capitals, as pip documents
// them. PIP_TIMEOUT and PIP_INDEX_URL win over PIP_DEFAULT_TIMEOUT and
// PIP_PYPI_URL, where pip takes the one that stands later in the environment.
// Another user's home (~name) is not looked up. And files are in UTF-8, whatever
// the locale says.
//
// The package reads no environment and knows no home folder: both are handed
// in. A setting knows where it came from, for messages. URLs may hold
// credentials: a [Place] shows itself without them, and hands them out by Reveal
// alone.
//
// Specifications: pip's configuration
// (https://pip.pypa.io/en/stable/topics/configuration/); Python's configparser,
// RawConfigParser with its defaults; uv's variables
// (https://docs.astral.sh/uv/reference/environment/).
package pipconf
