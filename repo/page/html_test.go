package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"wain/repo/page"
)

// elements are those of a page with a tag name; all of them for the empty one.
func elements(t *testing.T, text []byte, tag string) []*html.Node {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (tag == "" || n.Data == tag) {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// content is the text of an element.
func content(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// table is a page's packages, one line each.
func table(t *testing.T, text []byte) []string {
	t.Helper()
	var lines []string
	name := ""
	for _, tr := range elements(t, text, "tr") {
		if tr.Parent.Data != "tbody" {
			continue
		}
		var line []string
		for cell := range tr.ChildNodes() {
			switch cell.Data {
			case "th":
				name = content(cell)
			case "td":
				line = append(line, strings.TrimSpace(content(cell)))
			}
		}
		lines = append(lines, name+" "+strings.Join(line, " "))
	}
	return lines
}

func TestHTMLTable(t *testing.T) {
	site := example()
	site.Suites = site.Suites[:1]
	slices.Reverse(site.Suites[0].Listed)
	got := table(t, page.HTML(site))
	want := []string{
		"python-billing 1.8.0 amd64 123 kB 2026-09-22",
		"python-myproject 1.10.1 amd64 741 kB 2026-10-11",
		"python-myproject 1.10.1 arm64 741 kB 2026-10-11",
		"python-myproject 1.9.1 amd64 494 kB 2026-10-02",
	}
	if diff := cmp.Diff(want, got[:4]); diff != "" || len(got) != 14 {
		t.Errorf("%d packages (-want +got):\n%s", len(got), diff)
	}
}

// TestHTMLVersions: the highest version comes first, as dpkg and rpm have it.
func TestHTMLVersions(t *testing.T) {
	want := []string{"2:1.0", "1.10", "1.9+post1", "1.9", "1.9~rc2", "1.9~rc1", "0"}
	site := page.Site{Suites: []page.Suite{{Format: "apt", Packages: len(want)}}}
	for _, i := range []int{3, 1, 5, 0, 2, 4, 6} {
		site.Suites[0].Listed = append(site.Suites[0].Listed, page.Package{Name: "a", Version: want[i]})
	}
	var got []string
	for _, line := range table(t, page.HTML(site)) {
		got = append(got, strings.Fields(line)[1])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
}

// TestHTMLPolicy: what the Content-Security-Policy allows is in the page, byte for byte, and nothing else is asked for.
func TestHTMLPolicy(t *testing.T) {
	for name, site := range map[string]page.Site{"example": example(), "hostile": hostile()} {
		text := page.HTML(site)
		policy := attribute(elements(t, text, "meta")[1], "content")
		for directive, tag := range map[string]string{"style-src": "style", "script-src": "script"} {
			found := elements(t, text, tag)
			if len(found) != 1 {
				t.Fatalf("%s: %d elements %s", name, len(found), tag)
			}
			sum := sha256.Sum256([]byte(content(found[0])))
			if want := directive + " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "';"; !strings.Contains(policy, want) {
				t.Errorf("%s: the policy %q has no %q", name, policy, want)
			}
		}
		if !strings.HasPrefix(policy, "default-src 'none'; ") {
			t.Errorf("%s: the policy is %q", name, policy)
		}
		for _, n := range elements(t, text, "") {
			for _, a := range n.Attr {
				outside := a.Key == "src" || a.Key == "srcset" || a.Key == "action" || a.Key == "style" || strings.HasPrefix(a.Key, "on")
				if a.Key == "href" && !strings.HasPrefix(a.Val, "data:image/svg+xml,") {
					outside = outside || strings.Contains(strings.SplitN(a.Val, "/", 2)[0], ":") || strings.HasPrefix(a.Val, "//") || strings.HasPrefix(a.Val, "/")
				}
				if outside {
					t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
				}
			}
		}
	}
}

const attack = `</pre></script><script>alert(1)</script><img src=x onerror=alert(1)>"'{{.}}` + "\x00\u202e\ufffe"

// hostile has an attack wherever there is a text.
func hostile() page.Site {
	return page.Site{
		Origin: attack, Label: attack + "2", BaseURL: "javascript:alert(1)//" + attack, Generation: -1, Date: noon,
		Keys:  []page.Key{{Fingerprint: attack}},
		Files: []string{attack, "javascript:alert(1)"},
		Suites: []page.Suite{{
			Format: attack, Name: attack, Base: "javascript:alert(1)", Description: attack, Date: noon,
			Components: []string{attack}, Architectures: []string{attack}, Packages: 4,
			Listed: []page.Package{
				{Name: attack, Version: attack, Architecture: attack, Size: -1, Since: noon, Href: attack},
				{Name: "a", Version: "scheme", Href: "javascript:alert(1)"},
				{Name: "a", Version: "host", Href: "//attacker.example/x"},
				{Name: "a", Version: "above", Href: "pool/../../../etc/passwd"},
			},
			Snippets: []page.Snippet{{Kind: attack, Text: attack}},
		}},
	}
}

// TestHTMLHostile: foreign names are text wherever they stand.
func TestHTMLHostile(t *testing.T) {
	text := page.HTML(hostile())
	counts := map[string]int{}
	for _, n := range elements(t, text, "") {
		counts[n.Data]++
	}
	if counts["script"] != 1 || counts["img"] != 0 || counts["pre"] != 1 || counts["iframe"] != 0 {
		t.Errorf("elements: %v", counts)
	}
	links := map[string]string{}
	for _, a := range elements(t, text, "a") {
		links[content(a)] = attribute(a, "href")
	}
	for version, want := range map[string]string{"scheme": "./javascript:alert%281%29", "host": "attacker.example/x", "above": ""} {
		if links[version] != want {
			t.Errorf("the link of %q goes to %q, not %q", version, links[version], want)
		}
	}
}

// TestHTMLLinks: a link is the file's path, as a server and S3 want it in a URL.
func TestHTMLLinks(t *testing.T) {
	for path, want := range map[string]string{
		"apt/pool/a_1.2.3+git~rc1^2_amd64.deb": "apt/pool/a_1.2.3%2Bgit~rc1%5E2_amd64.deb",
		"pool/a_1:2_all.deb":                   "pool/a_1:2_all.deb",
		"a:b.rpm":                              "./a:b.rpm",
		"Packages/ü %?#.rpm":                   "Packages/%C3%BC%20%25%3F%23.rpm",
	} {
		site := page.Site{Suites: []page.Suite{{Format: "yum", Base: ".", Packages: 1, Listed: []page.Package{{Name: "a", Version: "1", Href: path}}}}}
		for _, a := range elements(t, page.HTML(site), "a") {
			if content(a) == "1" && attribute(a, "href") != want {
				t.Errorf("%s: the link is %q, not %q", path, attribute(a, "href"), want)
			}
			if content(a) == "repomd.xml" && attribute(a, "href") != "repodata/repomd.xml" {
				t.Errorf("the index of an adopted repository is %q", attribute(a, "href"))
			}
		}
	}
}

func TestHTMLStates(t *testing.T) {
	site := example()
	site.Keys = append(site.Keys, page.Key{Fingerprint: secondKey})
	signed := string(page.HTML(site))
	unsigned := example()
	unsigned.Keys, unsigned.BaseURL = nil, ""
	unsigned.Suites[0].Listed, unsigned.Suites[0].Packages = nil, 0
	for name, test := range map[string]struct {
		text string
		has  []string
		not  []string
	}{
		"two keys": {
			signed,
			[]string{"C123 5003 82FD E267 5E68 C927 5080 510C 57D7 C131", "0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567", "Public keys"},
			[]string{"Not signed", "not recorded"},
		},
		"unsigned, no address, an empty suite": {
			string(page.HTML(unsigned)),
			[]string{"Not signed.", "The address of this repository is not recorded", "There are no packages in it."},
			[]string{"key.asc\"", "Signed by</dt>"},
		},
		"nothing": {string(page.HTML(page.Site{Origin: "Example"})), []string{"Nothing is published yet."}, nil},
	} {
		for _, want := range test.has {
			if !strings.Contains(test.text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, test.text)
			}
		}
		for _, not := range test.not {
			if strings.Contains(test.text, not) {
				t.Errorf("%s: %q is in the page", name, not)
			}
		}
	}
	if !bytes.Equal(page.HTML(example()), page.HTML(example())) {
		t.Error("two pages of one repository differ")
	}
}

// TestHTMLSize: the page stays small, whatever the repository is.
func TestHTMLSize(t *testing.T) {
	many := page.Site{Origin: "Example", Date: noon}
	for range 60 {
		many.Suites = append(many.Suites, large(2000))
	}
	endless := hostile()
	endless.Suites[0].Listed[0].Name = strings.Repeat("<", page.MaxSize)
	snippets := example()
	for range 500 {
		snippets.Suites = append(snippets.Suites, snippets.Suites[0])
	}
	for _, test := range []struct {
		name   string
		site   page.Site
		listed int // packages
		says   string
	}{
		{"1,000", page.Site{Suites: []page.Suite{large(1000)}}, 1000, ""},
		{"2,000", page.Site{Suites: []page.Suite{large(2000)}}, 2000, ""},
		{"2,001", page.Site{Suites: []page.Suite{large(2001)}}, 200, "The newest 200 of 2,001."},
		{"50,000", page.Site{Suites: []page.Suite{large(50_000)}}, 200, "The newest 200 of 50,000."},
		{"60 suites of 2,000", many, -1, "The newest"},
		{"an endless name", endless, 0, "wain list"},
		{"500 suites", snippets, -1, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := page.HTML(test.site)
			if len(text) > page.MaxSize {
				t.Errorf("%d bytes", len(text))
			}
			t.Logf("%d bytes", len(text))
			if !strings.Contains(string(text), test.says) {
				t.Errorf("the page does not say %q", test.says)
			}
			if got := len(table(t, text)); got != test.listed && test.listed >= 0 {
				t.Errorf("%d packages are listed, not %d", got, test.listed)
			}
		})
	}
	newest := table(t, page.HTML(page.Site{Suites: []page.Suite{large(5000)}}))
	if want := "python-generated-package-001249 1.3.0-1.el9 x86_64 1.2 MB " + noon.Add(4999*time.Hour).Format("2006-01-02"); !slices.Contains(newest, want) {
		t.Errorf("the newest package is not listed: %q", newest[len(newest)-2:])
	}
}

func BenchmarkHTML(b *testing.B) {
	for _, n := range []int{20, 2000} {
		site := page.Site{Suites: []page.Suite{large(n)}}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				page.HTML(site)
			}
		})
	}
}

