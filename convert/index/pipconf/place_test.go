package pipconf_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/pipconf"
)

func TestPlaceShown(t *testing.T) {
	tests := map[string]string{
		"https://index.example.org/simple":                  "https://index.example.org/simple",
		"https://user:pass@index.example.org:8443/simple":   "https://****@index.example.org:8443/simple",
		"https://token@index.example.org/simple":            "https://****@index.example.org/simple",
		"https://user:a/b#c?d@e@index.example.org/simple":   "https://****@index.example.org/simple",
		"https://index.example.org/simple?token=secret#top": "https://index.example.org/simple?****",
		"user:pass@proxy.example.org:3128":                  "****@proxy.example.org:3128",
		"proxy.example.org:3128":                            "proxy.example.org:3128",
		"/home/me@work/wheels":                              "/home/me@work/wheels",
		"./wheels?":                                         "./wheels?",
		"":                                                  "",
	}
	for text, want := range tests {
		s, err := pipconf.Read(pipconf.Options{Getenv: func(name string) string {
			if name == "PIP_INDEX_URL" {
				return text
			}
			return ""
		}, Etc: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, s.IndexURL.String()); diff != "" {
			t.Errorf("%q shown (-want +got):\n%s", text, diff)
		}
	}
}

// TestSecrets puts secrets wherever there may be one, and formats everything.
func TestSecrets(t *testing.T) {
	m := machine{
		files: map[string]string{
			"etc/pip.conf": "[global]\nindex-url = https://u:SECRET@a.example.org\nextra-index-url = https://SECRET@b.example.org\n" +
				"  https://b.example.org/?key=SECRET\nfind-links = https://u:SECRET@c.example.org/x.html\nproxy = u:SECRET@d.example.org:1\n",
		},
		variables: map[string]string{
			"UV_INDEX": "own=https://e.example.org", "UV_INDEX_OWN_USERNAME": "SECRET", "UV_INDEX_OWN_PASSWORD": "SECRET",
			"UV_DEFAULT_INDEX": "https://u:SECRET@f.example.org", "HTTP_PROXY": "http://SECRET@g", "ALL_PROXY": "socks5://u:SECRET@h",
			"UV_FIND_LINKS": "https://SECRET@i.example.org",
		},
	}
	s, err := pipconf.Read(m.options(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(strings.Join(show(s), "\n"), "SECRET"); got != 7 {
		t.Errorf("the test itself sees %d secrets", got)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(format, *s); strings.Contains(text, "SECRET") {
			t.Errorf("%s shows a secret: %s", format, text)
		}
		if text := fmt.Sprintf(format, s.Indexes); strings.Contains(text, "SECRET") {
			t.Errorf("%s of the indexes shows a secret: %s", format, text)
		}
	}
	text, err := json.Marshal(s)
	if err != nil || strings.Contains(string(text), "SECRET") {
		t.Errorf("JSON: %v\n%s", err, text)
	}
}
