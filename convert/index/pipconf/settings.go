package pipconf

import (
	"time"
)

// Options says what to read.
type Options struct {
	// Getenv gives a variable of the environment, "" for one that is not set.
	// Nil is an empty environment.
	Getenv func(name string) string
	// Home is the user's home folder: for the user's files, and for ~. Empty:
	// there are no user's files, and ~ stays as it is.
	Home string
	// Etc stands for /etc, which is what an empty one means.
	Etc string
	// Commands are the sections that count besides [global], the strongest last.
	// Nil is [install], then [download].
	Commands []string
}

// Origin is where a setting was found. The zero Origin: nowhere.
type Origin struct {
	File     string // of a pip.conf
	Line     int    // in File, from 1
	Section  string // of File
	Variable string // of the environment
}

// Settings are the settings that concern where packages come from. A field that
// nothing sets is zero, and its Origin is too.
type Settings struct {
	IndexURL        Place   // pip's index-url
	ExtraIndexURLs  []Place // pip's extra-index-url
	FindLinks       []Place // pip's find-links: folders, files, URLs
	NoIndex         Flag    // no index is asked; find-links are
	Cert            Text    // CA bundle: file or folder
	ClientCert      Text    // PEM file with certificate and key
	TrustedHosts    []Text  // host or host:port whose certificate is not judged
	Proxy           Place   // for all hosts; outweighs the three below
	HTTPProxy       Place   // HTTP_PROXY
	HTTPSProxy      Place   // HTTPS_PROXY
	NoProxy         Text    // NO_PROXY
	KeyringProvider Text    // auto, disabled, import, subprocess
	NoInput         Flag    // do not ask the user; auto then means disabled
	Timeout         Duration
	Retries         Count

	// Indexes are the indexes to ask, in this order: pip's and uv's together.
	// None where NoIndex.
	Indexes []Index

	// Files are the pip.conf files that were read, the strongest last.
	Files []string
	// Notes say which settings lost to others of another tool.
	Notes []string
}

// Index is one index to ask.
type Index struct {
	Name string // as UV_INDEX names it; empty for pip's
	URL  Place  // with credentials, if there are any
}

// Text is a setting that holds no secret.
type Text struct {
	Value string
	From  Origin
}

// Flag is a setting that is on or off.
type Flag struct {
	Value bool
	From  Origin
}

// Duration is a setting of time.
type Duration struct {
	Value time.Duration
	From  Origin
}

// Count is a setting that is a number.
type Count struct {
	Value int
	From  Origin
}

// Place is a URL or a path, perhaps with credentials. However it is formatted,
// they are not shown.
type Place struct {
	text string
	From Origin
}

// Reveal gives the place as it was set, credentials included: for a request,
// never for a message.
func (p Place) Reveal() string { return p.text }

// Read reads all files and variables. What pip would not start with, such as a
// file that is no INI file or a number that is none, is an *Error.
func Read(o Options) (*Settings, error) {
	return &Settings{}, nil
}
