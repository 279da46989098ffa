package pack_test

import (
	"net/mail"
	"testing"

	"wain/convert/pack"
)

// A name with a comma would be two maintainers to whoever reads the field.
func TestMaintainerIsOneAddress(t *testing.T) {
	for _, c := range []struct{ given, want string }{
		{`"Guido, Jukka,Łukasz" <g@example.org>`, "Guido / Jukka / Łukasz <g@example.org>"},
		{"A; B <g@example.org>", "A / B <g@example.org>"},
		{`Team: A\B "C" [x] <g@example.org>`, "Team AB C (x) <g@example.org>"},
		{"A. B-C O'D <g@example.org>", "A. B-C O'D <g@example.org>"},
	} {
		got, ok := pack.Maintainer(c.given)
		if got != c.want || !ok {
			t.Errorf("%q: %q, want %q", c.given, got, c.want)
		}
		if _, err := mail.ParseAddress(got); err != nil {
			t.Errorf("%q: %v", got, err)
		}
	}
}
