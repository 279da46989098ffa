package target_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/target"
)

func find(t *testing.T, spec string) target.Target {
	t.Helper()
	x, err := target.Find(spec, "")
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// known gives what the error about a spec says there is.
func known(t *testing.T, kind, spec string) []string {
	t.Helper()
	_, err := target.Find(spec, "")
	var e *target.UnknownError
	if !errors.As(err, &e) || e.Kind != kind || len(e.Known) == 0 {
		t.Fatalf("%s: %v", spec, err)
	}
	return e.Known
}

func TestNames(t *testing.T) {
	want := []string{
		"amzn2023", "debian12", "debian13", "el8", "el9", "el10", "fedora43", "fedora44", "leap16.0",
		"ubuntu22.04", "ubuntu24.04", "ubuntu26.04",
	}
	if diff := cmp.Diff(want, target.Names()); diff != "" {
		t.Error(diff)
	}
}

func TestFind(t *testing.T) {
	tests := []struct {
		spec, python               string
		name, folder, arch, wantPy string
	}{
		{"debian12", "", "debian12", "debian12", "amd64", "3.11"},
		{"bookworm", "", "debian12", "debian12", "amd64", "3.11"},
		{"debian12/amd64+python3.11", "", "debian12", "debian12", "amd64", "3.11"},
		{"debian13/arm64", "", "debian13/arm64", "debian13-arm64", "arm64", "3.13"},
		{"trixie/aarch64", "", "debian13/arm64", "debian13-arm64", "arm64", "3.13"},
		{"el9+python3.12", "3.11", "el9+python3.12", "el9-python3.12", "x86_64", "3.12"},
		{"el9", "3.11", "el9+python3.11", "el9-python3.11", "x86_64", "3.11"},
		{"rocky9/arm64", "3.9", "el9/aarch64", "el9-aarch64", "aarch64", "3.9"},
		{"el8", "", "el8", "el8", "x86_64", "3.11"},
		{"ubuntu24.04/ppc64le", "", "ubuntu24.04/ppc64el", "ubuntu24.04-ppc64el", "ppc64el", "3.12"},
	}
	for _, test := range tests {
		x, err := target.Find(test.spec, test.python)
		if err != nil {
			t.Error(err)
			continue
		}
		got := []string{x.String(), x.Folder(), x.Arch.In(x.Format), x.Python.Version}
		if diff := cmp.Diff([]string{test.name, test.folder, test.arch, test.wantPy}, got); diff != "" {
			t.Errorf("%s: %s", test.spec, diff)
		}
		if again := find(t, x.String()); again.Folder() != x.Folder() {
			t.Errorf("%s is found as %s", x, again)
		}
	}
}

func TestFindRefused(t *testing.T) {
	tests := []struct{ spec, python, want string }{
		{"debian11", "", `unknown target "debian11" (there are amzn2023, debian12, debian13, el8, el9, el10, fedora43, ` +
			`fedora44, leap16.0, ubuntu22.04, ubuntu24.04, ubuntu26.04)`},
		{"debian12/mips", "", `target debian12 has no architecture "mips" (it has amd64, arm64, i386, armhf, ppc64el, s390x)`},
		{"amzn2023/s390x", "", `target amzn2023 has no architecture "s390x" (it has x86_64, aarch64)`},
		{"debian12+python3.12", "", `target debian12 has no python "3.12" (it has 3.11)`},
		{"el8", "3.6", `target el8 has no python "3.6" (it has 3.11, 3.12)`},
	}
	for _, test := range tests {
		_, err := target.Find(test.spec, test.python)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: got  %v\nwant %s", test.spec, err, test.want)
		}
	}
	for _, spec := range []string{"", "/", "debian12/", "debian12+", "debian12+python", "debian12+3.11", "Debian12", "../debian12"} {
		if kind := known(t, "target", spec); len(kind) != len(target.Names()) {
			t.Errorf("%q: %q", spec, kind)
		}
	}
}
