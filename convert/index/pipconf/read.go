package pipconf

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Read reads all files and variables. What pip would not start with, such as a
// file that is no INI file or a number that is none, is an *Error.
func Read(o Options) (*Settings, error) {
	r := &reader{settings: &Settings{}, getenv: o.Getenv, home: o.Home, etc: o.Etc, index: map[string]int{}}
	if r.getenv == nil {
		r.getenv = func(string) string { return "" }
	}
	if r.etc == "" {
		r.etc = "/etc"
	}
	commands := o.Commands
	if commands == nil {
		commands = []string{"install", "download"}
	}
	for _, path := range r.pipFiles() {
		r.load(path)
	}
	r.variables()
	for _, name := range append(append([]string{"global"}, commands...), environment) {
		r.apply(name)
	}
	r.surroundings()
	r.indexes()
	if err := r.wrong.err(); err != nil {
		return nil, err
	}
	return r.settings, nil
}

// environment is the section that pip puts its variables into. It is the
// strongest one, and a file may have it as well.
const environment = ":env:"

// reader is the state of Read.
type reader struct {
	getenv    func(string) string
	home, etc string
	settings  *Settings
	wrong     issues

	// The settings of all files and variables, a later one in the place of an
	// earlier one: where two keys mean the same option, pip goes by that order.
	keys   []sectionKey
	values []setting
	index  map[string]int
}

type sectionKey struct{ section, key string }

// setting is a value, not yet looked at.
type setting struct {
	text string
	from Origin
}

func (r *reader) note(format string, args ...any) {
	r.settings.Notes = append(r.settings.Notes, fmt.Sprintf(format, args...))
}

// put stores a setting. pip joins section and key by a dot and divides at the
// first one, which matters for the names of sections that hold a dot.
func (r *reader) put(section, key string, s setting) {
	key = strings.TrimPrefix(strings.ReplaceAll(strings.ToLower(key), "_", "-"), "--")
	joined := section + "." + key
	if at, ok := r.index[joined]; ok {
		r.values[at] = s
		return
	}
	r.index[joined] = len(r.keys)
	section, key, _ = strings.Cut(joined, ".")
	r.keys = append(r.keys, sectionKey{section, key})
	r.values = append(r.values, s)
}

// variables puts in pip's variables. Of two that mean the same option pip takes
// the later one in the environment; here it is the one that stands last below.
func (r *reader) variables() {
	for _, key := range []string{
		"pypi-url", "index-url", "extra-index-url", "find-links", "no-index", "cert", "client-cert",
		"trusted-host", "proxy", "keyring-provider", "no-input", "default-timeout", "timeout", "retries",
	} {
		name := "PIP_" + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
		if value := r.getenv(name); value != "" {
			r.put(environment, key, setting{value, Origin{Variable: name}})
		}
	}
}

// apply takes the settings of one section over those of the sections before it.
// A list replaces a list. Empty values count for nothing.
func (r *reader) apply(section string) {
	s := r.settings
	for i, k := range r.keys {
		v := r.values[i]
		if k.section != section || v.text == "" {
			continue
		}
		switch k.key {
		case "index-url", "pypi-url":
			s.IndexURL = v.place()
		case "extra-index-url":
			s.ExtraIndexURLs = v.places()
		case "find-links":
			s.FindLinks = r.links(v)
		case "no-index":
			s.NoIndex = r.flag(v, s.NoIndex)
		case "cert":
			s.Cert = Text{r.expand(v.text), v.from}
		case "client-cert":
			s.ClientCert = Text{r.expand(v.text), v.from}
		case "trusted-host":
			s.TrustedHosts = v.texts()
		case "proxy":
			s.Proxy = v.place()
		case "keyring-provider":
			s.KeyringProvider = r.choice(v, "auto", "disabled", "import", "subprocess")
		case "no-input":
			s.NoInput = r.flag(v, s.NoInput)
		case "timeout", "default-timeout":
			s.Timeout = r.duration(v)
		case "retries":
			s.Retries = r.count(v)
		}
	}
}

// surroundings takes what others than pip have set, where pip looks there too.
func (r *reader) surroundings() {
	s := r.settings
	// The variables outweigh pip's own option, in all its versions.
	if bundle := r.first("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"); bundle.Value != "" {
		if s.Cert.Value != "" && s.Cert.Value != bundle.Value {
			r.note("cert of %s is passed over: %s is set", s.Cert.From, bundle.From)
		}
		s.Cert = bundle
	}
	if s.ClientCert.Value == "" {
		s.ClientCert = r.first("SSL_CLIENT_CERT")
	}
	s.HTTPProxy = r.firstSetting("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY").place()
	s.HTTPSProxy = r.firstSetting("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY").place()
	s.NoProxy = r.first("no_proxy", "NO_PROXY")
	s.Netrc = r.first("NETRC")
	s.Netrc.Value = r.expand(s.Netrc.Value)
	if s.Netrc.Value == "" && r.home != "" {
		for _, name := range []string{".netrc", "_netrc"} {
			if path := filepath.Join(r.home, name); exists(path) {
				s.Netrc = Text{path, Origin{File: path}}
				break
			}
		}
	}
}

// first is the first of the variables that is not empty.
func (r *reader) first(names ...string) Text {
	s := r.firstSetting(names...)
	return Text{s.text, s.from}
}

func (r *reader) firstSetting(names ...string) setting {
	for _, name := range names {
		if value := r.getenv(name); value != "" {
			return setting{value, Origin{Variable: name}}
		}
	}
	return setting{}
}
