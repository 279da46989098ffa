package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
)

type suiteOptions struct {
	committing
	description, compression                                           string
	validFor                                                           age
	notAutomatic, butUpgrades, signedBy, contents, translation, change bool
	given                                                              func(flag string) bool
}

// suiteSettings are the flags that change a suite.
var suiteSettings = []string{"description", "valid-for", "not-automatic", "but-automatic-upgrades", "signed-by", "compression", "contents", "translation"}

func newSuiteCommand(con *console) *cobra.Command {
	opts := suiteOptions{}
	cmd := &cobra.Command{
		Use:   "suite SUITE",
		Short: "Show or change how a suite is published",
		Long: `Show how a suite is published, or change it: the suite is published anew with what
the flags say, and what they do not name stays. --flag=false and an empty value turn
a setting off again.

A suite with --valid-for needs wain publish --refresh from cron: hosts refuse its
Release from that age on. --not-automatic suites are used only where a host asks for
them (pin 1), with --but-automatic-upgrades also to upgrade what is from there (pin
100).`,
		Example: `  wain suite bookworm --repo ./repo
  wain suite bookworm --description "Applications for Debian 12" --repo ./repo --key archive.key`,
		Args: operands(1, 1, "no SUITE: name one, as in wain suite bookworm"),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.given = cmd.Flags().Changed
			opts.change = slices.ContainsFunc(suiteSettings, opts.given)
			return runSuite(cmd.Context(), args[0], opts, con)
		},
	}
	opts.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&opts.description, "description", "", "one line, for people (apt)")
	flags.Var(&opts.validFor, "valid-for", "`age` at which hosts refuse the suite, as in 14d; 0: never (apt)")
	flags.Lookup("valid-for").DefValue = ""
	flags.BoolVar(&opts.notAutomatic, "not-automatic", false, "nothing is installed from it unasked (apt)")
	flags.BoolVar(&opts.butUpgrades, "but-automatic-upgrades", false, "with --not-automatic: upgrades are (apt)")
	flags.BoolVar(&opts.signedBy, "signed-by", false, "name the keys in Release: hosts take no other ones for it then (apt)")
	flags.StringVar(&opts.compression, "compression", "", "of the indexes: gz, which all clients read, or `zst` (apt: beside gz; yum: in its place)")
	flags.BoolVar(&opts.contents, "contents", false, "publish Contents, which apt-file reads (apt)")
	flags.BoolVar(&opts.translation, "translation", false, "publish Translation-en, the long descriptions apart (apt)")
	mustComplete(cmd.RegisterFlagCompletionFunc("compression", cobra.FixedCompletions([]string{"gz", "zst"}, cobra.ShellCompDirectiveNoFileComp)))
	cmd.ValidArgsFunction = func(_ *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(context.Background(), completionTime)
		defer cancel()
		return opts.suitesLike(ctx, con, prefix), cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

func runSuite(ctx context.Context, name string, opts suiteOptions, con *console) error {
	if opts.compression != "" && opts.compression != "gz" && opts.compression != "zst" {
		return usagef("--compression %s: gz or zst is expected", opts.compression)
	}
	home, err := opts.openReader(ctx, con)
	if err != nil {
		return err
	}
	doc := suiteDocument{Schema: "wain/suite/1", Suites: []configuredSuite{}}
	if opts.change {
		commit, err := opts.commit(con)
		if err != nil {
			return err
		}
		result, err := repo.Configure(ctx, repo.ConfigureOptions{Commit: commit, Suite: name, Set: func(c *repo.SuiteConfig) {
			opts.set(c)
		}})
		if err != nil {
			return err
		}
		con.remarks(result)
		doc.Changed = result.Changed
	}
	published, err := repo.Describe(ctx, home)
	if err != nil {
		return err
	}
	doc.Generation = published.Generation
	var names []string
	for _, s := range published.Suites {
		names = append(names, s.Name)
		if s.Name != name {
			continue
		}
		if con.dryRun && opts.change {
			opts.set(&s.Config)
		}
		doc.Suites = append(doc.Suites, newConfiguredSuite(s))
	}
	if len(doc.Suites) == 0 {
		return &repo.UnknownSuiteError{Suite: name, Have: names}
	}
	if con.json {
		return con.document(doc)
	}
	for _, s := range doc.Suites {
		con.showSuite(s)
	}
	return nil
}

// set changes what flags were given for.
func (o *suiteOptions) set(c *repo.SuiteConfig) {
	for name, set := range map[string]func(){
		"description":            func() { c.Description = o.description },
		"valid-for":              func() { c.ValidFor = time.Duration(o.validFor) },
		"not-automatic":          func() { c.NotAutomatic = o.notAutomatic },
		"but-automatic-upgrades": func() { c.ButAutomaticUpgrades = o.butUpgrades },
		"signed-by":              func() { c.SignedBy = o.signedBy },
		"compression":            func() { c.Compression = o.compression },
		"contents":               func() { c.Contents = o.contents },
		"translation":            func() { c.Translation = o.translation },
	} {
		if o.given(name) {
			set()
		}
	}
}

// suiteDocument is what `wain suite --json` prints, schema wain/suite/1.
type suiteDocument struct {
	Schema     string            `json:"schema"`
	Changed    bool              `json:"changed"`
	Generation int               `json:"generation"`
	Suites     []configuredSuite `json:"suites"` // one, or an apt and a yum one of that name
}

type configuredSuite struct {
	Format               string    `json:"format"`
	Suite                string    `json:"suite"`
	Date                 time.Time `json:"date"`
	Packages             int       `json:"packages"`
	Description          string    `json:"description"`
	ValidFor             string    `json:"valid_for"` // as --valid-for takes it; "" for ever
	NotAutomatic         bool      `json:"not_automatic"`
	ButAutomaticUpgrades bool      `json:"but_automatic_upgrades"`
	SignedBy             bool      `json:"signed_by"`
	Compression          string    `json:"compression"`
	Contents             bool      `json:"contents"`
	Translation          bool      `json:"translation"`
}

func newConfiguredSuite(s repo.Suite) configuredSuite {
	c := s.Config
	doc := configuredSuite{
		Format: s.Format, Suite: s.Name, Date: s.Date, Packages: s.Packages,
		Description: c.Description, NotAutomatic: c.NotAutomatic, ButAutomaticUpgrades: c.ButAutomaticUpgrades, SignedBy: c.SignedBy,
		Compression: c.Compression, Contents: c.Contents, Translation: c.Translation,
	}
	if doc.Compression == "" {
		doc.Compression = "gz"
	}
	if c.ValidFor != 0 {
		validFor := age(c.ValidFor)
		doc.ValidFor = validFor.String()
	}
	return doc
}

func (c *console) showSuite(s configuredSuite) {
	c.line(fmt.Sprintf("%s %s", s.Suite, s.Format))
	field := func(name string, value any) { c.line(fmt.Sprintf("  %-24s%v", name, value)) }
	field("packages", s.Packages)
	field("date", s.Date.UTC().Format(time.RFC3339))
	field("compression", s.Compression)
	if s.Format != "apt" {
		return
	}
	if s.ValidFor == "" {
		s.ValidFor = "ever"
	}
	field("valid-for", s.ValidFor)
	field("description", s.Description)
	field("not-automatic", s.NotAutomatic)
	field("but-automatic-upgrades", s.ButAutomaticUpgrades)
	field("signed-by", s.SignedBy)
	field("contents", s.Contents)
	field("translation", s.Translation)
}
