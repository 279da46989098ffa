package main

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newRootCommand(con *console) *cobra.Command {
	var dir string
	root := &cobra.Command{
		Use:   "wain",
		Short: "Python applications as signed .deb and .rpm packages, in signed repositories",
		Long: `wain turns a Python application (its wheel and its pinned requirements) into
signed .deb and .rpm packages that install a finished virtual environment under
/opt/venvs, and publishes packages from signed apt and yum repositories.

Exit codes: 0 done or nothing to do, 1 failed, 2 usage, 3 a verification found
a difference, 4 the name, version and architecture exist with other content,
130 interrupted.

Environment: WAIN_REPO is the repository. WAIN_KEY (the key itself) or
WAIN_KEY_FILE is the signing key, WAIN_PASSPHRASE or WAIN_PASSPHRASE_FILE opens
it. WAIN_PUBLIC_KEY_FILE is a public key to publish beside it. SOURCE_DATE_EPOCH
dates packages and publishes. TMPDIR is where unpacked files lie while a package
is made. NO_COLOR turns colours off.`,
		Example: `  wain key new --name "Example Archive" --email ops@example.com -o archive.key
  wain convert dist/myproject-1.2.3-py3-none-any.whl --lock requirements.txt --find-links wheelhouse -t debian12 --key archive.key
  wain publish dist --repo ./repo --origin Example --key archive.key`,
		Version:       buildVersion(),
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			con.started = true
			if dir == "" {
				return nil
			}
			if err := os.Chdir(dir); err != nil {
				return fmt.Errorf("change folder: %w", err)
			}
			return nil
		},
	}
	flags := root.PersistentFlags()
	flags.StringVarP(&dir, "directory", "C", "", "run as if started in this `folder`")
	flags.BoolVar(&con.json, "json", false, "print one JSON document on stdout")
	flags.BoolVar(&con.dryRun, "dry-run", false, "say what would be done, write nothing")
	flags.BoolVarP(&con.quiet, "quiet", "q", false, "print errors only on stderr")
	flags.BoolVarP(&con.verbose, "verbose", "v", false, "say more on stderr")
	root.AddCommand(
		newInitCommand(con),
		newConvertCommand(con),
		newPublishCommand(con),
		newAddCommand(con),
		newPromoteCommand(con),
		newRemoveCommand(con),
		newPruneCommand(con),
		newHistoryCommand(con),
		newDiffCommand(con),
		newRollbackCommand(con),
		newListCommand(con),
		newShowCommand(con),
		newSuiteCommand(con),
		newVerifyCommand(con),
		newKeyCommand(con),
		newSnippetCommand(con),
		newCompletionCommand(con),
	)
	root.CompletionOptions.DisableDefaultCmd = true
	root.DisableSuggestions = true // ours is a hint
	root.SuggestionsMinimumDistance = 2
	root.SetHelpCommand(newHelpCommand(root))
	completeFolders(root, "directory")
	describeJobs(root)
	root.SetOut(con.stdout)
	root.SetErr(con.stderr)
	return root
}

// describeJobs keeps this machine's number of processors out of the help.
func describeJobs(cmd *cobra.Command) {
	if jobs := cmd.Flags().Lookup("jobs"); jobs != nil {
		jobs.DefValue = "one a processor"
	}
	for _, sub := range cmd.Commands() {
		describeJobs(sub)
	}
}

// buildVersion is the module's version as the Go toolchain recorded it.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
