package wheel_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/convert/pep"
	"wain/convert/wheel"
)

const full = `Metadata-Version: 2.4
Name: Demo.Project
Version: 1.0
Summary: A demo
  of two lines
Home-page: UNKNOWN
Author: Ann Üser
Author-email: Ann <ann@example.org>
Maintainer: UNKNOWN
License: MIT
        Second line
       |Third line
License-Expression: MIT OR Apache-2.0
License-File: LICENSE
License-File: sub/NOTICE
Classifier: License :: OSI Approved :: MIT License
Classifier: Programming Language :: Python :: 3
Project-URL: Bug Tracker, https://example.org/bugs
Project-URL: Home Page, https://example.org/
Requires-Python: >=3.8
Requires-Dist: requests[socks]>=2 ; extra == "net"
Requires-Dist: old-style (>=1.0)
Provides-Extra: net

The long
description.
`

func TestParseMetadata(t *testing.T) {
	md, warnings, err := wheel.ParseMetadata([]byte(full))
	if err != nil || len(warnings) != 0 {
		t.Fatal(err, warnings)
	}
	var requires []string
	for _, r := range md.RequiresDist {
		requires = append(requires, r.Name+" "+r.Specifiers.String())
	}
	if diff := cmp.Diff([]string{"requests >=2", "old-style >=1.0"}, requires); diff != "" {
		t.Error(diff)
	}
	md.RequiresDist = nil
	specifiers, err := pep.ParseSpecifiers(">=3.8")
	if err != nil {
		t.Fatal(err)
	}
	same := cmp.Comparer(func(a, b pep.Specifiers) bool { return a.String() == b.String() })
	want := wheel.Metadata{
		RequiresPython:  specifiers,
		MetadataVersion: "2.4", Name: "Demo.Project", Version: "1.0", Summary: "A demo of two lines",
		Description: "The long\ndescription.\n", Homepage: "https://example.org/",
		ProjectURLs: []wheel.ProjectURL{{Label: "Bug Tracker", URL: "https://example.org/bugs"}, {Label: "Home Page", URL: "https://example.org/"}},
		Author:      "Ann Üser", AuthorEmail: "Ann <ann@example.org>",
		License: "MIT\nSecond line\nThird line", LicenseExpression: "MIT OR Apache-2.0",
		LicenseFiles:  []string{"LICENSE", "sub/NOTICE"},
		Classifiers:   []string{"License :: OSI Approved :: MIT License", "Programming Language :: Python :: 3"},
		ProvidesExtra: []string{"net"},
	}
	if diff := cmp.Diff(want, md, same); diff != "" {
		t.Error(diff)
	}
}

func TestHomepage(t *testing.T) {
	cases := []struct{ fields, want string }{
		{"Home-page: https://a/\nProject-URL: Homepage, https://b/\n", "https://a/"},
		{"Project-URL: Docs, https://d/\nProject-URL: Source Code, https://s/\n", "https://s/"},
		{"Project-URL: Docs, https://d/\nProject-URL: home-page, https://h/\n", "https://h/"},
		{"Project-URL: Funding, https://f/\nProject-URL: Tracker, https://t/\n", "https://f/"},
		{"", ""},
	}
	for _, c := range cases {
		md, _, err := wheel.ParseMetadata([]byte("Metadata-Version: 2.1\nName: a\nVersion: 1\n" + c.fields))
		if err != nil || md.Homepage != c.want {
			t.Errorf("%q: %q, %v, want %q", c.fields, md.Homepage, err, c.want)
		}
	}
}

func TestMetadataWarnings(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"newer minor version", "Metadata-Version: 2.9\nName: a\nVersion: 1\n", "2.9"},
		{"line without colon", "Metadata-Version: 2.1\nName: a\nVersion: 1\nSummary: x\ny\nRequires-Dist: b\n", `"y"`},
		{"Requires-Python", "Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Python: >=3.8.*,three\n", "Requires-Python"},
		{"not UTF-8", "Metadata-Version: 2.1\nName: a\nVersion: 1\nAuthor: \xff\n", "UTF-8"},
	}
	for _, c := range cases {
		_, warnings, err := wheel.ParseMetadata([]byte(c.text))
		if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], c.want) {
			t.Errorf("%s: %q, %v", c.name, warnings, err)
		}
	}
}

