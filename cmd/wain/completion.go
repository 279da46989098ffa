package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"wain/convert/target"
)

func newCompletionCommand(con *console) *cobra.Command {
	shells := []string{"bash", "fish", "zsh"}
	return &cobra.Command{
		Use:   "completion " + strings.Join(shells, "|"),
		Short: "Print a shell's completion script",
		Long: `Print a script by which a shell completes wain's commands, flags, targets and
file names.

  bash  wain completion bash > /etc/bash_completion.d/wain
  zsh   wain completion zsh > "${fpath[1]}/_wain"
  fish  wain completion fish > ~/.config/fish/completions/wain.fish

A shell started after that has it.`,
		Example:               `  wain completion bash`,
		Args:                  cobra.MatchAll(operands(1, 1, "no shell: "+strings.Join(shells, ", ")), oneOf(shells)),
		ValidArgs:             shells,
		DisableFlagsInUseLine: true,
		RunE:                  func(cmd *cobra.Command, args []string) error { return runCompletion(cmd.Root(), args[0], con) },
	}
}

func runCompletion(root *cobra.Command, shell string, con *console) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(con.stdout, true)
	case "zsh":
		return root.GenZshCompletion(con.stdout)
	case "fish":
		return root.GenFishCompletion(con.stdout, true)
	}
	return fmt.Errorf("no completion for %s", shell)
}

// newHelpCommand is `wain help COMMAND`, which refuses a command it does not
// know instead of showing the help of all.
func newHelpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:    "help [COMMAND]",
		Short:  "Print the help of a command",
		Hidden: true,
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return &usageError{fmt.Sprintf("unknown command %q", strings.Join(args, " ")), "wain --help lists the commands"}
			}
			return cmd.Help()
		},
	}
}

// completeTargets offers the targets and, behind a slash or a plus, their
// architectures and Pythons.
func completeTargets(cmd *cobra.Command) {
	complete := func(_ *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return targetCompletions(prefix), cobra.ShellCompDirectiveNoFileComp
	}
	mustComplete(cmd.RegisterFlagCompletionFunc("target", complete))
}

func targetCompletions(prefix string) []string {
	var specs []string
	for _, name := range target.Names() {
		specs = append(specs, name)
		if !strings.HasPrefix(prefix, name) {
			continue
		}
		if t, err := target.Find(name, ""); err == nil {
			specs = append(specs, name+"/arm64", name+"+python"+t.Python.Version)
		}
	}
	var found []string
	for _, spec := range specs {
		if strings.HasPrefix(spec, prefix) {
			found = append(found, spec)
		}
	}
	return found
}

func completeFolders(cmd *cobra.Command, flags ...string) {
	for _, name := range flags {
		if cmd.PersistentFlags().Lookup(name) != nil {
			mustComplete(cmd.MarkPersistentFlagDirname(name))
			continue
		}
		mustComplete(cmd.MarkFlagDirname(name))
	}
}

// completeFiles offers files with the ending, or any where it is empty.
func completeFiles(cmd *cobra.Command, ending string, flags ...string) {
	for _, name := range flags {
		if ending == "" {
			mustComplete(cmd.MarkFlagFilename(name))
			continue
		}
		mustComplete(cmd.MarkFlagFilename(name, ending))
	}
}

// completeOperands offers files with one of the endings, and folders.
func completeOperands(endings ...string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return endings, cobra.ShellCompDirectiveFilterFileExt
	}
}

// mustComplete takes the error of a registration: that of a flag which does not
// exist, a mistake in this program.
func mustComplete(err error) {
	if err != nil {
		panic(err)
	}
}
