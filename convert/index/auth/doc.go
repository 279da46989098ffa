// Package auth makes the HTTP client that asks package indexes.
//
// The client finds the credentials of a request as pip does: in its URL, in the
// URL of an index on the same host, in a netrc file and, once a server has
// answered 401, in a keyring; then it asks again, once.
//
// Who gets what:
//
//   - Credentials of a URL go to its scheme, host and port alone, those of a
//     netrc file to the host they are for, those of a keyring to where they were
//     asked for. A redirect takes nothing along: where it leads is looked up
//     like any other place.
//   - netrc's default entry and the client certificate go to the hosts alone
//     that the user has named, never to one that a page or a redirect names.
//   - Nothing goes over a connection that is not encrypted, but to this machine
//     itself and to trusted hosts.
//   - No header that a caller has set in the place of these, no cookie and no
//     referrer is sent.
//
// No error and no warning shows a user, a password, a token or a query.
//
// The package reads no environment, but Go's crypto/x509 does: SSL_CERT_FILE and
// SSL_CERT_DIR say where the system's authorities are.
//
// Specifications: pip's authentication
// (https://pip.pypa.io/en/stable/topics/authentication/) and certificates
// (https://pip.pypa.io/en/stable/topics/https-certificates/); Python's netrc
// (https://docs.python.org/3/library/netrc.html); RFC 7617, Basic.
package auth
