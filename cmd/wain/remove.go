package main

import (
	"context"

	"github.com/spf13/cobra"

	"wain/repo"
)

type removeOptions struct {
	committing
	suite string
	all   bool
}

func newRemoveCommand(con *console) *cobra.Command {
	opts := removeOptions{}
	cmd := &cobra.Command{
		Use:   "remove NAME[=VERSION]...",
		Short: "Take packages out of a suite",
		Long: `Take packages out of a suite: NAME=VERSION in all its architectures, or with
--all-versions every package NAME. For an .rpm, VERSION may leave out the release.

Hosts that have the package keep it. Its file stays for as long as a generation
that wain rollback could go back to has it, and other suites keep it anyway. A
suite may lose its last package: it stays valid, and is empty.`,
		Example: `  wain remove python-myproject=1.2.3 --suite bookworm --repo ./repo --key archive.key`,
		Args:    operands(1, -1, "no NAME: name the packages, as in python-myproject=1.2.3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRemove(cmd.Context(), args, opts, con)
		},
	}
	opts.addFlags(cmd)
	cmd.Flags().StringVar(&opts.suite, "suite", "", "suite that loses them")
	cmd.Flags().BoolVar(&opts.all, "all-versions", false, "let NAME without a version stand for all of them")
	completeSuites(cmd, con, &opts.repositoryFlag, "suite")
	cmd.ValidArgsFunction = completePackages(con, &opts.repositoryFlag, &opts.suite)
	return cmd
}

func runRemove(ctx context.Context, operands []string, opts removeOptions, con *console) error {
	packages, err := selections(operands)
	if err != nil {
		return err
	}
	for _, s := range packages {
		if s.Version == "" && !opts.all {
			return usagef("%s without a version: name one, as in %s=1.2.3, or say --all-versions", s.Name, s.Name)
		}
	}
	if err := needSuites("suite", opts.suite); err != nil {
		return err
	}
	commit, err := opts.commit(con)
	if err != nil {
		return err
	}
	p := plan{con: con}
	result, err := repo.Remove(ctx, repo.RemoveOptions{
		Commit: commit, Packages: packages, AllVersions: opts.all, Suite: opts.suite, Plan: p.show,
	})
	if err != nil {
		return err
	}
	return p.done("wain/remove/1", result)
}
