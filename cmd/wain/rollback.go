package main

import (
	"context"

	"github.com/spf13/cobra"

	"wain/repo"
)

type rollbackOptions struct {
	committing
	to     int
	suites []string
}

func newRollbackCommand(con *console) *cobra.Command {
	opts := rollbackOptions{}
	cmd := &cobra.Command{
		Use:   "rollback",
		Short: "Publish the packages of an earlier generation again",
		Long: `Publish the packages of an earlier generation again, under a new and later date:
clients ignore an older one. Without --to it is the last generation that had other
packages, so a second rollback goes back to where the first one started.

The configuration of suites stays as it is, and so does what was added and not yet
published. A host that has the newer package keeps it until it is told to go down:
apt-get install --allow-downgrades NAME=VERSION, dnf distro-sync, zypper dup.`,
		Example: `  wain rollback --to 1 --repo ./repo --key archive.key`,
		Args:    operands(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("to") && opts.to < 1 {
				return usagef("--to %d: wain history lists the generations", opts.to)
			}
			return runRollback(cmd.Context(), opts, con)
		},
	}
	opts.addFlags(cmd)
	cmd.Flags().IntVar(&opts.to, "to", 0, "`generation` to go back to, of those in wain history")
	cmd.Flags().Lookup("to").DefValue = "0"
	cmd.Flags().StringArrayVar(&opts.suites, "suite", nil, "suite to roll back, repeatable (default: all)")
	completeSuites(cmd, con, &opts.repositoryFlag, "suite")
	return cmd
}

func runRollback(ctx context.Context, opts rollbackOptions, con *console) error {
	if err := needSuites("suite", opts.suites...); err != nil {
		return err
	}
	commit, err := opts.commit(con)
	if err != nil {
		return err
	}
	p := plan{con: con}
	result, err := repo.Rollback(ctx, repo.RollbackOptions{Commit: commit, To: opts.to, Suites: opts.suites, Plan: p.show})
	if err != nil {
		return err
	}
	return p.done("wain/rollback/1", result)
}
