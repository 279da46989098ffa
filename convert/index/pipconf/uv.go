package pipconf

import (
	"net/url"
	"strings"
)

// indexes puts the indexes of both tools in order. What uv's variables say
// outweighs pip's of the same meaning: they are set for a project or a job,
// while pip's are often the machine's.
func (r *reader) indexes() {
	s := r.settings
	first, main := r.uvIndexes()
	last := s.ExtraIndexURLs
	if len(first) > 0 && len(last) > 0 {
		r.note("extra-index-url of %s is passed over: %s is set", last[0].From, first[0].URL.From)
		last = nil
	}
	switch {
	case main.URL.IsZero():
		main.URL = s.IndexURL
	case !s.IndexURL.IsZero() && s.IndexURL.Reveal() != main.URL.Reveal():
		r.note("index-url of %s is passed over: %s is set", s.IndexURL.From, main.URL.From)
	}
	r.uvOthers()
	if s.NoIndex.Value {
		return
	}
	s.Indexes = first
	if !main.URL.IsZero() {
		s.Indexes = append(s.Indexes, main)
	}
	for _, place := range last {
		s.Indexes = append(s.Indexes, Index{URL: place})
	}
}

// uvIndexes gives the indexes of uv's variables: those that come first, and the
// one that takes the place of the default.
func (r *reader) uvIndexes() (first []Index, main Index) {
	for _, name := range []string{"UV_INDEX", "UV_EXTRA_INDEX_URL"} {
		value := r.firstSetting(name)
		for _, word := range value.words() {
			first = append(first, r.uvIndex(setting{word, value.from}))
		}
	}
	if value := r.firstSetting("UV_DEFAULT_INDEX", "UV_INDEX_URL"); value.text != "" {
		main = r.uvIndex(value)
	}
	return first, main
}

// uvIndex reads NAME=URL or a URL, and puts in the credentials that the
// variables of its name give, unless the URL has a password or another user.
func (r *reader) uvIndex(s setting) Index {
	name, rest, named := strings.Cut(s.text, "=")
	if !named || strings.ContainsAny(name, ":/") {
		return Index{URL: s.place()}
	}
	index := Index{Name: name, URL: Place{rest, s.from}}
	variable := "UV_INDEX_" + strings.Map(variableLetter, name)
	user, password := r.getenv(variable+"_USERNAME"), r.getenv(variable+"_PASSWORD")
	if user == "" && password == "" {
		return index
	}
	scheme, rest, _ := strings.Cut(rest, "://")
	authority, _, _ := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		own, err := url.PathUnescape(authority[:at])
		if err != nil || strings.Contains(authority[:at], ":") || own != user {
			return index
		}
		rest = rest[at+1:]
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil || u.Host == "" {
		r.wrong.add(s.from, "the index %s has no URL that credentials could go to", clip(name))
		return index
	}
	u.User = url.User(user)
	if password != "" {
		u.User = url.UserPassword(user, password)
	}
	index.URL.text = u.String()
	return index
}

// variableLetter makes a letter of an index's name one of a variable's.
func variableLetter(c rune) rune {
	switch {
	case 'a' <= c && c <= 'z':
		return c - 'a' + 'A'
	case 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return c
	}
	return '_'
}

// uvOthers takes uv's other variables where pip has nothing of that meaning.
func (r *reader) uvOthers() {
	s := r.settings
	if s.KeyringProvider.Value == "" {
		if value := r.firstSetting("UV_KEYRING_PROVIDER"); value.text != "" {
			s.KeyringProvider = r.choice(value, "auto", "disabled", "import", "subprocess")
		}
	}
	if len(s.TrustedHosts) == 0 {
		s.TrustedHosts = r.firstSetting("UV_INSECURE_HOST").texts()
	}
	if len(s.FindLinks) == 0 {
		value := r.firstSetting("UV_FIND_LINKS")
		for link := range strings.SplitSeq(value.text, ",") {
			s.FindLinks = append(s.FindLinks, r.links(setting{link, value.from})...)
		}
	}
}
