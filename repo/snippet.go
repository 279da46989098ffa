package repo

import (
	"errors"
	"fmt"
	"strings"

	"wain/repo/store"
)

// placeholderURL stands where nobody said how hosts reach the repository.
const placeholderURL = "https://packages.example.org"

// The kinds of snippets.
const (
	SnippetApt    = "apt"
	SnippetDnf    = "dnf"
	SnippetZypper = "zypper"
	SnippetPuppet = "puppet"
)

// SnippetOptions describe the repository to a client.
type SnippetOptions struct {
	BaseURL      string // of the repository's root; empty stands for a placeholder
	Origin       string
	Suite        string
	Fingerprints []string // of the signing keys; none: unsigned
	Format       string   // of the suite, "apt" or "yum"; needed for puppet alone
}

// Snippet returns client configuration, ready to paste: a shell script for apt, dnf and zypper, a manifest for
// puppet. It has the key's fingerprint in it; a script also has the command to compare it with.
func Snippet(kind string, o SnippetOptions) (string, error) {
	if slug(o.Origin) == "" || o.Suite == "" {
		return "", errors.New("snippet: an origin and a suite are needed")
	}
	if !validSuite(o.Suite) {
		return "", &SuiteError{Suite: o.Suite}
	}
	if !printable(o.Origin) || !isHex(strings.Join(o.Fingerprints, "")) {
		return "", fmt.Errorf("snippet: origin %q or fingerprints %q: not what they should be", o.Origin, o.Fingerprints)
	}
	if err := checkBaseURL(o.BaseURL); err != nil {
		return "", fmt.Errorf("snippet: %w", err)
	}
	switch kind {
	case SnippetApt:
		return o.aptScript(), nil
	case SnippetDnf:
		return o.dnfScript(), nil
	case SnippetZypper:
		return o.zypperScript(), nil
	case SnippetPuppet:
		switch o.Format {
		case formatApt:
			return o.puppetApt(), nil
		case formatYum:
			return o.puppetYum(), nil
		}
		return "", fmt.Errorf("snippet puppet: the suite's format is %q, neither apt nor yum", o.Format)
	default:
		return "", fmt.Errorf("snippet %q: there are apt, dnf, zypper and puppet", kind)
	}
}

// checkBaseURL refuses what would be something else in a shell, in a manifest or in a client's configuration.
func checkBaseURL(url string) error {
	if strings.ContainsAny(url, "'\"\\`$<>|&;()#*? ") || !printable(url) {
		return &OptionError{"base-url", url, "blanks, quotes and shell characters cannot be in it"}
	}
	return nil
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789ABCDEFabcdef") == ""
}

// url joins a path to the base URL.
func (o SnippetOptions) url(path string) string {
	base := o.BaseURL
	if base == "" {
		base = placeholderURL
	}
	return strings.TrimRight(base, "/") + "/" + path
}

// keyring is where a client keeps the key. It must never change: apt refuses one repository under two keyrings.
func (o SnippetOptions) keyring() string { return "/etc/apt/keyrings/" + slug(o.Origin) + ".asc" }

// section is the repository's name in yum's and zypper's configuration.
func (o SnippetOptions) section() string { return slug(o.Origin) + "-" + o.Suite }

// sources is a paragraph of sources.list(5) in deb822 form.
func (o SnippetOptions) sources() string {
	text := fmt.Sprintf("Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n", o.url("apt"), o.Suite)
	if len(o.Fingerprints) == 0 {
		return text + "Trusted: yes\n"
	}
	return text + "Signed-By: " + o.keyring() + "\n"
}

// repoSection is a section of a .repo file.
func (o SnippetOptions) repoSection() string {
	text := fmt.Sprintf("[%s]\nname=%s %s\nbaseurl=%s\nenabled=1\n", o.section(), o.Origin, o.Suite, o.url("yum/"+o.Suite))
	if len(o.Fingerprints) == 0 {
		return text + "gpgcheck=0\nrepo_gpgcheck=0\n"
	}
	return text + fmt.Sprintf("gpgcheck=1\nrepo_gpgcheck=1\ngpgkey=%s\n", o.url("key.asc"))
}

// about heads every snippet.
func (o SnippetOptions) about() string {
	text := fmt.Sprintf("# %s: %s\n", o.Origin, o.Suite)
	if len(o.Fingerprints) == 0 {
		return text + "# The repository is not signed: nothing protects its packages on their way.\n"
	}
	return text + fmt.Sprintf("# Signed by the key %s\n", spaced(o.Fingerprints[0]))
}

func (o SnippetOptions) aptScript() string {
	name := slug(o.Origin)
	var b strings.Builder
	b.WriteString(o.about())
	if len(o.Fingerprints) > 0 {
		fmt.Fprintf(&b, "install -d -m 0755 /etc/apt/keyrings\n")
		fmt.Fprintf(&b, "curl -fsSLo %s %s\nchmod 0644 %[1]s\n", o.keyring(), o.url("key.asc"))
		fmt.Fprintf(&b, "gpg --show-keys --with-fingerprint %s  # compare with the line above\n", o.keyring())
	}
	fmt.Fprintf(&b, "cat >/etc/apt/sources.list.d/%s.sources <<'END'\n%sEND\n", name, o.sources())
	b.WriteString("apt-get update\n")
	return b.String()
}

