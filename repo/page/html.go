package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// MaxSize is what the page does not exceed, in bytes: of a large repository it shows less. First the links to the
// packages' files go, then packages, snippets and suites.
const MaxSize = 300_000

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

// icon is a box, drawn in 16 by 16: without one in the page a browser asks the server for favicon.ico.
const icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" +
	"%3Cpath fill='none' stroke='%230b57a4' stroke-width='1.5' stroke-linejoin='round' d='M8 1.5 14 4.5v7l-6 3-6-3v-7zM2 4.5l6 3 6-3M8 7.5v7'/%3E%3C/svg%3E"

// parsed is the page's template. A fault in it is a fault of the program, which every test would show.
var parsed = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("index.html").Parse(pageHTML))
})

// HTML renders index.html.
func HTML(site Site) []byte {
	d := detail{links: true, all: All, newest: Newest, snippets: 100, suites: 1000}
	for {
		page := render(site, d)
		if len(page) <= MaxSize || !d.reduce() {
			return page
		}
	}
}

// A detail says how much a page shows.
type detail struct {
	links       bool // to the packages' files
	all, newest int  // packages of a suite; see [All] and [Newest]
	snippets    int  // of a suite
	suites      int
}

// reduce shows less; false: there is no less.
func (d *detail) reduce() bool {
	switch {
	case d.links:
		d.links = false
	case d.all > 0:
		d.all, d.newest = d.all/4, min(d.newest, d.all/4)
	case d.snippets > 0:
		d.snippets = min(1, d.snippets-1)
	case d.suites > 0:
		d.suites /= 2
	default:
		return false
	}
	return true
}

// view is what the template reads.
type view struct {
	Policy, Origin, Label, BaseURL, Placeholder, Clients, Date, Machine string

	Icon       template.URL
	Style      template.CSS
	Script     template.JS
	Generation int
	Keys       []string
	Suites     []suiteView
	Files      []string
}

type suiteView struct {
	ID, Format, Name, Description, Architectures, Components string
	Date, Machine, Until, Index, IndexName, Packages         string

	Twin     bool // another suite has the name
	Shown    int  // packages that are listed
	Rest     bool // not all are
	Snippets []snippetView
	Rows     template.HTML
}

type snippetView struct{ Title, Text string }

func render(site Site, d detail) []byte {
	v := view{
		Policy: policy(), Origin: site.Origin, Label: site.Label, BaseURL: site.BaseURL, Placeholder: Placeholder,
		Clients: clients(site.Suites), Date: dateTime(site.Date), Machine: machine(site.Date),
		Icon: icon, Style: template.CSS(pageCSS), Script: template.JS(pageJS), Generation: site.Generation,
		Files: slices.Clone(site.Files),
	}
	for _, key := range site.Keys {
		v.Keys = append(v.Keys, Spaced(key.Fingerprint))
	}
	for i, s := range site.Suites[:min(d.suites, len(site.Suites))] {
		sv := viewSuite(s, d)
		sv.ID = fmt.Sprintf("s%d", i+1)
		sv.Twin = slices.ContainsFunc(site.Suites, func(o Suite) bool { return o.Name == s.Name && o.Format != s.Format })
		v.Suites = append(v.Suites, sv)
	}
	var b bytes.Buffer
	if err := parsed().Execute(&b, v); err != nil {
		panic(err) // the template and the view do not fit: every test would show it
	}
	return b.Bytes()
}

// policy is the page's Content-Security-Policy: nothing but its own style, script and icon.
func policy() string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash(pageCSS) + "; script-src " + hash(pageJS) +
		"; img-src data:; base-uri 'none'; form-action 'none'"
}

// clients names those who can use the suites.
func clients(suites []Suite) string {
	has := func(format string) bool {
		return slices.ContainsFunc(suites, func(s Suite) bool { return s.Format == format })
	}
	switch {
	case has("apt") && !has("yum"):
		return "apt"
	case has("yum") && !has("apt"):
		return "dnf and zypper"
	}
	return "apt, dnf and zypper"
}

