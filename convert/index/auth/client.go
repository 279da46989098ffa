package auth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Client asks servers. It is safe for concurrent use.
type Client struct{ http http.Client }

// maxRedirects is more than any index needs.
const maxRedirects = 20

// NewClient makes a client. It reads the certificates that the options name; a
// problem with them or with a proxy is an *OptionError.
func NewClient(o Options) (*Client, error) {
	w := newWallet(o)
	s, err := newSender(o, w)
	if err != nil {
		return nil, err
	}
	return &Client{http.Client{Transport: s, CheckRedirect: checkRedirect}}, nil
}

// Do sends a request as http.Client does, with the credentials of its host.
// The user and password of its URL are credentials too; they are no part of the
// URLs in the answer or the error. A 401 that no credentials could help against
// is an answer.
func (c *Client) Do(r *http.Request) (*http.Response, error) {
	response, err := c.http.Do(withUser(r))
	if err != nil {
		return nil, clean(err)
	}
	return response, nil
}

// CloseIdleConnections closes the connections that no request uses.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// checkRedirect bounds the number of redirects, and takes the user of a
// redirect's URL out of it, as Do does.
func checkRedirect(r *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return errors.New("redirected too often")
	}
	*r = *withUser(r)
	return nil
}

// ownUser is the user of a URL, on its way to the sender.
type ownUser struct {
	origin origin
	user   user
}

type ownUserKey struct{}

// withUser gives the request without the user of its URL, which goes into the
// context. A context is handed on to redirects, so it names the origin.
func withUser(r *http.Request) *http.Request {
	if r.URL == nil || r.URL.User == nil {
		return r
	}
	own := ownUser{originOf(r.URL), parseUser(r.URL.User.String())}
	r = r.Clone(context.WithValue(r.Context(), ownUserKey{}, own))
	r.URL.User = nil
	return r
}

func userOf(r *http.Request) user {
	own, _ := r.Context().Value(ownUserKey{}).(ownUser)
	if own.origin != originOf(r.URL) {
		return user{}
	}
	return own.user
}

// clean takes the secrets out of an error of http.Client.
func clean(err error) error {
	var e *url.Error
	if !errors.As(err, &e) {
		return err
	}
	inner := e.Err
	if text := inner.Error(); redact(text) != text {
		inner = errors.New(redact(text))
	}
	// The URL may be a relative one, as a redirect had it.
	shown := redact(e.URL)
	if before, _, ok := strings.Cut(shown, "?"); ok {
		shown = before + "?****"
	}
	return &url.Error{Op: e.Op, URL: shown, Err: inner}
}

// sender is the round tripper of a Client.
type sender struct {
	wallet     *wallet
	userAgent  string
	transports map[kind]*http.Transport
}

// kind tells apart how connections are made.
type kind struct {
	trusted bool // the server's certificate is not judged
	named   bool // the client's certificate may be shown
}

// RoundTrip sends a request with what is known; after a 401 it asks the keyring
// and sends it once more.
func (s *sender) RoundTrip(r *http.Request) (*http.Response, error) {
	f := s.wallet.find(r.URL, userOf(r))
	response, err := s.send(r, f.credentials, f.any)
	if err != nil || response.StatusCode != http.StatusUnauthorized || r.Body != nil && r.Body != http.NoBody {
		return response, err
	}
	c, err := s.wallet.ask(r.Context(), r.URL, f)
	if err != nil {
		response.Body.Close()
		return nil, err
	}
	if c == (credentials{}) || f.any && c == f.credentials {
		return response, nil
	}
	io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16)) // so that the connection can be used again
	response.Body.Close()
	return s.send(r, c, true)
}

// send sends a request once.
func (s *sender) send(r *http.Request, c credentials, any bool) (*http.Response, error) {
	o := originOf(r.URL)
	out := r.Clone(r.Context())
	for _, name := range []string{"Authorization", "Cookie", "Referer"} {
		out.Header.Del(name)
	}
	if s.userAgent != "" && out.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", s.userAgent)
	}
	trusted := s.wallet.trusts(o)
	switch {
	case !any:
	case o.scheme != "https" && !trusted && !o.here():
		s.wallet.warn("credentials for " + o.String() + " are not sent: the connection is not encrypted and the host is not a trusted one")
	default:
		out.SetBasicAuth(c.name, c.password)
	}
	response, err := s.transports[kind{trusted, s.wallet.named(o)}].RoundTrip(out)
	if response != nil {
		response.Request = r // without what was added
	}
	return response, err
}

// CloseIdleConnections is what http.Client looks for.
func (s *sender) CloseIdleConnections() {
	for _, t := range s.transports {
		t.CloseIdleConnections()
	}
}
