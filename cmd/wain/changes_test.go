package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/repo"
)

func TestAge(t *testing.T) {
	for _, c := range []struct {
		text, want string // what it is printed as; empty: it is refused
	}{
		{"90d", "90d"},
		{"2w", "14d"},
		{"1w3d", "10d"},
		{"36h", "36h"},
		{"1d12h", "36h"},
		{"0", "0s"},
		{"90m", "1h30m"},
		{"1w1d1h1m1s", "193h1m1s"},
		{"", ""},
		{"d", ""},
		{"soon", ""},
		{"5", ""},
		{"-3d", ""},
		{"-36h", ""},
		{"3.5d", ""},
		{"9999999999999w", ""},
		{"106751d24h", ""},
		{"1h1d", ""},
	} {
		var a age
		err := a.Set(c.text)
		if (err == nil) != (c.want != "") || err == nil && a.String() != c.want {
			t.Errorf("%q is %s (%v), want %s", c.text, a.String(), err, c.want)
		}
		var again age
		if err == nil && (again.Set(a.String()) != nil || again != a) {
			t.Errorf("%q is printed as %q, which is read as %v", c.text, a.String(), time.Duration(again))
		}
	}
}

func TestDifferenceLines(t *testing.T) {
	p := func(name, version, arch string) repo.Package {
		return repo.Package{Name: name, Version: version, Architecture: arch, SHA256: version}
	}
	added := []repo.Package{p("app", "1.10", "amd64"), p("app", "2.0", "arm64"), p("app", "2.1", "arm64"), p("lib", "1.2", "all"), p("same", "1:1", "all")}
	removed := []repo.Package{p("app", "1.9", "amd64"), p("app", "1.0", "arm64"), p("lib", "1.3", "all"), p("old", "1", "all"), p("same", "1:1", "all")}
	want := `upgraded s app 1.9 -> 1.10 amd64
added s app 2.0 arm64
added s app 2.1 arm64
removed s app 1.0 arm64
downgraded s lib 1.3 -> 1.2 all
removed s old 1 all
replaced s same 1:1 -> 1:1 all
`
	got := strings.Join(differenceLines("apt", "s", added, removed), "\n") + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// A plan that is made again is printed again where it is another one.
func TestPlanIsPrintedOnce(t *testing.T) {
	var out, said bytes.Buffer
	p := plan{con: &console{stdout: &out, stderr: &said}}
	first := []repo.SuiteResult{{Format: "apt", Suite: "s", Removed: []repo.Package{{Name: "app", Version: "1", Architecture: "all"}}}}
	p.show(first)
	p.show(first)
	if got := out.String(); got != "removed s app 1 all\n" || said.Len() > 0 {
		t.Errorf("printed: %q, said: %q", got, said.String())
	}
	p.show(nil)
	if got := out.String(); got != "removed s app 1 all\n" || !strings.Contains(said.String(), "another publisher was faster") {
		t.Errorf("printed: %q, said: %q", got, said.String())
	}
}
