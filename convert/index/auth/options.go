package auth

import (
	"context"
	"fmt"
	"time"
)

// Options says who is asked and what may be shown to them.
type Options struct {
	// Places are the URLs that the user has named, credentials included: indexes,
	// pages of links, files. What is no http or https URL counts for nothing. An
	// earlier one wins where two fit equally well.
	Places []string
	// Netrc is the path of a netrc file; empty, or a file that does not exist: none.
	Netrc string
	// Keyring is asked once a server has answered 401; nil: there is none.
	Keyring Keyring
	// CABundle is a PEM file, or a folder of them, with authorities to believe
	// besides the system's, as pip does since 24.2.
	CABundle string
	// ClientCert is a PEM file with the client's certificate, those that lead to
	// its authority, and its key unless ClientKey names another file.
	ClientCert, ClientKey string
	// TrustedHosts are host or host:port. Their certificates are not judged, and
	// they are sent credentials over connections that are not encrypted.
	TrustedHosts []string
	// Proxy serves all hosts. Without it the three of the environment hold, which
	// do not serve this machine itself.
	Proxy                          string
	HTTPProxy, HTTPSProxy, NoProxy string
	// Timeout bounds connecting, agreeing on encryption, and the wait for the head
	// of an answer. Zero is 15 seconds, as in pip; below zero there is no bound.
	Timeout time.Duration
	// UserAgent is sent with each request that has none.
	UserAgent string
	// Warn takes what the user should know and no error tells, each message once;
	// may be nil. Calls do not overlap.
	Warn func(message string)
}

// String tells how many places there are, and shows none: some hold credentials.
func (o Options) String() string { return fmt.Sprintf("auth.Options of %d places", len(o.Places)) }

// GoString is String, for %#v.
func (o Options) GoString() string { return o.String() }

// Keyring looks credentials up for place, which is an index's URL or a
// host[:port]; user is empty if it is not known. Nothing found is two empty
// strings and no error.
type Keyring func(ctx context.Context, place, user string) (username, password string, err error)

// OptionError reports an option that no client can be made with.
type OptionError struct {
	Option string // CABundle, ClientCert, ClientKey, Proxy, HTTPProxy, HTTPSProxy
	File   string // that was read; empty for a proxy
	Err    error
}

func (e *OptionError) Error() string {
	subject := map[string]string{
		"CABundle": "read certificate authorities", "ClientCert": "read client certificate", "ClientKey": "read key of client certificate",
		"Proxy": "use proxy", "HTTPProxy": "use proxy for http", "HTTPSProxy": "use proxy for https",
	}[e.Option]
	if e.File != "" {
		subject += " " + e.File
	}
	return fmt.Sprintf("%s: %s", subject, e.Err)
}

func (e *OptionError) Unwrap() error { return e.Err }
