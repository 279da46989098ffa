package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
	"wain/repo/store"
)

// repositoryFlag is the flag by which every command finds its repository.
type repositoryFlag struct {
	ref    string
	single bool // of the commands that change it
}

// addFlags is for commands that change nothing.
func (r *repositoryFlag) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.ref, "repo", "", "the repository: a `folder`, s3://BUCKET/PREFIX, or the URL of one that is served (else WAIN_REPO)")
	completeFolders(cmd, "repo")
}

// addWriterFlags is for commands that change the repository.
func (r *repositoryFlag) addWriterFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.ref, "repo", "", "the repository: a `folder`, or s3://BUCKET/PREFIX (else WAIN_REPO)")
	cmd.Flags().BoolVar(&r.single, "single-publisher", false, "on S3: do without conditional requests, where the server has none; see to it yourself that publishers take turns")
	completeFolders(cmd, "repo")
}

// open gives the repository that the flag or WAIN_REPO names.
func (r *repositoryFlag) open(con *console) (store.Store, error) {
	return con.openRepository(r.ref, r.single)
}

// openReader gives the repository for commands that change nothing: it may be
// one that a web server serves.
func (r *repositoryFlag) openReader(ctx context.Context, con *console) (store.Reader, error) {
	ref, err := con.repository(r.ref)
	if err != nil {
		return nil, err
	}
	return con.openReader(ctx, ref)
}

// describe reads what the repository is. Its error matches repo.ErrNoRepository
// where there is none.
func (r *repositoryFlag) describe(ctx context.Context, con *console) (store.Reader, *repo.Repository, error) {
	at, err := r.openReader(ctx, con)
	if err != nil {
		return nil, nil, err
	}
	found, err := repo.Describe(ctx, at)
	return at, found, err
}

// committing are the flags of the commands that change a repository.
type committing struct {
	repositoryFlag
	signing
}

func (o *committing) addFlags(cmd *cobra.Command) {
	o.addWriterFlags(cmd)
	o.signing.addFlags(cmd)
}

// commit is where and how the repository is changed.
func (o *committing) commit(con *console) (repo.Commit, error) {
	at, err := con.commitTime()
	if err != nil {
		return repo.Commit{}, err
	}
	home, err := o.open(con)
	if err != nil {
		return repo.Commit{}, err
	}
	signer, err := o.signer(con)
	if err != nil {
		return repo.Commit{}, err
	}
	return repo.Commit{
		Store: home, Time: at, Await: con.awaitClock, Signer: signer, Unsigned: o.unsigned, DryRun: con.dryRun,
		Progress: con.published,
	}, nil
}

// commitTime is what a change of a repository is dated.
func (c *console) commitTime() (time.Time, error) {
	at, err := c.publishTime()
	if err == nil && at.After(c.now()) {
		err = usagef("SOURCE_DATE_EPOCH: %s is in the future: clients refuse a repository of that date", at.Format(time.RFC3339))
	}
	return at, err
}