func (o SnippetOptions) dnfScript() string {
	var b strings.Builder
	b.WriteString(o.about())
	o.checkKey(&b)
	fmt.Fprintf(&b, "cat >/etc/yum.repos.d/%s.repo <<'END'\n%sEND\n", slug(o.Origin), o.repoSection())
	asks := ""
	if len(o.Fingerprints) > 0 {
		asks = "  # asks for the key: compare it with the line above"
	}
	fmt.Fprintf(&b, "dnf makecache --repo %s%s\n", o.section(), asks)
	return b.String()
}

func (o SnippetOptions) zypperScript() string {
	var b strings.Builder
	b.WriteString(o.about())
	o.checkKey(&b)
	fmt.Fprintf(&b, "cat >/etc/zypp/repos.d/%s.repo <<'END'\n%sautorefresh=1\nEND\n", slug(o.Origin), o.repoSection())
	trust := ""
	if len(o.Fingerprints) > 0 {
		trust = "--gpg-auto-import-keys "
	}
	fmt.Fprintf(&b, "zypper %srefresh %s\n", trust, o.section())
	return b.String()
}

// checkKey prints the key before anything trusts it.
func (o SnippetOptions) checkKey(b *strings.Builder) {
	if len(o.Fingerprints) > 0 {
		fmt.Fprintf(b, "curl -fsSL %s | gpg --show-keys --with-fingerprint  # compare with the line above\n", o.url("key.asc"))
	}
}

func (o SnippetOptions) puppetApt() string {
	name := slug(o.Origin)
	var b strings.Builder
	b.WriteString(o.about())
	if len(o.Fingerprints) > 0 {
		b.WriteString("file { '/etc/apt/keyrings':\n  ensure => directory,\n}\n\n")
		fmt.Fprintf(&b, "file { '%s':\n  source => '%s',\n  mode   => '0644',\n  before => File['/etc/apt/sources.list.d/%s.sources'],\n  notify => Exec['%[3]s apt update'],\n}\n\n",
			o.keyring(), o.url("key.asc"), name)
	}
	fmt.Fprintf(&b, "file { '/etc/apt/sources.list.d/%s.sources':\n  content => @(END),\n%s    | END\n  notify  => Exec['%[1]s apt update'],\n}\n\n",
		name, indent(o.sources()))
	fmt.Fprintf(&b, "exec { '%s apt update':\n  command     => '/usr/bin/apt-get update',\n  refreshonly => true,\n}\n\n", name)
	fmt.Fprintf(&b, "# package { 'python-myproject':\n#   ensure  => '1.2.3',\n#   require => Exec['%s apt update'],\n# }\n", name)
	return b.String()
}

func (o SnippetOptions) puppetYum() string {
	file := "/etc/yum.repos.d/" + slug(o.Origin) + ".repo"
	var b strings.Builder
	b.WriteString(o.about())
	fmt.Fprintf(&b, "file { '%s':\n  content => @(END),\n%s    | END\n}\n\n", file, indent(o.repoSection()))
	fmt.Fprintf(&b, "# package { 'python-myproject':\n#   ensure  => '1.2.3',\n#   require => File['%s'],\n# }\n", file)
	return b.String()
}

// indent moves a heredoc's text to the bar that ends it.
func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    ") + "\n"
}

// spaced writes a fingerprint as gpg prints it.
func spaced(fingerprint string) string {
	var groups []string
	for ; len(fingerprint) > 4; fingerprint = fingerprint[4:] {
		groups = append(groups, fingerprint[:4])
	}
	return strings.Join(append(groups, fingerprint), " ")
}

// publicFiles adds the key and the client files at the repository's root to the change.
func (p *publisher) publicFiles(g *generation, change *store.Change) {
	add := func(name, text string) {
		change.Head.Files = append(change.Head.Files, store.File{Name: name, Data: []byte(text)})
	}
	if signer := p.options.Signer; signer != nil {
		add("key.asc", string(signer.PublicArmored))
		add("key.gpg", string(signer.PublicBinary))
	}
	for _, format := range []string{formatApt, formatYum} {
		if text := clientFile(g, format); text != "" {
			add(slug(g.Origin)+map[string]string{formatApt: ".sources", formatYum: ".repo"}[format], text)
		}
	}
}

// clientFile is the configuration of all suites of a format. A host subscribes to one of them: where there are
// several, none is enabled.
func clientFile(g *generation, format string) string {
	var parts []string
	for _, s := range g.Suites {
		if s.Format != format {
			continue
		}
		o := SnippetOptions{BaseURL: g.BaseURL, Origin: g.Origin, Suite: s.Name, Fingerprints: g.Keys}
		part := o.repoSection()
		if format == formatApt {
			part = "Enabled: yes\n" + o.sources()
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return ""
	}
	header := fmt.Sprintf("# Packages of %s\n", g.Origin)
	if g.BaseURL == "" {
		header += "# Put the address of the repository in place of " + placeholderURL + "\n"
	}
	if len(g.Keys) > 0 {
		header += "# Signed by the key " + spaced(g.Keys[0]) + "\n"
	}
	body := strings.Join(parts, "\n")
	if len(parts) > 1 {
		header += "# Enable the one that is your host's.\n"
		body = strings.ReplaceAll(strings.ReplaceAll(body, "Enabled: yes\n", "Enabled: no\n"), "\nenabled=1\n", "\nenabled=0\n")
	}
	return header + body
}
