package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wain/repo"
	"wain/repo/store"
)

type snippetOptions struct {
	repo, suite, baseURL string
	immutable            bool
}

func newSnippetCommand(con *console) *cobra.Command {
	opts := snippetOptions{}
	kinds := repo.SnippetKinds()
	cmd := &cobra.Command{
		Use:   "snippet " + strings.Join(kinds, "|"),
		Short: "Print client configuration for a repository, ready to paste",
		Long: `Print client configuration for a repository, ready to paste: a shell script for
apt, dnf or zypper, a manifest for Puppet, tasks for Ansible, states for Salt, a
recipe for Chef. All of them write the same file in the same place. They name the
fingerprints of the signing keys; a script also shows the fingerprints of the keys
that a host fetched.

The repository's base URL is the one that wain publish --base-url recorded, or
--base-url here.

With --immutable, dnf finds the indexes through a list of one address that no
publish changes: what it reads is never of two publishes, whenever it reads.`,
		Example:   `  wain snippet apt --repo ./repo --suite bookworm`,
		Args:      cobra.MatchAll(operands(1, 1, "no kind of client: "+strings.Join(kinds, ", ")), oneOf(kinds)),
		ValidArgs: kinds,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runSnippet(cmd.Context(), args[0], opts, con)
		},
	}
	cmd.Flags().StringVar(&opts.repo, "repo", "", "the repository: a `folder`, or s3://BUCKET/PREFIX (else WAIN_REPO)")
	cmd.Flags().StringVar(&opts.suite, "suite", "", "the suite to subscribe to (default: the only one that fits)")
	cmd.Flags().StringVar(&opts.baseURL, "base-url", "", "`URL` under which hosts see the repository")
	cmd.Flags().BoolVar(&opts.immutable, "immutable", false, "dnf: take the indexes from a folder that never changes")
	completeFolders(cmd, "repo")
	return cmd
}

func runSnippet(ctx context.Context, kind string, opts snippetOptions, con *console) error {
	if err := checkBaseURL(opts.baseURL); err != nil {
		return err
	}
	at, err := con.openRepository(opts.repo, false)
	if err != nil {
		return err
	}
	published, err := repo.Describe(ctx, at)
	if err != nil {
		return fmt.Errorf("read repository: %w", err)
	}
	suite, err := chooseSuite(published, kind, opts.suite)
	if err != nil {
		return err
	}
	if opts.immutable {
		if err := checkImmutable(ctx, at, published, suite, kind, opts.baseURL); err != nil {
			return err
		}
	}
	if opts.baseURL == "" {
		opts.baseURL = published.BaseURL
	}
	if opts.baseURL == "" {
		con.warnf("the base URL is not known and a placeholder stands for it: give it with --base-url")
	}
	text, err := repo.Snippet(kind, repo.SnippetOptions{
		BaseURL: opts.baseURL, Origin: published.Origin, Suite: suite.Name, Base: suite.Base, Components: suite.Components,
		Fingerprints: published.Fingerprints, Format: suite.Format, Immutable: opts.immutable,
	})
	if err != nil {
		return err
	}
	if con.json {
		return con.document(snippetDocument{"wain/snippet/1", false, kind, suite.Name, first(published.Fingerprints), append([]string{}, published.Fingerprints...), text})
	}
	_, err = con.stdout.Write([]byte(text))
	return err
}

// checkImmutable refuses --immutable where it asks for what is not there.
func checkImmutable(ctx context.Context, at store.Reader, published *repo.Repository, suite repo.Suite, kind, baseURL string) error {
	if kind != repo.SnippetDnf {
		return usagef("--immutable is for dnf: apt takes indexes by their hashes anyway, and other tools are not tried with it")
	}
	err := repo.CheckImmutable(ctx, at, published, suite)
	if _, none := as[*repo.ImmutableError](err); none {
		hint := "without --immutable the snippet names the suite's own address"
		if published.BaseURL == "" {
			hint = "wain publish --base-url URL records it and writes the mirrorlist"
		}
		return &usageError{err.Error(), hint}
	}
	if err == nil && baseURL != "" && strings.TrimRight(baseURL, "/") != strings.TrimRight(published.BaseURL, "/") {
		return &usageError{
			fmt.Sprintf("the mirrorlist names %s, and --base-url another address", published.BaseURL),
			"wain publish --base-url URL records another address",
		}
	}
	return err
}

// snippetDocument is what `wain snippet --json` prints, schema wain/snippet/1.
type snippetDocument struct {
	Schema       string   `json:"schema"`
	Changed      bool     `json:"changed"` // always false: nothing is written
	Kind         string   `json:"kind"`
	Suite        string   `json:"suite"`
	Fingerprint  string   `json:"fingerprint"` // the first of them
	Fingerprints []string `json:"fingerprints"`
	Text         string   `json:"text"`
}

// chooseSuite finds the suite that was asked for, or the only one that clients
// of the kind can use.
func chooseSuite(published *repo.Repository, kind, wanted string) (repo.Suite, error) {
	fits := func(s repo.Suite) bool {
		switch kind {
		case repo.SnippetApt:
			return s.Format == "apt"
		case repo.SnippetDnf, repo.SnippetZypper:
			return s.Format == "yum"
		}
		return true
	}
	var found []repo.Suite
	var names []string
	for _, s := range published.Suites {
		if fits(s) {
			names = append(names, s.Name)
			if wanted == "" || wanted == s.Name {
				found = append(found, s)
			}
		}
	}
	slices.Sort(names)
	switch {
	case len(names) == 0:
		return repo.Suite{}, usagef("the repository has no suite for %s", kind)
	case len(found) == 0:
		return repo.Suite{}, usagef("no suite %q for %s; there are %s", wanted, kind, strings.Join(names, ", "))
	case len(found) > 1:
		return repo.Suite{}, usagef("name a suite with --suite: there are %s", strings.Join(names, ", "))
	}
	return found[0], nil
}
