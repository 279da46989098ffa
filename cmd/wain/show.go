package main

import (
	"context"
	"fmt"
	"slices"
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
size and SHA-256. NAME alone is the newest version of each suite and architecture.`,
		Example: `  wain show python-myproject=1.2.3 --repo ./repo`,
		Args:    operands(1, -1, "no NAME: name the packages, as in python-myproject=1.2.3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runShow(cmd.Context(), args, opts, con)
		},
	}
	opts.addFlags(cmd)
	cmd.Flags().StringVar(&opts.suite, "suite", "", "show this suite's alone")
	completeSuites(cmd, con, &opts.repositoryFlag, "suite")
	cmd.ValidArgsFunction = completePackages(con, &opts.repositoryFlag, &opts.suite)
	return cmd
}

func runShow(ctx context.Context, operands []string, opts listOptions, con *console) error {
	found, err := opts.read(ctx, operands, con)
	if err != nil {
		return err
	}
	wanted, err := selections(operands)
	if err != nil {
		return err
	}
	found = shown(found, wanted)
	if con.json {
		return con.document(newListDocument("wain/show/1", found))
	}
	for i, p := range found {
		if i > 0 {
			con.line("")
		}
		con.showPackage(newListed(p))
	}
	return nil
}

// shown leaves out old versions of what was named without one.
func shown(found []repo.Listed, wanted []repo.Selection) []repo.Listed {
	type group struct{ format, suite, name, architecture string }
	newest := map[group]int{}
	for i, p := range found { // the newest comes last
		newest[group{p.Format, p.Suite, p.Name, p.Architecture}] = i
	}
	var kept []repo.Listed
	for i, p := range found {
		versioned := slices.ContainsFunc(wanted, func(s repo.Selection) bool { return s.Version != "" && s.Chooses(p.Format, p.Package) })
		if versioned || newest[group{p.Format, p.Suite, p.Name, p.Architecture}] == i && slices.Contains(wanted, repo.Selection{Name: p.Name}) {
			kept = append(kept, p)
		}
	}
	return kept
}

func (c *console) showPackage(p listedDocument) {
	c.line(fmt.Sprintf("%s %s %s", p.Name, p.Version, p.Architecture))
	suite := p.Suite
	if p.Component != "" {
		suite += " " + p.Component
	}
	field := func(name, value string) {
		if value != "" {
			c.line(fmt.Sprintf("  %-8s %s", name, value))
		}
	}
	field("suite", suite)
	field("nevra", p.NEVRA)
	field("install", p.Install)
	if !p.Since.IsZero() {
		field("since", p.Since.UTC().Format(time.RFC3339))
	}
	field("file", p.Path)
	field("size", fmt.Sprint(p.Size))
	field("sha256", p.SHA256)
}
