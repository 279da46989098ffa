// Package pipconf reads where pip and uv have been told to look for packages.
//
// [Read] gives the settings that pip would use for the same files and the same
// variables: pip.conf in all its places, the file that PIP_CONFIG_FILE names,
// and the variables PIP_*. It reads no environment and knows no folder by
// itself: all of that is handed in.
//
// A setting knows where it came from, for messages. URLs may hold credentials:
// a [Place] shows itself without them, and hands them out by Reveal alone.
//
// Specifications: pip's configuration
// (https://pip.pypa.io/en/stable/topics/configuration/); Python's configparser,
// RawConfigParser with its defaults; uv's variables
// (https://docs.astral.sh/uv/reference/environment/).
package pipconf
