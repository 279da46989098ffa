package auth

import (
	"net"
	"net/url"
	"regexp"
	"strings"
)

// Strip gives a URL without user and password, as it may be asked, stored and
// printed: a client that has the whole one among its Places adds them again.
// What is no URL stays as it is.
func Strip(place string) string {
	clean, _ := split(place)
	return clean
}

// user is what stands before the host of a URL. Either may be absent.
type user struct {
	name, password       string
	hasName, hasPassword bool
}

// split takes the user out of a URL, as pip does: more lenient than url.Parse
// in what a password may hold.
func split(place string) (string, user) {
	scheme, rest, ok := strings.Cut(place, "://")
	if !ok {
		return place, user{}
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndexByte(rest[:end], '@')
	if at < 0 {
		return place, user{}
	}
	return scheme + "://" + rest[at+1:], parseUser(rest[:at])
}

func parseUser(text string) user {
	name, password, has := strings.Cut(text, ":")
	return user{unquote(name), unquote(password), has || name != "", has}
}

// unquote is Python's urllib.parse.unquote: a "%" that begins no escape stands
// for itself.
func unquote(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if c, err := url.PathUnescape(text[i : i+3]); err == nil {
				b.WriteString(c)
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

// origin is whom a URL speaks to.
type origin struct{ scheme, host, port string }

// originOf gives a URL's origin, with the port that it means.
func originOf(u *url.URL) origin {
	o := origin{strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), u.Port()}
	if o.port == "" {
		o.port = map[string]string{"http": "80", "https": "443"}[o.scheme]
	}
	return o
}

// String shows the origin as the beginning of a URL.
func (o origin) String() string {
	if o.port == map[string]string{"http": "80", "https": "443"}[o.scheme] {
		if strings.Contains(o.host, ":") {
			return o.scheme + "://[" + o.host + "]"
		}
		return o.scheme + "://" + o.host
	}
	return o.scheme + "://" + net.JoinHostPort(o.host, o.port)
}

// here tells whether an origin is this machine itself.
func (o origin) here() bool {
	ip := net.ParseIP(o.host)
	return o.host == "localhost" || ip != nil && ip.IsLoopback()
}

// hostPort is host or host:port, as trusted hosts are written.
type hostPort struct{ host, port string } // no port: all ports

func parseHostPort(text string) hostPort {
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text = rest
	}
	text = strings.ToLower(strings.TrimRight(text, "/"))
	if strings.Count(text, ":") > 1 && !strings.Contains(text, "[") {
		return hostPort{text, ""} // an IPv6 address
	}
	if host, port, err := net.SplitHostPort(text); err == nil {
		return hostPort{host, port}
	}
	return hostPort{strings.Trim(text, "[]"), ""}
}

func (h hostPort) covers(o origin) bool {
	return h.host == o.host && (h.port == "" || h.port == o.port)
}

// urls finds URLs in a text.
var urls = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"]+`)

// redact takes users, passwords and queries out of all URLs in a text. A
// password may hold any character, so what is taken out ends at the last "@".
func redact(text string) string {
	return urls.ReplaceAllStringFunc(text, func(u string) string {
		scheme, rest, _ := strings.Cut(u, "://")
		if at := strings.LastIndexByte(rest, '@'); at >= 0 {
			rest = "****" + rest[at:]
		}
		if before, _, ok := strings.Cut(rest, "?"); ok {
			rest = before + "?****"
		}
		return scheme + "://" + rest
	})
}
