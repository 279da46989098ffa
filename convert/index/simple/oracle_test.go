package simple_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/simple"
	"wain/fixtures"
)

type page struct {
	Body string `json:"body"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

// link is what pip says of one.
type link struct {
	Name, URL, RequiresPython string
	Hashes, Metadata          map[string]string
	Yanked                    *string
	HasMetadata               bool
}

// TestPip has pip read the same pages, put together at random.
func TestPip(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 8))
	pages := make([]page, 600)
	for i := range pages {
		pages[i] = page{Type: typeJSON, URL: pageURL, Body: randomJSON(random)}
		if i%2 == 0 {
			pages[i] = page{Type: "text/html", URL: pageURL, Body: randomHTML(random)}
		}
	}
	links := 0
	for i, want := range askPip(t, pages) {
		p, err := simple.Parse([]byte(pages[i].Body), pages[i].Type, pages[i].URL)
		if err != nil {
			t.Errorf("%v\n%s", err, pages[i].Body)
			continue
		}
		got := []link{}
		for _, l := range p.Links {
			got = append(got, link{
				Name: l.Name, URL: l.URL, RequiresPython: l.RequiresPython, Yanked: l.Yanked, HasMetadata: l.HasMetadata,
				Hashes: table(l.Hashes), Metadata: table(l.Metadata),
			})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("links (-pip +we):\n%s%s", diff, pages[i].Body)
		}
		links += len(got)
	}
	if links < len(pages) {
		t.Errorf("%d links on %d pages prove little", links, len(pages))
	}
}

// table is hashes as pip keeps them: those it knows.
func table(hashes []simple.Hash) map[string]string {
	m := map[string]string{}
	for _, h := range hashes {
		m[h.Algorithm] = h.Hex
	}
	return m
}

func askPip(t *testing.T, pages []page) [][]link {
	t.Helper()
	question, err := json.Marshal(pages)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(fixtures.PythonTool(t, "pypiserver", "python"), "testdata/links.py")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8"}
	cmd.Stdin = bytes.NewReader(question)
	stderr := &bytes.Buffer{}
	cmd.Stderr = stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ask pip: %v\n%s", err, stderr)
	}
	var answers [][]link
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}

var (
	names     = []string{"a-1-py3-none-any.whl", "a-1.0+local-py3-none-any.whl", "a-1.tar.gz", "b 2.zip", "ä-1.tar.gz", "a%2Fb.whl", "A_1.egg"}
	addresses = []string{"", "../../f/", "/root/", "https://files.example.org/p/", "//cdn.example.org/", "http://u:p@h.example.org:8080/x/", "?q=1/", "./"}
	fragments = []string{"", "", "#sha256=abc123", "#md5=00", "#sha256=aa&egg=a", "#egg=a&sha512=ff", "#subdirectory=x", "#"}
	requires  = []string{">=3.9", "<4,>=2.7", "", "nonsense & <b>\"quoted\"</b>"}
)

func pick(random *rand.Rand, list []string) string { return list[random.IntN(len(list))] }

func randomAddress(random *rand.Rand) string {
	return pick(random, addresses) + pick(random, names) + pick(random, fragments)
}

func randomJSON(random *rand.Rand) string {
	files := []map[string]any{}
	for range random.IntN(6) {
		f := map[string]any{"url": randomAddress(random)}
		maybe := func(key string, values ...any) {
			if i := random.IntN(len(values) + 1); i < len(values) {
				f[key] = values[i]
			}
		}
		maybe("hashes", map[string]string{"sha256": "ab12"}, map[string]string{}, map[string]string{"sha512": "ff", "md5": "00"})
		maybe("requires-python", ">=3.9", nil, "")
		maybe("core-metadata", true, false, map[string]string{"sha256": "77"}, nil)
		maybe("dist-info-metadata", true, false, map[string]string{"sha256": "88"})
		maybe("yanked", true, false, "broken", "")
		maybe("size", 17)
		maybe("provenance", nil, "https://index.example.org/p")
		files = append(files, f)
	}
	text, err := json.Marshal(map[string]any{"meta": map[string]any{"api-version": "1.1"}, "name": "a", "files": files, "versions": []string{"1"}})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func randomHTML(random *rand.Rand) string {
	var b strings.Builder
	junk := []string{"", "<br>", "<!-- <a href='no'> -->", "<p>text &amp; text", "<script>if (1<a) {'<a href=x>'}</script>", "</div>", "<title>a < b</title>", "<a name=x>"}
	if random.IntN(3) == 0 {
		fmt.Fprintf(&b, `<base href="https://base.example.org/deep/er/">`)
	}
	for range random.IntN(6) {
		b.WriteString(pick(random, junk))
		tag, quote := pick(random, []string{"a", "A"}), pick(random, []string{`"`, "'"})
		fmt.Fprintf(&b, "<%s href=%s%s%s", tag, quote, html.EscapeString(randomAddress(random)), quote)
		attribute := func(key string, values ...string) {
			if i := random.IntN(len(values) + 2); i < len(values) {
				fmt.Fprintf(&b, " %s=%s%s%s", key, quote, html.EscapeString(values[i]), quote)
			}
		}
		attribute("data-requires-python", requires...)
		attribute("data-yanked", "", "broken", "it's <b>bad</b>")
		attribute("data-core-metadata", "true", "sha256=77", "what")
		attribute("data-dist-info-metadata", "true", "sha256=88")
		attribute("data-gpg-sig", "true", "false")
		b.WriteString(pick(random, []string{">", " />", "\n>"}))
		b.WriteString(pick(random, []string{"x</a>", "", "<br/>"}))
	}
	return b.String()
}
