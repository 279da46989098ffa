package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// usageError is a command line that asks for nothing we know.
type usageError struct{ text, hint string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &usageError{text: fmt.Sprintf(format, args...)}
}

// usageOf turns cobra's refusal of a command line into one of ours.
func usageOf(root *cobra.Command, err error) error {
	if _, ours := as[*usageError](err); ours {
		return err
	}
	text := err.Error()
	if name, unknown := strings.CutPrefix(text, "unknown command "); unknown {
		name, _, _ = strings.Cut(strings.TrimPrefix(name, `"`), `"`)
		hint := "wain --help lists the commands"
		if close := root.SuggestionsFor(name); len(close) > 0 {
			hint = "wain " + close[0] + " is a command; " + hint
		}
		return &usageError{fmt.Sprintf("unknown command %q", name), hint}
	}
	text, _, notANumber := strings.Cut(text, ": strconv.")
	if notANumber {
		text += ": a whole number is expected"
	}
	return &usageError{text: text}
}

// withCommand gives a usage error without a hint the one of its command.
func withCommand(cmd *cobra.Command, err error) error {
	var usage *usageError
	if errors.As(err, &usage) && usage.hint == "" {
		usage.hint = cmd.CommandPath() + " --help shows the flags and an example"
	}
	return err
}

// asksForJSON tells whether an error of the command line itself is to be a
// document: flags are not parsed yet when one is found.
func asksForJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--json")
}

// operands checks the number of a command's operands; most is -1 for any number.
func operands(least, most int, missing string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usagef("%s", missing)
		case most >= 0 && len(args) > most:
			return usagef("%q is one operand too many", args[most])
		}
		return nil
	}
}

// group makes a command that only has commands below it: alone it shows its
// help, and does not mistake an unknown one for nothing to do.
func group(cmd *cobra.Command) *cobra.Command {
	cmd.DisableFlagsInUseLine = true
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			return &usageError{fmt.Sprintf("unknown command %q of %s", args[0], cmd.CommandPath()), cmd.CommandPath() + " --help lists the commands"}
		}
		return nil
	}
	cmd.RunE = func(*cobra.Command, []string) error { return cmd.Help() }
	return cmd
}

// oneOf refuses an operand that is not listed.
func oneOf(known []string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > 0 && !slices.Contains(known, args[0]) {
			return usagef("%q: one of %s is expected", args[0], strings.Join(known, ", "))
		}
		return nil
	}
}

func checkJobs(jobs int) error {
	if jobs < 1 {
		return usagef("--jobs %d: at least one is needed", jobs)
	}
	return nil
}

// checkBaseURL refuses what hosts could not fetch from. Empty: it is not known.
func checkBaseURL(base string) error {
	if base == "" {
		return nil
	}
	for _, scheme := range []string{"https://", "http://", "file:///"} {
		rest, ok := strings.CutPrefix(base, scheme)
		if host, _, _ := strings.Cut(rest, "/"); ok && strings.Contains(host, "@") {
			return usagef("--base-url: a user and a password cannot be in it: it is published")
		}
		if ok && rest != "" {
			return nil
		}
	}
	return usagef("--base-url %q: a URL is expected, as in https://packages.example.org", base)
}
