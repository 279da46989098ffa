package yum

import (
	"strconv"
	"strings"

	"wain/repo/rpm"
)

// Record holds one package's elements, each with the newline that ends it.
type Record struct {
	Primary, Filelists, Other []byte
}

// maxChanges is how much of a changelog metadata carries.
const maxChanges = 10

// Records renders a package. The href is the path of its file relative to the
// folder that holds repodata.
func Records(p *rpm.Package, href string) Record {
	return Record{Primary: primary(p, href), Filelists: filelists(p), Other: other(p)}
}

// primary renders what every client reads.
func primary(p *rpm.Package, href string) []byte {
	w := &writer{}
	w.raw("<package type=\"rpm\">\n")
	w.element("  ", "name", p.Name)
	w.element("  ", "arch", p.Arch)
	writeVersion(w, p)
	w.raw(`  <checksum type="sha256" pkgid="YES">`, p.SHA256, "</checksum>\n")
	w.element("  ", "summary", p.Summary)
	w.element("  ", "description", p.Description)
	w.element("  ", "packager", p.Packager)
	w.element("  ", "url", p.URL)
	w.raw("  <time")
	w.number("file", p.BuildTime)
	w.number("build", p.BuildTime)
	w.raw("/>\n  <size")
	w.number("package", p.Size)
	w.number("installed", p.InstalledSize)
	w.number("archive", p.ArchiveSize)
	w.raw("/>\n  <location")
	w.attribute("href", href)
	w.raw("/>\n  <format>\n")
	w.element("    ", "rpm:license", p.License)
	w.element("    ", "rpm:vendor", p.Vendor)
	w.element("    ", "rpm:group", p.Group)
	w.element("    ", "rpm:buildhost", p.BuildHost)
	w.element("    ", "rpm:sourcerpm", p.SourceRPM)
	w.raw("    <rpm:header-range")
	w.number("start", p.HeaderStart)
	w.number("end", p.HeaderEnd)
	w.raw("/>\n")
	for _, list := range dependencies(p) {
		writeEntries(w, list)
	}
	for _, f := range p.Files {
		if isPrimary(f.Path) {
			writeFile(w, "    ", f)
		}
	}
	w.raw("  </format>\n</package>\n")
	return w.b
}

// filelists renders every path.
func filelists(p *rpm.Package) []byte {
	w := &writer{}
	openPackage(w, p)
	for _, f := range p.Files {
		writeFile(w, "  ", f)
	}
	w.raw("</package>\n")
	return w.b
}

// other renders the newest part of the changelog, oldest entry first.
func other(p *rpm.Package) []byte {
	w := &writer{}
	openPackage(w, p)
	changes := p.Changelog[:min(len(p.Changelog), maxChanges)]
	times := distinctTimes(changes)
	for i := len(changes) - 1; i >= 0; i-- {
		author := changes[i].Author
		if trimmed := strings.TrimRight(author, " "); trimmed != "" {
			author = trimmed
		}
		w.raw("  <changelog")
		w.attribute("author", author)
		w.raw(` date="`, strconv.FormatInt(times[i], 10), `">`)
		w.escape(changes[i].Text, false)
		w.raw("</changelog>\n")
	}
	w.raw("</package>\n")
	return w.b
}

// distinctTimes returns the changes' times, newest first, with those of one
// day that are equal moved apart by seconds: clients order changes by time.
func distinctTimes(changes []rpm.Change) []int64 {
	times := make([]int64, len(changes))
	var last int64
	for i, c := range changes {
		times[i] = c.Time
		if c.Time != last {
			last = c.Time
			continue
		}
		clash := c.Time
		for j := i - 1; j >= 0 && times[j] == clash; j-- {
			times[j]++
			clash++
		}
	}
	return times
}

func openPackage(w *writer, p *rpm.Package) {
	w.raw(`<package pkgid="`, p.SHA256, `"`)
	w.attribute("name", p.Name)
	w.attribute("arch", p.Arch)
	w.raw(">\n")
	writeVersion(w, p)
}

func writeVersion(w *writer, p *rpm.Package) {
	w.raw("  <version")
	w.number("epoch", int64(p.Epoch))
	w.attribute("ver", p.Version)
	w.attribute("rel", p.Release)
	w.raw("/>\n")
}

func writeFile(w *writer, indent string, f rpm.File) {
	w.raw(indent, "<file")
	switch {
	case f.Mode.IsDir():
		w.attribute("type", "dir")
	case f.Ghost:
		w.attribute("type", "ghost")
	}
	w.raw(">")
	w.escape(f.Path, false)
	w.raw("</file>\n")
}

// isPrimary reports whether a path is listed in primary, so that a client can
// resolve a dependency on it without filelists.
func isPrimary(path string) bool {
	return strings.HasPrefix(path, "/etc/") || path == "/usr/lib/sendmail" || strings.Contains(path, "bin/")
}
