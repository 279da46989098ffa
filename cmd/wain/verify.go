package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
)

type verifyOptions struct {
	keys     []string
	suites   []string
	maxAge   age
	unsigned bool
	indexes  bool
	jobs     int
}

func newVerifyCommand(con *console) *cobra.Command {
	opts := verifyOptions{}
	cmd := &cobra.Command{
		Use:   "verify REPO|URL|PACKAGE...",
		Short: "Check a repository or packages as a strict client would",
		Long: `Check a repository as a strict client would, and more: every signature and
date, the size and digest of every index in each of its forms, every package
with its digest, what the indexes say of a package against what it says of
itself, the signature within an .rpm, and files that no index names. The
repository may be anybody's: apt suites at dists/SUITE and yum repositories at
repodata, in any folder, and flat apt repositories. docs/formats.md lists the
rules.

A folder, or s3://BUCKET/PREFIX, is searched for suites. Over HTTP, a
repository of ours lists them, a yum repository is its base URL, and elsewhere
--suite names the apt suites.

Given packages, check each by itself.

The key to trust is --key, a public key file. Without it the repository's own
key is taken, which proves that the repository is consistent, not whose it is.
Each finding is a line; any finding is exit code 3.`,
		Example: `  wain verify ./repo --key archive.asc
  wain verify dist/debian12/python-myproject_1.2.3_all.deb`,
		Args: operands(1, -1, "no REPO: name a repository's folder or URL, or package files"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("jobs") && strings.Contains(args[0], "://") {
				opts.jobs = max(opts.jobs, networkJobs)
			}
			return runVerify(cmd.Context(), args, opts, con)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&opts.keys, "key", nil, "public key `file` to trust; may be given several times")
	flags.StringArrayVar(&opts.suites, "suite", nil, "`suite` to check, instead of all; may be given several times")
	flags.Var(&opts.maxAge, "max-age", "how old an index may be, as in 90d or 36h")
	flags.Lookup("max-age").DefValue = ""
	flags.BoolVar(&opts.unsigned, "unsigned", false, "accept a repository or package without any signature")
	flags.BoolVar(&opts.indexes, "indexes-only", false, "leave the packages alone: what a client reads before it installs")
	flags.IntVarP(&opts.jobs, "jobs", "j", runtime.NumCPU(), "how many packages to read at once; over the network, 16 unless given")
	completeFiles(cmd, "asc", "key")
	return cmd
}

// verifyDocument is what `wain verify --json` prints, schema wain/verify/1.
type verifyDocument struct {
	Schema    string         `json:"schema"`
	Changed   bool           `json:"changed"`    // always false: nothing is written
	TrustedBy string         `json:"trusted_by"` // the key files, by commas; "" when nothing is signed
	Findings  []repo.Finding `json:"findings"`
}

// networkJobs is how many packages are read at once where each makes us wait.
const networkJobs = 16

// clockSkew is how far ahead of this host's clock a signature may be dated: a
// second publish within one second is dated one second later, and clocks differ.
// apt allows as much (Acquire::Max-FutureTime).
const clockSkew = 10 * time.Second

func runVerify(ctx context.Context, args []string, opts verifyOptions, con *console) error {
	if err := checkJobs(opts.jobs); err != nil {
		return err
	}
	o := repo.VerifyOptions{
		Suites: opts.suites, Unsigned: opts.unsigned, IndexesOnly: opts.indexes, Jobs: opts.jobs, Time: con.now(), MaxAge: time.Duration(opts.maxAge),
		Progress: func(e repo.Event) { con.step(e.Step, e.Label, e.Done, e.Total) },
	}
	files, err := packageOperands(args)
	if err != nil {
		return err
	}
	if !files {
		if args[0], err = con.verifyStore(ctx, args[0], &o); err != nil {
			return err
		}
	}
	trusted, err := con.trust(ctx, opts, &o)
	if err != nil {
		return err
	}
	var findings []repo.Finding
	if files {
		findings, err = repo.VerifyFiles(ctx, args, o)
	} else {
		findings, err = repo.Verify(ctx, o)
	}
	if err != nil {
		return err
	}
	if err := con.showFindings(trusted, findings); err != nil {
		return err
	}
	if len(findings) > 0 {
		return &differenceError{len(findings)}
	}
	con.say("%s: no findings", strings.Join(args, " "))
	return nil
}

// packageOperands reports whether the operands are package files. A repository
// is verified alone: what it is called stands before no finding.
func packageOperands(args []string) (bool, error) {
	files := 0
	for _, arg := range args {
		if err := checkPlace(arg); err != nil {
			return false, err
		}
		if strings.Contains(arg, "://") {
			continue
		}
		stat, err := os.Stat(arg)
		if err != nil {
			return false, fmt.Errorf("verify: %w", err)
		}
		if !stat.IsDir() {
			files++
		}
	}
	if files != len(args) && len(args) > 1 {
		return false, usagef("one repository, or package files alone, can be verified at a time")
	}
	return files > 0, nil
}

// verifyStore opens the repository of an operand, which may also be the folder
// of one of its suites, and returns what it is called.
func (c *console) verifyStore(ctx context.Context, operand string, o *repo.VerifyOptions) (string, error) {
	base, suite, named := strings.Cut(filepath.ToSlash(strings.TrimRight(operand, "/")), "/dists/")
	if named && suite != "" && len(o.Suites) == 0 {
		operand, o.Suites = base, []string{suite}
	}
	var err error
	o.Dir = operand
	o.Store, err = c.openReader(ctx, operand)
	return operand, err
}

func (c *console) showFindings(trusted string, findings []repo.Finding) error {
	if c.json {
		return c.document(verifyDocument{
			Schema: "wain/verify/1", TrustedBy: trusted, Findings: append([]repo.Finding{}, findings...),
		})
	}
	for _, f := range findings {
		c.line(fmt.Sprintf("%s %s: %s", f.Rule, f.Path, f.Detail))
	}
	return nil
}
