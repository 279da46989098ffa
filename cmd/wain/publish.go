package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
)

type publishOptions struct {
	committing
	intake
	baseURL                            string
	releaseInfoChange, refresh, rescan bool
}

func newPublishCommand(con *console) *cobra.Command {
	opts := publishOptions{}
	cmd := &cobra.Command{
		Use:   "publish [PATH...]",
		Short: "Add packages to a repository and publish it",
		Long: `Add packages to a repository and publish it, all in one commit. PATH is a .deb,
an .rpm, or a folder searched for them. What wain add has stored is published
with them, and alone where no PATH is given.

A package that wain made goes to the suite of its target: bookworm, el9. Others
need --suite. The first publish creates the repository and fixes its origin and
label. Publishing the same bytes again changes nothing and succeeds; other bytes
under the name, version and architecture of a published package are refused with
exit code 4, and nothing is written.

--refresh is for cron: it signs suites with a time of validity anew when it comes
near its end.

--rescan reads what is published: it rebuilds the folder .wain where that is lost,
or takes over the repository of another tool. A damaged .wain is refused: move it
away first. A yum repository is named after its folder, or by --suite where it
is the only one or lies at the root.`,
		Example: `  wain publish dist --repo ./repo --origin Example --key archive.key`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPublish(cmd.Context(), args, opts, con)
		},
	}
	opts.committing.addFlags(cmd)
	opts.intake.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&opts.baseURL, "base-url", "", "`URL` under which hosts see the repository, for the client files beside it")
	flags.BoolVar(&opts.releaseInfoChange, "allow-releaseinfo-change", false, "let --origin and --label change: every apt host then stops until a person agrees")
	flags.BoolVar(&opts.refresh, "refresh", false, "sign anew what is not valid for much longer")
	flags.BoolVar(&opts.rescan, "rescan", false, "rebuild a lost state from what is published, whoever published it")
	completeSuites(cmd, con, &opts.repositoryFlag, "suite")
	cmd.ValidArgsFunction = completeOperands("deb", "rpm")
	return cmd
}

func runPublish(ctx context.Context, paths []string, opts publishOptions, con *console) error {
	if err := opts.check(); err != nil {
		return err
	}
	if err := checkBaseURL(opts.baseURL); err != nil {
		return err
	}
	commit, err := opts.commit(con)
	if err != nil {
		return err
	}
	commit.Jobs = opts.jobs
	options := opts.options(paths)
	options.Commit, options.BaseURL = commit, opts.baseURL
	options.ReleaseInfoChange, options.Refresh, options.Rescan = opts.releaseInfoChange, opts.refresh, opts.rescan
	result, err := repo.Publish(ctx, options)
	if err != nil {
		return err
	}
	if len(paths) == 0 && len(result.Suites) == 0 && !opts.refresh && !opts.rescan {
		con.say("no PATH was given, and nothing was added: no package to publish")
	}
	if opts.refresh && !result.Changed && len(result.Suites) == 0 && !con.json {
		con.say("nothing to do")
	}
	return con.showPublished("wain/publish/1", result)
}

// published tells how far a publish is. That it waits is worth a line anywhere.
func (c *console) published(e repo.Event) {
	if e.Step == "wait" {
		c.say("another publisher is at work on %s: waiting for it", e.Label)
		return
	}
	c.step(e.Step, e.Label, e.Done, e.Total)
}

// awaitClock waits until the clock has come to a suite's new date. A publish a
// second is as fast as dates can tell publishes apart; a clock that was set back
// further is not waited for.
func (c *console) awaitClock(ctx context.Context, date time.Time) error {
	ahead := date.Sub(c.now())
	if ahead > 2*time.Second {
		c.warnf("dated %s, after the last publish but ahead of this machine's clock: apt refuses it until then", date.UTC().Format(time.RFC3339))
		return nil
	}
	select {
	case <-time.After(ahead):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
