package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
)

func newHistoryCommand(con *console) *cobra.Command {
	at := repositoryFlag{}
	cmd := &cobra.Command{
		Use:   "history",
		Short: "List the generations of a repository",
		Long: `List the kept generations of a repository, newest first, one a line: its number,
its date, what was done, how many packages came and went, and in which suites.
Kept are the newest 20 and all of the last seven days, 500 at most.`,
		Example: `  wain history --repo ./repo`,
		Args:    operands(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runHistory(cmd.Context(), at, con)
		},
	}
	at.addFlags(cmd)
	return cmd
}

// historyDocument is what `wain history --json` prints, schema wain/history/1.
type historyDocument struct {
	Schema      string            `json:"schema"`
	Changed     bool              `json:"changed"`    // always false: nothing is written
	Generation  int               `json:"generation"` // the current one
	Generations []repo.Generation `json:"generations"`
}

func runHistory(ctx context.Context, at repositoryFlag, con *console) error {
	home, err := at.openReader(ctx, con)
	if err != nil {
		return err
	}
	generations, err := repo.History(ctx, home)
	if err != nil {
		return err
	}
	doc := historyDocument{Schema: "wain/history/1", Generations: []repo.Generation{}}
	for _, g := range generations {
		g.Suites = append([]string{}, g.Suites...)
		doc.Generations = append(doc.Generations, g)
		if g.Current {
			doc.Generation = g.Number
		}
	}
	if con.json {
		return con.document(doc)
	}
	for _, g := range doc.Generations {
		con.line(historyLine(g))
	}
	return nil
}

// historyLine is a generation: its number comes first, for rollback --to.
func historyLine(g repo.Generation) string {
	words := []string{fmt.Sprint(g.Number), g.Date.UTC().Format(time.RFC3339), g.Action, fmt.Sprintf("+%d", g.Added), fmt.Sprintf("-%d", g.Removed)}
	words = append(words, g.Suites...)
	if g.Current {
		words = append(words, "(current)")
	}
	return strings.Join(words, " ")
}
