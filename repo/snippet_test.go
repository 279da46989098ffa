package repo_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo"
)

const fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567"

func TestSnippet(t *testing.T) {
	for _, test := range []struct {
		kind, suite, format, want string
	}{
		{repo.SnippetApt, "bookworm", "", `# Example Archive: bookworm
# Signed by the key 0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567
install -d -m 0755 /etc/apt/keyrings
curl -fsSLo /etc/apt/keyrings/example-archive.asc https://repo.example.org/base/key.asc
chmod 0644 /etc/apt/keyrings/example-archive.asc
gpg --show-keys --with-fingerprint /etc/apt/keyrings/example-archive.asc  # compare with the line above
cat >/etc/apt/sources.list.d/example-archive.sources <<'END'
Types: deb
URIs: https://repo.example.org/base/apt
Suites: bookworm
Components: main
Signed-By: /etc/apt/keyrings/example-archive.asc
END
apt-get update
`},
		{repo.SnippetDnf, "el9", "", `# Example Archive: el9
# Signed by the key 0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567
curl -fsSL https://repo.example.org/base/key.asc | gpg --show-keys --with-fingerprint  # compare with the line above
cat >/etc/yum.repos.d/example-archive.repo <<'END'
[example-archive-el9]
name=Example Archive el9
baseurl=https://repo.example.org/base/yum/el9
enabled=1
gpgcheck=1
repo_gpgcheck=1
gpgkey=https://repo.example.org/base/key.asc
END
dnf makecache --repo example-archive-el9  # asks for the key: compare it with the line above
`},
		{repo.SnippetZypper, "leap16.0", "", `# Example Archive: leap16.0
# Signed by the key 0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567
curl -fsSL https://repo.example.org/base/key.asc | gpg --show-keys --with-fingerprint  # compare with the line above
cat >/etc/zypp/repos.d/example-archive.repo <<'END'
[example-archive-leap16.0]
name=Example Archive leap16.0
baseurl=https://repo.example.org/base/yum/leap16.0
enabled=1
gpgcheck=1
repo_gpgcheck=1
gpgkey=https://repo.example.org/base/key.asc
autorefresh=1
END
zypper --gpg-auto-import-keys refresh example-archive-leap16.0
`},
		{repo.SnippetPuppet, "bookworm", "apt", `# Example Archive: bookworm
# Signed by the key 0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567
file { '/etc/apt/keyrings':
  ensure => directory,
}

file { '/etc/apt/keyrings/example-archive.asc':
  source => 'https://repo.example.org/base/key.asc',
  mode   => '0644',
  before => File['/etc/apt/sources.list.d/example-archive.sources'],
  notify => Exec['example-archive apt update'],
}

file { '/etc/apt/sources.list.d/example-archive.sources':
  content => @(END),
    Types: deb
    URIs: https://repo.example.org/base/apt
    Suites: bookworm
    Components: main
    Signed-By: /etc/apt/keyrings/example-archive.asc
    | END
  notify  => Exec['example-archive apt update'],
}

exec { 'example-archive apt update':
  command     => '/usr/bin/apt-get update',
  refreshonly => true,
}

# package { 'python-myproject':
#   ensure  => '1.2.3',
#   require => Exec['example-archive apt update'],
# }
`},
		{repo.SnippetPuppet, "el9", "yum", `# Example Archive: el9
# Signed by the key 0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567
file { '/etc/yum.repos.d/example-archive.repo':
  content => @(END),
    [example-archive-el9]
    name=Example Archive el9
    baseurl=https://repo.example.org/base/yum/el9
    enabled=1
    gpgcheck=1
    repo_gpgcheck=1
    gpgkey=https://repo.example.org/base/key.asc
    | END
}

# package { 'python-myproject':
#   ensure  => '1.2.3',
#   require => File['/etc/yum.repos.d/example-archive.repo'],
# }
`},
	} {
		t.Run(test.kind+" "+test.suite, func(t *testing.T) {
			got, err := repo.Snippet(test.kind, repo.SnippetOptions{
				BaseURL: "https://repo.example.org/base/", Origin: "Example Archive", Suite: test.suite,
				Fingerprints: []string{fingerprint}, Format: test.format,
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("snippet (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSnippetUnsigned says what is missing, and speaks of no key, for there is none.
func TestSnippetUnsigned(t *testing.T) {
	for _, kind := range repo.SnippetKinds() {
		for format := range suiteOf {
			if got := snippet(t, kind, format, func(o *repo.SnippetOptions) { o.Fingerprints = nil }); strings.Contains(got, "key") || !strings.Contains(got, "# The repository is not signed") {
				t.Errorf("%s:\n%s", kind, got)
			}
		}
	}
}

// TestSnippetVariants: what differs where a repository has several keys, components, or was somebody else's.
func TestSnippetVariants(t *testing.T) {
	const second = "89ABCDEF0123456789ABCDEF0123456789ABCDEF"
	for _, test := range []struct {
		name, kind, format string
		change             func(*repo.SnippetOptions)
		want               string
	}{
		{
			"two keys", repo.SnippetApt, "apt",
			func(o *repo.SnippetOptions) { o.Fingerprints = append(o.Fingerprints, second) },
			"# Signed by the keys\n#   0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567\n#   89AB CDEF 0123 4567 89AB CDEF 0123 4567 89AB CDEF\n",
		},
		{
			"two keys to compare with", repo.SnippetDnf, "yum",
			func(o *repo.SnippetOptions) { o.Fingerprints = append(o.Fingerprints, second) },
			"  # compare with the lines above\n",
		},
		{
			"components", repo.SnippetApt, "apt",
			func(o *repo.SnippetOptions) { o.Components = []string{"main", "non-free"} },
			"\nComponents: main non-free\n",
		},
		{"an adopted apt tree", repo.SnippetApt, "apt", func(o *repo.SnippetOptions) { o.Base = "." }, "\nURIs: https://repo.example.org/base\n"},
		{"an adopted apt tree below", repo.SnippetAnsible, "apt", func(o *repo.SnippetOptions) { o.Base = "debian" }, "URIs: https://repo.example.org/base/debian\n"},
		{"an adopted yum repository", repo.SnippetDnf, "yum", func(o *repo.SnippetOptions) { o.Base = "." }, "\nbaseurl=https://repo.example.org/base\n"},
		{"an adopted yum repository below", repo.SnippetPuppet, "yum", func(o *repo.SnippetOptions) { o.Base = "centos/9/x86_64" }, "baseurl=https://repo.example.org/base/centos/9/x86_64\n"},
		{
			"immutable", repo.SnippetDnf, "yum",
			func(o *repo.SnippetOptions) { o.Immutable = true },
			"\nmirrorlist=https://repo.example.org/base/yum/el9/mirrorlist\nenabled=1\n",
		},
		{
			"immutable, adopted", repo.SnippetDnf, "yum",
			func(o *repo.SnippetOptions) { o.Immutable, o.Base = true, "." },
			"\nmirrorlist=https://repo.example.org/base/mirrorlist\nenabled=1\n",
		},
	} {
		got := snippet(t, test.kind, test.format, test.change)
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: no %q in\n%s", test.name, test.want, got)
		}
		if strings.Contains(got, "mirrorlist=") && strings.Contains(got, "baseurl=") {
			t.Errorf("%s: two addresses in\n%s", test.name, got)
		}
	}
}

func TestSnippetRefuses(t *testing.T) {
	good := repo.SnippetOptions{Origin: "Example", Suite: "bookworm", Fingerprints: []string{fingerprint}}
	for _, test := range []struct {
		name, kind string
		change     func(*repo.SnippetOptions)
	}{
		{"a kind that there is not", "yum", func(*repo.SnippetOptions) {}},
		{"puppet without format", repo.SnippetPuppet, func(*repo.SnippetOptions) {}},
		{"a component of two words", repo.SnippetApt, func(o *repo.SnippetOptions) { o.Components = []string{"main x"} }},
		{"a component of two lines", repo.SnippetApt, func(o *repo.SnippetOptions) { o.Components = []string{"main\nTrusted:yes"} }},
		{"a base elsewhere", repo.SnippetApt, func(o *repo.SnippetOptions) { o.Base = "../other" }},
		{"a base with a command", repo.SnippetApt, func(o *repo.SnippetOptions) { o.Base = "$(id)" }},
		{"a template in the URL", repo.SnippetSalt, func(o *repo.SnippetOptions) { o.Format, o.BaseURL = "apt", "https://x/{{7}}" }},
		{"an empty fingerprint", repo.SnippetApt, func(o *repo.SnippetOptions) { o.Fingerprints = []string{""} }},
		{"immutable for apt", repo.SnippetApt, func(o *repo.SnippetOptions) { o.Immutable, o.BaseURL = true, "https://x" }},
		{"immutable for zypper", repo.SnippetZypper, func(o *repo.SnippetOptions) { o.Immutable, o.BaseURL = true, "https://x" }},
		{"immutable without a URL", repo.SnippetDnf, func(o *repo.SnippetOptions) { o.Immutable = true }},
		{"no origin", repo.SnippetApt, func(o *repo.SnippetOptions) { o.Origin = "" }},
		{"no suite", repo.SnippetApt, func(o *repo.SnippetOptions) { o.Suite = "" }},
		{"a suite of two lines", repo.SnippetApt, func(o *repo.SnippetOptions) { o.Suite = "a\nb" }},
		{"an origin of two lines", repo.SnippetApt, func(o *repo.SnippetOptions) { o.Origin = "a\nid" }},
		{"a command in the URL", repo.SnippetApt, func(o *repo.SnippetOptions) { o.BaseURL = "https://x/`id`" }},
		{"a fingerprint that is none", repo.SnippetApt, func(o *repo.SnippetOptions) { o.Fingerprints = []string{"x\nid"} }},
	} {
		o := good
		test.change(&o)
		if got, err := repo.Snippet(test.kind, o); err == nil {
			t.Errorf("%s: %s", test.name, got)
		}
	}
}

// TestSnippetPuppetParses has Puppet itself read the manifests.
func TestSnippetPuppetParses(t *testing.T) {
	fixtures.NeedTool(t, "puppet")
	command := []string{"puppet", "parser", "validate"}
	for format, suite := range map[string]string{"apt": "bookworm", "yum": "el9"} {
		manifest, err := repo.Snippet(repo.SnippetPuppet, repo.SnippetOptions{Origin: "Example", Suite: suite, Fingerprints: []string{fingerprint}, Format: format})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "site.pp")
		if err := os.WriteFile(path, []byte(manifest), 0o644); err != nil {
			t.Fatal(err)
		}
		command = append(command, path)
	}
	must(t, clean(t.TempDir()), command...)
}

// TestClientFiles: one suite is ready to use, several wait for a choice, and the base URL is remembered.
func TestClientFiles(t *testing.T) {
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))))
	sources := text(t, dir, "example-archive.sources")
	if !strings.Contains(sources, "https://packages.example.org/apt") || !strings.Contains(sources, "Enabled: yes\n") {
		t.Errorf("before the URL is known:\n%s", sources)
	}
	o := options(t, dir, dist(t, deb("1.2.3", "amd64")))
	o.BaseURL = "https://repo.example.org/"
	release := text(t, dir, "apt/dists/bookworm/InRelease")
	if result := publish(t, o); !result.Changed || result.Generation != 2 {
		t.Errorf("a new base URL: %+v", result)
	}
	if text(t, dir, "apt/dists/bookworm/InRelease") != release {
		t.Error("a new base URL signed the suite anew")
	}
	trixie := deb("1.2.3", "amd64")
	trixie.suite = "trixie"
	publish(t, options(t, dir, dist(t, trixie)))
	sources = text(t, dir, "example-archive.sources")
	if strings.Count(sources, "Enabled: no\n") != 2 || strings.Count(sources, "URIs: https://repo.example.org/apt\n") != 2 {
		t.Errorf("with two suites:\n%s", sources)
	}
	if got := text(t, dir, "example-archive.repo"); !strings.Contains(got, "\nenabled=1\n") || !strings.Contains(got, "gpgkey=https://repo.example.org/key.asc") {
		t.Errorf("with one suite:\n%s", got)
	}
}

func TestDescribe(t *testing.T) {
	dir := t.TempDir()
	o := options(t, dir, dist(t, deb("1.2.2", "amd64"), deb("1.2.3", "amd64"), deb("1.2.3", "all"), rpm("1.2.3", "amd64")))
	o.BaseURL = "https://repo.example.org"
	publish(t, o)
	got, err := repo.Describe(t.Context(), folder(dir))
	if err != nil {
		t.Fatal(err)
	}
	want := &repo.Repository{
		Generation: 1, Origin: "Example Archive", Label: "Example Archive", BaseURL: "https://repo.example.org",
		Fingerprints: []string{key(t, house).Fingerprint()},
		Suites: []repo.Suite{
			{Format: "apt", Name: "bookworm", Base: "apt", Date: noon, Components: []string{"main"}, Packages: 3},
			{Format: "yum", Name: "el9", Base: "yum/el9", Date: noon, Packages: 1},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Describe (-want +got):\n%s", diff)
	}
}
