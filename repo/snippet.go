package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"wain/repo/page"
	"wain/repo/store"
)

// The kinds of snippets.
const (
	SnippetApt     = "apt"
	SnippetDnf     = "dnf"
	SnippetZypper  = "zypper"
	SnippetPuppet  = "puppet"
	SnippetAnsible = "ansible"
	SnippetSalt    = "salt"
	SnippetChef    = "chef"
)

// SnippetKinds are all kinds of snippets; those before puppet are for hosts of one format.
func SnippetKinds() []string {
	return []string{SnippetApt, SnippetDnf, SnippetZypper, SnippetPuppet, SnippetAnsible, SnippetSalt, SnippetChef}
}

// SnippetOptions describe the repository to a client.
type SnippetOptions struct {
	BaseURL      string // of the repository's root; empty stands for a placeholder
	Origin       string
	Suite        string
	Base         string   // folder that the suite's paths are relative to; empty: "apt", "yum/SUITE"
	Components   []string // of an apt suite; none: main
	Fingerprints []string // of the signing keys; none: unsigned
	Format       string   // of the suite, "apt" or "yum"; apt, dnf and zypper know it
	Immutable    bool     // dnf: find the indexes through the suite's mirrorlist
}

// An ImmutableError reports a suite that cannot be used through a mirrorlist.
type ImmutableError struct{ Suite, Reason string }

func (e *ImmutableError) Error() string {
	return fmt.Sprintf("suite %q has no immutable address: %s", e.Suite, e.Reason)
}

// CheckImmutable reports whether the indexes of a suite can be found through a mirrorlist; if not, the error is an
// *ImmutableError.
func CheckImmutable(ctx context.Context, at store.Reader, r *Repository, s Suite) error {
	if r.BaseURL == "" {
		return &ImmutableError{s.Name, "a mirrorlist is made of URLs, and the base URL is not recorded"}
	}
	_, err := at.Size(ctx, path.Join(s.Base, mirrorlistName))
	if errors.Is(err, fs.ErrNotExist) {
		return &ImmutableError{s.Name, "it has no mirrorlist, which wants a yum suite of wain's own layout on a file system with symbolic links"}
	}
	if err != nil {
		return fmt.Errorf("look for the mirrorlist of suite %s: %w", s.Name, err)
	}
	return nil
}

// mirrorlistName is the file in a yum suite's folder that names the current generation's folder.
const mirrorlistName = "mirrorlist"

// Snippet returns client configuration, ready to paste: a shell script for apt, dnf and zypper; a manifest for puppet;
// tasks for ansible, states for salt, a recipe for chef. All of them write the same file in the same place. It has the
// keys' fingerprints in it; a script also has the command to compare them with.
func Snippet(kind string, o SnippetOptions) (string, error) {
	switch kind {
	case SnippetApt:
		o.Format = formatApt
	case SnippetDnf, SnippetZypper:
		o.Format = formatYum
	}
	if err := o.check(kind); err != nil {
		return "", err
	}
	render := map[string]func() string{
		SnippetApt + formatApt: o.aptScript, SnippetDnf + formatYum: o.dnfScript, SnippetZypper + formatYum: o.zypperScript,
		SnippetPuppet + formatApt: o.puppetApt, SnippetPuppet + formatYum: o.puppetYum,
		SnippetAnsible + formatApt: o.ansibleApt, SnippetAnsible + formatYum: o.ansibleYum,
		SnippetSalt + formatApt: o.saltApt, SnippetSalt + formatYum: o.saltYum,
		SnippetChef + formatApt: o.chefApt, SnippetChef + formatYum: o.chefYum,
	}[kind+o.Format]
	if render == nil {
		return "", fmt.Errorf("snippet %q: there are %s", kind, strings.Join(SnippetKinds(), ", "))
	}
	return render(), nil
}

// check refuses what would be something else in a shell, a manifest or a client's configuration.
func (o SnippetOptions) check(kind string) error {
	if slug(o.Origin) == "" || o.Suite == "" {
		return errors.New("snippet: an origin and a suite are needed")
	}
	if !validSuite(o.Suite) {
		return &SuiteError{Suite: o.Suite}
	}
	if o.Format != formatApt && o.Format != formatYum {
		return fmt.Errorf("snippet %s: the suite's format is %q, neither apt nor yum", kind, o.Format)
	}
	if !printable(o.Origin) {
		return fmt.Errorf("snippet: origin %q is not one line", o.Origin)
	}
	for _, fingerprint := range o.Fingerprints {
		if fingerprint == "" || !isHex(fingerprint) {
			return fmt.Errorf("snippet: %q is no fingerprint", fingerprint)
		}
	}
	for _, component := range o.Components {
		if !componentPattern.MatchString(component) {
			return fmt.Errorf("snippet: %q cannot be a component", component)
		}
	}
	if o.Base != "" && (path.Clean("/"+o.Base) != path.Join("/", o.Base) || strings.HasPrefix(path.Clean(o.Base), "..")) {
		return fmt.Errorf("snippet: %q is no folder of the repository", o.Base)
	}
	if err := checkBaseURL(o.BaseURL); err != nil {
		return fmt.Errorf("snippet: %w", err)
	}
	if err := checkBaseURL(o.Base); err != nil {
		return fmt.Errorf("snippet: folder %q: %w", o.Base, err)
	}
	return o.checkImmutable(kind)
}

