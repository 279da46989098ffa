package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"wain/convert"
	"wain/convert/index"
	"wain/convert/index/auth"
	"wain/convert/index/pipconf"
	"wain/convert/pep"
)

// indexOptions say where wheels come from, beside pip's own settings.
type indexOptions struct {
	findLinks, extraIndexURLs, indexes, indexFor []string
	indexURL, cache                              string
	noIndex, offline                             bool
}

func (o *indexOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringArrayVarP(&o.findLinks, "find-links", "f", nil, "a `folder` of wheels, or the URL of a page of links (repeatable)")
	flags.StringVar(&o.indexURL, "index-url", "", "`URL` of the package index to ask (PEP 503, PEP 691)")
	flags.StringArrayVar(&o.extraIndexURLs, "extra-index-url", nil, "`URL` of an index to ask for what those before it do not have (repeatable)")
	flags.StringArrayVar(&o.indexes, "index", nil, "`NAME=URL` of an index to ask before those without a name (repeatable)")
	flags.StringArrayVar(&o.indexFor, "index-for", nil, "`PROJECT=NAME`: the one index that is asked for a project (repeatable)")
	flags.BoolVar(&o.noIndex, "no-index", false, "ask no index")
	flags.BoolVar(&o.offline, "offline", false, "ask nothing that the cache does not hold")
	flags.StringVar(&o.cache, "cache", "", "`folder` of downloads, shared by any number of runs (default WAIN_CACHE, else the user's cache folder)")
}

// week is after how long nobody comes back for a broken download.
const week = 7 * 24 * time.Hour

// places is where convert looks for wheels. Flags are said before the
// environment, and that before pip's files: an index named by a flag puts all
// others aside, as find-links folders never do.
func (o indexOptions) places(c *console) (convert.Places, error) {
	settings, err := pipconf.Read(pipconf.Options{Getenv: c.getenv, Home: c.getenv("HOME")})
	if err != nil {
		return convert.Places{}, err
	}
	for _, note := range settings.Notes {
		c.detail("%s", note)
	}
	p := convert.Places{
		FindLinks: slices.Clone(o.findLinks),
		NoIndex:   o.noIndex || settings.NoIndex.Value && !o.namesIndex(),
		Offline:   o.offline,
		CacheDir:  o.cacheDir(c),
		Abandoned: c.now().Add(-week),
		NewClient: func(places []string, warn func(string)) (index.Doer, error) {
			return newClient(c, settings, places, warn)
		},
	}
	for _, place := range settings.FindLinks {
		p.FindLinks = append(p.FindLinks, place.Reveal())
	}
	if p.Indexes, p.Assigned, err = o.remotes(); err != nil {
		return convert.Places{}, err
	}
	if len(p.Indexes) == 0 && !p.NoIndex {
		for _, i := range settings.Indexes {
			p.Indexes = append(p.Indexes, index.Remote{Name: i.Name, URL: i.URL.Reveal()})
		}
	}
	for project, name := range p.Assigned {
		if !slices.ContainsFunc(p.Indexes, func(r index.Remote) bool { return r.Name == name }) {
			return convert.Places{}, usagef("--index-for %s=%s: no --index has that name", project, name)
		}
	}
	p.Timeout = settings.Timeout.Value
	if settings.Retries.From != (pipconf.Origin{}) {
		p.Attempts = max(0, settings.Retries.Value) + 1
	}
	return p, nil
}

func (o indexOptions) namesIndex() bool {
	return o.indexURL != "" || len(o.extraIndexURLs) > 0 || len(o.indexes) > 0
}

// remotes are the indexes that flags name, and which projects are tied to one.
func (o indexOptions) remotes() (remotes []index.Remote, assigned map[string]string, err error) {
	for _, text := range o.indexes {
		name, url, ok := strings.Cut(text, "=")
		if !ok || name == "" || url == "" {
			return nil, nil, usagef("--index: NAME=URL is expected, as in --index corp=https://index.example.org/simple")
		}
		remotes = append(remotes, index.Remote{Name: name, URL: url})
	}
	if o.indexURL != "" {
		remotes = append(remotes, index.Remote{URL: o.indexURL})
	}
	for _, url := range o.extraIndexURLs {
		remotes = append(remotes, index.Remote{URL: url})
	}
	names, err := namedValues("index-for", o.indexFor)
	assigned = map[string]string{}
	for project, name := range names {
		assigned[pep.Normalize(project)] = name
	}
	return remotes, assigned, err
}

// namedValues reads the NAME=VALUE texts of a flag.
func namedValues(flag string, list []string) (map[string]string, error) {
	values := map[string]string{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, usagef("--%s %q: NAME=VALUE is expected", flag, text)
		}
		values[name] = value
	}
	return values, nil
}

// cacheDir is where downloads are kept: as told, WAIN_CACHE, or the user's own
// cache folder (XDG Base Directory Specification); "" where there is none.
func (o indexOptions) cacheDir(c *console) string {
	switch home := c.getenv("HOME"); {
	case o.cache != "":
		return o.cache
	case c.getenv("WAIN_CACHE") != "":
		return c.getenv("WAIN_CACHE")
	case filepath.IsAbs(c.getenv("XDG_CACHE_HOME")):
		return filepath.Join(c.getenv("XDG_CACHE_HOME"), "wain")
	case home != "":
		return filepath.Join(home, ".cache", "wain")
	}
	return ""
}

// findKeyring is the keyring command, unless pip's settings say not to ask one.
// pip may ask the library of its interpreter as well; there is none here.
func findKeyring(s *pipconf.Settings, warn func(string)) auth.Keyring {
	provider := s.KeyringProvider.Value
	asked := provider != "" && provider != "auto"
	if provider == "disabled" || !asked && s.NoInput.Value {
		return nil
	}
	path, err := exec.LookPath("keyring")
	if err != nil {
		if asked {
			warn("pip's settings ask for a keyring, and there is no command of that name: no credentials come from one")
		}
		return nil
	}
	return auth.KeyringCommand(path, os.Environ())
}

// newClient makes the client that knows the credentials of places.
func newClient(c *console, s *pipconf.Settings, places []string, warn func(string)) (index.Doer, error) {
	timeout := s.Timeout.Value
	if timeout == 0 && s.Timeout.From != (pipconf.Origin{}) {
		timeout = -1 // pip's word for no bound at all
	}
	trusted := make([]string, len(s.TrustedHosts))
	for i, host := range s.TrustedHosts {
		trusted[i] = host.Value
	}
	client, err := auth.NewClient(auth.Options{
		Places: places, Netrc: s.Netrc.Value, Keyring: findKeyring(s, warn),
		CABundle: s.Cert.Value, ClientCert: s.ClientCert.Value, TrustedHosts: trusted,
		Proxy: s.Proxy.Reveal(), HTTPProxy: s.HTTPProxy.Reveal(), HTTPSProxy: s.HTTPSProxy.Reveal(), NoProxy: s.NoProxy.Value,
		Timeout: timeout, UserAgent: "wain/" + buildVersion(), Warn: warn,
	})
	if err != nil {
		return nil, err
	}
	return client, nil
}
