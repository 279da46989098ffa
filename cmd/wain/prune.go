package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
)

type pruneOptions struct {
	committing
	suites  []string
	keep    int
	older   age
	orphans bool
}

func newPruneCommand(con *console) *cobra.Command {
	opts := pruneOptions{}
	cmd := &cobra.Command{
		Use:   "prune --keep N | --older-than AGE | --orphans",
		Short: "Take old packages out of suites, by rules",
		Long: `Take old packages out of suites. --keep is how many versions of each name and
architecture stay in a suite, the newest ones as dpkg and rpm order them.
--older-than takes only what was published in the suite longer ago than that: Go's
units, d for days, w for weeks. With both, what either rule keeps stays.

The newest version of each name and architecture stays always, and so does what
another suite has and keeps. What happens is printed before it is done.

The files of packages go later, with the last generation that can be gone back to
and has them. --orphans removes those that a killed publisher left, that nothing
names and that are older than a day.`,
		Example: `  wain prune --keep 3 --older-than 90d --repo ./repo --key archive.key`,
		Args:    operands(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runPrune(cmd.Context(), opts, cmd.Flags().Changed, con)
		},
	}
	opts.addFlags(cmd)
	cmd.Flags().StringArrayVar(&opts.suites, "suite", nil, "suite to prune, repeatable (default: all)")
	cmd.Flags().IntVar(&opts.keep, "keep", 0, "how many `versions` of each name and architecture stay")
	cmd.Flags().Var(&opts.older, "older-than", "`age` from which packages go, as in 90d")
	cmd.Flags().Lookup("older-than").DefValue = ""
	cmd.Flags().BoolVar(&opts.orphans, "orphans", false, "remove package files that nothing names and that are older than a day")
	completeSuites(cmd, con, &opts.repositoryFlag, "suite")
	return cmd
}

func runPrune(ctx context.Context, opts pruneOptions, given func(flag string) bool, con *console) error {
	switch {
	case opts.orphans && (opts.keep != 0 || opts.older != 0 || len(opts.suites) > 0):
		return usagef("--orphans takes no rule and no suite: it is about files that no suite has")
	case opts.orphans:
		return runDropOrphans(ctx, opts, con)
	case given("keep") && opts.keep < 1:
		return usagef("--keep %d: one version at least stays of each name and architecture", opts.keep)
	case given("older-than") && opts.older == 0:
		return usagef("--older-than 0: an age is expected, as in 90d; --keep 1 leaves the newest versions alone")
	case opts.keep == 0 && opts.older == 0:
		return usagef("no rule: say --keep 3, --older-than 90d, both, or --orphans")
	}
	if err := needSuites("suite", opts.suites...); err != nil {
		return err
	}
	commit, err := opts.commit(con)
	if err != nil {
		return err
	}
	p := plan{con: con}
	result, err := repo.Prune(ctx, repo.PruneOptions{
		Commit: commit, Keep: opts.keep, OlderThan: time.Duration(opts.older), Suites: opts.suites, Plan: p.show,
	})
	if err != nil {
		return err
	}
	return p.done("wain/prune/1", result)
}

// orphansDocument is what `wain prune --orphans --json` prints, schema
// wain/prune-orphans/1.
type orphansDocument struct {
	Schema  string   `json:"schema"`
	Changed bool     `json:"changed"`
	Removed []string `json:"removed"` // paths in the repository
}

func runDropOrphans(ctx context.Context, opts pruneOptions, con *console) error {
	at, err := con.commitTime()
	if err != nil {
		return err
	}
	home, err := opts.open(con)
	if err != nil {
		return err
	}
	removed, err := repo.DropOrphans(ctx, repo.Commit{Store: home, Time: at, DryRun: con.dryRun, Progress: con.published})
	if err != nil {
		return err
	}
	if con.dryRun {
		con.say("dry run: nothing was written")
	}
	if con.json {
		return con.document(orphansDocument{"wain/prune-orphans/1", len(removed) > 0 && !con.dryRun, append([]string{}, removed...)})
	}
	if len(removed) == 0 {
		con.say("nothing to do")
	}
	for _, name := range removed {
		con.line("removed " + name)
	}
	return nil
}
