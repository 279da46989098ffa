package pack_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"wain/convert/pack"
)

// FuzzMetadata puts any texts into a package: it is written, and its control
// file has the fields of every package and clean lines.
func FuzzMetadata(f *testing.F) {
	f.Add("Greets.", "It greets.\n\n.. note:: x", "https://example.org/", "A <a@example.org>", "MIT OR (Apache-2.0 AND ISC)", "A")
	f.Add("x\nEvil: 1", "\n.\n..\r\n\t.x\u2028\x00", "http://[::1\n]", "<<>@", "((", "\x1b[31m\n*")
	f.Add("", "", "", "", "MIT WITH", "")
	f.Add(strings.Repeat("\u00e9", 90), strings.Repeat(". ", 99), "https://x/\xff", "a@b", "GPL-2.0+ WITH x-exception", "\xff\n\n x")
	stage, err := pack.NewStage(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = stage.Close() })
	entries := tree(map[string]string{dir + "/pyvenv.cfg": "x"})
	if err := stage.Add(f.Context(), entries, 1); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, summary, description, homepage, maintainer, license, author string) {
		s := spec("deb", "1.2.3")
		s.Compression, s.Entries = "gzip", entries
		s.Summary, s.Description, s.Homepage, s.Maintainer, s.License, s.Changelog = summary, description, homepage, maintainer, license, description
		s.Components = []pack.Component{
			{Project: "a", Version: summary, Homepage: homepage, Authors: []string{author, maintainer}, License: license, LicenseText: description, LicenseFiles: []string{author}},
			{Project: "b", Version: author, LicenseText: license, Paths: []string{author, summary}},
		}
		var out bytes.Buffer
		if err := pack.Write(t.Context(), stage, s, &out); err != nil {
			t.Fatal(err)
		}
		b := out.Bytes()
		control := debFile(t, b, "control.tar.gz", "./control")
		checkStanzas(t, control, "Package", "Version", "Section", "Priority", "Architecture", "Maintainer",
			"Installed-Size", "Depends", "Homepage", "Description", "Wain-Suite", "Wain-Target")
		checkStanzas(t, debFile(t, b, "data.tar.gz", "./usr/share/doc/python-myproject/copyright"),
			"Format", "Upstream-Name", "Source", "Comment", "Files", "Copyright", "License")

		rpm := s
		rpm.Format, rpm.Arch, rpm.Release, rpm.Depends = "rpm", "noarch", "1", nil
		if err := pack.Write(t.Context(), stage, rpm, io.Discard); err != nil {
			t.Fatal(err)
		}
	})
}

// checkStanzas holds every line to the syntax of deb822(5) and to the fields.
func checkStanzas(t *testing.T, text string, fields ...string) {
	t.Helper()
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) {
		t.Fatalf("control characters in %q", text)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		name, value, ok := strings.Cut(line, ":")
		switch {
		case line == "":
		case line[0] == ' ':
			if strings.TrimSpace(line) == "" || strings.HasPrefix(line, " .") && line != " ." {
				t.Errorf("line %q", line)
			}
		case !ok || !slices.Contains(fields, name) || strings.TrimSpace(value) == "":
			t.Errorf("line %q", line)
		}
	}
}

// debFile gives one file of one compressed member of a deb.
func debFile(t *testing.T, deb []byte, member, name string) string {
	t.Helper()
	for m := range members(t, deb) {
		if m.name != member {
			continue
		}
		z, err := gzip.NewReader(bytes.NewReader(m.body))
		if err != nil {
			t.Fatal(err)
		}
		for r := tar.NewReader(z); ; {
			h, err := r.Next()
			if err != nil {
				t.Fatalf("%s in %s: %v", name, member, err)
			}
			if h.Name == name {
				b, err := io.ReadAll(r)
				if err != nil {
					t.Fatal(err)
				}
				return string(b)
			}
		}
	}
	t.Fatalf("no %s", member)
	return ""
}
