package pep_test

import (
	"strings"
	"testing"

	"wain/convert/pep"
)

func TestParseRequirement(t *testing.T) {
	for in, want := range map[string]string{
		`requests`:                          `requests`,
		` A.B-c_1 `:                         `A.B-c_1`,
		`requests [socks , Security,socks]`: `requests[Security,socks]`,
		`requests[]>=2`:                     `requests>=2`,
		`requests (>= 2.8.1, == 2.8.*) ; python_version < "2.7"`: `requests==2.8.*,>=2.8.1; python_version < "2.7"`,
		`requests>=2,`:                       `requests>=2`,
		`requests()`:                         `requests`,
		`name@https://index.example.org/a;b`: `name @ https://index.example.org/a;b`,
		`name @ https://index.example.org/a ; os.name=="posix"`: `name @ https://index.example.org/a ; os_name == "posix"`,
		`name===a-b;os_name=="x"`:                               `name===a-b; os_name == "x"`,
	} {
		r, err := pep.ParseRequirement(in)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := r.String(); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestParseRequirementRefused(t *testing.T) {
	for _, s := range []string{
		"", " ", "-r x", "-x", "x-", "x_", "x y", "x==", "x>=1 <2", "x,", "x ,>=1", "x>=1,,<2", "x(>=1", "x>=1)", "(x)",
		"x[", "x[a", "x[a b]", "x[,a]", "x[a,]", "x[a-]", "x@", "x @ ", "x @ a b", "x @ a;b c", "x;", "x; os_name", "x==1.0;",
		"x @ a\nb", "x==1\n;os_name=='x' y", "./x.whl", "https://index.example.org/x", strings.Repeat("x", pep.MaxRequirement+1),
	} {
		if r, err := pep.ParseRequirement(s); err == nil {
			t.Errorf("%q was read as %q", s, r)
		}
	}
}

func TestRequirementErrorPointsAtTheByte(t *testing.T) {
	for in, want := range map[string]string{
		`a; os_name == x`: `requirement "a; os_name == x": at column 15: expected a marker variable or a quoted string`,
		`a >=1.*`:         `requirement "a >=1.*": at column 3: ">=1.*": ".*" goes with == and != only`,
	} {
		_, err := pep.ParseRequirement(in)
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
