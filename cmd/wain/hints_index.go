package main

import (
	"crypto/x509"
	"errors"
	"net/http"

	"wain/convert/index"
	"wain/convert/index/auth"
	"wain/convert/index/pipconf"
	"wain/convert/index/simple"
)

// adviseIndex is for what servers and the settings about them refuse.
func adviseIndex(err error) (advice, bool) {
	var settings *pipconf.Error
	var option *auth.OptionError
	var name *index.IndexError
	var closed *index.StatusOfProjectError
	var metadata *index.MetadataError
	var page *index.PageError
	var download *index.DownloadError
	switch {
	case errors.As(err, &settings):
		return advice{kind: "pip-settings", hint: "these are pip's own settings: pip config debug shows where each is from"}, true
	case errors.As(err, &option):
		return advice{kind: "client-settings", file: option.File, hint: "pip's cert, client-cert and proxy settings, or their variables, name it: pip config debug shows where each is from"}, true
	case errors.As(err, &name):
		return advice{kind: "usage", code: exitUsage, hint: "an index is named as in --index corp=https://index.example.org/simple, and tied to a project by --index-for PROJECT=corp"}, true
	case errors.As(err, &closed):
		return advice{kind: "quarantined", file: closed.Project, hint: "its index has closed the project: ask why before it is used"}, true
	case errors.As(err, &metadata):
		return advice{kind: "metadata-mismatch", file: metadata.File, hint: "the index says one thing and the file another: have whoever runs the index look at it, and do not install the file"}, true
	case errors.As(err, &page):
		return advice{kind: "index", file: page.URL, hint: serverHint(err)}, true
	case errors.As(err, &download):
		return advice{kind: "download", file: download.URL, hint: serverHint(err)}, true
	}
	return advice{}, false
}

// serverHint is the way out of an answer that is none.
func serverHint(err error) string {
	var status *index.StatusError
	var later *index.RetryAfterError
	var kind *simple.TypeError
	var untrusted x509.UnknownAuthorityError
	switch {
	case errors.As(err, &untrusted):
		return "name the authority's certificate in PIP_CERT or REQUESTS_CA_BUNDLE; a host in PIP_TRUSTED_HOST is not judged at all"
	case errors.Is(err, index.ErrOffline):
		return "run once without --offline, with the same --cache"
	case errors.As(err, &later):
		return "the server is busy: run the same command again later; what was downloaded is kept"
	case errors.As(err, &kind):
		return "the URL is not that of an index: it ends in /simple on most servers, and in +simple/ on devpi"
	case errors.As(err, &status) && (status.Code == http.StatusUnauthorized || status.Code == http.StatusForbidden || status.Code == http.StatusProxyAuthRequired):
		return "credentials come from the URL, ~/.netrc (NETRC) or keyring, as pip finds them; over plain http they go to loopback and to hosts in PIP_TRUSTED_HOST alone"
	}
	return "look at the URL, at the proxy settings and at the server, and run the same command again; what was downloaded is kept"
}
