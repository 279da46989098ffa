package page_test

import (
	"bytes"
	"flag"
	"fmt"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo/page"
)

var shots = flag.String("shots", "", "keep the screenshots in this folder, to look at them")

// A server shows pages and counts what is asked for.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func serve(t *testing.T, body []byte) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.Path)
		s.mu.Unlock()
		if r.URL.Path != "/index.html" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	return s
}

// quiet fails where the page said anything on the console, or asked for more than itself.
func quiet(t *testing.T, s *server, p *fixtures.BrowserPage) {
	t.Helper()
	for _, message := range p.Messages() {
		t.Errorf("on the console: %s", message)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if diff := cmp.Diff([]string{"/index.html"}, s.asked); diff != "" {
		t.Errorf("the server was asked for (-want +got):\n%s", diff)
	}
	for _, url := range p.Requests() {
		if url != s.URL+"/index.html" && !strings.HasPrefix(url, "data:") {
			t.Errorf("the browser asked for %s", url)
		}
	}
}

// overflows lists the elements that stick out of the page, or whose text is cut off; what scrolls by itself may.
const overflows = `(() => {
	const wide = document.documentElement.clientWidth, found = [];
	if (document.documentElement.scrollWidth > wide) found.push("the page is " + document.documentElement.scrollWidth + " wide");
	for (const e of document.body.querySelectorAll("*")) {
		if (e.closest("pre") && e.tagName !== "PRE" || e.closest(".skip") || e.tagName === "THEAD" || e.closest("thead")) continue;
		const box = e.getBoundingClientRect(), name = e.tagName + " " + e.textContent.trim().slice(0, 40);
		if (box.width && (box.right > wide + 0.5 || box.left < -0.5)) found.push("sticks out: " + name);
		const style = getComputedStyle(e);
		if (style.overflowX !== "visible" && e.tagName !== "PRE" && e.scrollWidth > e.clientWidth + 1) found.push("is cut: " + name);
	}
	const cells = [...document.querySelectorAll("td, tbody th")];
	for (const e of cells) {
		const range = document.createRange();
		range.selectNodeContents(e);
		const text = range.getBoundingClientRect(), box = e.getBoundingClientRect();
		if (text.width && (text.right > box.right + 1 || text.left < box.left - 1)) found.push("runs over: " + e.textContent);
		const next = e.nextElementSibling;
		if (!next) continue;
		range.selectNodeContents(next);
		const right = range.getBoundingClientRect();
		if (text.bottom > right.top && right.bottom > text.top && right.left - text.right < 6) found.push("touch: " + e.textContent + " | " + next.textContent);
	}
	return found;
})()`

func TestBrowserLayout(t *testing.T) {
	b := fixtures.NewBrowser(t)
	hostile := example()
	hostile.Origin = strings.Repeat("Extraordinarily", 30)
	hostile.Suites[0].Description = strings.Repeat("word", 200)
	hostile.Suites[0].Listed[0].Name = "python-" + strings.Repeat("x", 300)
	hostile.Suites[0].Listed[0].Version = strings.Repeat("1.2.3+", 50)
	hostile.Suites[0].Listed[0].Architecture = "musl-linux-powerpcspe"
	hostile.Suites[0].Listed[0].Size = 999_499_999
	hostile.BaseURL = "https://packages.example.org/" + strings.Repeat("deep/", 100)
	for name, site := range map[string]page.Site{"example": example(), "long names": hostile, "nothing": {Origin: "Example", Label: "Other"}} {
		s := serve(t, page.HTML(site))
		eachView(t, func(t *testing.T, width, height int) {
			for _, noScript := range []bool{false, true} {
				p := b.Open(t, s.URL+"/index.html", fixtures.BrowserView{Width: width, Height: height, NoScript: noScript})
				var found []string
				p.Eval(t, overflows, &found)
				for _, f := range found {
					t.Errorf("%s, no script %v: %s", name, noScript, f)
				}
			}
		})
	}
}

// TestBrowserLooks: in both colour schemes something is drawn, and nothing but the page is loaded.
func TestBrowserLooks(t *testing.T) {
	b := fixtures.NewBrowser(t)
	eachView(t, func(t *testing.T, width, height int) {
		corners := map[bool]color.Color{}
		for _, dark := range []bool{false, true} {
			s := serve(t, page.HTML(example()))
			p := b.Open(t, s.URL+"/index.html", fixtures.BrowserView{Width: width, Height: height, Dark: dark})
			shot := p.Screenshot(t, true)
			keep(t, fmt.Sprintf("page-%d-%v.png", width, map[bool]string{false: "light", true: "dark"}[dark]), shot)
			img, err := png.Decode(bytes.NewReader(shot))
			if err != nil {
				t.Fatal(err)
			}
			if img.Bounds().Dx() != width || img.Bounds().Dy() <= height {
				t.Errorf("the screenshot is %v", img.Bounds())
			}
			colours := map[color.Color]int{}
			for y := range img.Bounds().Dy() {
				for x := range img.Bounds().Dx() {
					colours[img.At(x, y)]++
				}
			}
			if len(colours) < 50 {
				t.Errorf("dark %v: only %d colours are drawn", dark, len(colours))
			}
			corners[dark] = img.At(0, 0)
			quiet(t, s, p)
		}
		if corners[false] == corners[true] {
			t.Error("light and dark have the same paper")
		}
	})
}

func keep(t *testing.T, name string, data []byte) {
	t.Helper()
	if *shots == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*shots, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestBrowserCopies(t *testing.T) {
	b := fixtures.NewBrowser(t)
	s := serve(t, page.HTML(example()))
	p := b.Open(t, s.URL+"/index.html", fixtures.BrowserView{Width: 1280, Height: 800})
	var got string
	p.Eval(t, `document.querySelector("button").click(), new Promise(r => setTimeout(r, 100)).then(() => navigator.clipboard.readText())`, &got)
	if diff := cmp.Diff(aptSnippet, got); diff != "" {
		t.Errorf("the clipboard (-want +got):\n%s", diff)
	}
	var said []string
	p.Eval(t, `[document.querySelector("button").textContent, document.querySelector("[role=status]").textContent]`, &said)
	if diff := cmp.Diff([]string{"Copied", "Copied"}, said); diff != "" {
		t.Errorf("the button and the status (-want +got):\n%s", diff)
	}

	// Over plain http there is no clipboard interface: the text is selected and copied the old way.
	p = b.Open(t, s.URL+"/index.html", fixtures.BrowserView{Width: 1280, Height: 800})
	p.Eval(t, `Object.defineProperty(navigator, "clipboard", {value: undefined})`, nil)
	p.Eval(t, `document.querySelectorAll("details")[1].open = true, document.querySelectorAll("button")[1].click()`, nil)
	p.Eval(t, `getSelection().toString()`, &got)
	if want := example().Suites[0].Snippets[1].Text; strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("%q is selected", got)
	}
	p.Eval(t, `[document.querySelectorAll("button")[1].textContent]`, &said)
	if !slices.Equal(said, []string{"Copied"}) {
		t.Errorf("the button says %q", said)
	}
	for _, message := range p.Messages() {
		t.Errorf("on the console: %s", message)
	}
}

// TestBrowserWithoutScript: all is there to read, and no button that does nothing.
func TestBrowserWithoutScript(t *testing.T) {
	b := fixtures.NewBrowser(t)
	s := serve(t, page.HTML(example()))
	p := b.Open(t, s.URL+"/index.html", fixtures.BrowserView{Width: 360, Height: 740, NoScript: true})
	var got struct {
		Buttons int
		Text    string
	}
	p.Eval(t, `({Buttons: document.querySelectorAll("button").length, Text: document.body.innerText})`, &got)
	for _, want := range []string{"Example Archive", "C123 5003 82FD", "Signed-By: /etc/apt/keyrings/example-archive.asc", "python-webhooks-and-notifications", "2026-11-21", "1.12.2"} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("the page does not show %q:\n%s", want, got.Text)
		}
	}
	if got.Buttons != 0 {
		t.Errorf("there are %d buttons", got.Buttons)
	}
	quiet(t, s, p)
}

