package pipconf

import "time"

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

// Settings are the settings that concern where packages come from. A field that
// nothing sets is zero, and its Origin is too.
type Settings struct {
	IndexURL        Place    // pip's index-url
	ExtraIndexURLs  []Place  // pip's extra-index-url
	FindLinks       []Place  // pip's find-links: folders, files, URLs
	NoIndex         Flag     // no index is asked; find-links are
	Cert            Text     // file or folder of authorities: REQUESTS_CA_BUNDLE, else CURL_CA_BUNDLE, else pip's cert
	ClientCert      Text     // PEM file with certificate and key: pip's client-cert, else SSL_CLIENT_CERT
	TrustedHosts    []Text   // host or host:port whose certificate is not judged
	Proxy           Place    // for all hosts; outweighs the three below
	HTTPProxy       Place    // http_proxy or HTTP_PROXY, else all_proxy or ALL_PROXY
	HTTPSProxy      Place    // https_proxy or HTTPS_PROXY, else all_proxy or ALL_PROXY
	NoProxy         Text     // no_proxy or NO_PROXY
	Netrc           Text     // path: NETRC, else .netrc or _netrc in the home folder, where there is one
	KeyringProvider Text     // auto, disabled, import or subprocess
	NoInput         Flag     // nobody is there to ask, so an auto keyring is none
	Timeout         Duration // of a connection and of each pause; zero where set: none
	Retries         Count    // of a request; below zero is none too

	// Indexes are the indexes to ask, in this order, pip's and uv's together:
	// those of UV_INDEX and UV_EXTRA_INDEX_URL or else, after the next, pip's
	// extra-index-url; that of UV_DEFAULT_INDEX, of UV_INDEX_URL or else pip's
	// index-url. None where NoIndex. No index is assumed where none is set.
	Indexes []Index

	// Files are the pip.conf files that were read, the strongest last.
	Files []string
	// Notes say what was passed over that a user may miss, one a line.
	Notes []string
}

// Index is one index to ask.
type Index struct {
	Name string // as UV_INDEX has it in NAME=URL; empty otherwise
	URL  Place  // with its credentials, if there are any
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