func (o SnippetOptions) checkImmutable(kind string) error {
	switch {
	case !o.Immutable:
		return nil
	case kind == SnippetApt:
		return &ImmutableError{o.Suite, "apt needs none, since it takes indexes by their hashes"}
	case kind != SnippetDnf:
		return &ImmutableError{o.Suite, "it is for dnf alone"}
	case o.BaseURL == "":
		return &ImmutableError{o.Suite, "a mirrorlist is made of URLs, and the base URL is not recorded"}
	}
	return nil
}

// componentPattern allows what Debian uses, "main/debian-installer" among it.
var componentPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+~-]*(/[A-Za-z0-9._+~-]+)*$`)

// checkBaseURL refuses what would be something else in a shell, in a manifest or template, or in a client's
// configuration.
func checkBaseURL(url string) error {
	if strings.ContainsAny(url, "'\"\\`$<>|&;()#*?{}, ") || !printable(url) {
		return &OptionError{"base-url", url, "blanks, quotes, braces and shell characters cannot be in it"}
	}
	return nil
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789ABCDEFabcdef") == ""
}

// url joins a path to the base URL.
func (o SnippetOptions) url(name string) string {
	base := o.BaseURL
	if base == "" {
		base = page.Placeholder
	}
	return strings.TrimSuffix(strings.TrimRight(base, "/")+"/"+path.Clean(name), "/.")
}

// base is the URL that the suite's paths are relative to.
func (o SnippetOptions) base() string {
	switch {
	case o.Base != "":
		return o.url(o.Base)
	case o.Format == formatApt:
		return o.url("apt")
	}
	return o.url("yum/" + o.Suite)
}

// keyring is where a client keeps the keys. It must never change: apt refuses one repository under two keyrings.
func (o SnippetOptions) keyring() string { return "/etc/apt/keyrings/" + slug(o.Origin) + ".asc" }

// sourcesFile and repoFile are the client's configuration; the same by whatever means it is written.
func (o SnippetOptions) sourcesFile() string {
	return "/etc/apt/sources.list.d/" + slug(o.Origin) + ".sources"
}

func (o SnippetOptions) repoFile() string { return "/etc/yum.repos.d/" + slug(o.Origin) + ".repo" }

// section is the repository's name in yum's and zypper's configuration.
func (o SnippetOptions) section() string { return slug(o.Origin) + "-" + o.Suite }

// sources is a paragraph of sources.list(5) in deb822 form.
func (o SnippetOptions) sources() string {
	components := strings.Join(o.Components, " ")
	if components == "" {
		components = "main"
	}
	text := fmt.Sprintf("Types: deb\nURIs: %s\nSuites: %s\nComponents: %s\n", o.base(), o.Suite, components)
	if len(o.Fingerprints) == 0 {
		return text + "Trusted: yes\n"
	}
	return text + "Signed-By: " + o.keyring() + "\n"
}

// repoSection is a section of a .repo file.
func (o SnippetOptions) repoSection() string {
	where := "baseurl=" + o.base()
	if o.Immutable {
		where = "mirrorlist=" + o.base() + "/" + mirrorlistName
	}
	text := fmt.Sprintf("[%s]\nname=%s %s\n%s\nenabled=1\n", o.section(), o.Origin, o.Suite, where)
	if len(o.Fingerprints) == 0 {
		return text + "gpgcheck=0\nrepo_gpgcheck=0\n"
	}
	return text + fmt.Sprintf("gpgcheck=1\nrepo_gpgcheck=1\ngpgkey=%s\n", o.url("key.asc"))
}

// about heads every snippet.
func (o SnippetOptions) about() string {
	text := fmt.Sprintf("# %s: %s\n", o.Origin, o.Suite)
	if len(o.Fingerprints) == 0 {
		text += "# The repository is not signed: nothing protects its packages on their way.\n"
	}
	return text + keyLines(o.Fingerprints)
}

// keyLines name the signing keys in comments.
func keyLines(fingerprints []string) string {
	if len(fingerprints) == 1 {
		return "# Signed by the key " + page.Spaced(fingerprints[0]) + "\n"
	}
	text := ""
	for i, fingerprint := range fingerprints {
		if i == 0 {
			text = "# Signed by the keys\n"
		}
		text += "#   " + page.Spaced(fingerprint) + "\n"
	}
	return text
}

// indent moves the lines of a text to the right.
func indent(text string, blanks int) string {
	margin := strings.Repeat(" ", blanks)
	return margin + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+margin) + "\n"
}
