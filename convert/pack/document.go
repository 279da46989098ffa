package pack

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"time"

	"github.com/goreleaser/nfpm/v2/files"
)

// document is a file that the package carries about itself.
type document struct {
	path string // absolute
	kind string // nfpm's content type
	body []byte
}

// docDir gives the folder of the documents.
func (s *Spec) docDir() string { return "/usr/share/doc/" + s.Name }

// overridesPath gives the place of the lintian overrides.
func (s *Spec) overridesPath() string { return "/usr/share/lintian/overrides/" + s.Name }

// stamp gives the package's one time stamp.
func (s *Spec) stamp() time.Time { return time.Unix(s.Time.Unix(), 0).UTC() }

// documents gives the copyright file, the changelog, the SBOM and, for a deb,
// the overrides of lintian's rules.
func documents(s *Spec) ([]document, error) {
	rights, err := copyright(s)
	if err != nil {
		return nil, err
	}
	bill, err := sbom(s)
	if err != nil {
		return nil, err
	}
	const billName = "/sbom.cdx.json"
	if s.Format == "rpm" {
		return []document{
			{s.docDir() + "/changelog", files.TypeRPMDoc, changelog(s)},
			{s.docDir() + "/copyright", files.TypeRPMLicense, rights},
			{s.docDir() + billName, files.TypeRPMDoc, bill},
		}, nil
	}
	name := "changelog.gz" // policy 12.7: what a native package calls it
	if s.Release != "" {
		name = "changelog.Debian.gz"
	}
	packed, err := compress(changelog(s))
	if err != nil {
		return nil, err
	}
	return []document{
		{s.docDir() + "/" + name, files.TypeFile, packed},
		{s.docDir() + "/copyright", files.TypeFile, rights},
		{s.docDir() + billName, files.TypeFile, bill},
		{s.overridesPath(), files.TypeFile, overrides(s)},
	}, nil
}

// changelog gives one entry in Debian's form (policy 4.4): a package knows its
// own version, not those before it.
func changelog(s *Spec) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s (%s) %s; urgency=medium\n\n", s.Name, s.evr(), s.Suite)
	for _, item := range changes(s) {
		for i, line := range wrap(item, 74) {
			lead := "  * "
			if i > 0 {
				lead = "    "
			}
			b.WriteString(lead + line + "\n")
		}
	}
	fmt.Fprintf(&b, "\n -- %s  %s\n", s.maintainer(), s.stamp().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	return b.Bytes()
}

// changes gives the items of the changelog's entry.
func changes(s *Spec) []string {
	var items []string
	for line := range strings.SplitSeq(s.Changelog, "\n") {
		if line = oneLine(line); line != "" {
			items = append(items, line)
		}
	}
	if len(items) == 0 {
		items = []string{"Packaged for " + s.Target + ", Python " + s.Python + "."}
	}
	for _, c := range s.Components {
		items = append(items, oneLine(c.Project)+" "+oneLine(c.Version))
	}
	return items
}

// compress gives one gzip member that says neither name nor time.
func compress(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// overrides gives the lintian tags that a virtual environment below /opt calls
// forth by being one, each with its reason.
func overrides(s *Spec) []byte {
	tags := []struct{ name, reason string }{
		{"dir-or-file-in-opt", "A third party's package keeps to /opt (FHS 3.0, 3.13)."},
		{"unusual-interpreter", "Scripts run the interpreter of their own environment."},
		{"wrong-path-for-interpreter", "Earlier versions of lintian call it so."},
	}
	if s.Arch != "all" {
		tags = append(tags, struct{ name, reason string }{"embedded-library", "Wheels bring the libraries they were built with."})
	}
	var b bytes.Buffer
	for _, t := range tags {
		fmt.Fprintf(&b, "# %s\n%s: %s\n", t.reason, s.Name, t.name)
	}
	return b.Bytes()
}
