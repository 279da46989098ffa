package page_test

import (
	"fmt"
	"testing"
	"time"

	"wain/repo/page"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

const (
	firstKey  = "C123500382FDE2675E68C9275080510C57D7C131"
	secondKey = "0123456789ABCDEF0123456789ABCDEF01234567"
)

// example is a repository as people have one: two suites, a few packages in several versions.
func example() page.Site {
	apt := page.Suite{
		Format: "apt", Name: "bookworm", Base: "apt", Date: noon, Components: []string{"main"},
		Description:   "Applications of the platform team, for Debian 12",
		Architectures: []string{"all", "amd64", "arm64"},
		Snippets: []page.Snippet{
			{Kind: "apt", Text: aptSnippet},
			{Kind: "puppet", Text: "file { '/etc/apt/keyrings':\n  ensure => directory,\n}\n"},
			{Kind: "ansible", Text: "- name: Example Archive\n  ansible.builtin.deb822_repository:\n    name: example\n"},
		},
	}
	yum := page.Suite{
		Format: "yum", Name: "el9", Base: "yum/el9", Date: noon.AddDate(0, 0, -3), ValidUntil: noon.AddDate(0, 1, 0),
		Architectures: []string{"noarch", "x86_64"},
		Snippets:      []page.Snippet{{Kind: "dnf", Text: "cat >/etc/yum.repos.d/example.repo <<'END'\n[example-el9]\nEND\n"}},
	}
	names := []string{"python-billing", "python-myproject", "python-report-generator", "python-webhooks-and-notifications"}
	for i, name := range names {
		for minor := range 1 + i%3*2 {
			version := fmt.Sprintf("1.%d.%d", minor+8, i)
			since := noon.AddDate(0, 0, minor*9+i-60)
			for _, arch := range []string{"amd64", "arm64"}[:1+i%2] {
				apt.Listed = append(apt.Listed, page.Package{
					Name: name, Version: version, Architecture: arch, Size: int64(123_456 * (minor + 1) * (i + 1)), Since: since,
					Href: fmt.Sprintf("apt/pool/bookworm/main/p/%s/%s_%s_%s.deb", name, name, version, arch),
				})
			}
			yum.Listed = append(yum.Listed, page.Package{
				Name: name, Version: version + "-1.el9", Architecture: "x86_64", Size: int64(223_456 * (minor + 1)), Since: since,
				Href: fmt.Sprintf("yum/el9/Packages/p/%s-%s-1.el9.x86_64.rpm", name, version),
			})
		}
	}
	apt.Packages, yum.Packages = len(apt.Listed), len(yum.Listed)
	return page.Site{
		Origin: "Example Archive", Label: "Example Archive", BaseURL: "https://packages.example.org",
		Generation: 42, Date: noon, Keys: []page.Key{{Fingerprint: firstKey}},
		Suites: []page.Suite{apt, yum}, Files: []string{"example-archive.sources", "example-archive.repo"},
	}
}

const aptSnippet = `# Example Archive: bookworm
# Signed by the key C123 5003 82FD E267 5E68 C927 5080 510C 57D7 C131
install -d -m 0755 /etc/apt/keyrings
curl -fsSLo /etc/apt/keyrings/example-archive.asc https://packages.example.org/key.asc
chmod 0644 /etc/apt/keyrings/example-archive.asc
gpg --show-keys --with-fingerprint /etc/apt/keyrings/example-archive.asc  # compare with the line above
cat >/etc/apt/sources.list.d/example-archive.sources <<'END'
Types: deb
URIs: https://packages.example.org/apt
Suites: bookworm
Components: main
Signed-By: /etc/apt/keyrings/example-archive.asc
END
apt-get update
`

// large is a suite of n packages, all of them listed, the newest last.
func large(n int) page.Suite {
	s := page.Suite{Format: "yum", Name: "el9", Base: "yum/el9", Date: noon, Packages: n, Snippets: example().Suites[0].Snippets}
	for i := range n {
		name := fmt.Sprintf("python-generated-package-%06d", i/4)
		version := fmt.Sprintf("1.%d.0-1.el9", i%4)
		s.Listed = append(s.Listed, page.Package{
			Name: name, Version: version, Architecture: "x86_64", Size: 1_234_567, Since: noon.Add(time.Duration(i) * time.Hour),
			Href: "yum/el9/Packages/p/" + name + "-" + version + ".x86_64.rpm",
		})
	}
	return s
}

// eachView runs a test at the sizes of a phone and of a desktop.
func eachView(t *testing.T, check func(t *testing.T, width, height int)) {
	for _, size := range [][2]int{{360, 740}, {1280, 800}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) { check(t, size[0], size[1]) })
	}
}
