package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"wain/repo"
	"wain/repo/store"
)

func newDiffCommand(con *console) *cobra.Command {
	at := repositoryFlag{}
	cmd := &cobra.Command{
		Use:   "diff [GENERATION [GENERATION]]",
		Short: "Show what two generations differ in",
		Long: `Show which packages the second generation has and the first has not, and the
other way round, a package a line. With one number it is compared with the current
generation; without any, the current one with the one before it.`,
		Example: `  wain diff 1 2 --repo ./repo`,
		Args:    operands(0, 2, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDiff(cmd.Context(), args, at, con)
		},
	}
	at.addFlags(cmd)
	cmd.ValidArgsFunction = func(_ *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return at.numbers(con), cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

// diffDocument is what `wain diff --json` prints, schema wain/diff/1.
type diffDocument struct {
	Schema  string                 `json:"schema"`
	Changed bool                   `json:"changed"` // always false: nothing is written
	From    int                    `json:"from"`
	To      int                    `json:"to"`
	Suites  []repo.SuiteDifference `json:"suites"`
}

func runDiff(ctx context.Context, operands []string, at repositoryFlag, con *console) error {
	var numbers []int
	for _, text := range operands {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return usagef("%q: the number of a generation is expected; wain history lists them", text)
		}
		numbers = append(numbers, n)
	}
	home, err := at.openReader(ctx, con)
	if err != nil {
		return err
	}
	from, to, err := compared(ctx, home, numbers)
	if err != nil {
		return err
	}
	found, err := repo.Diff(ctx, home, from, to)
	if err != nil {
		return err
	}
	doc := diffDocument{Schema: "wain/diff/1", From: from, To: to, Suites: []repo.SuiteDifference{}}
	for _, s := range found {
		s.Added, s.Removed = append([]repo.Package{}, s.Added...), append([]repo.Package{}, s.Removed...)
		doc.Suites = append(doc.Suites, s)
	}
	if con.json {
		return con.document(doc)
	}
	for _, s := range doc.Suites {
		for _, line := range differenceLines(s.Format, s.Suite, s.Added, s.Removed) {
			con.line(line)
		}
	}
	if len(doc.Suites) == 0 {
		con.say("generations %d and %d have the same packages", from, to)
	}
	return nil
}

// compared are the two generations that the given numbers stand for.
func compared(ctx context.Context, home store.Reader, numbers []int) (from, to int, err error) {
	if len(numbers) == 2 {
		return numbers[0], numbers[1], nil
	}
	generations, err := repo.History(ctx, home)
	if err != nil {
		return 0, 0, err
	}
	to = generations[0].Number
	switch {
	case len(numbers) == 1:
		return numbers[0], to, nil
	case len(generations) == 1:
		return 0, 0, usagef("there is one generation alone, and nothing to compare it with")
	}
	return generations[1].Number, to, nil
}

// numbers are those of the kept generations.
func (r *repositoryFlag) numbers(con *console) []string {
	ctx, cancel := context.WithTimeout(context.Background(), completionTime)
	defer cancel()
	home, err := r.openReader(ctx, con)
	if err != nil {
		return nil
	}
	generations, err := repo.History(ctx, home)
	if err != nil {
		return nil
	}
	var found []string
	for _, g := range generations {
		found = append(found, strconv.Itoa(g.Number)+"\t"+g.Action)
	}
	return found
}
