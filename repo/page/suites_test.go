package page_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/repo/page"
)

func TestSuites(t *testing.T) {
	site := example()
	site.Date = site.Date.In(time.FixedZone("elsewhere", 3600)) // the same moment gives the same bytes
	const want = `{
 "schema": "wain/suites/1",
 "origin": "Example Archive",
 "label": "Example Archive",
 "generation": 42,
 "date": "2026-11-21T12:00:00Z",
 "keys": [
  "C123500382FDE2675E68C9275080510C57D7C131"
 ],
 "suites": [
  {
   "format": "apt",
   "name": "bookworm",
   "base": "apt",
   "date": "2026-11-21T12:00:00Z",
   "components": [
    "main"
   ],
   "architectures": [
    "all",
    "amd64",
    "arm64"
   ],
   "packages": 14
  },
  {
   "format": "yum",
   "name": "el9",
   "base": "yum/el9",
   "date": "2026-11-18T12:00:00Z",
   "valid_until": "2026-12-21T12:00:00Z",
   "architectures": [
    "noarch",
    "x86_64"
   ],
   "packages": 10
  }
 ]
}
`
	got := page.Suites(site)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("suites.json (-want +got):\n%s", diff)
	}
	file, err := page.ParseSuites(got)
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Suites) != 2 || file.Suites[1].Base != "yum/el9" || !file.Suites[1].ValidUntil.Equal(noon.AddDate(0, 1, 0)) || file.Keys[0] != firstKey {
		t.Errorf("read back: %+v", file)
	}
	if got := string(page.Suites(page.Site{})); !strings.Contains(got, `"keys": [],`) || !strings.Contains(got, `"suites": []`) {
		t.Errorf("of nothing:\n%s", got)
	}
}

// What a newer version adds is passed over, what leads elsewhere is refused.
func TestParseSuites(t *testing.T) {
	const head = `{"schema":"wain/suites/1",`
	for name, test := range map[string]struct {
		text, want string // of the error; none: it is taken
	}{
		"a field of tomorrow":      {head + `"new":[1],"suites":[{"format":"apt","name":"a","base":".","x":{}}]}`, ""},
		"debian's security suites": {head + `"suites":[{"format":"apt","name":"bookworm-security/updates","base":"apt"}]}`, ""},
		"no JSON":                  {"<html>", "suites.json: "},
		"nothing":                  {"", "suites.json: "},
		"another schema":           {`{"schema":"wain/suites/2"}`, `schema "wain/suites/2"`},
		"another format":           {head + `"suites":[{"format":"pacman","name":"a","base":"."}]}`, "neither apt nor yum"},
		"a name above":             {head + `"suites":[{"format":"apt","name":"../a","base":"apt"}]}`, "cannot be a suite's name"},
		"no name":                  {head + `"suites":[{"format":"apt","base":"apt"}]}`, "cannot be a suite's name"},
		"a base above":             {head + `"suites":[{"format":"apt","name":"a","base":"../.."}]}`, "no path within"},
		"a base elsewhere":         {head + `"suites":[{"format":"apt","name":"a","base":"https://attacker.example"}]}`, "no path within"},
		"an absolute base":         {head + `"suites":[{"format":"apt","name":"a","base":"/etc"}]}`, "no path within"},
		"a query":                  {head + `"suites":[{"format":"apt","name":"a?b","base":"apt"}]}`, "cannot be a suite's name"},
		"a control character":      {head + `"suites":[{"format":"apt","name":"a\u001b[2J","base":"apt"}]}`, "cannot be a suite's name"},
		"a key that is none":       {head + `"keys":["not a key"]}`, "no fingerprint"},
	} {
		file, err := page.ParseSuites([]byte(test.text))
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v, %+v", name, err, file)
		}
	}
}

func FuzzParseSuites(f *testing.F) {
	f.Add(page.Suites(example()))
	f.Add([]byte(`{"schema":"wain/suites/1","suites":[{"format":"apt","name":"a","base":"."}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := page.ParseSuites(data)
		if err != nil {
			return
		}
		for _, s := range file.Suites {
			if strings.Contains("/"+s.Base+"/"+s.Name+"/", "/../") {
				t.Errorf("%q, %q lead out", s.Base, s.Name)
			}
		}
	})
}