// TestBrowserKeyboard goes through the page with the Tab key: everything that can be used is reached and marked.
func TestBrowserKeyboard(t *testing.T) {
	b := fixtures.NewBrowser(t)
	s := serve(t, page.HTML(example()))
	p := b.Open(t, s.URL+"/index.html", fixtures.BrowserView{Width: 1280, Height: 800})
	var reached []string
	for range 12 {
		p.Press(t, "Tab")
		var at, outline string
		p.Eval(t, `document.activeElement.tagName + " " + document.activeElement.textContent.slice(0, 20).trim()`, &at)
		p.Eval(t, `getComputedStyle(document.activeElement).outlineStyle`, &outline)
		if outline == "none" {
			t.Errorf("%s has the focus and does not show it", at)
		}
		reached = append(reached, at)
	}
	want := []string{
		"A Skip to the suites", "A key.asc", "A key.gpg", "A bookworm", "A el9", "A InRelease",
		"SUMMARY apt", "BUTTON Copy", "PRE # Example Archive: b", "SUMMARY Puppet", "SUMMARY Ansible",
	}
	if diff := cmp.Diff(want, reached[:len(want)]); diff != "" {
		t.Errorf("the order of the focus (-want +got):\n%s", diff)
	}
}

// TestBrowserAccessible asks the browser for what it tells a screen reader.
func TestBrowserAccessible(t *testing.T) {
	b := fixtures.NewBrowser(t)
	s := serve(t, page.HTML(example()))
	eachView(t, func(t *testing.T, width, height int) {
		p := b.Open(t, s.URL+"/index.html", fixtures.BrowserView{Width: width, Height: height})
		got := p.Roles(t)
		for role, want := range map[string]int{
			"banner": 1, "main": 1, "navigation": 1, "contentinfo": 1, "region": 2, "table": 2, "columnheader": 10, "status": 1,
			"rowheader": 8,
		} {
			if got[role] != want {
				t.Errorf("%d of role %s, not %d", got[role], role, want)
			}
		}
		var levels []string
		p.Eval(t, `[...document.querySelectorAll("h1,h2,h3,h4")].map(e => e.tagName)`, &levels)
		if diff := cmp.Diff([]string{"H1", "H2", "H3", "H3", "H2", "H3", "H3"}, levels); diff != "" {
			t.Errorf("headings (-want +got):\n%s", diff)
		}
	})
}

// TestBrowserPrints: a PDF has all snippets in it, the closed ones too.
func TestBrowserPrints(t *testing.T) {
	b := fixtures.NewBrowser(t)
	s := serve(t, page.HTML(example()))
	p := b.Open(t, s.URL+"/index.html", fixtures.BrowserView{Width: 1280, Height: 800})
	pdf := p.Print(t)
	keep(t, "page.pdf", pdf)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || bytes.Count(pdf, []byte("/Type /Page\n")) > 6 {
		t.Errorf("%d bytes, %d pages", len(pdf), bytes.Count(pdf, []byte("/Type /Page\n")))
	}
	p.Media(t, "print")
	var height float64
	p.Eval(t, `document.querySelectorAll(".snippet")[1].getBoundingClientRect().height`, &height)
	if height == 0 {
		t.Error("a snippet that is closed is not printed")
	}
}
