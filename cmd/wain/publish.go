package main

import (
	"context"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
)

type publishOptions struct {
	repo, origin, label, suite, channel, baseURL string
	signing                                      signing
	jobs                                         int
}

func newPublishCommand(con *console) *cobra.Command {
	opts := publishOptions{}
	cmd := &cobra.Command{
		Use:   "publish PATH...",
		Short: "Add packages to a repository and publish it",
		Long: `Add packages to a repository and publish it, all in one commit. PATH is a .deb,
an .rpm, or a folder searched for them.

A package that wain made goes to the suite of its target: bookworm, el9. Others
need --suite. The first publish creates the repository and fixes its origin and
label. Publishing the same bytes again changes nothing and succeeds; other bytes
under the name, version and architecture of a published package are refused with
exit code 4, and nothing is written.`,
		Example: `  wain publish dist --repo ./repo --origin Example --key archive.key`,
		Args:    operands(1, -1, "no PATH: name packages, or folders that hold some"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPublish(cmd.Context(), args, opts, con)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.repo, "repo", "", "`folder` of the repository (else WAIN_REPO)")
	flags.StringVar(&opts.origin, "origin", "", "whose repository it is; fixed by the first publish")
	flags.StringVar(&opts.label, "label", "", "what it is called (default: the origin); fixed by the first publish")
	flags.StringVar(&opts.suite, "suite", "", "suite for packages that name none")
	flags.StringVar(&opts.channel, "channel", "", "publish to <suite>-<channel>, as in bookworm-staging")
	flags.StringVar(&opts.baseURL, "base-url", "", "`URL` under which hosts see the repository, for the client files beside it")
	opts.signing.addFlags(cmd)
	flags.IntVarP(&opts.jobs, "jobs", "j", runtime.NumCPU(), "how many packages to read at once")
	completeFolders(cmd, "repo")
	cmd.ValidArgsFunction = completeOperands("deb", "rpm")
	return cmd
}

func runPublish(ctx context.Context, paths []string, opts publishOptions, con *console) error {
	if err := checkJobs(opts.jobs); err != nil {
		return err
	}
	if err := checkBaseURL(opts.baseURL); err != nil {
		return err
	}
	dir, err := con.repository(opts.repo)
	if err != nil {
		return err
	}
	at, err := con.publishTime()
	if err != nil {
		return err
	}
	if at.After(con.now()) {
		return usagef("SOURCE_DATE_EPOCH: %s is in the future: clients refuse a repository of that date", at.Format(time.RFC3339))
	}
	signer, err := opts.signing.signer(con)
	if err != nil {
		return err
	}
	result, err := repo.Publish(ctx, repo.Options{
		Commit: repo.Commit{
			Dir: dir, Time: at, Await: con.awaitClock, Signer: signer, Unsigned: opts.signing.unsigned, DryRun: con.dryRun, Jobs: opts.jobs,
			Progress: con.published,
		},
		Paths: paths, Origin: opts.origin, Label: opts.label, Suite: opts.suite, Channel: opts.channel,
		BaseURL: opts.baseURL,
	})
	if err != nil {
		return err
	}
	return con.showPublished(result)
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

// repository is the folder of the flag or of WAIN_REPO.
func (c *console) repository(flag string) (string, error) {
	if flag == "" {
		flag = c.getenv("WAIN_REPO")
	}
	if flag == "" {
		return "", usagef("no repository: name its folder with --repo, or in WAIN_REPO")
	}
	return flag, nil
}
