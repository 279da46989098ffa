package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"wain/repo"
	"wain/repo/store"
)

type listOptions struct {
	repositoryFlag
	suite string
}

// addTo gives a command the flags, and completes its operands.
func (o *listOptions) addTo(cmd *cobra.Command, con *console, usage string) {
	o.addFlags(cmd)
	cmd.Flags().StringVar(&o.suite, "suite", "", usage)
	completeSuites(cmd, con, &o.repositoryFlag, "suite")
	cmd.ValidArgsFunction = completePackages(con, &o.repositoryFlag, &o.suite)
}

func newListCommand(con *console) *cobra.Command {
	opts := listOptions{}
	cmd := &cobra.Command{
		Use:   "list [NAME[=VERSION]...]",
		Short: "List what is published",
		Long: `List what is published, a package a line: its suite, name, version and
architecture. The version is the one that apt-get install NAME=VERSION,
dnf install NAME-VERSION and Puppet's ensure take.`,
		Example: `  wain list python-myproject --repo ./repo`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runList(cmd.Context(), args, opts, con)
		},
	}
	opts.addTo(cmd, con, "list this suite alone")
	return cmd
}

// listDocument is what `wain list --json` prints, schema wain/list/1.
type listDocument struct {
	Schema   string           `json:"schema"`
	Changed  bool             `json:"changed"` // always false: nothing is written
	Packages []listedDocument `json:"packages"`
}

type listedDocument struct {
	repo.Listed
	called
}

// called is what the package managers of its format call a package.
type called struct {
	NEVRA   string `json:"nevra,omitempty"` // of an rpm: name-[epoch:]version-release.architecture
	Install string `json:"install"`         // the command
}

func newCalled(p repo.Listed) called {
	if p.Format == "yum" {
		return called{p.Name + "-" + p.Version + "." + p.Architecture, "dnf install " + p.Name + "-" + p.Version}
	}
	return called{Install: "apt-get install " + p.Name + "=" + p.Version}
}

// find says which packages the operands mean, and where they are.
func (o *listOptions) find(ctx context.Context, operands []string, con *console) (store.Reader, repo.ListOptions, error) {
	packages, err := selections(operands)
	if err != nil {
		return nil, repo.ListOptions{}, err
	}
	options := repo.ListOptions{Packages: packages}
	if o.suite != "" {
		options.Suites = []string{o.suite}
	}
	home, err := o.openReader(ctx, con)
	return home, options, err
}

func runList(ctx context.Context, operands []string, opts listOptions, con *console) error {
	home, options, err := opts.find(ctx, operands, con)
	if err != nil {
		return err
	}
	found, err := repo.List(ctx, home, options)
	if err != nil {
		return err
	}
	if con.json {
		doc := listDocument{Schema: "wain/list/1", Packages: []listedDocument{}}
		for _, p := range found {
			doc.Packages = append(doc.Packages, listedDocument{p, newCalled(p)})
		}
		return con.document(doc)
	}
	var b strings.Builder
	for _, p := range found {
		fmt.Fprintln(&b, printable(strings.Join([]string{p.Suite, p.Name, p.Version, p.Architecture}, " ")))
	}
	_, err = con.stdout.Write([]byte(b.String()))
	return err
}
