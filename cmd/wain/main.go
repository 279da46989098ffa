package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], systemConsole()))
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, con *console) int {
	root := newRootCommand(con)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	con.progressDone()
	if err == nil {
		return exitDone
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		con.errorf("interrupted; nothing was written")
		return exitInterrupted
	}
	return con.fail(err)
}
