package pack_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/pack"
	"wain/fixtures"
)

// document gives the text of a file in /usr/share/doc, by its name there.
func document(t testing.TB, s pack.Spec, name string) string {
	t.Helper()
	fixtures.NeedTool(t, "dpkg-deb", "tar", "zcat")
	filter := "cat"
	if strings.HasSuffix(name, ".gz") {
		filter = "zcat"
	}
	return run(t, "sh", "-ec", `dpkg-deb --fsys-tarfile "$0" | tar xO "./usr/share/doc/$1" | "$2"`, written(t, s), s.Name+"/"+name, filter)
}

func TestCopyright(t *testing.T) {
	s := spec("deb", "1.2.3")
	s.Components = []pack.Component{
		{Project: "myproject", Version: "1.2.3", License: "MIT", Homepage: "https://example.org/", Authors: []string{"A. Uthor <a@example.org>", "B. Other", "B. Other"}},
		{Project: "Requests", Version: "2.32.3", License: "apache-2.0 or (gpl-2.0-or-later with Classpath-exception-2.0)", Paths: []string{site + "/requests/*", site + "/req uests.py"}},
		{Project: "own", Version: "1", LicenseText: "Ask me first.\n\n.. or don't", LicenseFiles: []string{site + "/requests-2.32.3.dist-info/LICENSE"}, Paths: []string{site + "/own/*"}},
		{Project: "text", Version: "1", LicenseText: "BSD-3-Clause", Paths: []string{site + "/text/*"}},
		{Project: "nothing", Version: "1"},
	}
	want := `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: myproject
Source: https://example.org/myproject
Comment: Made from the metadata of the wheels inside.

Files: *
Copyright: A. Uthor <a@example.org>
 B. Other
License: Expat
Comment: myproject 1.2.3, https://example.org/

Files: opt/venvs/myproject/lib/python3.11/site-packages/requests/*
 opt/venvs/myproject/lib/python3.11/site-packages/req?uests.py
Copyright: The authors of Requests
License: Apache-2.0 or (GPL-2+ with Classpath-2.0 exception)
Comment: Requests 2.32.3

Files: opt/venvs/myproject/lib/python3.11/site-packages/own/*
Copyright: The authors of own
License: LicenseRef-own
Comment: own 1

Files: opt/venvs/myproject/lib/python3.11/site-packages/text/*
Copyright: The authors of text
License: BSD-3-Clause
Comment: text 1

License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.

License: BSD-3-Clause
 The text is at https://spdx.org/licenses/BSD-3-Clause.html

License: Expat
 The text is at https://spdx.org/licenses/MIT.html

License: GPL-2+ with Classpath-2.0 exception
 On Debian systems the text is in /usr/share/common-licenses/GPL-2.

License: LicenseRef-own
 Ask me first.
 .
 or don't
 .
 Apache License
 In this package:
  /opt/venvs/myproject/lib/python3.11/site-packages/requests-2.32.3.dist-info/LICENSE
`
	if diff := cmp.Diff(want, document(t, s, "copyright")); diff != "" {
		t.Error(diff)
	}
}

func TestPackageLicense(t *testing.T) {
	fixtures.NeedTool(t, "rpm")
	parts := func(licenses ...string) (list []pack.Component) {
		for i, l := range licenses {
			list = append(list, pack.Component{Project: string(rune('a' + i)), Version: "1", License: l})
		}
		return list
	}
	for _, c := range []struct {
		license    string
		components []pack.Component
		want       string
	}{
		{"mit", nil, "MIT"},
		{"MIT and (bsd-3-clause OR Apache-2.0)", nil, "MIT AND (BSD-3-Clause OR Apache-2.0)"},
		{"LicenseRef-Proprietary", nil, "LicenseRef-Proprietary"},
		{"", nil, "LicenseRef-unknown"},
		{"MIT AND whatever", parts("MIT", "", "MIT", "ISC OR MIT"), "MIT AND LicenseRef-b AND (ISC OR MIT)"},
		{"(", parts("ISC OR MIT"), "ISC OR MIT"},
		{"", parts("MIT AND ISC", "ISC AND GPL-3.0-only WITH GCC-exception-3.1", "(MIT OR ISC) AND 0BSD"), "MIT AND ISC AND GPL-3.0-only WITH GCC-exception-3.1 AND ((MIT OR ISC) AND 0BSD)"},
		// what makes a parser stumble
		{"((MIT)", parts("MIT WITH"), "LicenseRef-a"},
		{"MIT)", parts(")("), "LicenseRef-a"},
		{"()", parts("MIT WITH nonsense"), "LicenseRef-a"},
		{"AND", parts("MIT OR"), "LicenseRef-a"},
		{"MIT MIT", parts(strings.Repeat("(", 5000)), "LicenseRef-a"},
		{"WITH", parts("MIT WITH (ISC)"), "LicenseRef-a"},
	} {
		s := spec("rpm", "1.2.3")
		s.License, s.Components = c.license, c.components
		if got := run(t, "rpm", "-qp", "--qf", "%{LICENSE}", written(t, s)); got != c.want {
			t.Errorf("%q, %v: %q, want %q", c.license, c.components, got, c.want)
		}
	}
}