// TestHTMLContrast: text has a contrast of at least 4.5 to its paper in both colour schemes (WCAG 2.2, 1.4.3).
func TestHTMLContrast(t *testing.T) {
	schemes := regexp.MustCompile(`:root\{[^}]*\}`).FindAllString(string(page.HTML(example())), 2)
	for i, scheme := range schemes {
		colours := map[string]float64{}
		for _, m := range regexp.MustCompile(`--([a-z]+):#([0-9a-f]{3,6})`).FindAllStringSubmatch(scheme, -1) {
			colours[m[1]] = luminance(t, m[2])
		}
		for _, pair := range [][2]string{{"ink", "paper"}, {"soft", "paper"}, {"link", "paper"}, {"ink", "panel"}, {"warn", "warnpanel"}} {
			a, b := colours[pair[0]], colours[pair[1]]
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
				t.Errorf("scheme %d: %s on %s has a contrast of %.1f", i, pair[0], pair[1], ratio)
			}
		}
		if len(colours) != 8 {
			t.Errorf("scheme %d: %d colours", i, len(colours))
		}
	}
}

// luminance is the relative luminance of a colour in sRGB.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) == 3 {
		colour = string([]byte{colour[0], colour[0], colour[1], colour[1], colour[2], colour[2]})
	}
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		value := float64(n) / 255
		if value > 0.04045 {
			value = math.Pow((value+0.055)/1.055, 2.4)
		} else {
			value /= 12.92
		}
		sum += weight * value
	}
	return sum
}
