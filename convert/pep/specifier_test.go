package pep_test

import (
	"strings"
	"testing"

	"wain/convert/pep"
)

func mustSpecifiers(t *testing.T, s string) pep.Specifiers {
	t.Helper()
	set, err := pep.ParseSpecifiers(s)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestSpecifiersContain(t *testing.T) {
	tests := []struct {
		specifiers string
		in, out    string // versions, pre-releases allowed
	}{
		{"", "0 1.0 1.0a1", ""},
		{"==1.0", "1 1.0.0 1.0+local", "1.0.1 1.0.post1 1.0a1"},
		{"==1.0+local", "1.0+LOCAL", "1.0 1.0+other"},
		{"!=1.0", "1.1 1.0a1", "1.0 1.0+local"},
		{"==1.2.*", "1.2 1.2.0 1.2a1 1.2.dev0 1.2.9.post1 1.2+x", "1.20 1.3.dev0 1!1.2"},
		{"==1.0.*", "1", "1.1"},
		{"!=1.2.*", "1.3.dev0 1.1", "1.2.5 1.2"},
		{">=1.0", "1.0 1.0+x 2", "1.0rc1 0.9"},
		{"<=1.0", "1.0 1.0+x 1.0a1", "1.0.post1 1.1"},
		{">1.0", "1.0.1 1.1.dev0", "1.0 1.0+x 1.0.post1 0.9"},
		{">1.0.post1", "1.0.post2 1.0.post2.dev0 1.1", "1.0.post1 1.0.post1+x 1.0"},
		{">1.0.dev1", "1.0.dev2 1.0a1 1.0", "1.0.dev1 1.0.dev1+x"},
		{">1.0a1", "1.0a2 1.0b1.dev0 1.0", "1.0a1 1.0a1.post1 1.0a1+x"},
		{"<1.0", "0.9 0.9.post1", "1.0.dev0 1.0a1 1.0"},
		{"<1.0rc1", "1.0b1 1.0rc1.dev0", "1.0rc1 1.0"},
		{"~=1.4.5", "1.4.5 1.4.99 1.4.5.post1", "1.5.dev0 1.5 1.4.4 1.4.5a1"},
		{"~=1.4", "1.4 1.99", "2.0.dev0 1.3"},
		{"~=1.4.5a4", "1.4.5a4 1.4.5 1.4.6", "1.4.5a3 1.5"},
		{"===1.0", "1.0", "1.0.0 1"},
		{">=1,<2,!=1.5", "1 1.4 1.6", "1.5 2 0.9"},
	}
	for _, test := range tests {
		set := mustSpecifiers(t, test.specifiers)
		for _, v := range strings.Fields(test.in) {
			if !set.Contains(mustVersion(t, v), true) {
				t.Errorf("%q does not contain %s", test.specifiers, v)
			}
		}
		for _, v := range strings.Fields(test.out) {
			if set.Contains(mustVersion(t, v), true) {
				t.Errorf("%q contains %s", test.specifiers, v)
			}
		}
	}
}

func TestSpecifiersPrereleases(t *testing.T) {
	tests := []struct {
		specifiers, version string
		want                bool // without asking for pre-releases
	}{
		{"", "1.0a1", false},
		{">=1.0", "2.0rc1", false},
		{">=1.0.dev0", "2.0rc1", true},
		{">=1.0,!=1.1a1", "2.0rc1", false},
		{"==2.0rc1", "2.0rc1", true},
		{">=1.0", "2.0.post1", true},
	}
	for _, test := range tests {
		set := mustSpecifiers(t, test.specifiers)
		if got := set.Contains(mustVersion(t, test.version), false); got != test.want {
			t.Errorf("%q contains %s: %v", test.specifiers, test.version, got)
		}
		if !set.Contains(mustVersion(t, test.version), true) {
			t.Errorf("%q does not contain %s where pre-releases are wanted", test.specifiers, test.version)
		}
	}
}

func TestSpecifiersPinned(t *testing.T) {
	for s, want := range map[string]string{
		"==1.2.3": "1.2.3", "== v1.0": "v1.0", "===any.thing": "any.thing", "==1.0,==1.0.0": "1.0",
		"": "", "==1.2.*": "", ">=1.0": "", "==1.0,!=1.1": "", "===": "", "==1.0,==2.0": "",
	} {
		got, ok := mustSpecifiers(t, s).Pinned()
		if got != want || ok != (want != "") {
			t.Errorf("%q is pinned to %q, %v", s, got, ok)
		}
	}
}

func TestSpecifiersString(t *testing.T) {
	const in, want = " >= 1.0 ,, !=1.3.*,<2,<2.0", "!=1.3.*,<2,>=1.0"
	if got := mustSpecifiers(t, in).String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSpecifiersRefused(t *testing.T) {
	for _, s := range []string{
		"1.0", "=1.0", "==", ">=1.*", "~=1", "~=1.0.*", "==1.0a1.*", "==1.0+x.*", ">=1.0+x", "==1 .*", "=== a b",
		">=1.0 <2", "==1.*.*", "===a;b", strings.Repeat("==1,!=2,", pep.MaxSpecifiers),
	} {
		if set, err := pep.ParseSpecifiers(s); err == nil {
			t.Errorf("%q was read as %s", s, set)
		}
	}
}
