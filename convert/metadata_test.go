package convert_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"wain/fixtures"
)

// Who answers for the package: as told, else as the metadata says, the
// maintainer before the author, else nobody, which is a warning.
func TestMaintainer(t *testing.T) {
	cases := []struct{ name, told, metadata, want, warning string }{
		{"told", "Ops <ops@example.com>", "Author-email: a@example.org", "Ops <ops@example.com>", ""},
		{"maintainer", "", "Author-email: a@example.org\nMaintainer-email: Em <m@example.org>", "Em <m@example.org>", ""},
		{"author", "", "Author: Ann\nAuthor-email: a@example.org", "Ann <a@example.org>", ""},
		{"nobody", "", "Author: Ann", "Unknown maintainer <unknown@example.org>", "names no maintainer with an address"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			o := b.options("debian12")
			o.Maintainer = c.told
			o.Sources = []string{b.wheel("other", "myproject-1.2.3", func(r *fixtures.Recipe) { contacts(t, r, c.metadata) })}
			result := build(t, o)
			dump, err := fixtures.Dump(result.Packages[0].Path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(dump, "\nMaintainer: "+c.want+"\n") {
				t.Errorf("no %q in\n%s", c.want, dump)
			}
			warned := slices.ContainsFunc(result.Warnings, func(w string) bool { return strings.Contains(w, "names no maintainer") })
			if warned != (c.warning != "") {
				t.Errorf("warnings: %q", result.Warnings)
			}
		})
	}
}

// contacts puts other fields in the place of those of people.
func contacts(t *testing.T, r *fixtures.Recipe, fields string) {
	t.Helper()
	for i, f := range r.Files {
		if !strings.HasSuffix(f.Path, ".dist-info/METADATA") {
			continue
		}
		var b strings.Builder
		for line := range strings.Lines(string(f.Data)) {
			if strings.HasPrefix(line, "Author") || strings.HasPrefix(line, "Maintainer") {
				continue
			}
			b.WriteString(line)
			if strings.HasPrefix(line, "Name: ") {
				b.WriteString(strings.TrimSuffix(fields, "\n") + "\n")
			}
		}
		r.Files[i].Data = []byte(b.String())
	}
}

// A licence file that METADATA names again and again is copied once.
func TestLicenceFilesOnce(t *testing.T) {
	b := newBench(t)
	o := b.options("debian12")
	o.Sources = []string{b.wheel("other", "myproject-1.2.3", func(r *fixtures.Recipe) {
		contacts(t, r, "License-Expression: LicenseRef-Own\n"+strings.Repeat("License-File: OWN\n", 100))
		r.Files = append(r.Files, fixtures.RecipeFile{Path: "myproject-1.2.3.dist-info/licenses/OWN", Data: []byte("Do as you like.\n")})
	})}
	dump, err := fixtures.Dump(build(t, o).Packages[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(dump) {
		if !strings.HasSuffix(line, "/python-myproject/copyright\n") {
			continue
		}
		if size, err := strconv.Atoi(strings.Fields(line)[2]); err != nil || size > 3000 {
			t.Errorf("the text is there several times (%v): %s", err, line)
		}
		return
	}
	t.Error("no copyright file")
}
