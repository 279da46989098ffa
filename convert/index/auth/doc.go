// Package auth makes the HTTP client that asks package indexes.
//
// The client finds credentials as pip does: in the URL, in an index's URL on
// the same host, in a netrc file and, once a server has answered 401, in a
// keyring. It sends them to their own scheme, host and port alone; a redirect
// elsewhere does not take them along, and neither does a client certificate
// leave the hosts that were named. No error shows them.
package auth
