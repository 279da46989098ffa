package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"wain/repo"
)

type listOptions struct {
	repositoryFlag
	suite string
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
	opts.addFlags(cmd)
	cmd.Flags().StringVar(&opts.suite, "suite", "", "list this suite alone")
	completeSuites(cmd, con, &opts.repositoryFlag, "suite")
	cmd.ValidArgsFunction = completePackages(con, &opts.repositoryFlag, &opts.suite)
	return cmd
}

// listDocument is what `wain list --json` and `wain show --json` print, schemas
// wain/list/1 and wain/show/1.
type listDocument struct {
	Schema   string           `json:"schema"`
	Changed  bool             `json:"changed"` // always false: nothing is written
	Packages []listedDocument `json:"packages"`
}

type listedDocument struct {
	repo.Listed
	NEVRA   string `json:"nevra,omitempty"` // of an rpm: name-[epoch:]version-release.architecture
	Install string `json:"install"`         // the command
}

// newListed adds what the package managers of its format call a package.
func newListed(p repo.Listed) listedDocument {
	doc := listedDocument{Listed: p, Install: "apt-get install " + p.Name + "=" + p.Version}
	if p.Format == "yum" {
		doc.NEVRA = p.Name + "-" + p.Version + "." + p.Architecture
		doc.Install = "dnf install " + p.Name + "-" + p.Version
	}
	return doc
}

func newListDocument(schema string, packages []repo.Listed) listDocument {
	doc := listDocument{Schema: schema, Packages: []listedDocument{}}
	for _, p := range packages {
		doc.Packages = append(doc.Packages, newListed(p))
	}
	return doc
}

// read finds the packages that the operands name.
func (o *listOptions) read(ctx context.Context, operands []string, con *console) ([]repo.Listed, error) {
	packages, err := selections(operands)
	if err != nil {
		return nil, err
	}
	home, err := o.openReader(ctx, con)
	if err != nil {
		return nil, err
	}
	options := repo.ListOptions{Packages: packages}
	if o.suite != "" {
		options.Suites = []string{o.suite}
	}
	return repo.List(ctx, home, options)
}

func runList(ctx context.Context, operands []string, opts listOptions, con *console) error {
	found, err := opts.read(ctx, operands, con)
	if err != nil {
		return err
	}
	if con.json {
		return con.document(newListDocument("wain/list/1", found))
	}
	var b strings.Builder
	for _, p := range found {
		fmt.Fprintln(&b, printable(strings.Join([]string{p.Suite, p.Name, p.Version, p.Architecture}, " ")))
	}
	_, err = con.stdout.Write([]byte(b.String()))
	return err
}
