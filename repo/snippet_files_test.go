package repo_test

import (
	"html"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wain/repo/page"
)

// TestRootFiles: every link of the page leads to a file, and suites.json says where the suites are.
func TestRootFiles(t *testing.T) {
	dir := t.TempDir()
	o := options(t, dir, dist(t, deb("1.2.3+git~rc1", "amd64"), deb("2:1.0", "all"), rpm("1.2.3~rc1^2", "amd64"), rpm("1.2.4", "all")))
	o.BaseURL = "https://repo.example.org"
	publish(t, o)
	text := text(t, dir, "index.html")
	links := 0
	for _, m := range regexp.MustCompile(`href="([^"#]+)"`).FindAllStringSubmatch(text, -1) {
		link := html.UnescapeString(m[1])
		if strings.HasPrefix(link, "data:") {
			continue
		}
		to, err := url.Parse(link)
		if err != nil || to.IsAbs() || to.RawQuery != "" {
			t.Errorf("the link %q: %v", link, err)
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(to.Path))); err != nil {
			t.Errorf("the link %q leads nowhere: %v", link, err)
		}
		links++
	}
	if links < 11 { // keys, suites.json, client files, two indexes, four packages
		t.Errorf("only %d links", links)
	}
	for _, want := range []string{"1.2.3+git~rc1", "1.2.3~rc1^2-1.el9", "mode   =&gt; &#39;0644&#39;", "dnf makecache", "2026-11-20"} {
		if !strings.Contains(strings.ReplaceAll(text, "&#43;", "+"), want) {
			t.Errorf("the page has no %q", want)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "suites.json"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := page.ParseSuites(data)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"apt/dists/bookworm/InRelease", "yum/el9/repodata/repomd.xml"} {
		s := file.Suites[i]
		name := s.Base + "/repodata/repomd.xml"
		if s.Format == "apt" {
			name = s.Base + "/dists/" + s.Name + "/InRelease"
		}
		if name != want || s.Packages != 2 {
			t.Errorf("suites.json: %+v", s)
		}
	}
}