func TestChangelog(t *testing.T) {
	fixtures.NeedTool(t, "dpkg-parsechangelog")
	s := spec("deb", "1.2.3")
	want := `python-myproject (1.2.3) bookworm; urgency=medium

  * Packaged for debian12, Python 3.11.
  * myproject 1.2.3
  * requests 2.32.3

 -- Example Team <team@example.org>  Tue, 14 Nov 2023 22:13:20 +0000
`
	got := document(t, s, "changelog.gz")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	s.Release, s.Epoch, s.Maintainer = "2", "1", "team@example.org"
	s.Changelog = "The first thing\n\n" + strings.Repeat("the second ", 12)
	got = document(t, s, "changelog.Debian.gz")
	fields := run(t, "sh", "-ec", `printf %s "$0" | dpkg-parsechangelog -l - --format rfc822`, got)
	for _, field := range []string{"Source: python-myproject", "Version: 1:1.2.3-2", "Distribution: bookworm", "Maintainer: team@example.org <team@example.org>"} {
		if !strings.Contains(fields, field+"\n") {
			t.Errorf("no %q in\n%s", field, fields)
		}
	}
	for line := range strings.Lines(got) {
		if len(line) > 80 {
			t.Errorf("long line %q", line)
		}
	}
}

// TestTexts gives the fields that come from metadata in what shapes it comes.
func TestTexts(t *testing.T) {
	fixtures.NeedTool(t, "dpkg-deb")
	long := strings.TrimSpace(strings.Repeat("words and ", 20))
	for _, c := range []struct {
		name, field string
		change      func(*pack.Spec)
		want        string
	}{
		{"no maintainer", "Maintainer", func(s *pack.Spec) { s.Maintainer = "" }, "Unknown maintainer <unknown@example.org>"},
		{"a name alone", "Maintainer", func(s *pack.Spec) { s.Maintainer = "A. Uthor" }, "Unknown maintainer <unknown@example.org>"},
		{"two maintainers", "Maintainer", func(s *pack.Spec) { s.Maintainer = `"A. U." <a@example.org>, B <b@example.org>` }, "A. U. <a@example.org>"},
		{"an address in brackets", "Maintainer", func(s *pack.Spec) { s.Maintainer = "<a@example.org>" }, "a@example.org <a@example.org>"},
		{"open bracket", "Maintainer", func(s *pack.Spec) { s.Maintainer = "A <a@example.org" }, "Unknown maintainer <unknown@example.org>"},
		{"no homepage", "Homepage", func(s *pack.Spec) { s.Homepage = "UNKNOWN" }, ""},
		{"other scheme", "Homepage", func(s *pack.Spec) { s.Homepage = "javascript:alert(1)" }, ""},
		{"homepage and more", "Homepage", func(s *pack.Spec) { s.Homepage = "https://example.org/x\nEvil: 1" }, "https://example.org/x"},
		{"no summary", "Description", func(s *pack.Spec) { s.Summary, s.Description = "", "" }, `python-myproject in a virtual environment of its own
 It installs a virtual environment for Python 3.11, with everything it needs,
 in /opt/venvs/myproject.`},
		{"long summary", "Description", func(s *pack.Spec) { s.Summary, s.Description = long, "" }, `words and words and words and words and words and words and words and words...
 words and words and words and words and words and words and words and words
 and words and words and words and words and words and words and words and
 words and words and words and words and words and
 .
 It installs a virtual environment for Python 3.11, with everything it needs,
 in /opt/venvs/myproject.`},
		{"the summary again", "Description", func(s *pack.Spec) { s.Description = s.Summary }, `Greets whoever asks
 It installs a virtual environment for Python 3.11, with everything it needs,
 in /opt/venvs/myproject.`},
		{"full stops", "Description", func(s *pack.Spec) {
			s.Summary, s.Description = "Dots", strings.Repeat("x ", 38)+".net\n\n...\n\n.. image:: x\n"
		}, `Dots
 ` + strings.Repeat("x ", 38) + `.net
 .
 .
 image:: x
 .
 It installs a virtual environment for Python 3.11, with everything it needs,
 in /opt/venvs/myproject.`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := spec("deb", "1.2.3")
			c.change(&s)
			got := strings.TrimSuffix(run(t, "dpkg-deb", "-f", written(t, s), c.field), "\n")
			if diff := cmp.Diff(c.want, strings.TrimPrefix(got, c.field+": ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLongDescription gives a README of many lines: the end is cut, and the
// last paragraph stays.
func TestLongDescription(t *testing.T) {
	fixtures.NeedTool(t, "dpkg-deb")
	s := spec("deb", "1.2.3")
	s.Description = strings.Repeat("A line that is long.\n\n", 5000) + strings.Repeat("x", 100_000)
	got := run(t, "dpkg-deb", "-f", written(t, s), "Description")
	if n := strings.Count(got, "\n"); n > 50 || !strings.Contains(got, "\n [...]\n") || !strings.HasSuffix(got, "in /opt/venvs/myproject.\n") {
		t.Errorf("%d lines: %s", n, got)
	}
}
