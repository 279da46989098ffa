package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
)

func newShowCommand(con *console) *cobra.Command {
	opts := listOptions{}
	cmd := &cobra.Command{
		Use:   "show NAME[=VERSION]...",
		Short: "Show published packages",
		Long: `Show published packages: where each is, since when, how it is installed, its file,
size and SHA-256, and what the indexes say of it: what it is, what it depends on.
NAME alone is the newest version of each suite and architecture. Sizes are bytes.`,
		Example: `  wain show python-myproject=1.2.3 --repo ./repo`,
		Args:    operands(1, -1, "no NAME: name the packages, as in python-myproject=1.2.3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runShow(cmd.Context(), args, opts, con)
		},
	}
	opts.addTo(cmd, con, "show this suite's alone")
	return cmd
}

// showDocument is what `wain show --json` prints, schema wain/show/1.
type showDocument struct {
	Schema   string          `json:"schema"`
	Changed  bool            `json:"changed"` // always false: nothing is written
	Packages []shownDocument `json:"packages"`
}

type shownDocument struct {
	repo.Shown
	called
}

func runShow(ctx context.Context, operands []string, opts listOptions, con *console) error {
	home, options, err := opts.find(ctx, operands, con)
	if err != nil {
		return err
	}
	found, err := repo.Show(ctx, home, options)
	if err != nil {
		return err
	}
	doc := showDocument{Schema: "wain/show/1", Packages: []shownDocument{}}
	for _, p := range newestShown(found, options.Packages) {
		doc.Packages = append(doc.Packages, shownDocument{p, newCalled(p.Listed)})
	}
	if con.json {
		return con.document(doc)
	}
	for i, p := range doc.Packages {
		if i > 0 {
			con.line("")
		}
		con.showPackage(p)
	}
	return nil
}

// newestShown leaves out old versions of what was named without one.
func newestShown(found []repo.Shown, wanted []repo.Selection) []repo.Shown {
	type group struct{ format, suite, name, architecture string }
	newest := map[group]int{}
	for i, p := range found { // the newest comes last
		newest[group{p.Format, p.Suite, p.Name, p.Architecture}] = i
	}
	var kept []repo.Shown
	for i, p := range found {
		versioned := slices.ContainsFunc(wanted, func(s repo.Selection) bool { return s.Version != "" && s.Chooses(p.Format, p.Package) })
		if versioned || newest[group{p.Format, p.Suite, p.Name, p.Architecture}] == i && slices.Contains(wanted, repo.Selection{Name: p.Name}) {
			kept = append(kept, p)
		}
	}
	return kept
}

func (c *console) showPackage(p shownDocument) {
	c.line(fmt.Sprintf("%s %s %s", p.Name, p.Version, p.Architecture))
	field := func(name string, words ...string) {
		if value := strings.TrimSpace(strings.Join(words, " ")); value != "" {
			c.line(fmt.Sprintf("  %-10s %s", name, value))
		}
	}
	field("summary", p.Summary)
	field("suite", p.Suite, p.Component)
	field("nevra", p.NEVRA)
	field("install", p.Install)
	field("since", p.Since.UTC().Format(time.RFC3339))
	field("file", p.Path)
	field("size", fmt.Sprint(p.Size))
	field("installed", fmt.Sprint(p.InstalledSize))
	field("sha256", p.SHA256)
	field("maintainer", p.Maintainer)
	field("homepage", p.Homepage)
	field("license", p.Licence)
	for _, one := range p.Depends {
		field("depends", one)
	}
}
