package pep_test

import (
	"testing"

	"wain/convert/pep"
)

func TestNormalize(t *testing.T) {
	for in, want := range map[string]string{
		"requests":         "requests",
		"Zope.Interface":   "zope-interface",
		"ruamel__yaml-._c": "ruamel-yaml-c",
		"-x-":              "-x-",
		"":                 "",
		"\xffA":            "\xffa",
	} {
		if got := pep.Normalize(in); got != want {
			t.Errorf("Normalize(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestValidName(t *testing.T) {
	for in, want := range map[string]bool{
		"a": true, "A1": true, "zope.interface": true, "a-_.b": true,
		"": false, "-a": false, "a-": false, "a b": false, "../a": false, "a/b": false, "é": false, "a\n": false,
	} {
		if got := pep.ValidName(in); got != want {
			t.Errorf("ValidName(%q) = %v", in, got)
		}
	}
}
