package main

import (
	"context"

	"github.com/spf13/cobra"

	"wain/repo"
)

type promoteOptions struct {
	committing
	from, to string
}

func newPromoteCommand(con *console) *cobra.Command {
	opts := promoteOptions{}
	cmd := &cobra.Command{
		Use:   "promote [NAME[=VERSION]...]",
		Short: "Publish packages of one suite in another, the same bytes",
		Long: `Publish packages of one suite in another one of the same repository: the same
bytes, and what the indexes say of them stays as it is. NAME is the newest
version of each architecture, NAME=VERSION that version; without any, everything
that --from has and --to lacks.

A suite that is not there yet is made. What happens is printed before it is done,
a package a line; with --dry-run it is only printed. Another package of the same
name, version and architecture in --to is refused with exit code 4.`,
		Example: `  wain promote python-myproject=1.2.3 --from bookworm --to bookworm-stable --repo ./repo --key archive.key`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPromote(cmd.Context(), args, opts, con)
		},
	}
	opts.addFlags(cmd)
	cmd.Flags().StringVar(&opts.from, "from", "", "suite that has them")
	cmd.Flags().StringVar(&opts.to, "to", "", "suite that gets them")
	completeSuites(cmd, con, &opts.repositoryFlag, "from", "to")
	cmd.ValidArgsFunction = completePackages(con, &opts.repositoryFlag, &opts.from)
	return cmd
}

func runPromote(ctx context.Context, operands []string, opts promoteOptions, con *console) error {
	packages, err := selections(operands)
	if err != nil {
		return err
	}
	if opts.from == "" || opts.to == "" {
		return usagef("two suites are needed, as in --from el9-staging --to el9")
	}
	if opts.from == opts.to {
		return usagef("--from and --to name one suite, %q", opts.from)
	}
	commit, err := opts.commit(con)
	if err != nil {
		return err
	}
	p := plan{con: con}
	result, err := repo.Promote(ctx, repo.PromoteOptions{Commit: commit, Packages: packages, From: opts.from, To: opts.to, Plan: p.show})
	if err != nil {
		return err
	}
	return p.done("wain/promote/1", result)
}
