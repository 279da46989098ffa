package auth

import (
	"context"
	"net/http"
	"time"
)

// Options says who is asked and what may be shown to them.
type Options struct {
	// Places are the URLs that the user named, credentials included: indexes,
	// pages of links, files. Those credentials, the client certificate and
	// netrc's default entry go to their hosts alone.
	Places []string
	// Netrc is the path of a netrc file; empty, or a file that does not exist: none.
	Netrc string
	// Keyring is asked once a server has answered 401; nil: there is none.
	Keyring Keyring
	// CABundle is a PEM file, or a folder of them, with the authorities to believe
	// instead of the system's. Empty: the system's.
	CABundle string
	// ClientCert is a PEM file with the client's certificate chain, and its key
	// unless ClientKey names another file.
	ClientCert, ClientKey string
	// TrustedHosts are host or host:port whose certificates are not judged.
	TrustedHosts []string
	// Proxy serves all hosts. Without it the three of the environment hold.
	Proxy                          string
	HTTPProxy, HTTPSProxy, NoProxy string
	// Timeout bounds connecting, and waiting for the head of an answer. Zero is 15 s, as in pip.
	Timeout time.Duration
	// UserAgent is sent with each request.
	UserAgent string
	// Warn takes what the user should know and no error tells; may be nil. It is
	// called from several goroutines, one at a time.
	Warn func(message string)
}

// Keyring looks credentials up: for an index's URL, or for host[:port]; user is
// empty if not known. Nothing found is two empty strings and no error.
type Keyring func(ctx context.Context, url, user string) (username, password string, err error)

// Client asks servers. It is safe for concurrent use.
type Client struct{ http http.Client }

// NewClient makes a client. It reads the files that the options name.
func NewClient(o Options) (*Client, error) {
	return &Client{}, nil
}

// Do sends a request as http.Client does, with the credentials of its host. The
// user and password of the request's URL are credentials, and are no part of
// the URLs in the answer or the error.
func (c *Client) Do(r *http.Request) (*http.Response, error) { return c.http.Do(r) }

// KeyringCommand asks the program keyring at path, with the given environment.
func KeyringCommand(path string, environ []string) Keyring {
	return func(context.Context, string, string) (string, string, error) { return "", "", nil }
}
