package deb_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/repo/deb"
)

// TestParseParagraph reads what is odd and allowed. Case 16.
func TestParseParagraph(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []deb.Field
	}{
		{"plain", "A: 1\nB: 2\n", []deb.Field{{"A", "1"}, {"B", "2"}}},
		{"no final newline", "A: 1", []deb.Field{{"A", "1"}}},
		{"blank lines around", "\n \nA: 1\n\n\t\n", []deb.Field{{"A", "1"}}},
		{"carriage returns", "A: 1\r\n b\r\nC: 2\r\n", []deb.Field{{"A", "1\n b"}, {"C", "2"}}},
		{"folded", "A: 1\n b \n .\n\tc\t \nB:x\n", []deb.Field{{"A", "1\n b \n .\n\tc"}, {"B", "x"}}},
		{"empty first line", "A:\n b\nB:\nC:  \n", []deb.Field{{"A", "\n b"}, {"B", ""}, {"C", ""}}},
		{"colons", "A: b: c\n", []deb.Field{{"A", "b: c"}}},
		{"not UTF-8", "A: caf\xe9\n", []deb.Field{{"A", "caf\xe9"}}},
		{"long", "A: " + strings.Repeat("x", 100_000) + "\n", []deb.Field{{"A", strings.Repeat("x", 100_000)}}},
	} {
		p, err := deb.ParseParagraph([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, p.Fields); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if !bytes.Contains([]byte(c.text), p.Raw) {
			t.Errorf("%s: raw bytes %q are not those of the text", c.name, p.Raw)
		}
	}
}

// TestParseParagraphRefuses names the rule for what is not. Case 16.
func TestParseParagraphRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, rule string }{
		{"empty", "", "control-empty"},
		{"blank", "\n\n", "control-empty"},
		{"NUL", "A: 1\x002\n", "control-nul"},
		{"second paragraph", "A: 1\n\nB: 2\n", "control-paragraphs"},
		{"blank line in a value", "A: 1\n \n b\n", "control-paragraphs"},
		{"duplicate field", "A: 1\na: 2\n", "control-duplicate-field"},
		{"continuation first", " A: 1\n", "control-line"},
		{"no colon", "A: 1\nhello\n", "control-line"},
		{"no name", ": 1\n", "control-line"},
		{"blank in the name", "A b: 1\n", "control-line"},
		{"comment", "# A: 1\n", "control-line"},
		{"hyphen", "-A: 1\n", "control-line"},
	} {
		_, err := deb.ParseParagraph([]byte(c.text))
		var refusal *deb.Error
		if !errors.As(err, &refusal) || refusal.Rule != c.rule {
			t.Errorf("%s: got %v, want the rule %q", c.name, err, c.rule)
		}
	}
}

func TestGet(t *testing.T) {
	p, err := deb.ParseParagraph([]byte("Package: a\nX-Own: 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := [3]string{p.Get("package"), p.Get("x-oWN"), p.Get("Other")}; got != [3]string{"a", "1", ""} {
		t.Errorf("got %q", got)
	}
}

// FuzzParseParagraph holds that what is read, written out and read again stays
// the same.
func FuzzParseParagraph(f *testing.F) {
	f.Add([]byte("A: 1\n b\n .\n\tc \nB:\n x\nC: d\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := deb.ParseParagraph(text)
		if err != nil {
			return
		}
		var b strings.Builder
		for _, field := range p.Fields {
			b.WriteString(field.Name + ":" + field.Value + "\n")
		}
		again, err := deb.ParseParagraph([]byte(b.String()))
		if err != nil {
			t.Fatalf("%q: %v", b.String(), err)
		}
		if diff := cmp.Diff(p.Fields, again.Fields); diff != "" {
			t.Errorf("read again (-first +second):\n%s", diff)
		}
	})
}

func TestValid(t *testing.T) {
	for _, c := range []struct {
		text          string
		name, version bool
	}{
		{"python3.11", true, true}, // dpkg only warns
		{"1.2.3", true, true},
		{"1:1.0~rc1+b-1", false, true},
		{"2147483647:1", false, true},
		{"2147483648:1", false, false},
		{":1", false, false},
		{"1:", false, false},
		{"1.0-", true, false},
		{"-1", false, false},
		{"", false, false},
		{"a b", false, false},
		{"1/2", false, false},
		{"1^2", false, false},
		{"ä", false, false},
		{"a_b", true, false},
	} {
		if got := deb.ValidName(c.text); got != c.name {
			t.Errorf("ValidName(%q) = %v", c.text, got)
		}
		if got := deb.ValidVersion(c.text); got != c.version {
			t.Errorf("ValidVersion(%q) = %v", c.text, got)
		}
	}
}
