package repo

import (
	"fmt"
	"strings"
)

func (o SnippetOptions) aptScript() string {
	var b strings.Builder
	b.WriteString(o.about())
	if len(o.Fingerprints) > 0 {
		fmt.Fprintf(&b, "install -d -m 0755 /etc/apt/keyrings\n")
		fmt.Fprintf(&b, "curl -fsSLo %s %s\nchmod 0644 %[1]s\n", o.keyring(), o.url("key.asc"))
		fmt.Fprintf(&b, "gpg --show-keys --with-fingerprint %s  # compare with the %s above\n", o.keyring(), o.lines())
	}
	fmt.Fprintf(&b, "cat >%s <<'END'\n%sEND\n", o.sourcesFile(), o.sources())
	b.WriteString("apt-get update\n")
	return b.String()
}

func (o SnippetOptions) dnfScript() string {
	var b strings.Builder
	b.WriteString(o.about())
	o.checkKey(&b)
	fmt.Fprintf(&b, "cat >%s <<'END'\n%sEND\n", o.repoFile(), o.repoSection())
	asks := ""
	if len(o.Fingerprints) > 0 {
		asks = "  # asks for the key: compare it with the " + o.lines() + " above"
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
		fmt.Fprintf(b, "curl -fsSL %s | gpg --show-keys --with-fingerprint  # compare with the %s above\n", o.url("key.asc"), o.lines())
	}
}

// lines is where the fingerprints stand.
func (o SnippetOptions) lines() string {
	if len(o.Fingerprints) > 1 {
		return "lines"
	}
	return "line"
}