func viewSuite(s Suite, d detail) suiteView {
	sv := suiteView{
		Format: s.Format, Name: s.Name, Description: s.Description,
		Architectures: strings.Join(s.Architectures, ", "), Components: strings.Join(s.Components, ", "),
		Date: dateTime(s.Date), Machine: machine(s.Date), Packages: count(s.Packages),
	}
	if !s.ValidUntil.IsZero() {
		sv.Until = dateTime(s.ValidUntil)
	}
	sv.IndexName = "repomd.xml"
	sv.Index = href(path.Join(s.Base, "repodata/repomd.xml"))
	if s.Format == "apt" {
		sv.IndexName = "InRelease"
		sv.Index = href(path.Join(s.Base, "dists", s.Name, "InRelease"))
	}
	for _, snippet := range s.Snippets[:min(d.snippets, len(s.Snippets))] {
		sv.Snippets = append(sv.Snippets, snippetView{title(snippet.Kind), snippet.Text})
	}
	listed := choose(s, d)
	sv.Shown, sv.Rest = len(listed), len(listed) < s.Packages
	sv.Rows = rows(listed, d.links)
	return sv
}

// rows are the table's rows, a group for each package name. They are most of the page; a template takes several times
// as long for them.
func rows(listed []Package, links bool) template.HTML {
	var b strings.Builder
	text := template.HTMLEscapeString
	for i := 0; i < len(listed); {
		name := listed[i].Name
		same := slices.IndexFunc(listed[i:], func(p Package) bool { return p.Name != name })
		if same < 0 {
			same = len(listed) - i
		}
		b.WriteString("\n<tbody>")
		for j, p := range listed[i : i+same] {
			b.WriteString("\n<tr>")
			if j == 0 && same > 1 {
				fmt.Fprintf(&b, `<th scope="rowgroup" rowspan="%d">%s`, same, text(name))
			} else if j == 0 {
				b.WriteString(`<th scope="rowgroup">` + text(name))
			}
			b.WriteString("<td>")
			if at := href(p.Href); links && at != "" {
				b.WriteString(`<a href="` + text(at) + `">` + text(p.Version) + "</a>")
			} else {
				b.WriteString(text(p.Version))
			}
			b.WriteString("<td>" + text(p.Architecture) + "<td>" + size(p.Size) + "<td>" + day(p.Since))
		}
		i += same
	}
	return template.HTML(b.String())
}

// title is how a kind of snippet is called: package managers write their names small.
func title(kind string) string {
	if kind == "" || slices.Contains([]string{"apt", "dnf", "zypper"}, kind) {
		return kind
	}
	return strings.ToUpper(kind[:1]) + kind[1:]
}

// href is the address of a file of the repository, relative to the page; empty where the path leaves the repository.
func href(name string) string {
	name = strings.TrimLeft(name, "/")
	if name == "" || path.Clean("/"+name) != "/"+name {
		return ""
	}
	// S3 takes a plus sign in a path for a blank.
	return strings.ReplaceAll((&url.URL{Path: name}).String(), "+", "%2B")
}

func dateTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02")
}

// size writes bytes in decimal units, as apt and dnf do.
func size(bytes int64) string {
	if bytes < 1000 {
		return fmt.Sprintf("%d B", bytes)
	}
	value := float64(bytes) / 1000
	units := []string{"kB", "MB", "GB", "TB"}
	for value >= 999.5 && len(units) > 1 {
		value, units = value/1000, units[1:]
	}
	if value < 9.95 {
		return fmt.Sprintf("%.1f %s", value, units[0])
	}
	return fmt.Sprintf("%.0f %s", value, units[0])
}

// count writes a number with a comma between thousands.
func count(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Spaced writes a fingerprint as gpg prints it, without its wider gap in the middle.
func Spaced(fingerprint string) string {
	var groups []string
	for ; len(fingerprint) > 4; fingerprint = fingerprint[4:] {
		groups = append(groups, fingerprint[:4])
	}
	return strings.Join(append(groups, fingerprint), " ")
}