// withInfo is a demo wheel with another text of a .dist-info file.
func withInfo(base, text string) []byte {
	return demo(member{name: info + base, data: []byte(text)}).bytes()
}

func TestInfoRefusals(t *testing.T) {
	const head = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
	cases := []struct {
		name, rule string
		data       []byte
	}{
		{"other-project", "metadata-name", withInfo("METADATA", "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")},
		{"other-version", "metadata-version", withInfo("METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.1\n")},
		{"no-name", "metadata-name", withInfo("METADATA", "Metadata-Version: 2.1\nVersion: 1.0\n")},
		{"name-with-slash", "metadata-name", withInfo("METADATA", "Metadata-Version: 2.1\nName: ../demo\nVersion: 1.0\n")},
		{"no-version", "metadata-version", withInfo("METADATA", "Metadata-Version: 2.1\nName: demo\n")},
		{"no-metadata-version", "metadata-format", withInfo("METADATA", "Name: demo\nVersion: 1.0\n")},
		{"metadata-version-3", "metadata-format", withInfo("METADATA", "Metadata-Version: 3.0\nName: demo\nVersion: 1.0\n")},
		{"metadata-version-text", "metadata-format", withInfo("METADATA", "Metadata-Version: two\nName: demo\nVersion: 1.0\n")},
		{"requires-dist", "metadata-requires-dist", withInfo("METADATA", head+"Requires-Dist: not a requirement!\n")},
		{"metadata-empty", "metadata-format", withInfo("METADATA", "")},
		{"wheel-version-2", "wheel-version", withInfo("WHEEL", "Wheel-Version: 2.0\nTag: py3-none-any\n")},
		{"wheel-version-missing", "wheel-version", withInfo("WHEEL", "Tag: py3-none-any\n")},
		{"wheel-version-text", "wheel-version", withInfo("WHEEL", "Wheel-Version: one\n")},
		{"no-METADATA", "dist-info-file", without("METADATA")},
		{"no-WHEEL", "dist-info-file", without("WHEEL")},
		{"no-RECORD", "dist-info-file", without("RECORD")},
		{"two-dist-infos", "dist-info-several", demo(member{name: "other-1.0.dist-info/METADATA"}).bytes()},
		{"no-dist-info", "dist-info-missing", (&archive{members: []member{{name: "demo.py"}}}).bytes()},
		{"other-dist-info", "dist-info-name", (&archive{members: []member{{name: "other-1.0.dist-info/METADATA"}}}).bytes()},
		{"dist-info-without-version", "dist-info-name", (&archive{members: []member{{name: "demo.dist-info/METADATA"}}}).bytes()},
		{"data-of-another", "data-folder", demo(member{name: "other-1.0.data/data/x"}).bytes()},
		{"data-unknown-key", "data-scheme", demo(member{name: "demo-1.0.data/config/x"}).bytes()},
		{"data-file-in-root", "data-scheme", demo(member{name: "demo-1.0.data/x"}).bytes()},
		{"data-key-is-file", "data-scheme", demo(member{name: "demo-1.0.data/scripts"}).bytes()},
		{"data-scripts-nested", "data-scripts-nested", demo(member{name: "demo-1.0.data/scripts/sub/x"}).bytes()},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := open(c.data)
			refused(t, err, c.rule)
		})
	}
}

// without is a demo wheel that lacks a .dist-info file, in RECORD too.
func without(base string) []byte {
	a := demo()
	for i, m := range a.members {
		if m.name == info+base {
			a.members = append(a.members[:i:i], a.members[i+1:]...)
			break
		}
	}
	return a.bytes()
}

