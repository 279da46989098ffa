package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process at once
	os.Exit(run(ctx, os.Args[1:], systemConsole()))
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, con *console) int {
	root := newRootCommand(con)
	root.SetArgs(args)
	con.json = asksForJSON(args)
	cmd, err := root.ExecuteContextC(ctx)
	con.progressDone()
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		err = errInterrupted
	case !con.started:
		err = usageOf(root, err)
	}
	return con.fail(withCommand(cmd, err))
}
