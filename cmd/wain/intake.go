package main

import (
	"runtime"

	"github.com/spf13/cobra"

	"wain/repo"
)

// intake are the flags of the commands that take packages in.
type intake struct {
	origin, label, suite, channel, component string
	jobs                                     int
}

func (i *intake) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&i.origin, "origin", "", "whose repository it is; fixed by the first publish")
	flags.StringVar(&i.label, "label", "", "what it is called (default: the origin); fixed by the first publish")
	flags.StringVar(&i.suite, "suite", "", "suite for packages that name none")
	flags.StringVar(&i.channel, "channel", "", "publish to <suite>-<channel>, as in bookworm-staging")
	flags.StringVar(&i.component, "component", "", "part of an apt suite that the packages go to (default: main)")
	flags.IntVarP(&i.jobs, "jobs", "j", runtime.NumCPU(), "how many packages to read at once")
}

func (i *intake) check() error { return checkJobs(i.jobs) }

// options are those of repo.Publish and repo.Add, without the commit.
func (i *intake) options(paths []string) repo.Options {
	return repo.Options{
		Paths: paths, Origin: i.origin, Label: i.label, Suite: i.suite, Channel: i.channel, Component: i.component,
	}
}
