package main

import (
	"context"

	"github.com/spf13/cobra"

	"wain/repo"
)

type addOptions struct {
	repositoryFlag
	intake
}

func newAddCommand(con *console) *cobra.Command {
	opts := addOptions{}
	cmd := &cobra.Command{
		Use:   "add PATH...",
		Short: "Store packages in a repository for the next publish",
		Long: `Store packages in a repository for the next publish. PATH is a .deb, an .rpm, or
a folder searched for them. Clients do not see the packages until wain publish,
which then commits all that was added, by whomever: many jobs add, one publishes.

No key is needed, since nothing that clients read changes. Adding the same bytes
again changes nothing; other bytes under the name, version and architecture of what
is published or was added are refused with exit code 4.`,
		Example: `  wain add dist --repo ./repo
  wain publish --repo ./repo --key archive.key`,
		Args: operands(1, -1, "no PATH: name packages, or folders that hold some"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runAdd(cmd.Context(), args, opts, con)
		},
	}
	opts.addWriterFlags(cmd)
	opts.intake.addFlags(cmd)
	completeSuites(cmd, con, &opts.repositoryFlag, "suite")
	cmd.ValidArgsFunction = completeOperands("deb", "rpm")
	return cmd
}

func runAdd(ctx context.Context, paths []string, opts addOptions, con *console) error {
	if err := opts.check(); err != nil {
		return err
	}
	at, err := con.commitTime()
	if err != nil {
		return err
	}
	home, err := opts.open(con)
	if err != nil {
		return err
	}
	options := opts.options(paths)
	options.Commit = repo.Commit{
		Store: home, Time: at, Unsigned: true, DryRun: con.dryRun, Jobs: opts.jobs, Progress: con.published,
	}
	result, err := repo.Add(ctx, options)
	if err != nil {
		return err
	}
	return con.showPublished("wain/add/1", result)
}
