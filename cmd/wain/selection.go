package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
)

// selections reads operands NAME or NAME=VERSION.
func selections(operands []string) ([]repo.Selection, error) {
	var all []repo.Selection
	for _, text := range operands {
		name, version, versioned := strings.Cut(text, "=")
		if name == "" || versioned && version == "" {
			return nil, usagef("%q: NAME or NAME=VERSION is expected, as in python-myproject=1.2.3", text)
		}
		all = append(all, repo.Selection{Name: name, Version: version})
	}
	return all, nil
}

// needSuites refuses an empty name of a suite.
func needSuites(flag string, suites ...string) error {
	if slices.Contains(suites, "") {
		return usagef("no suite: name it with --%s, as in --%s el9", flag, flag)
	}
	return nil
}

// completionTime is how long a shell may wait for what a repository has.
const completionTime = 2 * time.Second

// completeSuites offers the suites that the repository has.
func completeSuites(cmd *cobra.Command, con *console, at *repositoryFlag, flags ...string) {
	complete := func(cmd *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(context.Background(), completionTime)
		defer cancel()
		return at.suitesLike(ctx, con, prefix), cobra.ShellCompDirectiveNoFileComp
	}
	for _, flag := range flags {
		mustComplete(cmd.RegisterFlagCompletionFunc(flag, complete))
	}
}

func (r *repositoryFlag) suitesLike(ctx context.Context, con *console, prefix string) []string {
	_, found, err := r.describe(ctx, con)
	if err != nil {
		return nil
	}
	var names []string
	for _, s := range found.Suites {
		if strings.HasPrefix(s.Name, prefix) && !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

// completePackages offers names of packages and, behind an equals sign, versions;
// those of a suite where one is given.
func completePackages(con *console, at *repositoryFlag, suite *string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(context.Background(), completionTime)
		defer cancel()
		return at.packagesLike(ctx, con, *suite, prefix), cobra.ShellCompDirectiveNoFileComp
	}
}

func (r *repositoryFlag) packagesLike(ctx context.Context, con *console, suite, prefix string) []string {
	home, err := r.openReader(ctx, con)
	if err != nil {
		return nil
	}
	options := repo.ListOptions{}
	if suite != "" {
		options.Suites = []string{suite}
	}
	name, _, versioned := strings.Cut(prefix, "=")
	if versioned {
		options.Packages = []repo.Selection{{Name: name}}
	}
	packages, err := repo.List(ctx, home, options)
	if err != nil {
		return nil
	}
	var found []string
	for _, p := range packages {
		text := p.Name
		if versioned {
			text += "=" + p.Version
		}
		if strings.HasPrefix(text, prefix) && !slices.Contains(found, text) {
			found = append(found, text)
		}
	}
	return found
}
