package pep_test

import (
	"strings"
	"testing"

	"wain/convert/pep"
)

func mustVersion(t *testing.T, s string) pep.Version {
	t.Helper()
	v, err := pep.ParseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The order of the PEP's own example, and what the PEP leaves to prose.
func TestVersionOrder(t *testing.T) {
	versions := strings.Fields(`1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2
		1.0b2.post345.dev456 1.0b2.post345 1.0rc1.dev456 1.0rc1 1.0 1.0+abc 1.0+abc.5 1.0+abc.7 1.0+5 1.0+5.0
		1.0.post456.dev34 1.0.post456 1.0.15 1.1.dev1 2.99999999999999999999 2.100000000000000000000 1!0.1`)
	for i, a := range versions {
		for j, b := range versions {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := mustVersion(t, a).Compare(mustVersion(t, b)); got != want {
				t.Errorf("%s compared with %s: %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestVersionEqual(t *testing.T) {
	for _, pair := range [][2]string{
		{"1", "1.0.0"},
		{"v1.0", "01.00"},
		{"1.0-ALPHA_1", "1a1"},
		{"1.0-1", "1.0.post1"},
		{"1c", "1rc0"},
		{"1+Ubuntu-01", "1+ubuntu.1"},
		{"0!1", "1"},
		{" 1.0\n", "1.0"},
		{"1rev", "1.post0"},
	} {
		if mustVersion(t, pair[0]).Compare(mustVersion(t, pair[1])) != 0 {
			t.Errorf("%q and %q differ", pair[0], pair[1])
		}
	}
}

func TestVersionZero(t *testing.T) {
	var zero pep.Version
	if !zero.IsZero() || zero.String() != "" || zero.IsPrerelease() || zero.Compare(mustVersion(t, "0.dev0")) >= 0 {
		t.Errorf("the zero version is %q", zero.String())
	}
}

func TestVersionRefused(t *testing.T) {
	for _, s := range []string{
		"", "v", "a", "1.", ".1", "1..0", "1.0+", "1.0+a..b", "1!", "1.0.x", "1.0 a1", "1.0--1", "１.0",
		"1.0\x00", strings.Repeat("1", pep.MaxVersion+1),
	} {
		if v, err := pep.ParseVersion(s); err == nil {
			t.Errorf("%q was read as %s", s, v)
		}
	}
}

func TestVersionErrorPointsAtTheByte(t *testing.T) {
	_, err := pep.ParseVersion(" 1.0x")
	const want = `version " 1.0x": at column 5: not part of a version (PEP 440)`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