func TestInfoThatIsOddButFine(t *testing.T) {
	cases := []struct {
		name    string
		data    []byte
		warning string
		check   func(w *wheel.Wheel) bool
	}{
		{"Wheel-Version repeated", withInfo("WHEEL", "Wheel-Version: 1.0\nWheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"), "", nil},
		{"Wheel-Version 1.1", withInfo("WHEEL", "Wheel-Version: 1.1\nTag: py3-none-any\n"), "1.1", nil},
		{"Wheel-Version 0.1", withInfo("WHEEL", "Wheel-Version: 0.1\nTag: py3-none-any\n"), "", nil},
		{"Root-Is-Purelib in capitals", withInfo("WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: TRUE\nTag: py3-none-any\n"), "", func(w *wheel.Wheel) bool { return w.RootIsPurelib }},
		{"no Root-Is-Purelib", withInfo("WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n"), "", func(w *wheel.Wheel) bool { return !w.RootIsPurelib && w.Files[0].Scheme == wheel.Platlib }},
		{"other tags", withInfo("WHEEL", "Wheel-Version: 1.0\nTag: cp311-cp311-linux_x86_64\n"), "cp311-cp311-linux_x86_64", nil},
		{"more tags", withInfo("WHEEL", "Wheel-Version: 1.0\nTag: py2.py3-none-any\n"), "py2.py3-none-any", nil},
		{"odd tag", withInfo("WHEEL", "Wheel-Version: 1.0\nTag: nonsense\n"), "nonsense", nil},
		{"bytecode", demo(member{name: "demo/__pycache__/x.cpython-311.pyc", data: []byte("stale")}).bytes(), "__pycache__", func(w *wheel.Wheel) bool { return len(w.Files) == 5 }},
		{"version with zeros", withInfo("METADATA", "Metadata-Version: 2.1\nName: DEMO\nVersion: 1.0.0\n"), "", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w, err := open(c.data)
			if err != nil {
				t.Fatal(err)
			}
			if c.warning == "" && len(w.Warnings) > 0 || c.warning != "" && !strings.Contains(strings.Join(w.Warnings, "\n"), c.warning) {
				t.Errorf("warnings: %q", w.Warnings)
			}
			if c.check != nil && !c.check(w) {
				t.Errorf("%+v", w.Files)
			}
		})
	}
}

// A file that was made to cost time or to flood a log does neither.
func TestEndlessInfo(t *testing.T) {
	const n = 1 << 20
	begin := time.Now()
	const head = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
	md, _, err := wheel.ParseMetadata([]byte(head + "Summary: x\n" + strings.Repeat(" y\n", n)))
	if err != nil || len(md.Summary) != 2*n+1 {
		t.Errorf("a summary of %d bytes, %v", len(md.Summary), err)
	}
	_, _, requires := wheel.ParseMetadata([]byte(head + strings.Repeat("Requires-Dist: !\n", n/8)))
	_, points := wheel.ParseEntryPoints([]byte("[console_scripts]\n" + strings.Repeat("x\n", n/8)))
	for _, err := range []error{requires, points} {
		if err == nil || len(err.Error()) > 20_000 || !strings.Contains(err.Error(), "more issues") {
			t.Errorf("%.200v …", err)
		}
	}
	w, err := open(withRecord(func(text string) string { return text + strings.Repeat("a", 50) + ",,\n" + manyRows(n/8) }))
	if err != nil || len(w.Warnings) > 200 {
		t.Errorf("%d warnings, %v", len(w.Warnings), err)
	}
	if took := time.Since(begin); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

// manyRows are rows of n files that are not there.
func manyRows(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "gone/%d.py,,\n", i)
	}
	return b.String()
}

func FuzzParseMetadata(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(" x\nName: a"))
	f.Add([]byte("Metadata-Version: 2.1\r\nName: a\r\nVersion: 1\r\n\r\nbody\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		md, _, err := wheel.ParseMetadata(text)
		var e *wheel.Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("not a *wheel.Error: %v", err)
		}
		for _, line := range []string{md.Name, md.Version, md.Summary, md.Author, md.LicenseExpression} {
			if strings.Contains(line, "\n") {
				t.Errorf("two lines in %q", line)
			}
		}
	})
}
