package target_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wain/convert/pep"
	"wain/convert/target"
	"wain/fixtures"
)

// The table of a release has every library of the packages in a root of the
// release, as far as it has the packages (of libc6 those that programs link), and every symbol version of them with
// no lower a minimum than any of its symbols.
func TestLibrariesOfTheRoots(t *testing.T) {
	header := regexp.MustCompile(`^([^\s|*#]\S*) ([a-z0-9][a-z0-9+.-]+)`)
	entry := regexp.MustCompile(`^ \S+@(\S+) ((?:\d+:)?\d+(?:\.\d+)*)`)
	for _, release := range []string{"bookworm", "trixie"} {
		out := fixtures.Root(t, release).Run(t, "cat /var/lib/dpkg/info/*.symbols", nil)
		table := map[string]target.Library{}
		for _, l := range find(t, release).Libraries {
			table[l.Package] = l
		}
		var current target.Library
		sonames, symbols := 0, 0
		wrong := map[string]bool{}
		for line := range strings.Lines(out) {
			if m := header.FindStringSubmatch(line); m != nil {
				current = table[m[2]]
				if sonames++; current.Package != "" && current.Package != "libc6" && !slices.Contains(current.Sonames, m[1]) {
					wrong[fmt.Sprintf("%s of %s is not in the table", m[1], m[2])] = true
				}
				continue
			}
			m := entry.FindStringSubmatch(line)
			if m == nil || m[1] == "Base" || strings.Contains(m[1], "PRIVATE") || current.Package == "" || current.Numbered != "" && strings.HasPrefix(m[1], current.Numbered) {
				continue
			}
			symbols++
			if have, known := current.Versions[m[1]]; !known || version(t, have).Compare(version(t, m[2])) < 0 {
				wrong[fmt.Sprintf("%s: %s needs %s, the table has %q", current.Package, m[1], m[2], have)] = true
			}
		}
		for text := range wrong {
			t.Errorf("%s: %s", release, text)
		}
		if sonames < 30 || symbols < 3000 {
			t.Errorf("%s: only %d libraries, %d symbols in the root", release, sonames, symbols)
		}
	}
}

// version reads [EPOCH:]N.N….
func version(t *testing.T, s string) pep.Version {
	t.Helper()
	v, err := pep.ParseVersion(strings.Replace(s, ":", "!", 1))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// All that a manylinux wheel may expect of a system has a package in every deb
// release.
func TestExpectedLibraries(t *testing.T) {
	// https://github.com/pypa/auditwheel/blob/main/src/auditwheel/policy/manylinux-policy.json
	expected := strings.Fields(`libgcc_s.so.1 libstdc++.so.6 libatomic.so.1 libm.so.6 libmvec.so.1 libdl.so.2 librt.so.1
		libanl.so.1 libutil.so.1 libc.so.6 libpthread.so.0 libresolv.so.2 libnsl.so.1 libz.so.1 libexpat.so.1 libX11.so.6
		libXext.so.6 libXrender.so.1 libICE.so.6 libSM.so.6 libGL.so.1 libgobject-2.0.so.0 libgthread-2.0.so.0
		libglib-2.0.so.0`)
	for _, name := range target.Names() {
		x := find(t, name)
		for _, soname := range expected {
			if _, unknown := x.Depends([]target.Need{{Soname: soname}}); len(unknown) > 0 {
				t.Errorf("%s: %q", name, unknown)
			}
		}
	}
}
